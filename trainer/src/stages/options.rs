//! Options of the command line that belong to one stage: the stage says which, the command line asks for them.

use std::collections::BTreeMap;

/// An option of one stage.
pub struct StageOption {
    /// Its name, without the hyphens.
    pub name: &'static str,
    /// What `--help` says of it.
    pub help: &'static str,
    /// What follows it.
    pub takes: Takes,
}

/// What follows an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing: it is a switch.
    Nothing,
    /// A whole number, which `--help` calls so.
    Number(&'static str),
}

/// A value that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// A switch is on.
    On,
    /// A number.
    Number(u64),
}

/// The options that were given, by name.
#[derive(Debug, Clone, Default)]
pub struct Options(pub BTreeMap<&'static str, Given>);

impl Options {
    /// Whether a switch was given.
    pub fn is_on(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The number that was given.
    pub fn number(&self, name: &str) -> Option<u64> {
        match self.0.get(name) {
            Some(Given::Number(value)) => Some(*value),
            _ => None,
        }
    }
}
