//! `scanweave devices`: what this build and this machine can compute on.

use super::table::{Side, table};
use crate::device::{Ability, Choice};
use crate::said;

/// The argument with which the program asks itself about one device.
const PROBE: &str = "--probe";

/// List the devices that `train --device` and others can use here.
///
/// Each is tried with a small computation; for each that is missing the reason is said, or the
/// command that builds a program with it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Compute on one device and say by the exit code whether it works.
    #[arg(long, hide = true, value_name = "DEVICE")]
    probe: Option<String>,
}

/// Runs the subcommand.
pub fn run(args: &Args) -> anyhow::Result<()> {
    if let Some(name) = &args.probe {
        let choice: Choice = name.parse().map_err(anyhow::Error::msg)?;
        return choice.compute();
    }
    let rows: Vec<[String; 3]> = Choice::ALL.into_iter().map(row).collect();
    said::result(&table([Side::Left; 3], &rows))
}

fn row(choice: Choice) -> [String; 3] {
    let said = match choice.ability(&["devices", PROBE]) {
        Ability::Ready => "ready".into(),
        Ability::NotBuilt(command) => format!("not in this build: {command}"),
        Ability::Missing(reason) => format!("not on this machine: {reason}"),
    };
    [choice.to_string(), choice.title().into(), said]
}
