//! The modules of a crate, and which of them uses which.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::{Arrow, Graph};
use super::paths::Said;

/// How often an import may be passed on before it is given up.
const FURTHEST: usize = 8;

type Path = Vec<String>;

/// The modules of one crate.
pub struct Crate(BTreeMap<Path, Said>);

impl Crate {
    /// From the files of a source folder, as their names in it and their texts. Programs beside a library and
    /// tests are left out.
    pub fn of(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let modules = files
            .into_iter()
            .filter(|(name, _)| !name.starts_with("bin/"));
        let modules = modules.map(|(name, text)| (module(&name), Said::of(&text)));
        let mut modules: BTreeMap<Path, Said> = modules.collect();
        let tests: BTreeSet<Path> = modules
            .iter()
            .flat_map(|(path, said)| said.tests.iter().map(|name| child(path, name)))
            .collect();
        modules.retain(|path, _| !(1..=path.len()).any(|end| tests.contains(&path[..end])));
        Self(modules)
    }

    /// Which sibling uses which.
    pub fn graph(&self) -> Graph {
        let mut graph = Graph::default();
        for (from, said) in &self.0 {
            let imports = said.imports.iter().map(|(_, path)| path);
            for path in imports.chain(&said.paths) {
                let Some(to) = self.home(from, path, FURTHEST) else {
                    continue;
                };
                if let Some(arrow) = Arrow::between(from, &to) {
                    graph.add(arrow, from, path);
                }
            }
        }
        graph
    }

    /// The module that has what a path names, seen from a module; `None` for other crates.
    fn home(&self, from: &[String], path: &[String], further: usize) -> Option<Path> {
        let mut at = from.to_vec();
        let mut rest = path.iter().peekable();
        match path.first()?.as_str() {
            "crate" => {
                rest.next();
                at.clear();
            }
            "self" => {
                rest.next();
            }
            "super" => {}
            first if self.0.contains_key(&child(from, first)) => {}
            _ => return None,
        }
        while rest.next_if(|name| *name == "super").is_some() {
            at.pop()?;
        }
        while let Some(name) = rest.next() {
            let inner = child(&at, name);
            if self.0.contains_key(&inner) {
                at = inner;
                continue;
            }
            let passed_on = self.0.get(&at)?.imports.iter().find(|(own, _)| own == name);
            let Some((_, import)) = passed_on.filter(|_| further > 0) else {
                break;
            };
            let whole: Path = import.iter().chain(rest).cloned().collect();
            return self.home(&at, &whole, further - 1);
        }
        Some(at)
    }
}

fn child(parent: &[String], name: &str) -> Path {
    [parent, &[name.to_owned()]].concat()
}

/// The module of a file: `a/b.rs` and `a/b/mod.rs` are `a::b`.
fn module(file: &str) -> Path {
    let path = file.trim_end_matches(".rs").split('/');
    let mut path: Path = path.map(str::to_owned).collect();
    path.pop_if(|last| matches!(last.as_str(), "mod" | "lib" | "main"));
    path
}
