//! The atlas: the structure maps of a grid on the plane, drawn behind the pad as they arrive.
//!
//! Eighty-one maps take a while, so they are drawn only when asked for, and forgotten when the plane
//! becomes another.

use std::rc::Rc;

use leptos::html::Canvas;
use leptos::prelude::*;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::pad::{REACH, SIDE};
use crate::model::protocol::{Event, Lane, Pixels, Request};
use crate::ui::canvas;
use crate::ui::page::Controller;
use crate::ui::words::{ATLAS_DONE, ATLAS_DRAWING, ATLAS_FAILED, ATLAS_HELP, ATLAS_SHOW};

/// Side of a tile, pixels.
const TILE: usize = 64;
/// Tiles of a whole atlas.
const ALL: usize = SIDE as usize * SIDE as usize;

/// How far the atlas is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    None,
    Drawing,
    Done,
    Failed,
}

/// The atlas of the plane that is walked on.
#[derive(Clone, Copy)]
pub struct Atlas {
    controller: Controller,
    seed: Memo<u64>,
    /// Where it is drawn.
    pub node: NodeRef<Canvas>,
    /// Tiles that are there.
    pub tiles: RwSignal<usize>,
    stage: RwSignal<Stage>,
    /// Counts atlases: tiles of an older one are not drawn.
    count: RwSignal<u32>,
}

impl Atlas {
    /// No atlas yet; it ends when the seed or the model becomes another.
    pub fn new(controller: Controller, seed: Memo<u64>) -> Self {
        let atlas = Self {
            controller,
            seed,
            node: NodeRef::new(),
            tiles: RwSignal::new(0),
            stage: RwSignal::new(Stage::None),
            count: RwSignal::new(0),
        };
        Effect::new(move |_| {
            seed.track();
            controller.page.opened.track();
            atlas.forget();
        });
        Effect::new(move |first: Option<()>| {
            canvas::restored();
            // Its tiles are not kept: they are asked for again.
            if first.is_some() && untrack(|| atlas.is_asked()) {
                atlas.ask();
            }
        });
        atlas
    }

    /// Whether it was asked for: then a click on the pad means a tile.
    pub fn is_asked(self) -> bool {
        matches!(self.stage.get(), Stage::Drawing | Stage::Done)
    }

    fn forget(self) {
        if self.stage.get_untracked() == Stage::Drawing {
            self.controller.cancel(Lane::Atlas);
        }
        self.stage.set(Stage::None);
        self.tiles.set(0);
        self.count.update(|count| *count += 1);
        self.wipe();
    }

    fn wipe(self) {
        if let Some(canvas) = self.node.get_untracked() {
            // Setting the size empties a canvas.
            let side = (TILE * SIDE as usize) as u32;
            canvas.set_width(side);
            canvas.set_height(side);
        }
    }

    fn ask(self) {
        self.forget();
        self.stage.set(Stage::Drawing);
        let own = self.count.get_untracked();
        let request = Request::Atlas {
            seed: self.seed.get_untracked(),
            side: SIDE,
            reach: REACH,
        };
        let answer = move |event: &Event| {
            if self.count.get_untracked() == own {
                self.take(event);
            }
        };
        self.controller.ask(request, Rc::new(answer));
    }

    fn take(self, event: &Event) {
        match event {
            Event::Tile {
                column, row, map, ..
            } => {
                let drawn = self
                    .node
                    .get_untracked()
                    .and_then(|canvas| draw(&canvas, *column, *row, map).ok());
                if drawn.is_some() {
                    self.tiles.update(|tiles| *tiles = (*tiles + 1).min(ALL));
                }
            }
            Event::Done { .. } => self.stage.set(Stage::Done),
            Event::Failed { .. } => self.stage.set(Stage::Failed),
            Event::Superseded { .. } => self.stage.set(Stage::None),
            _ => {}
        }
    }
}

/// The button and how far the atlas is.
#[component]
pub fn AtlasView() -> impl IntoView {
    let atlas = expect_context::<Atlas>();
    let said = move || {
        let numbers = [
            ("all", ALL.to_string()),
            ("n", atlas.tiles.get().to_string()),
        ];
        let numbers = [
            (numbers[0].0, numbers[0].1.as_str()),
            (numbers[1].0, numbers[1].1.as_str()),
        ];
        match atlas.stage.get() {
            Stage::None => ATLAS_HELP.say().to_owned(),
            Stage::Drawing => ATLAS_DRAWING.with(&numbers),
            Stage::Done => ATLAS_DONE.say().to_owned(),
            Stage::Failed => ATLAS_FAILED.say().to_owned(),
        }
    };
    view! {
        <div class="field">
            <button type="button" data-testid="show-atlas" aria-describedby="atlas-news"
                disabled=move || atlas.is_asked() on:click=move |_| atlas.ask()>{move || ATLAS_SHOW.say()}</button>
            <p class="help" id="atlas-news">{said}</p>
        </div>
    }
}

fn draw(canvas: &HtmlCanvasElement, column: u8, row: u8, map: &Pixels) -> Result<(), JsValue> {
    let rgba: Vec<u8> = shrunk(map, TILE)
        .into_iter()
        .flat_map(|v| [v, v, v, 255])
        .collect();
    let image =
        ImageData::new_with_u8_clamped_array_and_sh(Clamped(&rgba), TILE as u32, TILE as u32)?;
    let context = canvas.get_context("2d")?.ok_or("no 2-D canvas")?;
    let context: CanvasRenderingContext2d = context.dyn_into()?;
    let place = |tile: u8| f64::from(tile) * TILE as f64;
    context.put_image_data(&image, place(column), place(row))
}

/// The map at another size. A line that crosses a field keeps its brightness, however small it gets:
/// the mean of a field times its side.
fn shrunk(map: &Pixels, side: usize) -> Vec<u8> {
    let (width, height) = (map.width() as usize, map.height() as usize);
    let bytes = map.grey();
    let field = |tile: usize, length: usize| {
        let start = tile * length / side;
        start..((tile + 1) * length / side).max(start + 1)
    };
    let mut grey = Vec::with_capacity(side * side);
    for y in 0..side {
        for x in 0..side {
            let (rows, columns) = (field(y, height), field(x, width));
            let longest = rows.len().max(columns.len());
            let area = rows.len() * columns.len();
            let sum: usize = rows
                .flat_map(|row| columns.clone().map(move |column| row * width + column))
                .map(|index| usize::from(bytes[index]))
                .sum();
            grey.push((sum * longest / area).min(255) as u8);
        }
    }
    grey
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(width: u32, bytes: &[u8]) -> Pixels {
        let height = bytes.len() as u32 / width;
        Pixels::new(width, height, bytes.to_vec()).expect("one byte per pixel")
    }

    #[test]
    fn a_line_stays_as_bright_as_it_was() {
        let line = [0, 255, 0, 0].repeat(4);
        let small = shrunk(&pixels(4, &line), 2);
        assert_eq!(small, [255, 0, 255, 0]);
        let dot = [0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(shrunk(&pixels(4, &dot), 2)[0], 127);
    }

    #[test]
    fn small_maps_grow() {
        let grown = shrunk(&pixels(2, &[1, 2, 3, 4]), 4);
        assert_eq!(grown[..4], [1, 1, 2, 2]);
    }
}
