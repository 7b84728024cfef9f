//! Drawing lines: tools and board.

use leptos::prelude::*;

use super::lines::{LineTool, Lines, emptied, missing, sight};
use crate::model::scene::{Edits, Origin, Scene};
use crate::ui::board::{Board, Sight, Slider};
use crate::ui::page::{Controller, Page};
use crate::ui::words::{
    BOARD_LINES, CLEAR, DRAW_HELP, DRAW_TOOLS, EMPTY_SHEET, PEN_WIDTH, PIXELS, TOOL_ERASER,
    TOOL_LINE, TOOL_PEN, Word,
};

/// The drawing tab.
#[component]
pub fn Draw() -> impl IntoView {
    let (page, controller) = (expect_context::<Page>(), expect_context::<Controller>());
    let lines = Lines::new(page);
    let seen = Memo::new(move |_| sight(page));
    let tool = move |id: &'static str, word: Word, own: LineTool| {
        view! {
            <button type="button" data-testid=id aria-pressed=move || (lines.tool.get() == own).to_string()
                on:click=move |_| lines.tool.set(own)>{move || word.say()}</button>
        }
    };
    let clear = move |_| {
        let scene = page.scene.get_untracked();
        let edits = Edits::default();
        controller.settle(Scene { edits, ..scene });
    };
    let clean = move || page.scene.with(|s| s.edits == Edits::default());
    let empty = move || clean() && page.scene.with(|s| s.origin == Origin::Empty);
    let width = Signal::derive(move || f64::from(lines.width.get()));
    let wide = move |value: f64| lines.width.set(value.clamp(1.0, 3.0) as u8);
    view! {
        <p class="help">{move || DRAW_HELP.say()}</p>
        <div class="tabs tools" role="group" aria-label=move || DRAW_TOOLS.say()>
            {tool("tool-pen", TOOL_PEN, LineTool::Pen)}
            {tool("tool-eraser", TOOL_ERASER, LineTool::Eraser)}
            {tool("tool-line", TOOL_LINE, LineTool::Line)}
        </div>
        <Slider id="pen-width" label=PEN_WIDTH value=width min=1.0 max=Signal::stored(3.0) step=1.0
            said=Signal::derive(move || PIXELS.with(&[("n", &lines.width.get().to_string())]))
            off=Signal::stored(false) try_out=wide keep=wide />
        <Board id="board" label=Signal::derive(|| BOARD_LINES.say().to_owned()) sight=seen_signal(seen) width=lines.width hand=lines />
        <p class="verdict" data-testid="missing" hidden=move || missing(page).is_none()>{move || missing(page).map(Word::say)}</p>
        <div class="row">
            <button type="button" data-testid="clear" disabled=clean on:click=clear>{move || CLEAR.say()}</button>
            <button type="button" data-testid="empty-sheet" disabled=empty
                on:click=move |_| controller.settle(emptied(page.scene.get_untracked()))>{move || EMPTY_SHEET.say()}</button>
        </div>
    }
}

fn seen_signal(seen: Memo<Option<Sight>>) -> Signal<Option<Sight>> {
    Signal::derive(move || seen.get())
}
