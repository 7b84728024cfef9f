//! Algorithm 3: which drawn structure maps are good enough to build on.
//!
//! A map is drawn again until the structure discriminator takes it for a real one **or** its outline
//! is the organ that the mask generator sees in it. (The thesis prints the loop with the conditions
//! of success, as if it ended on failure.) Either way that organ must not be torn, which is ours: discriminators give
//! broken heads their highest scores. How high scores are, and whether maps draw an outline at all, differs
//! between models, so a model's card may bring a filter of its own. Scores and planes come in from outside: nothing here
//! knows a network, and a caller that waits for its device can feed a [`Selection`] one map at a time.

use serde::{Deserialize, Serialize};

use super::shape::Shape;

/// When a drawn structure map is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StructureFilter {
    /// Least score of the structure discriminator, which aims at 1 for real maps and 0 for others.
    pub score: f32,
    /// Largest [`contour_error`](super::shape::contour_error), 0..=1; 1 for models whose maps draw no outline.
    pub error: f32,
    /// Largest [`raggedness`](super::shape::raggedness) of the organ. Data sets of earlier builds knew none.
    #[serde(default = "any_organ")]
    pub ragged: f32,
    /// Maps that are drawn at most; 0 counts as 1.
    pub tries: u32,
}

impl Default for StructureFilter {
    /// The values of the thesis, and what divides whole organs from torn ones in the shipped models.
    fn default() -> Self {
        Self {
            score: 0.55,
            error: 0.05,
            ragged: 0.018,
            tries: 50,
        }
    }
}

/// Takes every organ.
fn any_organ() -> f32 {
    f32::MAX
}

impl StructureFilter {
    /// Whether a map of this score and these shapes is accepted: a whole organ, and either of score and outline.
    /// Without a structure discriminator there is no score.
    pub fn accepts(&self, score: Option<f32>, shape: Shape) -> bool {
        let real = score.is_some_and(|score| score >= self.score);
        shape.ragged <= self.ragged && (real || shape.error <= self.error)
    }

    /// Draws until a map is accepted or the tries are used up. `draw` gets the number of the try,
    /// from 0, and returns the map with its score and its shapes.
    pub fn choose<T>(&self, mut draw: impl FnMut(u32) -> (T, Option<f32>, Shape)) -> Choice<T> {
        let (map, score, shape) = draw(0);
        let mut selection = Selection::new(*self, map, score, shape);
        while selection.wants_more() {
            let (map, score, shape) = draw(selection.tries());
            selection.offer(map, score, shape);
        }
        selection.into_choice()
    }
}

/// The map that was kept, and how it came to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice<T> {
    /// The map, with whatever belongs to it.
    pub map: T,
    /// Its score; `None` without a structure discriminator.
    pub score: Option<f32>,
    /// Its shapes.
    pub shape: Shape,
    /// Maps drawn, this one and those after it included.
    pub tries: u32,
    /// False when no map was accepted and this is the one with the best score.
    pub accepted: bool,
}

/// Algorithm 3 one map at a time, for callers that have to wait between two.
#[derive(Debug, Clone)]
pub struct Selection<T> {
    filter: StructureFilter,
    kept: Choice<T>,
}

impl<T> Selection<T> {
    /// Begins with the first map.
    pub fn new(filter: StructureFilter, map: T, score: Option<f32>, shape: Shape) -> Self {
        let kept = Choice {
            map,
            score,
            shape,
            tries: 1,
            accepted: filter.accepts(score, shape),
        };
        Self { filter, kept }
    }

    /// Maps drawn so far.
    pub fn tries(&self) -> u32 {
        self.kept.tries
    }

    /// Whether another map should be drawn.
    pub fn wants_more(&self) -> bool {
        !self.kept.accepted && self.kept.tries < self.filter.tries
    }

    /// Judges another map. Once one is accepted, further ones change nothing.
    pub fn offer(&mut self, map: T, score: Option<f32>, shape: Shape) {
        if self.kept.accepted {
            return;
        }
        let tries = self.kept.tries + 1;
        let accepted = self.filter.accepts(score, shape);
        let best = self.kept.score.filter(|score| !score.is_nan());
        let better = score.is_some_and(|score| best.is_none_or(|best| score > best));
        if accepted || better {
            self.kept = Choice {
                map,
                score,
                shape,
                tries,
                accepted,
            };
        }
        self.kept.tries = tries;
    }

    /// The accepted map, or the one with the best score.
    pub fn into_choice(self) -> Choice<T> {
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILTER: StructureFilter = StructureFilter {
        score: 0.55,
        error: 0.05,
        ragged: 0.018,
        tries: 50,
    };

    /// A whole organ with this contour error.
    fn whole(error: f32) -> Shape {
        Shape { error, ragged: 0.0 }
    }

    #[test]
    fn one_of_the_two_suffices_for_a_whole_organ() {
        let accepts = |score, error| FILTER.accepts(Some(score), whole(error));
        assert!(accepts(0.55, 1.0) && accepts(-1.0, 0.05));
        assert!(!accepts(0.5499, 0.0501) && !accepts(f32::NAN, f32::NAN));
        assert!(FILTER.accepts(None, whole(0.05)) && !FILTER.accepts(None, whole(0.06)));
        for (ragged, accepted) in [(0.018, true), (0.0181, false), (f32::NAN, false)] {
            let shape = Shape { error: 0.0, ragged };
            assert_eq!(FILTER.accepts(Some(0.9), shape), accepted, "{ragged}");
        }
        assert_eq!(StructureFilter::default(), FILTER);
        let earlier = r#"{"score":0.55,"error":0.05,"tries":50}"#;
        let earlier: StructureFilter = serde_json::from_str(earlier).expect("of an earlier build");
        let torn = Shape {
            error: 0.0,
            ragged: 1.0,
        };
        assert!(earlier.accepts(Some(0.0), torn), "it knew no torn organs");
    }

    #[test]
    fn the_first_accepted_map_ends_the_loop() {
        let scores = [0.1, 0.5, 0.2, 0.6, 0.9];
        let choice = FILTER.choose(|i| (i, Some(scores[i as usize]), whole(1.0)));
        assert_eq!((choice.map, choice.tries, choice.accepted), (3, 4, true));
        let choice = FILTER.choose(|i| (i, Some(0.1), whole(if i == 2 { 0.01 } else { 1.0 })));
        assert_eq!((choice.map, choice.tries, choice.accepted), (2, 3, true));
    }

    #[test]
    fn without_an_accepted_map_the_best_score_stays() {
        let filter = StructureFilter { tries: 5, ..FILTER };
        let scores = [f32::NAN, 0.1, 0.5, 0.2, 0.5];
        let choice = filter.choose(|i| (i, Some(scores[i as usize]), whole(1.0)));
        assert_eq!((choice.map, choice.tries, choice.accepted), (2, 5, false));
        let choice = filter.choose(|i| (i, None, whole(1.0)));
        assert_eq!((choice.map, choice.tries, choice.accepted), (0, 5, false));
        let none = StructureFilter { tries: 0, ..FILTER };
        assert_eq!(none.choose(|i| (i, Some(0.0), whole(1.0))).tries, 1);
    }
}
