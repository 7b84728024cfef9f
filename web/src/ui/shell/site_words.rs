//! The words of `assets/shell/words.js` are whole, and everybody who names one names one that is there.

use std::collections::BTreeMap;

use scanweave::profile::Profile;

const WORDS: &str = include_str!("../../../../assets/shell/words.js");
const PAGE: &str = include_str!("../../../../index.html");
const SCRIPTS: [&str; 5] = [
    include_str!("../../../../assets/start.js"),
    include_str!("../../../../assets/shell/language.js"),
    include_str!("../../../../assets/shell/trouble.js"),
    include_str!("../../../../assets/shell/gallery.js"),
    include_str!("../../../../assets/shell/offline.js"),
];
/// Called with these, a script shows the word of that name.
const CALLS: [&str; 4] = [
    "say(\"",
    "tell(\"",
    "refuse(\"",
    "give(byId(\"gallery-help\"), \"",
];

type Words = BTreeMap<String, (String, String)>;

fn words() -> Words {
    let json = WORDS
        .trim()
        .strip_prefix("export default ")
        .and_then(|text| text.strip_suffix(';'))
        .expect("a module of one object");
    serde_json::from_str(json).expect("the object is JSON")
}

/// What stands between `start` and `end`, each time.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    let parts = text.split(start).skip(1);
    parts
        .filter_map(|part| part.split_once(end).map(|(found, _)| found))
        .collect()
}

fn values(text: &str) -> Vec<&str> {
    let mut names = between(text, "{", "}");
    names.sort_unstable();
    names
}

#[test]
fn every_word_is_there_in_both_languages_with_the_same_values() {
    for (name, (english, chinese)) in words() {
        assert!(!english.is_empty() && !chinese.is_empty(), "{name}");
        assert_eq!(values(&english), values(&chinese), "{name}");
    }
}

#[test]
fn the_page_shows_the_words_it_names() {
    let words = words();
    for part in PAGE.split(" data-word=\"").skip(1) {
        let (name, rest) = part.split_once('"').expect("a closed attribute");
        let (english, _) = words.get(name).unwrap_or_else(|| panic!("no word {name}"));
        let shown = between(rest, ">", "<")[0];
        assert_eq!(shown, english, "{name}");
    }
    for name in between(PAGE, "data-word-label=\"", "\"") {
        let (english, _) = words.get(name).unwrap_or_else(|| panic!("no word {name}"));
        assert!(
            PAGE.contains(&format!("aria-label=\"{english}\"")),
            "{name}"
        );
    }
    let (english, chinese) = &words["noscript"];
    assert!(
        PAGE.contains(english) && PAGE.contains(chinese),
        "without scripts both are shown"
    );
}

#[test]
fn scripts_name_words_that_are_there_and_no_word_is_idle() {
    let words = words();
    let called = SCRIPTS
        .iter()
        .flat_map(|script| CALLS.iter().flat_map(|call| between(script, call, "\"")));
    let mut used: Vec<&str> = called.filter(|name| !name.contains("${")).collect();
    for name in &used {
        assert!(words.contains_key(*name), "no word {name}");
    }
    used.extend(between(PAGE, "data-word=\"", "\""));
    used.extend(between(PAGE, "data-word-label=\"", "\""));
    // Said by this program, or composed of the name of a study.
    used.extend(["page-stopped", "noscript"]);
    for name in words.keys() {
        let composed = ["study-", "caption-"].iter().any(|p| name.starts_with(p));
        assert!(composed || used.contains(&name.as_str()), "{name} is idle");
    }
}

#[test]
fn every_built_in_study_has_a_name() {
    let words = words();
    for study in Profile::NAMES {
        assert!(words.contains_key(&format!("study-{study}")), "{study}");
    }
}
