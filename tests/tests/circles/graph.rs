//! Arrows between siblings, and the circles that they close.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// One module uses a sibling; both by their whole paths.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrow {
    from: String,
    to: String,
}

/// Every arrow, with the first place that makes it.
#[derive(Debug, Clone, Default)]
pub struct Graph(BTreeMap<Arrow, String>);

impl Arrow {
    /// As in a list: `a::b` uses `a::c`.
    pub fn named(from: &str, to: &str) -> Self {
        let (from, to) = (from.to_owned(), to.to_owned());
        Self { from, to }
    }

    /// The arrow that a use means: between the siblings that hold the two modules. `None` where one of them
    /// lies inside the other.
    pub fn between(from: &[String], to: &[String]) -> Option<Self> {
        let shared = from.iter().zip(to).take_while(|(a, b)| a == b).count();
        let sibling = |path: &[String]| path.get(..=shared).map(|own| own.join("::"));
        Some(Self {
            from: sibling(from)?,
            to: sibling(to)?,
        })
    }
}

impl Graph {
    /// Adds an arrow: the module `of` names `path`.
    pub fn add(&mut self, arrow: Arrow, of: &[String], path: &[String]) {
        let place = || format!("{} names {}", of.join("::"), path.join("::"));
        self.0.entry(arrow).or_insert_with(place);
    }

    /// The graph without these arrows.
    pub fn without(mut self, arrows: &[Arrow]) -> Self {
        self.0.retain(|arrow, _| !arrows.contains(arrow));
        self
    }

    /// Whether this arrow is there.
    pub fn has(&self, arrow: &Arrow) -> bool {
        self.0.contains_key(arrow)
    }

    /// Whether this arrow is there and part of a circle.
    pub fn closes(&self, arrow: &Arrow) -> bool {
        self.has(arrow) && self.way(&arrow.to, &arrow.from).is_some()
    }

    /// One circle in words, the shortest, for each set of modules that need each other.
    pub fn circles(&self) -> Vec<String> {
        let mut circles = Vec::new();
        let mut told = BTreeSet::new();
        for arrow in self.0.keys() {
            let Some(back) = self.way(&arrow.to, &arrow.from) else {
                continue;
            };
            let mut circle = vec![arrow];
            circle.extend(back);
            let members: BTreeSet<&str> = circle.iter().map(|a| a.from.as_str()).collect();
            if told.insert(members) {
                circles.push(self.in_words(&circle));
            }
        }
        circles
    }

    /// The shortest way along arrows.
    fn way(&self, from: &str, to: &str) -> Option<Vec<&Arrow>> {
        let mut ways = VecDeque::from([(from, Vec::new())]);
        let mut seen = BTreeSet::from([from]);
        while let Some((at, way)) = ways.pop_front() {
            if at == to {
                return Some(way);
            }
            for arrow in self.0.keys().filter(|arrow| arrow.from == at) {
                if seen.insert(&arrow.to) {
                    let mut longer = way.clone();
                    longer.push(arrow);
                    ways.push_back((&arrow.to, longer));
                }
            }
        }
        None
    }

    fn in_words(&self, circle: &[&Arrow]) -> String {
        let names = circle.iter().map(|arrow| arrow.from.as_str());
        let names: Vec<&str> = names
            .chain(circle.first().map(|a| a.from.as_str()))
            .collect();
        let places = circle.iter().map(|arrow| format!("\n  {}", self.0[*arrow]));
        format!("{}{}", names.join(" -> "), places.collect::<String>())
    }
}
