//! An atlas: the structure maps of a grid on a plane through the latent space, one per slice.

use super::compute::Compute;
use super::job::{Job, Next, Slice};
use super::{done, post};
use crate::model::protocol::{Cause, CommandId, Event, Failure, Pixels};
use crate::model::scene::{Latent, from_centre};

/// Most maps on a side.
const MOST: u8 = 33;

/// An atlas that is being drawn.
pub struct Atlas {
    seed: u64,
    side: u8,
    reach: f32,
    /// Tiles that are still to be drawn, the next one last.
    tiles: Vec<(u8, u8)>,
}

impl Atlas {
    /// No tile is drawn yet.
    pub fn new(seed: u64, side: u8, reach: f32) -> Result<Self, Failure> {
        if !(1..=MOST).contains(&side) {
            let why = format!("an atlas has 1 to {MOST} maps on a side, not {side}");
            return Err(Cause::Computation.because("", why));
        }
        let mut tiles = from_centre(side);
        tiles.reverse();
        Ok(Self {
            seed,
            side,
            reach,
            tiles,
        })
    }

    /// The next tile: the very lines that a picture of this place is painted on.
    async fn tile(&mut self, id: CommandId, on: &mut Compute) -> Result<Next, Failure> {
        let Some((column, row)) = self.tiles.pop() else {
            done(id);
            return Ok(Next::Ended);
        };
        let place = Latent::on_grid(self.seed, self.side, self.reach, column, row);
        let structure = on
            .compute(async |synthesiser, _| {
                let latent = place.values(synthesiser.latent());
                Ok(synthesiser.structure(&latent).await?)
            })
            .await?;
        post(&Event::Tile {
            id,
            column,
            row,
            map: Pixels::from(&structure.map),
        });
        Ok(Next::GoesOn)
    }
}

impl Job for Atlas {
    fn slice<'a>(&'a mut self, id: CommandId, on: &'a mut Compute) -> Slice<'a> {
        Box::pin(self.tile(id, on))
    }
}
