//! Numbers in names: which of them tells one person from another?
//!
//! Files are named for their makers, not for us: `patient03_1`, `IM-0115-0001`, `20190411_p7_slice12`. A number that
//! follows a word for a person is one; a date, or the number of an examination, is of one person alone but does not say of
//! whom; the number of a site, a grade or a fold is of many. All others must be compared with those of the other files.

/// Words before the number of a person.
const PEOPLE: [&str; 16] = [
    "patient",
    "patients",
    "pat",
    "pt",
    "person",
    "subject",
    "subj",
    "sub",
    "sbj",
    "case",
    "participant",
    "volunteer",
    "proband",
    "pid",
    "mrn",
    "id",
];
/// Words before the number of something that one person has several of.
const VISITS: [&str; 16] = [
    "study", "series", "session", "ses", "visit", "exam", "scan", "run", "slice", "frame", "view",
    "image", "img", "page", "part", "copy",
];
/// Words before the number of something that many people share.
const GROUPS: [&str; 18] = [
    "fold", "batch", "grade", "stage", "class", "level", "label", "group", "set", "site", "center",
    "centre", "cohort", "hospital", "clinic", "scanner", "birads", "birad",
];

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// People.
    People,
    /// What one person has several of, dates among them.
    Visits,
    /// What many people share.
    Groups,
    /// It is not said.
    Unsaid,
}

/// A number in a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number<'a> {
    /// What stands in the name from behind the number before it to its own end: `IM-0115`.
    pub text: &'a str,
    /// The digits; of a code all of it.
    pub digits: &'a str,
    /// The name up to here with `#` for each number, in lower case: names of one shape are made alike.
    pub shape: String,
    /// What it counts.
    pub counts: Counts,
}

/// The numbers of a name, from left to right.
pub fn numbers(name: &str) -> Vec<Number<'_>> {
    let mut scan = Scan {
        name,
        start: 0,
        shape: String::new(),
        word: "",
        found: Vec::new(),
    };
    let mut at = 0;
    for piece in name.split_inclusive(is_separator) {
        scan.token(at, piece.trim_end_matches(is_separator));
        at += piece.len();
    }
    scan.found
}

/// What stands between the parts of a name.
pub fn is_separator(letter: char) -> bool {
    !letter.is_alphanumeric()
}

struct Scan<'a> {
    name: &'a str,
    /// Behind the number before.
    start: usize,
    shape: String,
    /// The letters before.
    word: &'a str,
    found: Vec<Number<'a>>,
}

impl<'a> Scan<'a> {
    /// A piece of the name without separators, which begins at byte `at`.
    fn token(&mut self, at: usize, token: &'a str) {
        if token.is_empty() {
            return;
        }
        if !self.shape.is_empty() {
            self.shape.push('_');
        }
        let runs = runs(token);
        if is_code(token, &runs) || token.chars().count() == 1 && is_among(&PEOPLE, self.word) {
            self.number(at + token.len(), token, self.word);
            return;
        }
        // `sub-OAS301`: the word in the token before counts as well.
        let before = self.word;
        let mut at = at;
        for run in runs {
            at += run.len();
            if starts_with_digit(run) {
                let word = if is_among(&PEOPLE, before) {
                    before
                } else {
                    self.word
                };
                self.number(at, run, word);
            } else {
                self.shape.push_str(&run.to_lowercase());
                self.word = run;
            }
        }
    }

    fn number(&mut self, end: usize, digits: &'a str, word: &str) {
        self.shape.push('#');
        let name = self.name;
        let begun = name[self.start..].trim_start_matches(is_separator);
        let start = name.len() - begun.len();
        // `benign (3)` keeps its brackets.
        let open = name[start..end].contains('(') && name[end..].starts_with(')');
        let end = end + usize::from(open);
        self.found.push(Number {
            text: &name[start..end],
            digits,
            shape: self.shape.clone(),
            counts: counts(word, digits),
        });
        self.start = end;
        self.word = "";
    }
}

fn counts(word: &str, digits: &str) -> Counts {
    if is_among(&PEOPLE, word) {
        Counts::People
    } else if is_among(&GROUPS, word) {
        Counts::Groups
    } else if is_among(&VISITS, word) || is_date(digits) {
        Counts::Visits
    } else {
        Counts::Unsaid
    }
}

/// Whether a token changes more often between letters and digits than `p03s12` and `03a` do: then it is a number as a whole.
fn is_code(token: &str, runs: &[&str]) -> bool {
    let usual = if starts_with_digit(token) { 2 } else { 4 };
    runs.len() > usual
}

fn is_among(words: &[&str], word: &str) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Eight digits of year, month and day.
fn is_date(digits: &str) -> bool {
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|d| d.parse::<u32>().ok());
    let parts = (part(0, 4), part(4, 6), part(6, 8));
    let (Some(year), Some(month), Some(day)) = parts else {
        return false;
    };
    let (years, months, days) = (1900..2100, 1..=12, 1..=31);
    digits.len() == 8 && years.contains(&year) && months.contains(&month) && days.contains(&day)
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// The longest pieces of digits alone and of anything else.
fn runs(token: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = token;
    while !rest.is_empty() {
        let digits = starts_with_digit(rest);
        let end = rest.find(|c: char| c.is_ascii_digit() != digits);
        let (run, behind) = rest.split_at(end.unwrap_or(rest.len()));
        found.push(run);
        rest = behind;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use Counts::{Groups, People, Unsaid, Visits};

    fn seen(name: &str) -> Vec<(&str, &str, Counts)> {
        let numbers = numbers(name).into_iter();
        numbers.map(|n| (n.text, n.digits, n.counts)).collect()
    }

    #[test]
    fn numbers_are_what_the_words_before_them_say() {
        assert_eq!(
            seen("patient03_1"),
            [("patient03", "03", People), ("1", "1", Unsaid)]
        );
        assert_eq!(
            seen("IM-0115-0001"),
            [("IM-0115", "0115", Unsaid), ("0001", "0001", Unsaid)]
        );
        assert_eq!(
            seen("20190411_p7_slice12"),
            [
                ("20190411", "20190411", Visits),
                ("p7", "7", Unsaid),
                ("slice12", "12", Visits)
            ]
        );
        assert_eq!(
            seen("site 2 (Sub-OAS301)"),
            [("site 2", "2", Groups), ("Sub-OAS301", "301", People)]
        );
        assert_eq!(
            seen("patient B 01"),
            [("patient B", "B", People), ("01", "01", Unsaid)]
        );
        assert_eq!(seen("p01s3"), [("p01", "01", Unsaid), ("s3", "3", Unsaid)]);
        assert_eq!(seen("0004cfab1e"), [("0004cfab1e", "0004cfab1e", Unsaid)]);
        assert_eq!(seen("benign (3)")[0].0, "benign (3)");
        assert_eq!(
            seen("19991340"),
            [("19991340", "19991340", Unsaid)],
            "no date"
        );
        assert!(seen("anna").is_empty() && seen("").is_empty());
    }

    #[test]
    fn names_made_alike_have_one_shape() {
        let shape = |name| numbers(name).last().expect("a number").shape.clone();
        assert_eq!(shape("IM-0115-0001"), shape("im_3_77"));
        assert_ne!(shape("IM-0115-0001"), shape("IM-0115"));
    }
}
