//! The tools for lesion masks, with their board.

use leptos::prelude::*;

use super::marks::{MarkTool, Marks, drawn};
use super::place;
use super::shown::shown;
use super::turning::Turning;
use super::verdict::{VerdictView, forbidden};
use crate::model::scene::{Lesion, Scene};
use crate::ui::board::{Board, Sight, Slider, UndoRedo, bytes, fits, newest, side};
use crate::ui::page::{Controller, MAX_SEED, Page};
use crate::ui::structure::named;
use crate::ui::words::{
    BOARD_LESION, LESION_BENEATH, LESION_BRUSH, LESION_CLASS, LESION_ELLIPSE, LESION_ERASE,
    LESION_HELP, LESION_MOVE, LESION_NO_ROOM, LESION_NONE, LESION_RANDOM, LESION_TOOLS,
    LESION_WIDTH, PIXELS, Word,
};

/// Brush, ellipse, eraser, moving, turning, placing.
#[component]
pub fn Marking() -> impl IntoView {
    let page = expect_context::<Page>();
    let marks = Marks::new(page);
    provide_context(marks);
    let beneath = RwSignal::new(true);
    let seen = Memo::new(move |_| sight(page, beneath.get()));
    let width = Signal::derive(move || match marks.tool.get() {
        MarkTool::Brush | MarkTool::Erase => marks.width.get(),
        MarkTool::Ellipse | MarkTool::Move => 1,
    });
    let tool = move |id: &'static str, word: Word, own: MarkTool| {
        view! {
            <button type="button" data-testid=id aria-pressed=move || (marks.tool.get() == own).to_string()
                on:click=move |_| marks.tool.set(own)>{move || word.say()}</button>
        }
    };
    let wide = move |value: f64| marks.width.set(value.clamp(1.0, 64.0) as u8);
    let most = Signal::derive(move || (side(page).unwrap_or(64) / 4).clamp(4, 64) as f64);
    view! {
        <p class="help">{move || LESION_HELP.say()}</p>
        <Placing />
        <div class="tabs tools" role="group" aria-label=move || LESION_TOOLS.say()>
            {tool("lesion-brush", LESION_BRUSH, MarkTool::Brush)}
            {tool("lesion-ellipse", LESION_ELLIPSE, MarkTool::Ellipse)}
            {tool("lesion-erase", LESION_ERASE, MarkTool::Erase)}
            {tool("lesion-move", LESION_MOVE, MarkTool::Move)}
        </div>
        <ClassChoice class=marks.class />
        <Slider id="lesion-width" label=LESION_WIDTH value=Signal::derive(move || f64::from(marks.width.get()))
            min=1.0 max=most step=1.0
            said=Signal::derive(move || PIXELS.with(&[("n", &marks.width.get().to_string())]))
            off=Signal::stored(false) try_out=wide keep=wide />
        <Board id="lesion-board" label=Signal::derive(|| BOARD_LESION.say().to_owned())
            sight=Signal::derive(move || seen.get()) width=width hand=marks />
        <VerdictView verdict=marks.verdict />
        <UndoRedo ids=["lesion-undo", "lesion-redo"] />
        <Beneath on=beneath />
        <Turning />
    }
}

/// Whether the picture shows beneath the lesion, or the lines.
#[component]
pub fn Beneath(on: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" data-testid="lesion-beneath" prop:checked=move || on.get()
                on:change=move |event| on.set(event_target_checked(&event)) />
            <span>{move || LESION_BENEATH.say()}</span>
        </label>
    }
}

/// The class that is drawn, where there are several.
#[component]
pub fn ClassChoice(
    /// Its number, from 1.
    class: RwSignal<u8>,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let names = Memo::new(move |_| {
        page.opened.with(|m| {
            let kind = m.as_ref().map(|m| &m.study.lesion);
            let placed = kind.filter(|kind| kind.is_placed());
            placed.map_or_else(Vec::new, |kind| kind.classes().to_vec())
        })
    });
    Effect::new(move |_| {
        if usize::from(class.get()) > names.with(Vec::len).max(1) {
            class.set(1);
        }
    });
    let option = move |(index, name): (usize, String)| {
        let number = index + 1;
        view! {
            <option value=number.to_string() prop:selected=move || usize::from(class.get()) == number>{move || named(&name)}</option>
        }
    };
    let chosen = move |event| class.set(event_target_value(&event).parse().unwrap_or(1));
    let several = move || names.with(Vec::len) > 1;
    view! {
        <Show when=several>
            <div class="field">
                <label for="lesion-class">{move || LESION_CLASS.say()}</label>
                <select id="lesion-class" data-testid="lesion-class" on:change=chosen>
                    {move || names.get().into_iter().take(255).enumerate().map(option).collect_view()}
                </select>
            </div>
        </Show>
    }
}

/// A lesion by chance, and none.
#[component]
fn Placing() -> impl IntoView {
    let marks = expect_context::<Marks>();
    let (page, controller) = (marks.page, expect_context::<Controller>());
    let no_room = RwSignal::new(false);
    let missing = move || page.picture.with(Option::is_none);
    let random = move |_| {
        marks.verdict.clear();
        let scene = by_chance(page, marks.class.get_untracked());
        no_room.set(scene.is_none());
        if let Some(scene) = scene {
            controller.settle(scene);
        }
    };
    let none = move |_| {
        marks.verdict.clear();
        no_room.set(false);
        let scene = page.scene.get_untracked();
        controller.settle(Scene {
            lesion: Lesion::None,
            ..scene
        });
    };
    view! {
        <div class="row">
            <button type="button" data-testid="lesion-random" disabled=missing on:click=random>{move || LESION_RANDOM.say()}</button>
            <button type="button" data-testid="lesion-none" disabled=move || page.scene.with(|s| s.lesion == Lesion::None)
                on:click=none>{move || LESION_NONE.say()}</button>
        </div>
        <p class="verdict" role="alert" hidden=move || !no_room.get()>{move || no_room.get().then(|| LESION_NO_ROOM.say())}</p>
    }
}

/// The scene with a lesion by chance: as the model knows lesions, otherwise an ellipse.
fn by_chance(page: Page, class: u8) -> Option<Scene> {
    let scene = page.scene.get_untracked();
    let knows = |m: &crate::model::protocol::ModelInfo| m.placed;
    if page
        .opened
        .with_untracked(|m| m.as_ref().is_some_and(knows))
    {
        let seed = (js_sys::Math::random() * MAX_SEED as f64) as u64;
        return Some(Scene {
            lesion: Lesion::Placed { seed },
            ..scene
        });
    }
    let side = untrack(|| side(page))?;
    let forbidden = untrack(|| forbidden(page))?;
    let sheet = place::by_chance(&forbidden, side, class, js_sys::Math::random)?;
    Some(drawn(&scene, &sheet))
}

/// What the board shows: lesion and forbidden zone over the picture or the lines.
pub fn sight(page: Page, beneath: bool) -> Option<Sight> {
    let side = side(page)?;
    let focus = page.focus.get();
    let lines = newest(page, |p| bytes(&p?.structure, side));
    let ground = newest(page, |p| {
        // A preview holds the one modality that is looked at.
        let images = &p?.images;
        let (_, pixels) = images.get(focus).or_else(|| images.first())?;
        fits(pixels, side).then(|| pixels.clone())
    });
    let ground = ground.filter(|_| beneath);
    Some(Sight {
        side,
        lines: lines.filter(|_| ground.is_none()),
        ground,
        strokes: None,
        forbidden: forbidden(page),
        lesion: shown(page),
    })
}
