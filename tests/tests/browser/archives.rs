//! Archives of labelled subjects: the page builds what the command line builds from the same file and seed.
//!
//! On the CPU both run the same code, so every file is compared whole. On WebGPU the structure filter may
//! decide otherwise about a map near its limits: the archive says how it decided, and that is replayed here.

use super::home::{says, unpacked};
use super::model::{self, Native, fresh_boxes, fresh_brain, fresh_colour, stretch, values};
use super::page::{Page, WEBGPU, distance, tipped};
use super::site::{Offer, Site, dist};
use image::DynamicImage;
use scanweave::dataset::{Dataset, Entry, HEADER, Settings, picture_name, provenance_name};
use scanweave::image::Plane;
use scanweave::label::{ClassMap, Label};
use scanweave::networks::config::NetworkConfig;
use scanweave::networks::cpu;
use scanweave::structure::{Shape, Structure, StructureFilter};
use scanweave::synthesis::Synthesiser;
use scanweave::weights::{self, Checksums, Model, Network, Role};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Seed of the series.
const SEED: u64 = 5;
/// Subjects of an archive.
const COUNT: u64 = 2;
/// How far two backends may be apart in what the structure discriminator says of a map.
const SCORES: f32 = 0.01;
/// As [`SCORES`], in the distance of a map's contour from its mask.
const ERRORS: f32 = 0.002;

/// The shipped models have all that decides about a subject: the phantom brain lesion masks and segmenters,
/// the chest X-ray findings and a structure discriminator that refuses many maps.
/// None has boxes or colours: fresh models stand for those.
#[test]
fn an_archive_holds_what_the_command_line_builds() {
    let shipped = |name: &str| fs::read(dist().join("assets").join(name)).expect("a shipped model");
    let models = [
        ("brain", shipped("phantom-brain.weave")),
        ("chest", shipped("chest-xray.weave")),
        ("boxes", fresh_boxes(7)),
        ("colours", fresh_colour(7)),
    ];
    let program = command_line();
    let offers = models.each_ref();
    let site = Site::with_models(&offers.map(|(id, bytes)| Offer::whole(id, bytes)));
    let page = Page::at("about:blank");
    for (id, bytes) in &models {
        let query = format!("backend=cpu&seed=4&model={id}");
        page.browser.open(&site.url(&query));
        page.until_ready("Seed 4:");
        // What was never trained draws maps that the filter refuses.
        let keep = !matches!(*id, "brain" | "chest");
        let archive = Archive::built(&page, COUNT, keep);
        page.is_quiet();
        let folder = tempfile::tempdir().expect("a folder");
        archive.is(&folder_of(&program, bytes, folder.path(), COUNT, keep));
        match *id {
            "brain" => {
                for index in 0..COUNT {
                    assert!(!archive.label(index).is_empty(), "subject {index} is ill");
                    let found = archive.entry(index).provenance.found;
                    assert!(found.iter().all(Option::is_some), "{index}: {found:?}");
                }
            }
            "chest" => {
                assert_eq!(archive.column("label"), ["normal", "bacteria"]);
                let first = archive.entry(0).provenance;
                assert!(first.accepted, "{first:?}");
            }
            "colours" => {
                let fundus = archive.picture(0, "fundus").to_rgb8();
                assert!(fundus.pixels().any(|p| p[0] != p[1] && p[1] != p[2]));
            }
            _ => {}
        }
    }
}

/// What the filter refuses in every try is no part of the archive, is counted where a person looks, and stays on
/// request; the command line does the same.
#[test]
fn subjects_that_the_filter_refuses_are_left_out_and_counted() {
    let bytes = model::bytes(&picky(3));
    let (site, program) = (
        Site::with_models(&[Offer::whole("brain", &bytes)]),
        command_line(),
    );
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    for keep in [false, true] {
        let archive = Archive::built(&page, 3, keep);
        let folder = tempfile::tempdir().expect("a folder");
        archive.is(&folder_of(&program, &bytes, folder.path(), 3, keep));
        let accepted = |index: &u64| archive.entry(*index).provenance.accepted;
        let good: Vec<u64> = (0..3).filter(accepted).collect();
        assert_eq!(good.len(), 2, "one of three is refused");
        let stays = |index: &u64| archive.0.contains_key(&picture_name(*index, "mask"));
        let there: Vec<u64> = (0..3).filter(stays).collect();
        assert_eq!(there, if keep { vec![0, 1, 2] } else { good });
        let rows = archive.column("accepted");
        assert_eq!(rows.len(), 4 * there.len(), "four modalities each");
        assert_eq!(rows.iter().any(|accepted| accepted == "false"), keep);
        let (said, became) = (
            page.text("build-status"),
            if keep { "kept" } else { "left out" },
        );
        let count = format!("Subjects: {}.", there.len());
        assert!(
            said.starts_with("Saved as ") && said.contains(&count),
            "{said}"
        );
        assert!(
            said.contains("1 failed the structure filter") && said.contains(became),
            "{said}"
        );
    }
    page.is_quiet();
}

#[test]
fn an_archive_made_on_webgpu_follows_from_the_decisions_it_records() {
    let model = judged();
    let bytes = model::bytes(&model);
    let (native, judge) = (Native::open(&bytes), on_core(&model));
    let site = Site::with_models(&[Offer::whole("brain", &bytes)]);
    let page = Page::open(&site, "backend=webgpu&seed=4");
    page.until_ready("Seed 4:");
    let archive = Archive::built(&page, COUNT, false);
    assert_eq!(page.backend(), "webgpu", "{}", page.text("badge"));
    page.is_quiet();

    let sha256 = Checksums::of(&bytes).sha256();
    let (title, licence) = (&model.card.title, &model.card.licence);
    let filter = model.card.structure_filter();
    let settings = Settings {
        filter: Some(filter),
        ..Settings::default()
    };
    let dataset = Dataset::of(&model.study, title, licence, &sha256, SEED, settings);
    let found: Dataset = serde_json::from_str(&archive.text("dataset.json")).expect("JSON");
    assert_eq!(found, dataset);
    let mut table = HEADER.join(",") + "\n";
    for index in 0..COUNT {
        let entry = archive.entry(index);
        for modality in &dataset.modalities {
            table += &(dataset.row(index, modality, &entry).join(",") + "\n");
        }
        replayed(&archive, index, &native, &judge, &filter);
    }
    assert_eq!(archive.text("manifest.csv"), table);
    let maps = archive.entry(0).provenance.maps;
    assert!(maps > 1, "no map was refused, so no decision is replayed");
}

/// Every map that subject `index` was tried with is drawn and judged here: the archive kept the first one
/// that the filter accepts, and what it painted is what is painted here of that very map.
fn replayed(
    archive: &Archive,
    index: u64,
    native: &Native,
    judge: &Synthesiser,
    filter: &StructureFilter,
) {
    let entry = archive.entry(index);
    let provenance = &entry.provenance;
    let side = native.size();
    let plane = |stage: &str| {
        let values = archive.grey(index, stage).into_iter();
        let values = values.map(|v| f32::from(u8::from(v > 127)));
        Plane::new(side, side, values.collect()).expect("a square")
    };
    let kept = Structure {
        map: plane("structure"),
        mask: plane("mask"),
    };

    let score = provenance.score.expect("a score");
    let shape = Shape::of(&kept.map, &kept.mask);
    assert!(provenance.accepted && filter.accepts(Some(score), shape));
    assert!((score - verdict(judge, &kept.map)).abs() <= SCORES);
    assert!((provenance.contour_error - shape.error).abs() <= 1e-6);
    assert!((provenance.ragged - shape.ragged).abs() <= 1e-6);
    let mut drawn = native.map_number(SEED, index, 1);
    for number in 1..=u64::from(provenance.maps) {
        drawn = native.map_number(SEED, index, number);
        let score = verdict(judge, &drawn.map);
        let shape = Shape::of(&drawn.map, &drawn.mask);
        println!("subject {index}, map {number}: score {score:.3}, {shape:?}");
        let with = |error: f32, ragged: f32| Shape {
            error: shape.error + error,
            ragged: shape.ragged + ragged,
        };
        // Near a limit either decision is right.
        if number == u64::from(provenance.maps) {
            let may = filter.accepts(Some(score + SCORES), with(-ERRORS, -ERRORS));
            assert!(may, "map {number} of {index} was kept");
        } else {
            let must = filter.accepts(Some(score - SCORES), with(ERRORS, ERRORS));
            assert!(!must, "map {number} of {index} was refused");
        }
    }
    for (stage, found, wanted) in [
        ("structure", &kept.map, &drawn.map),
        ("mask", &kept.mask, &drawn.mask),
    ] {
        let share = tipped(found, wanted);
        assert!(share <= WEBGPU.tipped, "{stage} of {index}: {share}");
    }

    // The organ leaves room at once, whatever map was kept.
    let label = archive.label(index);
    assert!(!label.is_empty(), "subject {index} is ill");
    let label = Label::Mask(label);
    assert_eq!(label, native.subject(SEED, index).label);
    for (modality, painted) in &native.painted_with(&kept, &label, provenance.noise).images {
        let (mean, largest) = distance(&archive.grey(index, modality), &painted.to_u8());
        assert!(
            mean <= WEBGPU.mean && largest <= WEBGPU.largest,
            "{modality} of {index}: mean {mean}, largest {largest}"
        );
    }
}

/// The files of an archive by their names.
struct Archive(BTreeMap<String, Vec<u8>>);

impl Archive {
    /// What the page saves when it is asked for so many subjects of [`SEED`], with or without those that the filter
    /// refuses.
    fn built(page: &Page, count: u64, keep: bool) -> Self {
        page.keep_files();
        let keeps = "return document.querySelector('[data-testid=build-keep]').checked";
        if page.browser.script(keeps) != keep {
            page.browser.click("[data-testid=build-keep]");
        }
        for (field, value) in [("build-count", count), ("build-seed", SEED)] {
            let field = format!("[data-testid={field}]");
            page.browser.clear(&field);
            page.browser.keys(&field, &value.to_string());
        }
        Self(unpacked(page.saved("build-start")).into_iter().collect())
    }

    /// The folder holds the same files with the same content, and besides a sheet to look at. Here every
    /// picture carries the mark that stands in a table there.
    #[track_caller]
    fn is(&self, folder: &Path) {
        let names = fs::read_dir(folder).expect("a folder").map(|file| {
            let name = file.expect("a file").file_name();
            name.into_string().expect("a plain name")
        });
        let mut names: Vec<String> = names.filter(|name| name != "sheet.png").collect();
        names.sort();
        assert_eq!(self.0.keys().cloned().collect::<Vec<_>>(), names);
        for (name, here) in &self.0 {
            let there = fs::read(folder.join(name)).expect("a file of the folder");
            if Path::new(name).extension().is_some_and(|e| e == "png") {
                assert!(says(here, b", not for diagnosis. Sample."), "{name}");
                let (here, there) = (decoded(here), decoded(&there));
                assert!(here == there, "{name} is another picture");
            } else {
                let [here, there] = [here, &there].map(|text| String::from_utf8_lossy(text));
                assert_eq!(here, there, "{name}");
            }
        }
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(self.0[name].clone()).expect("text")
    }

    /// What is written down of a subject.
    fn entry(&self, index: u64) -> Entry {
        let text = self.text(&provenance_name(index));
        serde_json::from_str(&text).expect("JSON")
    }

    fn picture(&self, index: u64, stage: &str) -> DynamicImage {
        decoded(&self.0[&picture_name(index, stage)])
    }

    /// A picture's greys.
    fn grey(&self, index: u64, stage: &str) -> Vec<u8> {
        self.picture(index, stage).to_luma8().into_raw()
    }

    /// The lesion mask of a subject.
    fn label(&self, index: u64) -> ClassMap {
        let picture = self.picture(index, "label").to_luma8();
        let (width, height) = picture.dimensions();
        ClassMap::new(width as usize, height as usize, picture.into_raw()).expect("a label")
    }

    /// A column of the table, by its name.
    fn column(&self, name: &str) -> Vec<String> {
        let place = HEADER.iter().position(|column| *column == name);
        let place = place.expect("a column of this name");
        let table = self.text("manifest.csv");
        let rows = table.lines().skip(1);
        let field = |row: &str| row.split(',').nth(place).expect("a field").to_owned();
        rows.map(field).collect()
    }
}

/// A picture with its kind of pixels: grey or in colour.
fn decoded(png: &[u8]) -> DynamicImage {
    image::load_from_memory(png).expect("a PNG")
}

/// The data set that the command line builds of a model, below `folder`.
fn folder_of(program: &Path, model: &[u8], folder: &Path, count: u64, keep: bool) -> PathBuf {
    let (file, out) = (folder.join("model.weave"), folder.join("set"));
    fs::write(&file, model).expect("a file");
    let (count, seed) = (count.to_string(), SEED.to_string());
    let mut command = Command::new(program);
    command.arg("build").arg(&file).arg("--out").arg(&out);
    command.args(["--count", &count, "--seed", &seed]);
    command.args(keep.then_some("--keep-refused"));
    let ended = command.output().expect("the program starts");
    let complained = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{complained}");
    out
}

/// The program `scanweave` of this very source. Cargo names a program to the tests of its own package alone,
/// so it is asked: the choice of packages is that of the native tests, and after them nothing is compiled.
fn command_line() -> PathBuf {
    let mut cargo = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    cargo.args(["test", "--workspace", "--test", "cli", "--no-run"]);
    cargo.args(["--message-format", "json"]);
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let ended = cargo.stderr(Stdio::inherit()).output();
    let ended = ended.expect("cargo runs this test");
    assert!(ended.status.success(), "the command line does not build");
    let said = String::from_utf8(ended.stdout).expect("cargo writes UTF-8");
    let program = said.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let is_it = message["target"]["name"] == "scanweave";
        message["executable"]
            .as_str()
            .filter(|_| is_it)
            .map(PathBuf::from)
    });
    program.expect("cargo names what it has built")
}

/// A small model with all that decides about a subject: a structure discriminator that refuses the first map of the
/// series and accepts the second.
fn judged() -> Model {
    let mut model = judging();
    let (native, judge) = (Native::open(&model::bytes(&model)), on_core(&model));
    let score = |number| verdict(&judge, &native.map_number(SEED, 0, number).map);
    let (first, second) = (score(1), score(2));
    let filter = StructureFilter::default();
    let gain = 0.5 / (second - first);
    let judge = network(&mut model, Role::StructureDiscriminator);
    stretch(judge, "real", gain, filter.score - 0.25 - gain * first);
    model
}

/// As [`judged`], but of the first `count` subjects one is refused in every try, and no other.
fn picky(count: u64) -> Model {
    let mut model = judging();
    let (native, judge) = (Native::open(&model::bytes(&model)), on_core(&model));
    let filter = StructureFilter::default();
    let best = |index| {
        let tries = 1..=u64::from(filter.tries);
        let scores = tries.map(|n| verdict(&judge, &native.map_number(SEED, index, n).map));
        scores.fold(f32::MIN, f32::max)
    };
    let mut best: Vec<f32> = (0..count).map(best).collect();
    best.sort_by(f32::total_cmp);
    let gain = 0.5 / (best[1] - best[0]);
    let judge = network(&mut model, Role::StructureDiscriminator);
    stretch(judge, "real", gain, filter.score - 0.25 - gain * best[0]);
    model
}

/// A small model with a mask generator that sees an organ with room for lesions, which one without training does not,
/// and a structure discriminator.
fn judging() -> Model {
    let mut model = weights::read(&fresh_brain(7)).expect("a whole file");
    let side = model.geometry.size;
    sees_an_organ(network(&mut model, Role::MaskGenerator), side);
    // Few lines, which draw no contour, and an organ with corners: the score alone decides.
    model.study.line_threshold = 0.6;
    model.card.filter = Some(StructureFilter {
        ragged: 1.0,
        ..StructureFilter::default()
    });
    // It was of other lines and masks.
    model.known_answer = None;
    model.networks.push(model::structure_discriminator(7));
    model
}

/// The same organ in every picture, around its middle: the first layer says 1 everywhere, and all that the
/// others still see is the border, beyond which there are zeros.
fn sees_an_organ(network: &mut Network, side: usize) {
    let NetworkConfig::Unet(config) = network.config.clone() else {
        panic!("a mask generator is a U-Net")
    };
    values(network, "stem.weight").fill(0.0);
    values(network, "stem.bias").fill(1.0);
    let unet = cpu::Unet::new(&config, &network.tensors).expect("its own weights");
    let seen = unet.logits(&unet.encode(&vec![0.0; side * side], side), &[]);
    let middle = seen[side / 2 * side + side / 2];
    let border = seen[..side].iter().sum::<f32>() / side as f32;
    // Before the sigmoid: 0.02 within, 0.98 outside.
    let gain = 8.0 / (border - middle);
    stretch(network, "head", gain, -4.0 - gain * middle);
}

fn network(model: &mut Model, role: Role) -> &mut Network {
    let network = model.networks.iter_mut().find(|n| n.role == role);
    network.expect("a network of this role")
}

fn on_core(model: &Model) -> Synthesiser {
    Synthesiser::open_on_core(model).expect("a model that paints")
}

/// What the structure discriminator says of a map.
fn verdict(judge: &Synthesiser, map: &Plane) -> f32 {
    let score = pollster::block_on(judge.score(map)).expect("a model that judges");
    score.expect("a structure discriminator")
}
