//! What a painter makes of a scene is what the pipeline makes of its parts, whatever was painted
//! before. The networks are tiny and random.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use scanweave::label::LabelKind;
use scanweave::phantom::{self, Anatomy};
use scanweave::structure::Structure;
use scanweave::study::Study;
use scanweave::weights::{Model, Role};

use super::*;
use crate::model::scene::{Latent, LesionBox, Pin, Values};

mod colours;
mod networks;

const SIZE: usize = 32;
const FULL: Detail = Detail::Full;

/// Nothing waits on the CPU.
fn done<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("the CPU has nothing to wait for"),
    }
}

fn pipeline(lesion: LabelKind) -> Synthesiser {
    opened(&networks::untrained(lesion, SIZE))
}

fn opened(model: &Model) -> Synthesiser {
    Synthesiser::open_on_core(model).expect("every network is there")
}

fn masks() -> Synthesiser {
    let kind = Study::named("phantom-brain").expect("built in").lesion;
    pipeline(kind)
}

fn of_seed(pipeline: &Synthesiser, seed: u64) -> Scene {
    Scene::of_seed(seed, &pipeline.study().lesion, 1)
}

fn fresh(pipeline: &Synthesiser, scene: &Scene) -> Painted {
    done(Painter::default().paint(pipeline, scene, FULL)).expect("a picture")
}

/// The outline of a square organ.
fn outline() -> Vec<u8> {
    let on = |i: usize| (4..28).contains(&i);
    let place = |i: usize| (i % SIZE, i / SIZE);
    let line = |(x, y): (usize, usize)| on(x) && on(y) && (x == 4 || x == 27 || y == 4 || y == 27);
    (0..SIZE * SIZE).map(|i| u8::from(line(place(i)))).collect()
}

fn strokes(values: &[u8]) -> Edits {
    Edits {
        strokes: Some(Runs::of(SIZE, SIZE, values)),
    }
}

fn fixed() -> Origin {
    let inside: Vec<u8> = (0..SIZE * SIZE)
        .map(|i| u8::from(!((4..28).contains(&(i % SIZE)) && (4..28).contains(&(i / SIZE)))))
        .collect();
    Origin::Fixed {
        map: Runs::of(SIZE, SIZE, &outline()),
        mask: Runs::of(SIZE, SIZE, &inside),
    }
}

#[test]
fn a_scene_of_a_seed_is_the_sample_of_that_seed() {
    let pipeline = masks();
    for seed in [1, 7] {
        let painted = fresh(&pipeline, &of_seed(&pipeline, seed));
        let structure = done(pipeline.structure_of_seed(seed)).expect("a map");
        let lesion = pipeline.placed_lesion(&structure, seed).expect("masks");
        let sample = done(pipeline.paint(&structure, &lesion, seed)).expect("a picture");
        assert_eq!(painted.sample, sample);
        assert_eq!(painted.asked.lesion.as_ref(), lesion.picture());
    }
    let classes = pipeline_of_classes();
    let painted = fresh(&classes, &of_seed(&classes, 5));
    let sample = done(classes.sample(5, &Label::Class(1))).expect("a picture");
    assert_eq!(painted.sample, sample);
    assert_eq!(painted.asked.lesion, None);
}

fn pipeline_of_classes() -> Synthesiser {
    pipeline(LabelKind::Class(vec!["well".into(), "ill".into()]))
}

#[test]
fn what_was_painted_before_changes_nothing() {
    let pipeline = masks();
    let image = phantom::draw(Anatomy::Brain, 2, 64, false)
        .images
        .remove(0)
        .1;
    let start = of_seed(&pipeline, 3);
    let pin = |seed| Pin {
        seed,
        x: 0.5,
        y: 0.0,
    };
    let scenes = [
        start.clone(),
        Scene {
            noise: 8,
            ..start.clone()
        },
        Scene {
            lesion: Lesion::None,
            ..start.clone()
        },
        Scene {
            edits: strokes(&outline()),
            ..start.clone()
        },
        Scene {
            origin: Origin::Image { values: None },
            ..start.clone()
        },
        Scene {
            origin: Origin::Latent(Latent::Between {
                from: pin(1),
                to: pin(2),
                t: 0.5,
            }),
            ..start.clone()
        },
        Scene {
            origin: fixed(),
            edits: strokes(&outline()),
            ..start.clone()
        },
        start.clone(),
    ];
    let mut painter = Painter::default();
    painter.bring(image.clone(), Frame::SQUARE);
    for scene in scenes {
        let mut other = Painter::default();
        other.bring(image.clone(), Frame::SQUARE);
        let (kept, alone) = (
            done(painter.paint(&pipeline, &scene, FULL)).expect("a picture"),
            done(other.paint(&pipeline, &scene, FULL)).expect("a picture"),
        );
        assert_eq!(kept, alone, "{scene:?}");
    }
}

#[test]
fn a_preview_is_one_modality_of_the_picture() {
    let pipeline = masks();
    let scene = of_seed(&pipeline, 3);
    let full = fresh(&pipeline, &scene);
    let mut painter = Painter::default();
    for (modality, kept) in [(1, 1), (99, full.sample.images.len() - 1)] {
        let detail = Detail::Preview { modality };
        let preview = done(painter.paint(&pipeline, &scene, detail)).expect("a picture");
        assert_eq!(preview.sample.images, full.sample.images[kept..=kept]);
        assert_eq!(preview.sample.fused, full.sample.fused);
    }
}

#[test]
fn an_image_shows_its_steps_in_full_detail_and_stays_until_another_comes() {
    let pipeline = masks();
    let draw = |seed| {
        phantom::draw(Anatomy::Brain, seed, 64, false)
            .images
            .remove(0)
            .1
    };
    let scene = Scene {
        origin: Origin::Image { values: None },
        lesion: Lesion::None,
        ..of_seed(&pipeline, 1)
    };
    let mut painter = Painter::default();
    let missing = done(painter.paint(&pipeline, &scene, FULL));
    assert!(matches!(missing, Err(PaintError::Scene(Refusal::NoImage))));
    painter.bring(draw(1), Frame::SQUARE);
    let quick = done(painter.paint(&pipeline, &scene, Detail::Preview { modality: 0 }));
    assert!(quick.expect("a picture").steps.is_empty());
    let first = done(painter.paint(&pipeline, &scene, FULL)).expect("a picture");
    let study = pipeline.study();
    let (values, mask) = (study.extraction_at(SIZE), study.mask_at(SIZE));
    let structure = Structure::of_image(&draw(1).to_grey(), Frame::SQUARE, SIZE, &values, &mask)
        .expect("lines");
    assert_eq!(first.sample.structure, structure.clone().within_organ());
    assert_eq!(first.steps.last().expect("steps").0, "structure-map");
    assert_eq!(first.source.as_ref().expect("an image").width(), SIZE);
    painter.bring(draw(2), Frame::SQUARE);
    let second = done(painter.paint(&pipeline, &scene, FULL)).expect("a picture");
    assert_ne!(first.sample.structure, second.sample.structure);
    let mut values = Values {
        extraction: pipeline.study().extraction_at(SIZE),
        mask: pipeline.study().mask_at(SIZE),
    };
    let mut turned = |values| {
        let origin = Origin::Image {
            values: Some(values),
        };
        done(painter.paint(
            &pipeline,
            &Scene {
                origin,
                ..scene.clone()
            },
            FULL,
        ))
    };
    assert_eq!(turned(values).expect("a picture").sample, second.sample);
    values.extraction.alpha = 5.0;
    let none = turned(values).expect("a picture");
    assert!(none.sample.structure.map.values().iter().all(|&v| v == 0.0));
    values.extraction.scale = 1 << 30;
    assert!(turned(values).is_err());
}

#[test]
fn strokes_move_the_organ_only_where_a_network_saw_it() {
    let pipeline = masks();
    let mut more = outline();
    more[0] = 1;
    more[16 * SIZE + 16] = 1;
    more[4 * SIZE + 10] = 2;
    let on_fixed = Scene {
        origin: fixed(),
        edits: strokes(&more),
        lesion: Lesion::None,
        noise: 1,
    };
    let painted = fresh(&pipeline, &on_fixed);
    let structure = &painted.sample.structure;
    assert_eq!(structure.map.at(0, 0), 0.0, "outside the organ");
    assert_eq!(structure.map.at(16, 16), 1.0);
    assert_eq!(structure.map.at(10, 4), 0.0, "erased");
    assert_eq!(structure.mask.at(2, 2), 1.0);

    let empty = Scene {
        origin: Origin::Empty,
        ..on_fixed.clone()
    };
    // The erased pixel was no line before.
    let lines = more.iter().map(|&v| f32::from(u8::from(v == 1))).collect();
    let lines = Plane::new(SIZE, SIZE, lines).expect("a plane");
    let seen = done(pipeline.structure_of_lines(lines)).expect("an organ");
    assert_eq!(fresh(&pipeline, &empty).sample.structure, seen);
    let blank = Scene {
        edits: Edits::default(),
        ..empty
    };
    let blank = fresh(&pipeline, &blank).sample.structure;
    assert_eq!(blank.mask, Plane::filled(SIZE, SIZE, 1.0));
}

#[test]
fn an_empty_sheet_and_an_open_outline_paint_nothing() {
    let pipeline = masks();
    let on_sheet = |edits| Scene {
        origin: Origin::Empty,
        edits,
        lesion: Lesion::None,
        noise: 1,
    };
    let full = fresh(&pipeline, &of_seed(&pipeline, 1)).sample.images;
    let mut open = outline();
    open[4 * SIZE + 10..4 * SIZE + 20].fill(0);
    for edits in [Edits::default(), strokes(&open)] {
        let painted = fresh(&pipeline, &on_sheet(edits));
        let Sample {
            structure, images, ..
        } = painted.sample;
        assert_eq!(structure.mask, Plane::filled(SIZE, SIZE, 1.0));
        assert_eq!(structure.map, Plane::filled(SIZE, SIZE, 0.0));
        assert_eq!(images.len(), full.len());
        for ((name, black), (expected, image)) in images.iter().zip(&full) {
            assert_eq!((name, black.channels()), (expected, image.channels()));
            assert!(black.to_u8().iter().all(|v| *v == 0), "{name}");
        }
    }
    let closed = fresh(&pipeline, &on_sheet(strokes(&outline())));
    let (_, image) = &closed.sample.images[0];
    assert!(
        image.to_u8().iter().any(|v| *v > 0),
        "an outline is painted"
    );
}

#[test]
fn without_a_mask_generator_the_outline_is_the_organ() {
    let kind = Study::named("phantom-brain").expect("built in").lesion;
    let mut model = networks::untrained(kind, SIZE);
    model.networks.retain(|n| n.role != Role::MaskGenerator);
    let pipeline = opened(&model);
    let scene = Scene {
        origin: Origin::Empty,
        edits: strokes(&outline()),
        lesion: Lesion::None,
        noise: 1,
    };
    let structure = fresh(&pipeline, &scene).sample.structure;
    assert_eq!(structure.mask.at(16, 16), 0.0);
    assert_eq!(structure.mask.at(1, 1), 1.0);
    assert_eq!(structure.map.values().iter().sum::<f32>(), 4.0 * 23.0);
}

#[test]
fn a_drawn_lesion_is_painted_wherever_it_lies() {
    let pipeline = masks();
    let at = |x: usize, y: usize, class: u8| {
        let mut values = vec![0; SIZE * SIZE];
        values[y * SIZE + x] = class;
        Lesion::Drawn(Runs::of(SIZE, SIZE, &values))
    };
    let scene = |lesion| Scene {
        origin: fixed(),
        edits: Edits::default(),
        lesion,
        noise: 1,
    };
    let inside = fresh(&pipeline, &scene(at(16, 16, 1)));
    let outside = fresh(&pipeline, &scene(at(1, 1, 1)));
    assert_ne!(inside.sample.images, outside.sample.images);
    let picture = outside.picture(pipeline.study());
    let lesion = picture.lesion.expect("it was asked for");
    assert_eq!(Lesion::Drawn(lesion.classes), at(1, 1, 1));
    assert_eq!(picture.forbidden.at(1, 1), Some([255].as_slice()));
    // A copy of a placed lesion is the same lesion.
    let placed = fresh(&pipeline, &scene(Lesion::Placed { seed: 3 }));
    let copy = placed
        .picture(pipeline.study())
        .lesion
        .expect("placed")
        .classes;
    let copied = fresh(&pipeline, &scene(Lesion::Drawn(copy)));
    assert_eq!(copied.sample, placed.sample);
}

#[test]
fn boxes_are_planes_and_end_at_the_edge() {
    let names = vec!["a".into(), "b".into()];
    let pipeline = pipeline(LabelKind::Boxes(names));
    let one = |class, x, width| LesionBox {
        class,
        x,
        y: 10,
        width,
        height: 2,
    };
    let scene = |boxes: &[LesionBox]| Scene {
        origin: fixed(),
        edits: Edits::default(),
        lesion: Lesion::Boxes(boxes.to_vec()),
        noise: 1,
    };
    let painted = fresh(&pipeline, &scene(&[one(0, 10, 4), one(1, 12, 4)]));
    let kind = &pipeline.study().lesion;
    let planes = kind.planes(&painted.asked.label, SIZE).expect("boxes");
    let areas = [0, 1].map(|i: usize| planes[i].values().iter().sum::<f32>());
    assert_eq!(areas, [8.0, 8.0], "they may overlap");
    let shown = painted.asked.lesion.as_ref().expect("boxes");
    assert_eq!((shown.at(11, 10), shown.at(12, 10)), (1, 2));
    let cut = fresh(
        &pipeline,
        &scene(&[one(1, 30, u16::MAX), one(0, u16::MAX, 1)]),
    );
    assert_eq!(cut.asked.lesion.as_ref().map(ClassMap::area), Some(4));
    let wrong = scene(&[one(2, 1, 1)]);
    let refused = done(Painter::default().paint(&pipeline, &wrong, FULL));
    let message = refused.expect_err("no third class").to_string();
    assert!(message.contains("number 3"), "{message}");
}

#[test]
fn what_does_not_fit_the_model_is_a_sentence() {
    let pipeline = masks();
    let small = Runs::of(2, 2, &[0, 1, 0, 0]);
    let broken = Runs {
        runs: vec![(1, 7)],
        ..Runs::of(SIZE, SIZE, &outline())
    };
    let good = of_seed(&pipeline, 1);
    let with = |lesion| Scene {
        lesion,
        ..good.clone()
    };
    let edits = |strokes| Scene {
        edits: Edits {
            strokes: Some(strokes),
        },
        ..good.clone()
    };
    let origin = |map, mask| Scene {
        origin: Origin::Fixed { map, mask },
        ..good.clone()
    };
    let high = Runs::of(SIZE, SIZE, &[255; SIZE * SIZE]);
    let cases = [
        (edits(small.clone()), "2 x 2"),
        (edits(broken.clone()), "damaged"),
        (origin(small.clone(), broken.clone()), "2 x 2"),
        (origin(broken.clone(), broken.clone()), "damaged"),
        (with(Lesion::Drawn(small)), "2 x 2"),
        (with(Lesion::Drawn(broken)), "damaged"),
        (with(Lesion::Drawn(high)), "number 255"),
        (with(Lesion::Class(0)), "masks"),
        (with(Lesion::Boxes(Vec::new())), "boxes"),
    ];
    let mut painter = Painter::default();
    for (scene, part) in cases {
        let refused = done(painter.paint(&pipeline, &scene, FULL));
        let message = refused.expect_err("it does not fit").to_string();
        assert!(message.contains(part), "{message}");
        let after = done(painter.paint(&pipeline, &good, FULL)).expect("still works");
        assert_eq!(after, fresh(&pipeline, &good));
    }
    let classes = pipeline_of_classes();
    let scene = Scene {
        lesion: Lesion::Class(2),
        ..of_seed(&classes, 1)
    };
    assert!(done(Painter::default().paint(&classes, &scene, FULL)).is_err());
}
