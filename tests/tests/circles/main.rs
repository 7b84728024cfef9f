//! No two modules need each other: who reads one need not have read the other first.
//!
//! Modules are files. At each level of the tree the siblings are looked at, whatever lies below them: that
//! `ui::url` names something of `ui::model` makes an arrow from `url` to `model`. A name that a module only
//! passes on counts as of the module that has it. Between a module and those inside it there are no arrows: a
//! parent puts its children together, and they use what it holds for all of them.

mod graph;
mod paths;
mod source;

use std::fs;
use std::path::{Path, PathBuf};

use graph::Arrow;
use source::Crate;

/// The folders of the crates' sources.
const CRATES: [&str; 5] = [
    "shared/src",
    "trainer/src",
    "web/src",
    "tests/src",
    "xtask/src",
];

/// An arrow that may close a circle for now.
struct Known {
    folder: &'static str,
    from: &'static str,
    to: &'static str,
    why: &'static str,
}

/// A label, and the statistics of labels, are those of one kind; each kind's room makes and takes them.
const ONE_OF: &str = "a sum of the kinds, which each kind's room takes and gives";

const KNOWN: [Known; 4] = [
    Known {
        folder: "shared/src",
        from: "label::of_image",
        to: "label::boxes",
        why: ONE_OF,
    },
    Known {
        folder: "shared/src",
        from: "label::of_image",
        to: "label::mask",
        why: ONE_OF,
    },
    Known {
        folder: "shared/src",
        from: "label::statistics",
        to: "label::boxes",
        why: ONE_OF,
    },
    Known {
        folder: "shared/src",
        from: "label::statistics",
        to: "label::mask",
        why: ONE_OF,
    },
];

#[test]
fn modules_need_each_other_one_way() {
    let circles: Vec<String> = CRATES
        .iter()
        .flat_map(|folder| {
            let graph = read(folder).graph().without(&known(folder));
            let circles = graph.circles();
            circles
                .into_iter()
                .map(move |circle| format!("{folder}: {circle}"))
        })
        .collect();
    assert!(
        circles.is_empty(),
        "modules that need each other; move what they share to one of them or to a third:\n{}",
        circles.join("\n")
    );
}

#[test]
fn every_exception_is_needed() {
    for one in &KNOWN {
        let graph = read(one.folder).graph();
        let own = Arrow::named(one.from, one.to);
        let others: Vec<Arrow> = known(one.folder)
            .into_iter()
            .filter(|a| *a != own)
            .collect();
        assert!(
            graph.without(&others).closes(&own),
            "{} -> {} closes no circle any more ({}): take it off the list",
            one.from,
            one.to,
            one.why
        );
    }
}

#[test]
fn a_circle_is_seen_wherever_it_is_hidden() {
    let base = [
        ("lib.rs", "pub mod a;\npub mod b;\nmod c;\n"),
        ("a.rs", "use crate::b::{self, Wheel};\n"),
    ];
    let circles = |more: &[(&str, &str)]| {
        let files = base.iter().chain(more);
        let files = files.map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        Crate::of(files).graph().circles()
    };
    for (what, more) in [
        ("an import", &[("b.rs", "use super::a;\n")][..]),
        ("a path", &[("b.rs", "fn f() { crate::a::g(); }\n")]),
        (
            "a group of imports",
            &[("b.rs", "use crate::{c, a::{Hub as Centre, x::*}};\n")],
        ),
        (
            "a file further down",
            &[
                ("b/mod.rs", "mod d;\npub struct Wheel;\n"),
                ("b/d.rs", "use super::super::a::Hub;\n"),
            ],
        ),
        (
            "a name that is passed on",
            &[
                ("b.rs", "use crate::c::Hub;\n"),
                ("c.rs", "pub use super::a::Hub;\n"),
            ],
        ),
        (
            "three modules",
            &[("b.rs", "use crate::c;\n"), ("c.rs", "use crate::a;\n")],
        ),
    ] {
        assert_eq!(circles(more).len(), 1, "{what}");
    }
    for (what, text) in [
        ("nothing", "pub struct Wheel;\n"),
        (
            "a comment",
            "// crate::a\n/* use crate::a; */\n/// [`crate::a`]\nfn f() {}\n",
        ),
        (
            "a text",
            "const A: &str = \"crate::a\";\nconst B: char = '\"';\n",
        ),
        (
            "a test",
            "#[cfg(test)]\nmod tests {\n    use crate::a;\n    fn f() { crate::a::g() }\n}\n",
        ),
        ("another crate", "use other::a;\nfn f<'a>(_: &'a str) {}\n"),
        (
            "the parent's own",
            "use super::Common;\nuse crate::Common as C;\n",
        ),
    ] {
        assert_eq!(circles(&[("b.rs", text)]), [""; 0], "{what}");
    }
    let tested = [
        ("b.rs", "#[cfg(test)]\nmod checked;\n"),
        ("b/checked.rs", "use crate::a;\n"),
    ];
    assert_eq!(circles(&tested), [""; 0], "a file of tests");
}

#[test]
fn the_sources_are_read() {
    for (folder, from, to) in [
        ("shared/src", "weights", "networks"),
        ("shared/src", "label::mask::place", "label::mask::draw"),
        ("trainer/src", "cli", "stages"),
        ("web/src", "ui", "model"),
    ] {
        let graph = read(folder).graph();
        assert!(
            graph.has(&Arrow::named(from, to)),
            "{folder}: {from} uses {to}"
        );
    }
}

fn known(folder: &str) -> Vec<Arrow> {
    let own = KNOWN.iter().filter(|known| known.folder == folder);
    own.map(|known| Arrow::named(known.from, known.to))
        .collect()
}

fn read(folder: &str) -> Crate {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(folder);
    let files = files(&root).into_iter().map(|path| {
        let name = path.strip_prefix(&root).expect("it was found there");
        let name = name.to_string_lossy().replace('\\', "/");
        (name, fs::read_to_string(&path).expect("a source file"))
    });
    Crate::of(files)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a source folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}
