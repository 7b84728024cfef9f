//! Links between the pages of the repository lead somewhere, and so do the numbers by which code cites the method.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What code may cite besides the equations: the anchors that `docs/method.md` must have.
const ALGORITHMS: [&str; 4] = ["algorithm-1", "algorithm-2", "algorithm-3", "algorithm-4"];

/// The equations of the method.
const EQUATIONS: std::ops::RangeInclusive<u32> = 6..=22;

#[test]
fn links_between_pages_lead_somewhere() {
    let pages = pages();
    assert!(
        pages.len() > 40,
        "the pages are looked for: {}",
        pages.len()
    );
    let broken: Vec<String> = pages
        .iter()
        .flat_map(|page| broken_links(page, &read(page)))
        .collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn a_link_that_leads_nowhere_is_noticed() {
    let page = root().join("README.md");
    let found = |text| broken_links(&page, text).len();
    assert_eq!(found("[x](no-such-file.md)"), 1);
    assert_eq!(found("[x](docs/method.md#no-such-part)"), 1);
    assert_eq!(
        found("[x](docs/method.md#eq-12) and [y](ARCHITECTURE.md)"),
        0
    );
    assert_eq!(found("[x](https://example.org/no-such-page)"), 0);
}

#[test]
fn what_code_cites_is_in_the_method() {
    let anchors = anchors(&read(&root().join("docs/method.md")));
    let equations = EQUATIONS.map(|number| format!("eq-{number}"));
    for anchor in equations.chain(ALGORITHMS.map(str::to_owned)) {
        assert!(anchors.contains(&anchor), "docs/method.md has no {anchor}");
    }
}

#[test]
fn every_decision_is_listed() {
    let folder = root().join("docs/decisions");
    let list = read(&folder.join("README.md"));
    for entry in fs::read_dir(folder).expect("decisions") {
        let name = entry.expect("a readable folder").file_name();
        let name = name.to_string_lossy();
        let listed = name == "README.md" || list.contains(&format!("({name})"));
        assert!(listed, "docs/decisions/README.md does not list {name}");
    }
}

/// `page: link` of every relative link whose file, or whose part of it, is missing.
fn broken_links(page: &Path, text: &str) -> Vec<String> {
    let folder = page.parent().expect("a page lies in a folder");
    let leads = |link: &str| {
        let (file, part) = link.split_once('#').unwrap_or((link, ""));
        let file = if file.is_empty() {
            page.to_path_buf()
        } else {
            folder.join(file)
        };
        file.exists() && (part.is_empty() || anchors(&read(&file)).contains(part))
    };
    links(text)
        .filter(|link| !link.contains("://") && !leads(link))
        .map(|link| format!("{}: {link}", page.display()))
        .collect()
}

/// Where `[..](..)` and `![..](..)` lead.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.split("](").skip(1);
    starts.filter_map(|rest| rest.split_once(')').map(|(link, _)| link))
}

/// Headings, as GitHub names them, and anchors set by hand.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let slug = |heading: &str| {
        let title = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = title
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    let by_hand = text.split("<a id=\"").skip(1);
    let by_hand = by_hand.filter_map(|rest| rest.split_once('"').map(|(id, _)| id.to_owned()));
    headings.map(slug).chain(by_hand).collect()
}

/// Every page of the repository: its root, `docs/` and the model crate.
fn pages() -> Vec<PathBuf> {
    let folders = ["", "docs", "docs/decisions", "shared"].map(|folder| root().join(folder));
    let entries = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).expect("a folder"));
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    paths
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .expect("the tests lie in the repository")
        .into()
}
