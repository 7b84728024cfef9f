//! The page: trunk builds it, wasm-opt shrinks it, a build id keeps its parts together, its sizes are printed.

use std::fs;

use anyhow::{Context, Result};

use crate::command::run;
use crate::project::Project;
use crate::{manifest, notices, optimise, sizes, stamp};

/// What no page asks for: pictures of the README, and style sheets, of which trunk makes copies with hashed names.
const LEFT_OUT: [&str; 2] = ["assets/readme", "assets/styles"];

/// How the page is built.
#[derive(clap::Args, Default)]
pub struct Options {
    /// Path under which the page will be served, such as /scanweave/; the page finds its files under any path, so
    /// this is for hosts that rewrite addresses
    #[arg(long)]
    public_url: Option<String>,
}

/// Builds the page into dist/.
pub fn build(project: &Project, options: &Options) -> Result<()> {
    manifest::check(project)?;
    let mut trunk = project.command("trunk");
    trunk.args(["build", "--release", "--skip-version-check"]);
    if let Some(url) = &options.public_url {
        trunk.args(["--public-url", url]);
    }
    // The binaries are rewritten after trunk has hashed them.
    trunk.arg("--no-sri=true").arg("--dist").arg(project.dist());
    // trunk reads this variable as a flag and fails on values other than true and false.
    trunk.env_remove("NO_COLOR");
    run(&mut trunk).context("the page could not be built: see the lines above")?;
    for folder in LEFT_OUT {
        let folder = project.dist().join(folder);
        fs::remove_dir_all(&folder)
            .with_context(|| format!("{} cannot be removed", folder.display()))?;
    }
    fs::write(project.dist().join(notices::FILE), notices::text(project)?)?;
    optimise::folder(project, &project.dist())?;
    stamp::folder(&project.dist())?;
    println!("\n{}", sizes::Table::of(&project.dist(), sizes::QUICK)?);
    Ok(())
}
