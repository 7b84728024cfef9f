//! The tools for lesion boxes, with their board.

use leptos::prelude::*;

use super::frames::{FrameTool, Frames, MOST, of, with_box, without_box};
use super::marking::{Beneath, ClassChoice, sight};
use super::place;
use super::verdict::{VerdictView, forbidden};
use crate::model::scene::{Lesion, LesionBox, Scene};
use crate::ui::board::{Board, UndoRedo, side};
use crate::ui::page::{Controller, Page};
use crate::ui::structure::named;
use crate::ui::words::{
    BOARD_BOXES, BOX_AT, BOX_DELETE, BOX_DRAW, BOX_HELP, BOX_MOVE, BOXES, LESION_NO_ROOM,
    LESION_NONE, LESION_RANDOM, LESION_TOOLS, Word,
};

/// Drawing, moving, placing and taking away boxes.
#[component]
pub fn Framing() -> impl IntoView {
    let page = expect_context::<Page>();
    let frames = Frames::new(page);
    let beneath = RwSignal::new(true);
    let seen = Memo::new(move |_| sight(page, beneath.get()));
    let tool = move |id: &'static str, word: Word, own: FrameTool| {
        view! {
            <button type="button" data-testid=id aria-pressed=move || (frames.tool.get() == own).to_string()
                on:click=move |_| frames.tool.set(own)>{move || word.say()}</button>
        }
    };
    view! {
        <p class="help">{move || BOX_HELP.say()}</p>
        <Placing frames=frames />
        <div class="tabs tools" role="group" aria-label=move || LESION_TOOLS.say()>
            {tool("box-draw", BOX_DRAW, FrameTool::Draw)}
            {tool("box-move", BOX_MOVE, FrameTool::Move)}
        </div>
        <ClassChoice class=frames.class />
        <Board id="lesion-board" label=Signal::derive(|| BOARD_BOXES.say().to_owned())
            sight=Signal::derive(move || seen.get()) width=Signal::stored(1_u8) hand=frames />
        <VerdictView verdict=frames.verdict />
        <UndoRedo ids=["lesion-undo", "lesion-redo"] />
        <Beneath on=beneath />
        <List page=page />
    }
}

/// A box by chance, and none.
#[component]
fn Placing(frames: Frames) -> impl IntoView {
    let (page, controller) = (frames.page, expect_context::<Controller>());
    let no_room = RwSignal::new(false);
    let full = move || page.scene.with(|scene| of(scene).len() >= MOST);
    let random = move |_| {
        frames.verdict.clear();
        let class = u32::from(frames.class.get_untracked().saturating_sub(1));
        let one = untrack(|| side(page).zip(forbidden(page))).and_then(|(side, forbidden)| {
            place::box_by_chance(&forbidden, side, class, js_sys::Math::random)
        });
        no_room.set(one.is_none());
        if one.is_some() {
            controller.settle(with_box(&page.scene.get_untracked(), one));
        }
    };
    let none = move |_| {
        frames.verdict.clear();
        no_room.set(false);
        let scene = page.scene.get_untracked();
        controller.settle(Scene {
            lesion: Lesion::None,
            ..scene
        });
    };
    view! {
        <div class="row">
            <button type="button" data-testid="lesion-random" disabled=move || full() || page.picture.with(Option::is_none)
                on:click=random>{move || LESION_RANDOM.say()}</button>
            <button type="button" data-testid="lesion-none" disabled=move || page.scene.with(|s| of(s).is_empty())
                on:click=none>{move || LESION_NONE.say()}</button>
        </div>
        <p class="verdict" role="alert" hidden=move || !no_room.get()>{move || no_room.get().then(|| LESION_NO_ROOM.say())}</p>
    }
}

/// The boxes by name, each with a button that takes it away.
#[component]
fn List(page: Page) -> impl IntoView {
    let controller = expect_context::<Controller>();
    let boxes = Memo::new(move |_| page.scene.with(|scene| of(scene).to_vec()));
    let item = move |(index, one): (usize, LesionBox)| {
        let said = move || {
            let class = page.opened.with(|m| {
                let names = m.as_ref().map(|m| m.study.lesion.classes());
                names.and_then(|n| n.get(one.class as usize).cloned())
            });
            BOX_AT.with(&[
                ("class", &class.as_deref().map(named).unwrap_or_default()),
                ("x", &one.x.to_string()),
                ("y", &one.y.to_string()),
                ("width", &one.width.to_string()),
                ("height", &one.height.to_string()),
            ])
        };
        let delete = move |_| controller.settle(without_box(&page.scene.get_untracked(), index));
        view! {
            <li class="row">
                <span>{said}</span>
                <button type="button" data-testid=format!("box-delete-{index}") on:click=delete
                    aria-label=move || format!("{}: {}", BOX_DELETE.say(), said())>{move || BOX_DELETE.say()}</button>
            </li>
        }
    };
    view! {
        <Show when=move || !boxes.with(Vec::is_empty)>
            <ul class="boxes" data-testid="boxes" aria-label=move || BOXES.say()>
                {move || boxes.get().into_iter().enumerate().map(item).collect_view()}
            </ul>
        </Show>
    }
}
