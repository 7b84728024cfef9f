//! Undo and redo: whole scenes, since they are small.

/// Scenes that are kept at most.
const DEPTH: usize = 100;

/// What was, and what was taken back.
#[derive(Debug, Clone)]
pub struct History<T> {
    past: Vec<T>,
    future: Vec<T>,
}

impl<T> Default for History<T> {
    fn default() -> Self {
        Self {
            past: Vec::new(),
            future: Vec::new(),
        }
    }
}

impl<T> History<T> {
    /// Remembers what is about to be replaced; what was taken back is forgotten.
    pub fn remember(&mut self, old: T) {
        self.past.push(old);
        self.future.clear();
        if self.past.len() > DEPTH {
            self.past.remove(0);
        }
    }

    /// What to go back to; `now` can be had again.
    pub fn undo(&mut self, now: T) -> Option<T> {
        exchange(&mut self.past, &mut self.future, now)
    }

    /// What was taken back last; `now` can be gone back to.
    pub fn redo(&mut self, now: T) -> Option<T> {
        exchange(&mut self.future, &mut self.past, now)
    }

    /// The newest of those before now that is wanted.
    pub fn last(&self, wanted: impl Fn(&T) -> bool) -> Option<&T> {
        self.past.iter().rev().find(|old| wanted(old))
    }

    /// How many steps back and forth there are.
    pub fn depths(&self) -> (usize, usize) {
        (self.past.len(), self.future.len())
    }
}

/// The newest of `from`, `now` put onto `to`; nothing where there is none.
fn exchange<T>(from: &mut Vec<T>, to: &mut Vec<T>, now: T) -> Option<T> {
    let other = from.pop()?;
    to.push(now);
    Some(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_back_and_forth() {
        let mut history = History::default();
        history.remember(1);
        history.remember(2);
        assert_eq!(history.undo(3), Some(2));
        assert_eq!(history.undo(2), Some(1));
        assert_eq!(history.undo(1), None);
        assert_eq!(history.redo(1), Some(2));
        assert_eq!(history.depths(), (1, 1));
        history.remember(2);
        assert_eq!(
            history.redo(9),
            None,
            "a new step forgets what was taken back"
        );
    }

    #[test]
    fn finds_the_newest_that_is_wanted() {
        let mut history = History::default();
        for step in [3, 8, 5] {
            history.remember(step);
        }
        assert_eq!(history.last(|step| step % 2 == 1), Some(&5));
        assert_eq!(history.last(|step| step % 2 == 0), Some(&8));
        assert_eq!(history.last(|step| *step > 8), None);
    }

    #[test]
    fn forgets_what_lies_too_far_back() {
        let mut history = History::default();
        (0..150).for_each(|step| history.remember(step));
        assert_eq!(history.depths(), (DEPTH, 0));
    }
}
