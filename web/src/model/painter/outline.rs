//! Whether lines enclose anything. On an empty sheet nothing else says where the organ is, and a network that is
//! shown an open line sees an organ all the same.

use scanweave::image::Plane;

/// Whether lines (1) part the sheet: by an outline that is closed, or by one that goes from edge to edge. As in
/// [`contour_mask`](scanweave::structure::contour_mask), gaps up to 1/32 of the side are closed.
pub(super) fn encloses(lines: &Plane) -> bool {
    let mut free = away_from(lines);
    let mut outer = 0;
    for start in 0..free.len() {
        if !free[start] {
            continue;
        }
        if !flood(&mut free, lines.width(), start) {
            return true;
        }
        outer += 1;
    }
    outer > 1
}

/// The pixels that no line reaches across half of the largest gap.
fn away_from(lines: &Plane) -> Vec<bool> {
    let (width, height) = (lines.width(), lines.height());
    let gap = width.max(height).div_ceil(64);
    let mut free = vec![true; width * height];
    let on = lines.values().iter().enumerate().filter(|(_, v)| **v > 0.5);
    for (index, _) in on {
        let (x, y) = (index % width, index / width);
        let columns = x.saturating_sub(gap)..(x + gap + 1).min(width);
        for row in y.saturating_sub(gap)..(y + gap + 1).min(height) {
            free[row * width..][columns.clone()].fill(false);
        }
    }
    free
}

/// Takes the region of `start`, joined through the four sides, away from what is free; returns whether it reaches an
/// edge of the sheet.
fn flood(free: &mut [bool], width: usize, start: usize) -> bool {
    let mut reaches_edge = false;
    let mut waiting = vec![start];
    free[start] = false;
    while let Some(index) = waiting.pop() {
        let (x, below) = (index % width, index + width);
        let sides = [
            (x > 0).then(|| index - 1),
            (x + 1 < width).then_some(index + 1),
            index.checked_sub(width),
            (below < free.len()).then_some(below),
        ];
        reaches_edge |= sides.contains(&None);
        for side in sides.into_iter().flatten() {
            if std::mem::take(&mut free[side]) {
                waiting.push(side);
            }
        }
    }
    reaches_edge
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 64;

    fn sheet(is_line: impl Fn(usize, usize) -> bool) -> Plane {
        Plane::from_fn(SIDE, SIDE, |x, y| f32::from(u8::from(is_line(x, y))))
    }

    /// A square outline; on its upper side `gap` pixels are missing.
    fn square(gap: usize) -> Plane {
        sheet(|x, y| {
            let within = (10..=50).contains(&x) && (10..=50).contains(&y);
            let edge = x == 10 || x == 50 || y == 10 || y == 50;
            within && edge && !(y == 10 && (30..30 + gap).contains(&x))
        })
    }

    #[test]
    fn a_closed_outline_encloses_something_and_an_open_one_does_not() {
        assert!(encloses(&square(0)));
        assert!(encloses(&square(2)), "a trembling hand");
        assert!(!encloses(&square(3)) && !encloses(&square(12)));
        assert!(!encloses(&sheet(|_, _| false)), "an empty sheet");
        assert!(!encloses(&sheet(|x, y| x == y && (5..50).contains(&x))));
    }

    #[test]
    fn an_outline_may_end_at_the_edges_of_the_sheet() {
        assert!(encloses(&sheet(|x, y| x == 32 || y == 70)), "two halves");
        assert!(
            !encloses(&sheet(|x, y| x == 32 && y > 8)),
            "it ends too early"
        );
        let border = |x, y| x == 0 || y == 0 || x == SIDE - 1 || y == SIDE - 1;
        assert!(encloses(&sheet(border)), "the whole sheet");
    }
}
