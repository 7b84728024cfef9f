//! Chromium and its driver for the tests, and opening the demo in the user's own browser.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::command::output;
use crate::debian;
use crate::project::Project;

const BROWSERS: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const DRIVERS: &[&str] = &["chromedriver", "chromium.chromedriver"];

/// A browser and the driver that controls it.
pub struct Browser {
    /// Chromium or Chrome.
    pub browser: PathBuf,
    /// chromedriver.
    pub driver: PathBuf,
}

impl Browser {
    /// The pair that the variables CHROMIUM and CHROMEDRIVER name, or else the one on the search path.
    pub fn find() -> Option<Self> {
        Some(Self {
            browser: find("CHROMIUM", BROWSERS)?,
            driver: find("CHROMEDRIVER", DRIVERS)?,
        })
    }
}

/// Finds or installs the pair and says which versions they have.
pub fn ensure(project: &Project) -> Result<String> {
    if Browser::find().is_none() {
        install(project)?;
    }
    let found = Browser::find().context("Chromium was installed but is not on the search path")?;
    let browser = major(&found.browser)
        .with_context(|| format!("{} does not run", found.browser.display()))?;
    let driver =
        major(&found.driver).with_context(|| format!("{} does not run", found.driver.display()))?;
    if browser != driver {
        bail!(
            "Chromium {browser} and chromedriver {driver} do not fit: install chromedriver {browser}"
        );
    }
    Ok(format!("Chromium and chromedriver {browser}"))
}

/// Opens `url` in the default browser; the address has been printed, so failing is not an error.
pub fn open(url: &str) {
    let (program, arguments): (&str, &[&str]) = match env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("cmd", &["/C", "start", ""]),
        _ => ("xdg-open", &[]),
    };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .arg(url)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if command.spawn().is_err() {
        println!("No browser could be opened from here: open the address yourself.");
    }
}

fn install(project: &Project) -> Result<()> {
    let need = "the browser tests need Chromium (or Chrome) and a chromedriver of the same version on the search \
                path, or named by the variables CHROMIUM and CHROMEDRIVER";
    debian::install(project, &["chromium", "chromium-driver"], need)
}

fn find(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(named) = env::var_os(variable) {
        return Some(PathBuf::from(named));
    }
    names.iter().find_map(|name| {
        if name.starts_with('/') {
            file(Path::new(name))
        } else {
            on_path(name)
        }
    })
}

fn on_path(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).find_map(|folder| file(&folder.join(&name)))
}

fn file(path: &Path) -> Option<PathBuf> {
    path.is_file().then(|| path.to_path_buf())
}

/// The first number of what `--version` prints.
fn major(program: &Path) -> Option<u32> {
    first_number(&output(Command::new(program).arg("--version"))?)
}

fn first_number(text: &str) -> Option<u32> {
    text.split_whitespace()
        .find_map(|word| word.split('.').next()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_the_programs_print() {
        assert_eq!(
            first_number("Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)"),
            Some(156)
        );
        assert_eq!(
            first_number("ChromeDriver 156.0.8078.79 (a21ce95c-refs/branch-heads/8078@{#1704})"),
            Some(156)
        );
        assert_eq!(first_number("no version"), None);
    }
}
