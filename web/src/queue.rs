//! What waits for the engine, and in which order.
//!
//! The engine does one thing at a time. Of a lane only the newest command is kept: who drags a slider
//! wants the last position. A long job (an atlas, a data set, the figures of a picture) does one slice
//! at a time and stands behind every command that waits, so that a picture asked for meanwhile comes
//! first; the figures of the picture just shown stand before the other jobs.

use std::collections::VecDeque;

use crate::model::protocol::{Command, CommandId, Lane, Request};

/// Commands that wait, each with what rides along with it, and jobs between two slices.
pub struct Queue<T, J> {
    waiting: VecDeque<(Command, T)>,
    jobs: VecDeque<Job<J>>,
    running: Option<Running>,
}

/// A command that takes many slices.
#[derive(Debug, PartialEq, Eq)]
pub struct Job<J> {
    /// The command.
    pub id: CommandId,
    /// Its lane.
    pub lane: Lane,
    /// How far it has come.
    pub state: J,
}

/// What is to be done now.
pub enum Next<T, J> {
    /// A command begins.
    Begin(Command, T),
    /// A job goes on.
    GoOn(Job<J>),
}

struct Running {
    id: CommandId,
    lane: Lane,
    wanted: bool,
}

impl<T, J> Default for Queue<T, J> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            jobs: VecDeque::new(),
            running: None,
        }
    }
}

impl<T, J> Queue<T, J> {
    /// Takes a command in; returns the ids of those that it makes needless. What runs is told by
    /// [`Queue::wanted`] and [`Queue::end`]. [`Request::Cancel`] itself never waits.
    pub fn push(&mut self, command: Command, cargo: T) -> Vec<CommandId> {
        let (lane, cancel) = match command.request {
            Request::Cancel { lane } => (lane, true),
            ref other => (other.lane(), false),
        };
        let needless = self.forget(|_, of| of == lane);
        if let Some(running) = self.running.as_mut().filter(|r| r.lane == lane) {
            running.wanted = false;
        }
        if !cancel {
            self.waiting.push_back((command, cargo));
        }
        needless
    }

    /// What is to be done next: short commands in their order, then long ones slice by slice.
    pub fn pop(&mut self) -> Option<Next<T, J>> {
        let short = self
            .waiting
            .iter()
            .position(|(c, _)| !c.request.lane().is_long());
        let figures = self.jobs.iter().position(|job| job.lane == Lane::Paint);
        let next = if let Some((command, cargo)) = short.and_then(|i| self.waiting.remove(i)) {
            Next::Begin(command, cargo)
        } else if let Some(job) = figures.and_then(|i| self.jobs.remove(i)) {
            Next::GoOn(job)
        } else if let Some((command, cargo)) = self.waiting.pop_front() {
            Next::Begin(command, cargo)
        } else {
            Next::GoOn(self.jobs.pop_front()?)
        };
        let (id, lane) = match &next {
            Next::Begin(command, _) => (command.id, command.request.lane()),
            Next::GoOn(job) => (job.id, job.lane),
        };
        self.running = Some(Running {
            id,
            lane,
            wanted: true,
        });
        Some(next)
    }

    /// Whether what runs is still wanted.
    pub fn wanted(&self) -> bool {
        self.running.as_ref().is_none_or(|r| r.wanted)
    }

    /// What ran has ended or, with a state, done a slice; returns its id when it should go on and
    /// nobody wants it any more.
    pub fn end(&mut self, state: Option<J>) -> Option<CommandId> {
        let Running { id, lane, wanted } = self.running.take()?;
        let state = state?;
        if !wanted {
            return Some(id);
        }
        self.jobs.push_back(Job { id, lane, state });
        None
    }

    /// Another model is there: jobs that were asked for before `id` were meant for the old one.
    /// Returns their ids.
    pub fn outdated(&mut self, id: CommandId) -> Vec<CommandId> {
        self.forget(|older, lane| older < id && lane.is_for_model())
    }

    fn forget(&mut self, needless: impl Fn(CommandId, Lane) -> bool) -> Vec<CommandId> {
        let mut forgotten = Vec::new();
        let mut keep = |id, lane| {
            let drop = needless(id, lane);
            forgotten.extend(drop.then_some(id));
            !drop
        };
        self.waiting.retain(|(c, _)| keep(c.id, c.request.lane()));
        self.jobs.retain(|job| keep(job.id, job.lane));
        forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::protocol::{BackendChoice, Detail};
    use crate::model::scene::Scene;
    use scanweave::dataset::Settings;
    use scanweave::label::LabelKind;

    const NONE: [CommandId; 0] = [];

    type Plain = Queue<(), &'static str>;

    fn command(id: CommandId, request: Request) -> Command {
        Command { id, request }
    }

    fn paint(id: CommandId) -> Command {
        let scene = Box::new(Scene::of_seed(1, &LabelKind::None, 0));
        let detail = Detail::Full;
        command(id, Request::Paint { scene, detail })
    }

    fn open(id: CommandId) -> Command {
        let request = Request::OpenFile {
            name: String::new(),
            backend: BackendChoice::Auto,
        };
        command(id, request)
    }

    fn atlas(id: CommandId) -> Command {
        let request = Request::Atlas {
            seed: 1,
            side: 3,
            reach: 1.0,
        };
        command(id, request)
    }

    fn build(id: CommandId) -> Command {
        let request = Request::Build {
            settings: Settings::default(),
            seed: 1,
            count: 3,
        };
        command(id, request)
    }

    fn cancel(id: CommandId, lane: Lane) -> Command {
        command(id, Request::Cancel { lane })
    }

    /// Id of what is next, and whether it begins.
    fn next(queue: &mut Plain) -> Option<(CommandId, bool)> {
        queue.pop().map(|next| match next {
            Next::Begin(command, ()) => (command.id, true),
            Next::GoOn(job) => (job.id, false),
        })
    }

    #[test]
    fn the_newer_of_a_lane_stays() {
        let mut queue = Plain::default();
        assert_eq!(queue.push(paint(1), ()), NONE);
        assert_eq!(queue.push(open(2), ()), NONE);
        assert_eq!(queue.push(paint(3), ()), [1]);
        assert_eq!(next(&mut queue), Some((2, true)));
        assert_eq!(next(&mut queue), Some((3, true)));
        assert_eq!(next(&mut queue), None);
    }

    #[test]
    fn what_runs_is_wanted_until_a_newer_of_its_lane_comes() {
        let mut queue = Plain::default();
        queue.push(open(1), ());
        next(&mut queue);
        queue.push(paint(2), ());
        assert!(queue.wanted());
        assert_eq!(queue.push(open(3), ()), NONE);
        assert!(!queue.wanted());
        assert_eq!(queue.end(None), None);
        assert_eq!(next(&mut queue), Some((2, true)));
        assert!(queue.wanted());
    }

    #[test]
    fn a_drag_that_never_rests_starves_nobody() {
        let mut queue = Plain::default();
        queue.push(paint(1), ());
        let mut painted = Vec::new();
        for round in 0..5 {
            let Some((id, true)) = next(&mut queue) else {
                panic!("round {round}: nothing is painted");
            };
            painted.push(id);
            // Three moves while one picture is painted: it is painted to its end, then the newest follows.
            for step in 2..5 {
                queue.push(paint(3 * round + step), ());
            }
            assert_eq!(queue.end(None), None);
        }
        assert_eq!(painted, [1, 4, 7, 10, 13]);
    }

    #[test]
    fn jobs_take_turns_behind_everything_else() {
        let mut queue = Plain::default();
        queue.push(build(1), ());
        assert_eq!(next(&mut queue), Some((1, true)));
        queue.push(atlas(2), ());
        queue.push(paint(3), ());
        assert_eq!(queue.end(Some("one subject")), None);
        assert_eq!(next(&mut queue), Some((3, true)), "pictures go first");
        assert_eq!(queue.end(Some("figures")), None);
        assert_eq!(next(&mut queue), Some((3, false)), "then their figures");
        assert_eq!(queue.end(None), None);
        assert_eq!(next(&mut queue), Some((2, true)));
        assert_eq!(queue.end(Some("one tile")), None);
        assert_eq!(next(&mut queue), Some((1, false)));
        assert_eq!(queue.end(Some("two subjects")), None);
        assert_eq!(next(&mut queue), Some((2, false)));
        assert_eq!(queue.end(None), None);
        assert_eq!(next(&mut queue), Some((1, false)));
    }

    #[test]
    fn a_newer_picture_ends_the_figures_of_the_last() {
        let mut queue = Plain::default();
        queue.push(paint(1), ());
        next(&mut queue);
        queue.end(Some("figures"));
        assert_eq!(queue.push(paint(2), ()), [1], "between two figures");
        next(&mut queue);
        queue.push(paint(3), ());
        assert_eq!(queue.end(Some("figures")), Some(2), "while it is painted");
    }

    #[test]
    fn cancelling_ends_what_waits_rests_or_runs_and_nothing_else() {
        let mut queue = Plain::default();
        queue.push(build(1), ());
        queue.push(atlas(2), ());
        assert_eq!(queue.push(cancel(3, Lane::Build), ()), [1]);
        assert_eq!(next(&mut queue), Some((2, true)));
        assert_eq!(queue.end(Some("a tile")), None);
        assert_eq!(queue.push(cancel(4, Lane::Atlas), ()), [2]);
        queue.push(build(5), ());
        next(&mut queue);
        assert_eq!(queue.push(cancel(6, Lane::Build), ()), NONE);
        assert!(!queue.wanted());
        assert_eq!(queue.end(Some("a subject")), Some(5));
        assert_eq!(next(&mut queue), None);
        assert_eq!(
            queue.push(cancel(7, Lane::Paint), ()),
            NONE,
            "nothing there"
        );
    }

    #[test]
    fn a_new_model_ends_jobs_of_the_old_one() {
        let mut queue = Plain::default();
        queue.push(build(1), ());
        next(&mut queue);
        queue.end(Some("a subject"));
        queue.push(open(2), ());
        queue.push(atlas(3), ());
        assert_eq!(next(&mut queue), Some((2, true)));
        assert_eq!(queue.outdated(2), [1]);
        queue.end(None);
        assert_eq!(next(&mut queue), Some((3, true)), "asked for after it");
    }
}
