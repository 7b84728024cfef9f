//! The values of algorithms 1 and 2 as sliders: they begin at the study's and can go back to them.

use leptos::prelude::*;
use scanweave::study::{Extraction, LocalContrast, Study};

use crate::model::scene::{Origin, Scene, Values};
use crate::ui::board::{Slider, Trial, side};
use crate::ui::page::{Controller, Page};
use crate::ui::words::{
    VALUE_ALPHA, VALUE_BETA, VALUE_CONTRAST, VALUE_LIMIT, VALUE_MEDIAN, VALUE_NO_LIMIT,
    VALUE_SIGMA1, VALUE_SIGMA2, VALUE_SMOOTHING, VALUE_THRESHOLD, VALUES, VALUES_HELP,
    VALUES_STUDY, Word,
};

/// The largest limit of the local contrast on the slider: there nothing is cut.
const NO_LIMIT: f64 = 4.0;

/// One value and how it is turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Knob {
    Smoothing,
    Limit,
    Sigma1,
    Alpha,
    Sigma2,
    Beta,
    Median,
    Threshold,
}

impl Knob {
    /// In the order in which the algorithms use them.
    const ALL: [Self; 8] = [
        Self::Smoothing,
        Self::Limit,
        Self::Sigma1,
        Self::Alpha,
        Self::Sigma2,
        Self::Beta,
        Self::Median,
        Self::Threshold,
    ];

    /// Id, name, least, most and step.
    fn range(self) -> (&'static str, Word, [f64; 3]) {
        match self {
            Self::Smoothing => ("value-smoothing", VALUE_SMOOTHING, [0.0, 4.0, 0.1]),
            Self::Limit => ("value-limit", VALUE_LIMIT, [0.2, NO_LIMIT, 0.1]),
            Self::Sigma1 => ("value-sigma1", VALUE_SIGMA1, [0.0, 6.0, 0.1]),
            Self::Alpha => ("value-alpha", VALUE_ALPHA, [0.0, 0.6, 0.01]),
            Self::Sigma2 => ("value-sigma2", VALUE_SIGMA2, [0.0, 6.0, 0.1]),
            Self::Beta => ("value-beta", VALUE_BETA, [0.0, 1.0, 0.01]),
            Self::Median => ("value-median", VALUE_MEDIAN, [1.0, 15.0, 2.0]),
            Self::Threshold => ("value-threshold", VALUE_THRESHOLD, [0.0, 1.0, 0.01]),
        }
    }

    fn of(self, values: &Values) -> f64 {
        let lines = &values.extraction;
        let wide = |value: f32| (f64::from(value) * 1000.0).round() / 1000.0;
        match self {
            Self::Smoothing => wide(lines.smoothing),
            Self::Limit => lines.contrast.and_then(|c| c.limit).map_or(NO_LIMIT, wide),
            Self::Sigma1 => wide(lines.sigma1),
            Self::Alpha => wide(lines.alpha),
            Self::Sigma2 => wide(lines.sigma2),
            Self::Beta => wide(lines.beta),
            Self::Median => lines.median as f64,
            Self::Threshold => wide(values.mask.threshold),
        }
    }

    fn turned(self, mut values: Values, to: f64) -> Values {
        let lines = &mut values.extraction;
        let narrow = to as f32;
        match self {
            Self::Smoothing => lines.smoothing = narrow,
            Self::Limit => {
                if let Some(contrast) = &mut lines.contrast {
                    contrast.limit = (to < NO_LIMIT).then_some(narrow);
                }
            }
            Self::Sigma1 => lines.sigma1 = narrow,
            Self::Alpha => lines.alpha = narrow,
            Self::Sigma2 => lines.sigma2 = narrow,
            Self::Beta => lines.beta = narrow,
            Self::Median => lines.median = to.max(1.0) as usize | 1,
            Self::Threshold => values.mask.threshold = narrow,
        }
        values
    }

    fn said(self, value: f64) -> String {
        match self {
            Self::Limit if value >= NO_LIMIT => VALUE_NO_LIMIT.say().to_owned(),
            Self::Median => format!("{value:.0}"),
            Self::Smoothing | Self::Limit | Self::Sigma1 | Self::Sigma2 => format!("{value:.1}"),
            Self::Alpha | Self::Beta | Self::Threshold => format!("{value:.2}"),
        }
    }
}

/// The study's values at a working size.
fn of_study(study: &Study, size: usize) -> Option<Values> {
    // A study from a file may name no values at all.
    (!study.extraction.is_empty()).then(|| Values {
        extraction: study.extraction_at(size),
        mask: study.mask_at(size),
    })
}

/// The scene with these values; the study's own need not be carried.
fn with_values(scene: Scene, values: Values, study: &Values) -> Scene {
    let values = (values != *study).then_some(values);
    Scene {
        origin: Origin::Image { values },
        ..scene
    }
}

/// Local contrast switched on or off; on as the study has it, otherwise as the brain studies do.
fn with_contrast(mut values: Values, on: bool, study: &Values) -> Values {
    let Extraction { size, scale, .. } = values.extraction;
    let usual = LocalContrast {
        radius: (size * scale * 3 / 64).max(1),
        floor: 0.03,
        limit: None,
    };
    values.extraction.contrast = on.then(|| study.extraction.contrast.unwrap_or(usual));
    values
}

/// The sliders.
#[component]
pub fn ValuesView() -> impl IntoView {
    let (page, controller) = (expect_context::<Page>(), expect_context::<Controller>());
    let trial = Trial::new(controller);
    let study = Memo::new(move |_| {
        let size = side(page)?;
        page.opened
            .with(|m| m.as_ref().and_then(|m| of_study(&m.study, size)))
    });
    let values = Memo::new(move |_| {
        let turned = page.scene.with(|scene| match &scene.origin {
            Origin::Image { values } => *values,
            _ => None,
        });
        turned.or_else(|| study.get())
    });
    let contrast =
        move || values.with(|v| v.as_ref().is_some_and(|v| v.extraction.contrast.is_some()));
    let turn = move |change: &dyn Fn(Values) -> Values| {
        if let (Some(values), Some(study)) = (values.get_untracked(), study.get_untracked()) {
            trial.show(with_values(trial.before(), change(values), &study));
        }
    };
    let switch = move |event| {
        let on = event_target_checked(&event);
        if let Some(study) = study.get_untracked() {
            turn(&|values| with_contrast(values, on, &study));
            trial.keep();
        }
    };
    let slider = move |knob: Knob| {
        let (id, label, [min, max, step]) = knob.range();
        let value = Signal::derive(move || values.with(|v| v.as_ref().map_or(min, |v| knob.of(v))));
        let off = move || values.with(Option::is_none) || (knob == Knob::Limit && !contrast());
        view! {
            <Slider id=id label=label value=value min=min max=Signal::stored(max) step=step
                said=Signal::derive(move || knob.said(value.get())) off=Signal::derive(off)
                try_out=move |to| turn(&|values| knob.turned(values, to))
                keep=move |to| { turn(&|values| knob.turned(values, to)); trial.keep(); } />
        }
    };
    let own = move || values.with(|v| study.with(|s| v != s));
    let back = move |_| {
        if let Some(study) = study.get_untracked() {
            turn(&|_| study);
            trial.keep();
        }
    };
    view! {
        <fieldset class="values">
            <legend>{move || VALUES.say()}</legend>
            <p class="help">{move || VALUES_HELP.say()}</p>
            <label class="check">
                <input type="checkbox" data-testid="value-contrast" prop:checked=contrast on:change=switch />
                <span>{move || VALUE_CONTRAST.say()}</span>
            </label>
            {Knob::ALL.map(slider).collect_view()}
            <button type="button" data-testid="values-study" disabled=move || !own() on:click=back>{move || VALUES_STUDY.say()}</button>
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study() -> Values {
        let study = Study::named("brain-mri").expect("built in");
        of_study(&study, 128).expect("it has values")
    }

    #[test]
    fn every_knob_turns_its_own_value_only() {
        for knob in Knob::ALL {
            let (id, _, [min, max, _]) = knob.range();
            let before = knob.of(&study());
            assert!((min..=max).contains(&before), "{id}: {before}");
            let turned = knob.turned(study(), 1.0);
            assert_eq!(knob.of(&turned), 1.0, "{id}");
            for other in Knob::ALL.into_iter().filter(|&other| other != knob) {
                assert_eq!(other.of(&turned), other.of(&study()), "{id}");
            }
        }
    }

    #[test]
    fn the_study_is_not_carried() {
        let scene = Scene {
            origin: Origin::Empty,
            edits: crate::model::scene::Edits::default(),
            lesion: crate::model::scene::Lesion::None,
            noise: 1,
        };
        let turned = Knob::Beta.turned(study(), 0.9);
        let origin = |values| with_values(scene.clone(), values, &study()).origin;
        assert_eq!(origin(study()), Origin::Image { values: None });
        let values = Some(turned);
        assert_eq!(origin(turned), Origin::Image { values });
    }

    #[test]
    fn contrast_comes_back_as_the_study_has_it() {
        let without = with_contrast(study(), false, &study());
        assert_eq!(without.extraction.contrast, None);
        assert_eq!(Knob::Limit.of(&without), NO_LIMIT);
        assert_eq!(with_contrast(without, true, &study()), study());
        let plain = with_contrast(without, true, &without);
        assert_eq!(plain.extraction.contrast.map(|c| c.radius), Some(12));
        let open = Knob::Limit.turned(study(), NO_LIMIT);
        assert_eq!(open.extraction.contrast.and_then(|c| c.limit), None);
    }

    #[test]
    fn medians_stay_odd() {
        assert_eq!(Knob::Median.turned(study(), 4.0).extraction.median, 5);
        assert_eq!(Knob::Median.turned(study(), -1.0).extraction.median, 1);
    }
}
