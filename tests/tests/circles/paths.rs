//! The paths that a source file names, without those of its comments, texts and tests.

use std::iter::Peekable;
use std::vec::IntoIter;

/// What a file says of other modules.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The name by which an import is known here, and its path; `*` for all of a module.
    pub imports: Vec<(String, Vec<String>)>,
    /// Paths inside functions and types.
    pub paths: Vec<Vec<String>>,
    /// Modules in files of their own that are only there for tests.
    pub tests: Vec<String>,
}

impl Said {
    /// What this source says.
    pub fn of(source: &str) -> Self {
        let mut reader = Reader {
            tokens: tokens(source).into_iter().peekable(),
            said: Self::default(),
        };
        reader.read();
        reader.said
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Name(String),
    Colons,
    Mark(char),
}

struct Reader {
    tokens: Peekable<IntoIter<Token>>,
    said: Said,
}

impl Reader {
    fn read(&mut self) {
        while let Some(token) = self.tokens.next() {
            match token {
                Token::Mark('#') if self.attribute_of_tests() => self.skip_item(),
                Token::Name(name) if name == "use" => self.import(&[]),
                Token::Name(name) if self.tokens.peek() == Some(&Token::Colons) => {
                    let path = self.path(name);
                    self.said.paths.push(path);
                }
                _ => {}
            }
        }
    }

    /// Reads an attribute; whether what follows is only there for tests.
    fn attribute_of_tests(&mut self) -> bool {
        self.tokens.next_if_eq(&Token::Mark('!'));
        if self.tokens.peek() != Some(&Token::Mark('[')) {
            return false;
        }
        let inside = self.group();
        let holds = |word: &str| inside.contains(&Token::Name(word.into()));
        holds("cfg") && holds("test") && !holds("not")
    }

    /// An item, to its semicolon or the end of its body.
    fn skip_item(&mut self) {
        let mut before = None;
        while let Some(token) = self.tokens.peek().cloned() {
            match token {
                Token::Mark('{') => {
                    self.group();
                    return;
                }
                Token::Mark('[' | '(') => {
                    self.group();
                }
                Token::Mark(';') => return,
                Token::Name(ref name) if before == Some(Token::Name("mod".into())) => {
                    self.tokens.next();
                    if self.tokens.peek() == Some(&Token::Mark(';')) {
                        self.said.tests.push(name.clone());
                    }
                }
                _ => {
                    self.tokens.next();
                }
            }
            before = Some(token);
        }
    }

    /// What stands between a bracket, which comes next, and its partner.
    fn group(&mut self) -> Vec<Token> {
        let mut inside = Vec::new();
        let mut depth = 0;
        for token in self.tokens.by_ref() {
            match token {
                Token::Mark('{' | '[' | '(') => depth += 1,
                Token::Mark('}' | ']' | ')') => depth -= 1,
                _ => {}
            }
            inside.push(token);
            if depth == 0 {
                break;
            }
        }
        inside
    }

    /// A tree of imports below `stem`.
    fn import(&mut self, stem: &[String]) {
        let mut path = stem.to_vec();
        loop {
            match self.tokens.next() {
                Some(Token::Name(name)) if name == "as" => {
                    if let Some(Token::Name(alias)) = self.tokens.next() {
                        self.said.imports.push((alias, path));
                    }
                    return;
                }
                Some(Token::Name(name)) => path.push(name),
                Some(Token::Mark('*')) => return self.said.imports.push(("*".into(), path)),
                Some(Token::Mark('{')) => {
                    while self.tokens.peek().is_some_and(|t| *t != Token::Mark('}')) {
                        self.import(&path);
                        self.tokens.next_if_eq(&Token::Mark(','));
                    }
                    self.tokens.next();
                    return;
                }
                Some(Token::Colons) => {}
                _ => return,
            }
            let ends = [Token::Mark(','), Token::Mark('}'), Token::Mark(';')];
            if self.tokens.peek().is_none_or(|next| ends.contains(next)) {
                path.pop_if(|last| last == "self");
                let name = path.last().cloned().unwrap_or_default();
                return self.said.imports.push((name, path));
            }
        }
    }

    fn path(&mut self, first: String) -> Vec<String> {
        let mut path = vec![first];
        while self.tokens.next_if_eq(&Token::Colons).is_some() {
            match self.tokens.peek() {
                Some(Token::Name(name)) => path.push(name.clone()),
                _ => break,
            }
            self.tokens.next();
        }
        path
    }
}

fn tokens(source: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            comment(rest)
        } else if let Some(length) = text(rest) {
            length
        } else if first == '_' || first.is_alphanumeric() {
            let in_name = |c: char| c == '_' || c.is_alphanumeric();
            let length = rest.find(|c| !in_name(c)).unwrap_or(rest.len());
            found.push(Token::Name(rest[..length].into()));
            length
        } else if rest.starts_with("::") {
            found.push(Token::Colons);
            2
        } else {
            if !first.is_whitespace() {
                found.push(Token::Mark(first));
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    found
}

/// Length of a block comment; they nest.
fn comment(source: &str) -> usize {
    let mut depth = 0;
    for (at, _) in source.char_indices() {
        if source[at..].starts_with("/*") {
            depth += 1;
        } else if source[at..].starts_with("*/") {
            depth -= 1;
            if depth == 0 {
                return at + 2;
            }
        }
    }
    source.len()
}

/// Length of a text or a character that begins here; a lifetime is none.
fn text(source: &str) -> Option<usize> {
    let plain = source.strip_prefix('b').unwrap_or(source);
    let before = source.len() - plain.len();
    if let Some(raw) = plain.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let length = raw[hashes + 1..].find(&end)? + end.len();
            return Some(before + 1 + hashes + 1 + length);
        }
        return None;
    }
    let quote = plain.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut escaped = false;
    for (at, c) in plain.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return Some(before + at + 1);
        } else if quote == '\'' && at > 1 && !plain[1..].starts_with('\\') {
            return None;
        }
    }
    None
}
