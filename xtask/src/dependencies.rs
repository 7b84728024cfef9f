//! Licences, duplicates and sources of all dependencies, and known holes in them where the list can be had.

use std::process::Command;

use anyhow::Result;

use crate::command::{output, run};
use crate::project::Project;

/// What Cargo.lock and the crates themselves tell.
const ALWAYS: &[&str] = &["licenses", "bans", "sources"];

/// Holds everything below the workspace against deny.toml.
pub fn check(project: &Project) -> Result<()> {
    run(deny(project)
        .args(["check", "--hide-inclusion-graph"])
        .args(ALWAYS))?;
    // The list of known holes is a repository of its own, which a machine without the open network lacks.
    if output(deny(project).args(["fetch", "db"])).is_none() {
        println!("known holes were not looked for: the list of advisories cannot be reached");
        return Ok(());
    }
    run(deny(project).args(["check", "--disable-fetch", "advisories"]))
}

fn deny(project: &Project) -> Command {
    let mut command = project.command("cargo-deny");
    // git would wait for a name and a password.
    command.env("GIT_TERMINAL_PROMPT", "0");
    command
}
