//! How the pictures are looked at, as a word of the address: `blink0-2.structure.asked.o60`.
//!
//! Only what differs from the beginning is said; what cannot be read is the beginning.

use super::zoom::Window;

/// How modalities are laid beside each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// All at once.
    #[default]
    Beside,
    /// Two in turn on one spot.
    Blink,
    /// One beside the other, each as far as a line.
    Swipe,
    /// One minus the other.
    Difference,
}

/// Something that can be drawn over the pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// The structure lines.
    Structure,
    /// The outline of the mask.
    Mask,
    /// The lesion asked for.
    Asked,
    /// The lesion that the segmenter finds.
    Found,
}

/// Which overlays are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted([bool; 4]);

impl Wanted {
    /// Whether this one is.
    pub fn has(self, layer: Layer) -> bool {
        self.0[layer as usize]
    }

    /// Switches this one.
    pub fn set(&mut self, layer: Layer, on: bool) {
        self.0[layer as usize] = on;
    }
}

/// Layers by name.
const LAYERS: [(&str, Layer); 4] = [
    ("structure", Layer::Structure),
    ("mask", Layer::Mask),
    ("asked", Layer::Asked),
    ("found", Layer::Found),
];
/// Modalities that can be named: more than any study has.
const MOST: usize = 64;

/// What of the viewer a link carries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// How modalities are laid beside each other.
    pub mode: Mode,
    /// The two that are compared.
    pub chosen: (usize, usize),
    /// Which overlays are wanted.
    pub wanted: Wanted,
    /// How strongly they are drawn, percent.
    pub opacity: u32,
    /// Whether enlarged pixels are smoothed.
    pub smooth: bool,
    /// The part of every picture that is seen.
    pub window: Window,
}

impl Default for Look {
    /// The whole pictures, side by side, nothing over them.
    fn default() -> Self {
        Self {
            mode: Mode::Beside,
            chosen: (0, 1),
            wanted: Wanted::default(),
            opacity: 80,
            smooth: true,
            window: Window::default(),
        }
    }
}

impl Look {
    /// As a word of the address; empty at the beginning.
    pub fn text(self) -> String {
        let usual = Self::default();
        let (first, second) = self.chosen;
        let mut words = Vec::new();
        match self.mode {
            Mode::Beside => {}
            Mode::Blink => words.push(format!("blink{first}-{second}")),
            Mode::Swipe => words.push(format!("swipe{first}-{second}")),
            Mode::Difference => words.push(format!("difference{first}-{second}")),
        }
        let wanted = LAYERS.iter().filter(|(_, layer)| self.wanted.has(*layer));
        words.extend(wanted.map(|(name, _)| (*name).to_owned()));
        if self.opacity != usual.opacity {
            words.push(format!("o{}", self.opacity));
        }
        if !self.smooth {
            words.push("pixels".into());
        }
        if self.window.is_zoomed() {
            let (x, y) = self.window.corner();
            let thousandths = |value: f64| (1000.0 * value).round();
            let [scale, x, y] = [self.window.scale, x, y].map(thousandths);
            words.push(format!("z{scale}-{x}-{y}"));
        }
        words.join(".")
    }

    /// From a word of an address, which may be a stranger's.
    pub fn of(text: &str) -> Self {
        let mut look = Self::default();
        for word in text.split('.') {
            if let Some((_, layer)) = LAYERS.iter().find(|(name, _)| *name == word) {
                look.wanted.set(*layer, true);
            } else if word == "pixels" {
                look.smooth = false;
            } else if let Some(pair) = word.strip_prefix("blink").and_then(pair) {
                (look.mode, look.chosen) = (Mode::Blink, pair);
            } else if let Some(pair) = word.strip_prefix("swipe").and_then(pair) {
                (look.mode, look.chosen) = (Mode::Swipe, pair);
            } else if let Some(pair) = word.strip_prefix("difference").and_then(pair) {
                (look.mode, look.chosen) = (Mode::Difference, pair);
            } else if let Some(percent) = word.strip_prefix('o').and_then(|o| o.parse().ok()) {
                look.opacity = u32::clamp(percent, 10, 100);
            } else if let Some(window) = word.strip_prefix('z').and_then(window) {
                look.window = window;
            }
        }
        look
    }
}

fn pair(text: &str) -> Option<(usize, usize)> {
    let (first, second) = text.split_once('-')?;
    let number = |text: &str| text.parse().ok().filter(|&n: &usize| n < MOST);
    Some((number(first)?, number(second)?))
}

fn window(text: &str) -> Option<Window> {
    let mut numbers = text.split('-').map(|n| n.parse::<u32>().ok());
    let mut next = || Some(f64::from(numbers.next()??) / 1000.0);
    Some(Window::at(next()?, (next()?, next()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_comes_back_from_its_word() {
        let mut look = Look {
            mode: Mode::Difference,
            chosen: (2, 0),
            opacity: 35,
            smooth: false,
            window: Window::default().zoomed(4.0, (0.25, 0.75)),
            ..Look::default()
        };
        look.wanted.set(Layer::Asked, true);
        look.wanted.set(Layer::Structure, true);
        assert_eq!(
            look.text(),
            "difference2-0.structure.asked.o35.pixels.z4000-188-563"
        );
        let again = Look::of(&look.text());
        assert_eq!(again.text(), look.text());
        assert_eq!(
            (again.mode, again.chosen, again.wanted),
            (look.mode, look.chosen, look.wanted)
        );
        assert_eq!(Look::of("swipe0-4").text(), "swipe0-4");
        assert_eq!(Look::default().text(), "");
        assert_eq!(Look::of(""), Look::default());
    }

    #[test]
    fn strangers_words_do_no_harm() {
        for text in [
            "blink",
            "blink1",
            "blink1-99999999999999999999",
            "difference64-0",
            "z",
            "z4000",
            "z-1-2-3",
            "o-5",
            "oxx",
            "a.b..c",
            "\u{1f600}",
        ] {
            assert_eq!(Look::of(text), Look::default(), "{text}");
        }
        let far = Look::of("z4000000000-4000000000-4000000000.o4000000000");
        let (x, y) = far.window.corner();
        assert!(far.window.scale <= 16.0 && x <= 1.0 && y <= 1.0 && far.opacity == 100);
        assert_eq!(Look::of("z0-0-0").window, Window::default());
    }
}
