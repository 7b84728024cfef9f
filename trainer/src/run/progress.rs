//! Progress of a training as people watch it, and when it ends: after steps, or by the clock.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// When a training ends.
#[derive(Debug, Clone, Copy)]
pub enum Limit {
    /// After this many steps in all.
    Steps(u64),
    /// After this much time in steps, over all sittings.
    Time(Duration),
}

impl Limit {
    /// The steps of a limit by steps.
    pub fn steps(self) -> Option<u64> {
        match self {
            Self::Steps(steps) => Some(steps),
            Self::Time(_) => None,
        }
    }

    /// Whether a training that ended after `step` steps would go on under this limit; how long it
    /// took is not asked.
    pub fn is_beyond(self, step: u64) -> bool {
        matches!(self, Self::Steps(steps) if steps > step)
    }
}

/// The bar with losses and images per second.
pub struct Progress {
    bar: ProgressBar,
    limit: Limit,
    began: Instant,
    before: f64,
}

impl Progress {
    /// A bar for a training that has spent `before` seconds already.
    pub fn new(limit: Limit, before: f64) -> Self {
        let length = match limit {
            Limit::Steps(steps) => steps,
            Limit::Time(time) => time.as_secs(),
        };
        let unit = if matches!(limit, Limit::Steps(_)) {
            "steps"
        } else {
            "s"
        };
        let template =
            format!("{{elapsed_precise}} {{bar:32}} {{pos}}/{{len}} {unit}, {{eta}} left  {{msg}}");
        let style = ProgressStyle::with_template(&template).expect("a template known to be right");
        Self {
            bar: ProgressBar::new(length).with_style(style),
            limit,
            began: Instant::now(),
            before,
        }
    }

    /// Seconds spent in all sittings.
    pub fn seconds(&self) -> f64 {
        self.before + self.began.elapsed().as_secs_f64()
    }

    /// Whether the training has reached its limit after `step` steps.
    pub fn is_over(&self, step: u64) -> bool {
        match self.limit {
            Limit::Steps(steps) => step >= steps,
            Limit::Time(_) => self.is_time_over(),
        }
    }

    /// Whether the time is over, where it is limited.
    pub fn is_time_over(&self) -> bool {
        match self.limit {
            Limit::Steps(_) => false,
            Limit::Time(time) => self.seconds() >= time.as_secs_f64(),
        }
    }

    /// Moves the bar.
    pub fn set(&self, step: u64) {
        match self.limit {
            Limit::Steps(_) => self.bar.set_position(step),
            Limit::Time(_) => self.bar.set_position(self.seconds() as u64),
        }
    }

    /// Shows losses and speed; where there is no terminal, prints a line instead.
    pub fn say(&self, message: &str) {
        if self.bar.is_hidden() {
            eprintln!("{message}");
        } else {
            self.bar.set_message(message.to_owned());
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
