//! Which part of the pictures is seen: one window for all of them, so that they stay side by side
//! however far one looks in.
//!
//! Places are fractions: of the film, the frame on the screen, or of the picture behind it.

/// A place, fractions from the left and from the top.
pub type Place = (f64, f64);

/// The largest enlargement.
pub const MOST: f64 = 16.0;

/// The part of a picture that a film shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// How many times the picture is enlarged beyond the film, 1..=[`MOST`].
    pub scale: f64,
    /// Left edge of the part, fraction of the picture.
    x: f64,
    /// Upper edge.
    y: f64,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            scale: 1.0,
            x: 0.0,
            y: 0.0,
        }
    }
}

impl Window {
    /// Enlarged so many times, with this left upper corner.
    pub fn at(scale: f64, (x, y): Place) -> Self {
        let scale = scale.clamp(1.0, MOST);
        Self { scale, x, y }.inside()
    }

    /// Left upper corner of the part, fractions of the picture.
    pub fn corner(self) -> Place {
        (self.x, self.y)
    }

    /// Whether there is more of the picture than is seen.
    pub fn is_zoomed(self) -> bool {
        self.scale > 1.0
    }

    /// Enlarged by `factor`; what lies at `at` of the film stays there.
    pub fn zoomed(self, factor: f64, at: Place) -> Self {
        if !factor.is_finite() || factor <= 0.0 {
            return self;
        }
        let (u, v) = self.picture(at);
        let scale = (self.scale * factor).clamp(1.0, MOST);
        Self {
            scale,
            x: u - at.0 / scale,
            y: v - at.1 / scale,
        }
        .inside()
    }

    /// The picture dragged by fractions of the film.
    pub fn dragged(self, (dx, dy): Place) -> Self {
        Self {
            x: self.x - dx / self.scale,
            y: self.y - dy / self.scale,
            ..self
        }
        .inside()
    }

    /// Moved as little as needed to show this place of the picture.
    pub fn showing(self, (u, v): Place) -> Self {
        let part = 1.0 / self.scale;
        Self {
            x: self.x.clamp(u - part, u),
            y: self.y.clamp(v - part, v),
            ..self
        }
        .inside()
    }

    /// The place of the picture that lies at `at` of the film.
    pub fn picture(self, at: Place) -> Place {
        (self.x + at.0 / self.scale, self.y + at.1 / self.scale)
    }

    /// Where a place of the picture lies on the film; outside 0..1 it is not seen.
    pub fn film(self, (u, v): Place) -> Place {
        ((u - self.x) * self.scale, (v - self.y) * self.scale)
    }

    /// As a CSS transform of the picture about its upper left corner.
    pub fn transform(self) -> String {
        let [x, y] = [self.x, self.y].map(|edge| -100.0 * edge);
        format!("scale({:.4}) translate({x:.4}%, {y:.4}%)", self.scale)
    }

    fn inside(self) -> Self {
        let last = 1.0 - 1.0 / self.scale;
        Self {
            x: self.x.clamp(0.0, last),
            y: self.y.clamp(0.0, last),
            ..self
        }
    }
}

/// The pixel at a place of a picture of `side` pixels.
pub fn pixel((u, v): Place, side: u32) -> (u32, u32) {
    let of = |t: f64| ((t * f64::from(side)) as u32).min(side.saturating_sub(1));
    (of(u), of(v))
}

/// The centre of a pixel of a picture of `side` pixels.
pub fn centre((x, y): (u32, u32), side: u32) -> Place {
    let of = |i: u32| (f64::from(i) + 0.5) / f64::from(side.max(1));
    (of(x), of(y))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Window = Window {
        scale: 1.0,
        x: 0.0,
        y: 0.0,
    };

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let at = (0.75, 0.25);
        let near = WHOLE.zoomed(2.0, at);
        // The middle of the right half: 0.75 - 0.75 / 2 = 0.375 from the left.
        assert_eq!((near.scale, near.x, near.y), (2.0, 0.375, 0.125));
        assert_eq!(near.picture(at), at);
        assert_eq!(near.film(at), at);
        assert_eq!(near.zoomed(0.5, at), WHOLE);
    }

    #[test]
    fn the_picture_never_leaves_the_film() {
        let near = WHOLE.zoomed(4.0, (0.5, 0.5));
        let far = near.dragged((9.0, -9.0));
        assert_eq!((far.x, far.y), (0.0, 0.75));
        assert_eq!(WHOLE.dragged((0.5, 0.5)), WHOLE);
        assert_eq!(WHOLE.zoomed(1000.0, (0.0, 0.0)).scale, MOST);
        assert_eq!(WHOLE.zoomed(f64::NAN, (0.0, 0.0)), WHOLE);
        assert_eq!(WHOLE.zoomed(0.0, (0.0, 0.0)), WHOLE);
    }

    #[test]
    fn dragging_moves_by_the_film() {
        let near = WHOLE.zoomed(2.0, (0.5, 0.5)).dragged((0.25, 0.0));
        assert_eq!((near.x, near.y), (0.125, 0.25));
    }

    #[test]
    fn a_place_is_brought_into_sight() {
        let near = WHOLE.zoomed(4.0, (0.0, 0.0));
        assert_eq!(near.showing((0.1, 0.2)), near);
        let moved = near.showing((0.5, 0.1));
        assert_eq!((moved.x, moved.y), (0.25, 0.0));
        let back = moved.showing((0.0, 0.0));
        assert_eq!((back.x, back.y), (0.0, 0.0));
    }

    #[test]
    fn as_the_style_sheet_reads_it() {
        let near = WHOLE.zoomed(2.0, (0.75, 0.25));
        assert_eq!(
            near.transform(),
            "scale(2.0000) translate(-37.5000%, -12.5000%)"
        );
    }

    #[test]
    fn pixels_and_their_centres() {
        assert_eq!(pixel((0.0, 0.999), 128), (0, 127));
        assert_eq!(pixel((1.0, -0.1), 128), (127, 0));
        assert_eq!(centre((0, 127), 128), (0.00390625, 0.99609375));
        assert_eq!(pixel(centre((77, 3), 128), 128), (77, 3));
    }
}
