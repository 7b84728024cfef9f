//! What pointers on a picture mean: one points or drags, two pinch. Mouse, pen and fingers alike.

use super::zoom::{Place, Window};

/// The pointers that are down, and where.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fingers(Vec<(i32, Place)>);

/// What a movement does to the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Gesture {
    /// Nothing is held: it only points.
    Point,
    /// One pointer drags the picture, fractions of the film.
    Drag(Place),
    /// Two pointers.
    Pinch {
        /// How much farther they are apart now.
        factor: f64,
        /// The middle between them.
        at: Place,
        /// How far the middle moved.
        by: Place,
    },
}

impl Fingers {
    /// A pointer went down.
    pub fn press(&mut self, id: i32, at: Place) {
        self.lift(id);
        self.0.push((id, at));
    }

    /// A pointer went up.
    pub fn lift(&mut self, id: i32) {
        self.0.retain(|finger| finger.0 != id);
    }

    /// Whether no pointer is down.
    pub fn is_free(&self) -> bool {
        self.0.is_empty()
    }

    /// A pointer moved.
    pub fn glide(&mut self, id: i32, to: Place) -> Gesture {
        let Some(index) = self.0.iter().position(|finger| finger.0 == id) else {
            return Gesture::Point;
        };
        let from = std::mem::replace(&mut self.0[index].1, to);
        if self.0.len() == 1 {
            return Gesture::Drag((to.0 - from.0, to.1 - from.1));
        }
        let other = self.0[usize::from(index == 0)].1;
        let apart = |p: Place| (p.0 - other.0).hypot(p.1 - other.1);
        let middle = |p: Place| (f64::midpoint(p.0, other.0), f64::midpoint(p.1, other.1));
        let (before, at) = (middle(from), middle(to));
        Gesture::Pinch {
            factor: if apart(from) > 0.0 {
                apart(to) / apart(from)
            } else {
                1.0
            },
            at,
            by: (at.0 - before.0, at.1 - before.1),
        }
    }
}

impl Gesture {
    /// The window after it.
    pub fn on(self, window: Window) -> Window {
        match self {
            Self::Point => window,
            Self::Drag(by) => window.dragged(by),
            Self::Pinch { factor, at, by } => window.dragged(by).zoomed(factor, at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_points_or_drags() {
        let mut fingers = Fingers::default();
        assert_eq!(fingers.glide(1, (0.5, 0.5)), Gesture::Point);
        fingers.press(1, (0.5, 0.5));
        assert!(!fingers.is_free());
        assert_eq!(fingers.glide(1, (0.75, 0.25)), Gesture::Drag((0.25, -0.25)));
        assert_eq!(fingers.glide(1, (0.75, 0.5)), Gesture::Drag((0.0, 0.25)));
        fingers.lift(1);
        assert!(fingers.is_free());
    }

    #[test]
    fn two_pinch_about_their_middle() {
        let mut fingers = Fingers::default();
        fingers.press(1, (0.25, 0.5));
        fingers.press(2, (0.5, 0.5));
        let pinch = fingers.glide(2, (0.75, 0.5));
        let expected = Gesture::Pinch {
            factor: 2.0,
            at: (0.5, 0.5),
            by: (0.125, 0.0),
        };
        assert_eq!(pinch, expected);
        assert_eq!(pinch.on(Window::default()).scale, 2.0);
    }

    #[test]
    fn fingers_on_one_spot_do_no_harm() {
        let mut fingers = Fingers::default();
        fingers.press(1, (0.5, 0.5));
        fingers.press(2, (0.5, 0.5));
        let window = fingers.glide(2, (0.75, 0.5)).on(Window::default());
        assert_eq!(window, Window::default());
    }
}
