//! Programs from PyPI, where they are compiled already.

use std::process::Command;

use crate::command::{output, run};
use crate::debian;
use crate::project::Project;

/// Installs a package into the tools' folder for `program`; says it when it cannot. Whoever needs the program
/// looks for it afterwards, since pip may be missing or have no build for this system.
pub fn install(project: &Project, program: &str, package: &str) {
    if output(pip(project).arg("--version")).is_none() {
        let missing = debian::install(project, &["python3-pip"], "pip is missing");
        if let Err(error) = missing {
            println!("{error:#}");
            return;
        }
    }
    // A folder named by --target is nobody's environment: pip asks for no virtual one.
    let arguments = [
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--root-user-action=ignore",
        "--no-deps",
        "--only-binary=:all:",
        "--upgrade",
        "--target",
    ];
    let folder = project.python_tool(program);
    if let Err(error) = run(pip(project).args(arguments).arg(folder).arg(package)) {
        println!("{package} could not be installed: {error:#}");
    }
}

fn pip(project: &Project) -> Command {
    let mut command = project.command(if cfg!(windows) { "python" } else { "python3" });
    command.args(["-m", "pip"]);
    command
}
