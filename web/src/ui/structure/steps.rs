//! Algorithm 1, step by step: every plane on the way from the image to its structure map.

use leptos::html::Canvas;
use leptos::prelude::*;

use crate::model::protocol::Pixels;
use crate::ui::canvas;
use crate::ui::page::Page;
use crate::ui::words::{
    EXTRACT_CONTRAST, EXTRACT_IMAGE, EXTRACT_LINES, EXTRACT_LONG, EXTRACT_LOWER,
    EXTRACT_LOWER_BLURRED, EXTRACT_LOWER_LINES, EXTRACT_MAP, EXTRACT_MEDIAN, EXTRACT_REDUCED,
    EXTRACT_SMOOTHED, EXTRACT_SOBEL_X, EXTRACT_SOBEL_Y, EXTRACT_STEPS, EXTRACT_UNION,
    EXTRACT_UPPER, EXTRACT_UPPER_BLURRED, EXTRACT_UPPER_LINES, Word,
};

/// The engine's names and what people read.
const NAMES: [(&str, Word); 17] = [
    ("image", EXTRACT_IMAGE),
    ("smoothed", EXTRACT_SMOOTHED),
    ("contrast", EXTRACT_CONTRAST),
    ("sobel-x", EXTRACT_SOBEL_X),
    ("sobel-y", EXTRACT_SOBEL_Y),
    ("lower", EXTRACT_LOWER),
    ("lower-blurred", EXTRACT_LOWER_BLURRED),
    ("lower-lines", EXTRACT_LOWER_LINES),
    ("upper", EXTRACT_UPPER),
    ("upper-blurred", EXTRACT_UPPER_BLURRED),
    ("upper-lines", EXTRACT_UPPER_LINES),
    ("union", EXTRACT_UNION),
    ("lines", EXTRACT_LINES),
    ("median", EXTRACT_MEDIAN),
    ("reduced", EXTRACT_REDUCED),
    ("long-lines", EXTRACT_LONG),
    ("structure-map", EXTRACT_MAP),
];

fn word(name: &str) -> Option<Word> {
    let known = NAMES.iter().find(|(known, _)| *known == name);
    known.map(|(_, word)| *word)
}

/// The strip of steps.
#[component]
pub fn Steps() -> impl IntoView {
    let page = expect_context::<Page>();
    let names = Memo::new(move |_| {
        page.picture.with(|p| {
            let steps = p.iter().flat_map(|p| &p.steps);
            steps.map(|(name, _)| name.clone()).collect::<Vec<_>>()
        })
    });
    view! {
        <Show when=move || !names.with(Vec::is_empty)>
            <h3 class="label" id="extract-steps">{move || EXTRACT_STEPS.say()}</h3>
            <ol class="strip" data-testid="steps" aria-labelledby="extract-steps">
                <For each=move || names.get() key=String::clone let:name>
                    <Step name=name />
                </For>
            </ol>
        </Show>
    }
}

#[component]
fn Step(name: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let node = NodeRef::<Canvas>::new();
    let own = name.clone();
    let pixels = Memo::new(move |_| page.picture.with(|p| pixels_of(&p.as_ref()?.steps, &own)));
    Effect::new(move |_| {
        if let (Some(canvas), Some(pixels)) = (node.get(), pixels.get()) {
            // Refused only where there are no canvases at all: then no picture shows either.
            let _ = canvas::show(&canvas, &pixels);
        }
    });
    let known = word(&name);
    let id = format!("step-{name}");
    let title = move || known.map_or_else(|| name.clone(), |word| word.say().to_owned());
    let label = title.clone();
    view! {
        <li>
            <figure>
                <canvas node_ref=node data-testid=id role="img" aria-label=label></canvas>
                <figcaption>{title}</figcaption>
            </figure>
        </li>
    }
}

fn pixels_of(steps: &[(String, Pixels)], name: &str) -> Option<Pixels> {
    let step = steps.iter().find(|(own, _)| own == name);
    step.map(|(_, pixels)| pixels.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::image::Plane;
    use scanweave::structure::structure_steps;
    use scanweave::study::Study;

    #[test]
    fn every_step_of_the_engine_has_a_name_for_people() {
        for study in Study::NAMES {
            let study = Study::named(study).expect("built in");
            for values in &study.extraction {
                let side = 32;
                let image = Plane::from_fn(side * values.scale, side * values.scale, |x, y| {
                    ((x * 7 + y * 13) % 11) as f32 / 11.0
                });
                let mask = Plane::filled(side, side, 0.0);
                let steps = structure_steps(&image, &mask, values).expect("structure");
                for step in steps {
                    assert!(word(step.name).is_some(), "{}: {}", study.name, step.name);
                }
            }
        }
    }
}
