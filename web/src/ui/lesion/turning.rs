//! Turning and scaling of a drawn lesion.
//!
//! Every turn is made from the lesion as it was drawn, not from the last turn: to the nearest pixel,
//! many small turns would wear it away.

use leptos::prelude::*;

use super::marks::{Marks, drawn};
use super::shown::shown;
use crate::model::scene::{Lesion, Runs, Scene};
use crate::ui::board::{Pose, Sheet, Slider, Trial, posed};
use crate::ui::page::Controller;
use crate::ui::words::{
    DEGREES, LARGER, PERCENT, SCALE, SMALLER, TURN, TURN_LEFT, TURN_RIGHT, Word,
};

/// A button turns by so many degrees and scales by so much.
const TURN_STEP: f64 = 15.0;
const SCALE_STEP: f64 = 1.1;
/// A press takes so many steps at most before it changes a pixel.
const MOST_STEPS: usize = 8;
const LEAST: f64 = 25.0;
const MOST: f64 = 400.0;

/// The lesion as it was drawn, and what its pose made of it.
#[derive(Debug, Clone, PartialEq)]
struct Drawing {
    base: Sheet,
    made: Runs,
    pose: Pose,
}

impl Drawing {
    /// The drawing of the lesion that is shown: the one before, if the lesion is what it made.
    fn of(last: Option<Self>, lesion: &Lesion, shown: Sheet) -> Self {
        last.filter(|last| *lesion == Lesion::Drawn(last.made.clone()))
            .unwrap_or_else(|| Self {
                made: shown.runs(),
                base: shown,
                pose: Pose::default(),
            })
    }

    /// Changed as often as it takes to be seen: a tenth more of nine pixels is nine pixels.
    fn pose_after(&self, change: impl Fn(Pose) -> Pose) -> Pose {
        let first = change(self.pose);
        let mut pose = first;
        for _ in 0..MOST_STEPS {
            let next = change(pose);
            if self.in_pose(pose).made != self.made || next == pose {
                return pose;
            }
            pose = next;
        }
        first
    }

    fn in_pose(&self, pose: Pose) -> Self {
        let base = self.base.clone();
        Self {
            made: posed(&base, pose).runs(),
            base,
            pose,
        }
    }
}

/// What turns.
#[derive(Clone, Copy)]
struct Turner {
    marks: Marks,
    trial: Trial,
    /// Before the change that is tried.
    kept: StoredValue<Option<Drawing>, LocalStorage>,
    now: StoredValue<Option<Drawing>, LocalStorage>,
    pose: RwSignal<Pose>,
}

impl Turner {
    fn show(self, change: impl Fn(&Drawing) -> Pose) {
        let page = self.marks.page;
        let Some(shown) = untrack(|| shown(page)) else {
            return;
        };
        let lesion = page.scene.with_untracked(|scene| scene.lesion.clone());
        let drawing = Drawing::of(self.now.get_value(), &lesion, shown);
        if drawing.base.is_empty() {
            return;
        }
        if self.kept.with_value(Option::is_none) {
            self.marks.verdict.clear();
            self.kept.set_value(Some(drawing.clone()));
        }
        let turned = drawing.in_pose(change(&drawing));
        let Some(work) = Sheet::of(&turned.made, turned.base.side()) else {
            return;
        };
        self.pose.set(turned.pose);
        self.now.set_value(Some(turned));
        self.trial.show(drawn(&self.trial.before(), &work));
    }

    fn keep(self) {
        let sheet = |drawing: &Drawing| Sheet::of(&drawing.made, drawing.base.side());
        let kept = self.kept.try_update_value(Option::take).flatten();
        let now = self.now.get_value();
        let (before, after) = (kept.as_ref().and_then(sheet), now.as_ref().and_then(sheet));
        let refused = before
            .zip(after)
            .is_some_and(|(before, after)| self.marks.verdict.refuses(&before, &after));
        if refused {
            self.pose
                .set(kept.as_ref().map_or_else(Pose::default, |k| k.pose));
            self.now.set_value(kept);
            self.trial.take_back();
        } else {
            self.trial.keep();
        }
    }

    fn step(self, change: impl Fn(Pose) -> Pose) {
        self.show(|drawing| drawing.pose_after(&change));
        self.keep();
    }

    /// The lesion became another: it has not been turned.
    fn follow(self, scene: &Scene) {
        let own = |now: &Option<Drawing>| {
            let now = now.as_ref();
            now.is_some_and(|now| scene.lesion == Lesion::Drawn(now.made.clone()))
        };
        // A turn out of the board leaves no lesion, and is still a turn that may be taken back.
        let tried = self.kept.with_value(Option::is_some);
        if !tried && !self.now.with_value(own) {
            self.now.set_value(None);
            self.pose.set(Pose::default());
        }
    }
}

fn turned(pose: Pose, by: f64) -> Pose {
    // Into -180..180, so that the slider can show it.
    let turn = (pose.turn + by + 180.0).rem_euclid(360.0) - 180.0;
    Pose { turn, ..pose }
}

fn scaled(pose: Pose, by: f64) -> Pose {
    let scale = (pose.scale * by).clamp(LEAST / 100.0, MOST / 100.0);
    Pose { scale, ..pose }
}

/// Buttons and sliders.
#[component]
pub fn Turning() -> impl IntoView {
    let marks = expect_context::<Marks>();
    let turner = Turner {
        marks,
        trial: Trial::new(expect_context::<Controller>()),
        kept: StoredValue::new_local(None),
        now: StoredValue::new_local(None),
        pose: RwSignal::new(Pose::default()),
    };
    Effect::new(move |_| marks.page.scene.with(|scene| turner.follow(scene)));
    let none = Memo::new(move |_| shown(marks.page).is_none_or(|sheet| sheet.is_empty()));
    let off = Signal::derive(move || none.get());
    let turn = Signal::derive(move || turner.pose.get().turn.round());
    let scale = Signal::derive(move || (100.0 * turner.pose.get().scale).round());
    let number = |word: Word, value: Signal<f64>| {
        Signal::derive(move || word.with(&[("n", &value.get().to_string())]))
    };
    let button = move |id: &'static str, word: Word, change: fn(Pose) -> Pose| {
        view! {
            <button type="button" data-testid=id disabled=move || off.get()
                on:click=move |_| turner.step(change)>{move || word.say()}</button>
        }
    };
    let to_turn = move |turn: f64| {
        turner.show(move |drawing| Pose {
            turn,
            ..drawing.pose
        });
    };
    let to_scale = move |percent: f64| {
        turner.show(move |drawing| Pose {
            scale: percent / 100.0,
            ..drawing.pose
        });
    };
    view! {
        <Slider id="lesion-turn" label=TURN value=turn min=-180.0 max=Signal::stored(180.0) step=1.0
            said=number(DEGREES, turn) off=off try_out=to_turn keep=move |turn| { to_turn(turn); turner.keep(); } />
        <Slider id="lesion-scale" label=SCALE value=scale min=LEAST max=Signal::stored(MOST) step=1.0
            said=number(PERCENT, scale) off=off try_out=to_scale keep=move |percent| { to_scale(percent); turner.keep(); } />
        <div class="row">
            {button("lesion-turn-left", TURN_LEFT, |pose| turned(pose, -TURN_STEP))}
            {button("lesion-turn-right", TURN_RIGHT, |pose| turned(pose, TURN_STEP))}
            {button("lesion-smaller", SMALLER, |pose| scaled(pose, 1.0 / SCALE_STEP))}
            {button("lesion-larger", LARGER, |pose| scaled(pose, SCALE_STEP))}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar() -> Sheet {
        let mut bar = Sheet::empty(5);
        for (x, class) in [(1, 1), (2, 2), (3, 3)] {
            bar.put((x, 2), class);
        }
        bar
    }

    #[test]
    fn a_turn_is_made_from_the_drawing_and_not_from_the_last_turn() {
        let lesion = Lesion::Drawn(bar().runs());
        let first = Drawing::of(None, &lesion, bar());
        assert_eq!(first.pose, Pose::default());
        let mut drawing = first.clone();
        for _ in 0..24 {
            let lesion = Lesion::Drawn(drawing.made.clone());
            let shown = Sheet::of(&drawing.made, 5).expect("of five");
            let again = Drawing::of(Some(drawing.clone()), &lesion, shown);
            drawing = again.in_pose(turned(again.pose, TURN_STEP));
        }
        assert_eq!(drawing.made, first.made, "a whole turn");
        assert_eq!(drawing.base, bar());
    }

    #[test]
    fn a_press_changes_a_pixel_of_a_small_lesion_too() {
        let lesion = Lesion::Drawn(bar().runs());
        let small = Drawing::of(None, &lesion, bar());
        let larger = |pose| scaled(pose, SCALE_STEP);
        assert_eq!(
            small.in_pose(larger(small.pose)).made,
            small.made,
            "one step is none"
        );
        let pose = small.pose_after(larger);
        assert_ne!(small.in_pose(pose).made, small.made);
        assert!(pose.scale > SCALE_STEP && pose.scale < 2.0);
        let mut dot = Sheet::empty(5);
        dot.put((2, 2), 1);
        let dot = Drawing::of(None, &Lesion::None, dot);
        let turn = dot.pose_after(|pose| turned(pose, TURN_STEP));
        assert_eq!(turn.turn, TURN_STEP, "nothing turns a dot");
    }

    #[test]
    fn another_lesion_is_another_drawing() {
        let first = Drawing::of(None, &Lesion::None, bar()).in_pose(turned(Pose::default(), 90.0));
        let other = Drawing::of(Some(first), &Lesion::Placed { seed: 1 }, bar());
        assert_eq!((other.base, other.pose), (bar(), Pose::default()));
    }

    #[test]
    fn poses_stay_where_the_sliders_reach() {
        let pose = turned(Pose::default(), 190.0);
        assert_eq!(pose.turn, -170.0);
        assert_eq!(turned(pose, -15.0).turn, 175.0);
        assert_eq!(scaled(pose, 100.0).scale, 4.0);
        assert_eq!(scaled(pose, 0.001).scale, 0.25);
    }
}
