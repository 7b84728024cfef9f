//! Who may know whom, read from the manifests and the source: `trainer -> shared <- web`.
//!
//! Every rule is a function of text, and every rule is shown something that breaks it, so that a
//! rule that has stopped looking is noticed.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The packages that one may depend on from this workspace.
const ALLOWED: [(&str, &[&str]); 6] = [
    ("scanweave", &[]),
    ("scanweave-kernels", &["scanweave"]),
    ("scanweave-trainer", &["scanweave", "scanweave-kernels"]),
    ("scanweave-web", &["scanweave"]),
    ("scanweave-tests", &["scanweave", "scanweave-web"]),
    ("xtask", &[]),
];

/// What the model crate must not depend on: command lines, pages, files.
const FOREIGN_TO_SHARED: [&str; 10] = [
    "clap",
    "web-sys",
    "js-sys",
    "wasm-bindgen",
    "leptos",
    "image",
    "indicatif",
    "tempfile",
    "csv",
    "tokio",
];

/// Cargo features that choose a backend of burn; only programs may.
const BACKENDS: [&str; 9] = [
    "flex", "tch", "cuda", "vulkan", "metal", "wgpu", "webgpu", "ndarray", "default",
];

/// Words that open files.
const FILES: [&str; 5] = ["std::fs", "fs::", "File::", "OpenOptions", "read_dir("];

/// Words that name a backend.
const DEVICES: [&str; 8] = [
    "Device::flex",
    "Device::libtorch",
    "Device::cuda",
    "Device::vulkan",
    "Device::metal",
    "Device::wgpu",
    "Device::default",
    "Device::ndarray",
];

/// A rule on source text: in `folder`, the words may only appear in files that begin so.
struct Rule {
    folder: &'static str,
    words: &'static [&'static str],
    only_in: &'static [&'static str],
}

/// The kinds of label: who asks `LabelKind` what follows from its kind need not know which there are.
const KINDS: [&str; 4] = [
    "LabelKind::None",
    "LabelKind::Class",
    "LabelKind::Mask",
    "LabelKind::Boxes",
];

const RULES: [Rule; 12] = [
    Rule {
        folder: "shared/src",
        words: &[
            "std::fs",
            "std::env",
            "std::process",
            "std::net",
            "std::thread",
            "std::time",
            "rayon::",
            "clap::",
            "web_sys",
            "js_sys",
            "wasm_bindgen",
        ],
        only_in: &[],
    },
    Rule {
        folder: "shared/src",
        words: &DEVICES,
        only_in: &[],
    },
    // Fused multiply-add gives other bits on other machines.
    Rule {
        folder: "shared/src",
        words: &["mul_add("],
        only_in: &[],
    },
    Rule {
        folder: "shared/src",
        words: &KINDS,
        only_in: &["label/", "study/"],
    },
    Rule {
        folder: "trainer/src",
        words: &KINDS,
        only_in: &[],
    },
    Rule {
        folder: "web/src",
        words: &KINDS,
        only_in: &[],
    },
    Rule {
        folder: "shared/src/train/losses",
        words: &[
            "crate::study",
            "crate::train::steps",
            "crate::synthesis",
            "crate::weights",
        ],
        only_in: &[],
    },
    Rule {
        folder: "trainer/src",
        words: &["clap::"],
        only_in: &["cli/", "main.rs"],
    },
    Rule {
        folder: "trainer/src",
        words: &DEVICES,
        only_in: &["device.rs"],
    },
    Rule {
        folder: "trainer/src",
        words: &FILES,
        only_in: &[
            "run/",
            "data/",
            "build/",
            "cli/",
            "files.rs",
            "picture.rs",
            "export.rs",
        ],
    },
    Rule {
        folder: "web/src/model",
        words: &["web_sys", "js_sys", "wasm_bindgen", "leptos"],
        only_in: &[],
    },
    Rule {
        folder: "web/src",
        words: &DEVICES,
        only_in: &["engine/device.rs"],
    },
];

#[test]
fn packages_depend_in_one_direction() {
    let found = metadata();
    for (package, allowed) in ALLOWED {
        let of = internal_dependencies(&found, package);
        assert!(
            of.iter().all(|d| allowed.contains(&d.as_str())),
            "{package} depends on {of:?}"
        );
    }
    let names: Vec<&str> = packages(&found)
        .filter_map(|p| p["name"].as_str())
        .collect();
    let known = |name: &&str| ALLOWED.iter().any(|(known, _)| known == name);
    assert!(
        names.iter().all(known),
        "a package without a rule: {names:?}"
    );
    assert_eq!(
        internal_dependencies(&found, "scanweave-web"),
        ["scanweave"]
    );
}

#[test]
fn the_model_crate_knows_no_command_line_page_or_backend() {
    let found = metadata();
    let of = dependencies(&found, "scanweave");
    let names: Vec<&str> = of.iter().filter_map(|d| d["name"].as_str()).collect();
    assert!(
        names.contains(&"burn"),
        "the rule looks at the wrong package: {names:?}"
    );
    assert!(
        names.iter().all(|n| !FOREIGN_TO_SHARED.contains(n)),
        "{names:?}"
    );
    for dependency in of.iter().filter(|d| d["name"] == "burn") {
        assert_eq!(backends(dependency), Vec::<String>::new());
        assert_eq!(dependency["optional"], true);
    }
    let trainer = dependencies(&found, "scanweave-tests");
    let burn = trainer.iter().find(|d| d["name"] == "burn");
    assert_eq!(
        backends(burn.expect("the browser tests compute too")),
        ["flex"]
    );
}

#[test]
fn words_stay_where_they_belong() {
    let broken: Vec<String> = RULES.iter().flat_map(Rule::broken).collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_rule_can_be_broken() {
    for rule in &RULES {
        for word in rule.words {
            let source = format!("fn f() {{\n    {word}x();\n}}\n");
            assert_eq!(rule.lines("stages/mod.rs", &source), ["stages/mod.rs:2"]);
            let tested = format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{\n    {word}x();\n}}\n");
            assert!(rule.lines("stages/mod.rs", &tested).is_empty(), "tests may");
            assert!(
                rule.lines("stages/mod.rs", &format!("// {word}x\n"))
                    .is_empty(),
                "comments may"
            );
            for place in rule.only_in {
                let file = if place.ends_with('/') {
                    format!("{place}a.rs")
                } else {
                    (*place).to_owned()
                };
                assert!(rule.lines(&file, &source).is_empty(), "{file}");
            }
        }
        assert!(
            sources(&root().join(rule.folder)).len() > 1,
            "{} holds no source",
            rule.folder
        );
    }
}

#[test]
fn page_and_cpu_engine_hold_no_burn() {
    let wasm = ["--target", "wasm32-unknown-unknown"];
    let page = tree("scanweave-web", &wasm);
    assert!(holds(&page, "leptos"), "{page}");
    assert!(!holds(&page, "burn"), "{page}");
    let with = |feature| {
        tree(
            "scanweave-web",
            &[&wasm[..], &["--features", feature]].concat(),
        )
    };
    let engine = with("engine");
    assert!(!holds(&engine, "burn"), "{engine}");
    assert!(
        holds(&with("graphics"), "burn"),
        "the tree of the engine for WebGPU shows that burn would be seen"
    );
}

#[test]
fn the_model_crate_is_plain_unless_networks_are_asked_for() {
    let plain = tree("scanweave", &[]);
    assert!(!holds(&plain, "burn"), "{plain}");
    assert!(holds(&tree("scanweave", &["--features", "nn"]), "burn"));
}

impl Rule {
    /// `file:line` of everything that breaks the rule.
    fn broken(&self) -> Vec<String> {
        let folder = root().join(self.folder);
        let files = sources(&folder).into_iter().flat_map(|path| {
            let name = path.strip_prefix(&folder).expect("it was found there");
            let name = name.to_string_lossy().replace('\\', "/");
            let source = fs::read_to_string(&path).expect("a source file");
            self.lines(&name, &source)
        });
        files
            .map(|line| format!("{}/{line} has one of {:?}", self.folder, self.words))
            .collect()
    }

    fn lines(&self, name: &str, source: &str) -> Vec<String> {
        if self.only_in.iter().any(|place| name.starts_with(place)) || name.ends_with("tests.rs") {
            return Vec::new();
        }
        let lines = without_tests(source).lines().enumerate();
        let code = lines.filter(|(_, line)| !line.trim_start().starts_with("//"));
        let hits = code.filter(|(_, line)| self.words.iter().any(|word| line.contains(word)));
        hits.map(|(number, _)| format!("{name}:{}", number + 1))
            .collect()
    }
}

/// The source up to its test module, which stands at the end.
fn without_tests(source: &str) -> &str {
    source
        .find("#[cfg(test)]\nmod tests {")
        .map_or(source, |at| &source[..at])
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a source folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

fn internal_dependencies(metadata: &Value, package: &str) -> Vec<String> {
    let of = dependencies(metadata, package);
    let mut names: Vec<String> = of
        .iter()
        .filter(|d| d["path"].is_string())
        .filter_map(|d| d["name"].as_str().map(str::to_owned))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// What a package depends on outside its tests.
fn dependencies(metadata: &Value, package: &str) -> Vec<Value> {
    let found = packages(metadata).find(|p| p["name"] == package);
    let found = found.unwrap_or_else(|| panic!("no package {package}"));
    let all = found["dependencies"].as_array().expect("cargo lists them");
    all.iter()
        .filter(|d| d["kind"].is_null())
        .cloned()
        .collect()
}

fn backends(dependency: &Value) -> Vec<String> {
    let features = dependency["features"].as_array().expect("cargo lists them");
    let names = features.iter().filter_map(Value::as_str);
    let mut found: Vec<String> = names
        .filter(|n| BACKENDS.contains(n))
        .map(str::to_owned)
        .collect();
    if dependency["uses_default_features"] == true {
        found.push("default".into());
    }
    found
}

fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"]
        .as_array()
        .expect("cargo lists them")
        .iter()
}

fn metadata() -> Value {
    let text = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    serde_json::from_str(&text).expect("cargo writes JSON")
}

fn tree(package: &str, arguments: &[&str]) -> String {
    let fixed = [
        "tree",
        "--package",
        package,
        "--edges",
        "normal",
        "--prefix",
        "none",
    ];
    cargo(&[&fixed[..], arguments].concat())
}

/// Whether a tree holds the package itself or one of its family (`burn-core`).
fn holds(tree: &str, package: &str) -> bool {
    let family = format!("{package}-");
    tree.lines()
        .any(|line| line.starts_with(&format!("{package} ")) || line.starts_with(&family))
}

fn cargo(arguments: &[&str]) -> String {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .output();
    let output = output.expect("cargo runs this test");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("cargo writes UTF-8")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace")
        .to_path_buf()
}
