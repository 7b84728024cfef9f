//! Packages of the system, on Debian and where this program runs as root.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::command::{output, run};
use crate::project::Project;

/// Installs these packages; `need` says who needs them and what else would do.
pub fn install(project: &Project, packages: &[&str], need: &str) -> Result<()> {
    let names = packages.join(" ");
    let root = output(Command::new("id").arg("-u")).as_deref() == Some("0");
    let apt = || {
        let mut command = project.command("apt-get");
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null());
        command
    };
    if !root || output(apt().arg("--version")).is_none() {
        bail!("{need}; on Debian: `apt-get install {names}` as root");
    }
    println!("apt installs {names}");
    run(apt().args(["update", "-q"]))
        .and_then(|()| {
            let arguments = ["install", "-y", "-q", "--no-install-recommends"];
            run(apt().args(arguments).args(packages))
        })
        .with_context(|| format!("apt could not install {names}: {need}"))
}
