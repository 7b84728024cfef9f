//! Commands that wait: at most one per lane, the newest.

use std::collections::VecDeque;

use scanweave::protocol::{Command, CommandId, Lane};

/// Waiting commands, each with what rides along with it.
pub struct Queue<T>(VecDeque<(Command, T)>);

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T> Queue<T> {
    /// Adds a command; returns the id of the one that it makes needless.
    pub fn push(&mut self, command: Command, cargo: T) -> Option<CommandId> {
        let lane = command.request.lane();
        let older = self
            .0
            .iter()
            .position(|(c, _)| c.request.lane() == lane)
            .and_then(|i| self.0.remove(i));
        self.0.push_back((command, cargo));
        older.map(|(command, _)| command.id)
    }

    /// The command that has waited longest.
    pub fn pop(&mut self) -> Option<(Command, T)> {
        self.0.pop_front()
    }

    /// Whether a command of this lane waits.
    pub fn holds(&self, lane: Lane) -> bool {
        self.0.iter().any(|(c, _)| c.request.lane() == lane)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::protocol::{BackendChoice, Label, Request};

    fn sample(id: CommandId) -> Command {
        Command {
            id,
            request: Request::Sample {
                seed: 0,
                label: Label::None,
            },
        }
    }

    fn open(id: CommandId) -> Command {
        Command {
            id,
            request: Request::OpenFile {
                name: String::new(),
                backend: BackendChoice::Auto,
            },
        }
    }

    #[test]
    fn the_newer_of_a_lane_stays() {
        let mut queue = Queue::default();
        assert_eq!(queue.push(sample(1), ()), None);
        assert_eq!(queue.push(open(2), ()), None);
        assert_eq!(queue.push(sample(3), ()), Some(1));
        assert!(queue.holds(Lane::Open) && queue.holds(Lane::Paint));
        assert_eq!(queue.pop().map(|(c, ())| c.id), Some(2));
        assert_eq!(queue.pop().map(|(c, ())| c.id), Some(3));
        assert_eq!(queue.pop().map(|(c, ())| c.id), None);
    }
}
