//! Letters: their looks, their width, and texts cut or broken to fit.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Once;

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};

use super::theme::{Colour, INK, LABEL_SIZE};
use crate::results::format::printable;
use crate::results::names::shortened;

/// Plotters counts the size of letters by line height.
pub(super) const LINE_HEIGHT: f64 = 1.24;

/// A weight of the font.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// For most words.
    Regular,
    /// For titles and what matters.
    SemiBold,
}

impl Weight {
    /// Name of the family that carries it.
    pub(super) fn family(self) -> &'static str {
        match self {
            Weight::Regular => "Inter",
            Weight::SemiBold => "Inter Semi Bold",
        }
    }
}

/// Which part of a text lies on its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// Its start.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letters {
    /// Height \[px\].
    pub(super) size: f64,
    /// Colour.
    pub(super) colour: Colour,
    /// Weight.
    pub(super) weight: Weight,
    /// Part that lies on the position.
    pub(super) anchor: Anchor,
}

impl Letters {
    /// Plain letters that start at their position.
    pub(super) fn new(size: f64, colour: Colour) -> Self {
        Letters {
            size,
            colour,
            weight: Weight::Regular,
            anchor: Anchor::Start,
        }
    }

    /// The same, heavier.
    pub(super) fn bold(self) -> Self {
        Letters {
            weight: Weight::SemiBold,
            ..self
        }
    }

    /// The same, ending at their position.
    pub(super) fn end(self) -> Self {
        Letters {
            anchor: Anchor::End,
            ..self
        }
    }

    /// The same, around their position.
    pub(super) fn middle(self) -> Self {
        Letters {
            anchor: Anchor::Middle,
            ..self
        }
    }

    /// Width of a text \[px\].
    pub(super) fn width(self, text: &str) -> f64 {
        width(text, self.size, self.weight)
    }

    /// A text shortened with an ellipsis until it is no wider than `room` \[px\].
    pub(super) fn fit(self, text: &str, room: f64) -> String {
        let text = printable(text);
        if self.width(&text) <= room {
            return text;
        }
        let mut kept: Vec<char> = text.chars().collect();
        while kept.pop().is_some() {
            let shorter: String = kept.iter().collect::<String>().trim_end().to_owned() + "…";
            if self.width(&shorter) <= room {
                return shorter;
            }
        }
        "…".to_owned()
    }

    /// Names cut in the middle until none is wider than `room` \[px\], different ones still different where that can be.
    pub(super) fn fit_all(self, names: &[&str], room: f64) -> Vec<String> {
        let fit = |short: &[String]| short.iter().all(|name| self.width(name) <= room);
        let longest = names.iter().map(|name| name.chars().count()).max();
        let mut short = shortened(names, longest.unwrap_or(0).min(400));
        let mut length = short
            .iter()
            .map(|name| name.chars().count())
            .max()
            .unwrap_or(0);
        while length > 4 && !fit(&short) {
            length -= 1;
            short = shortened(names, length);
        }
        short
    }

    /// A text broken into lines no wider than `room` \[px\]; a word that is wider is shortened.
    pub(super) fn lines(self, text: &str, room: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in printable(text).split_whitespace() {
            let word = self.fit(word, room);
            match lines.last_mut() {
                Some(line) if self.width(&format!("{line} {word}")) <= room => {
                    line.push(' ');
                    line.push_str(&word);
                }
                _ => lines.push(word),
            }
        }
        lines
    }
}

/// Letters of names and values.
pub(super) fn names() -> Letters {
    Letters::new(LABEL_SIZE, INK)
}

/// Width of a text \[px\].
fn width(text: &str, size: f64, weight: Weight) -> f64 {
    const MEASURE: f64 = 1000.0;
    thread_local! {
        static ADVANCES: RefCell<BTreeMap<(Weight, char), f64>> = const { RefCell::new(BTreeMap::new()) };
    }
    register_fonts();
    // Advances of single letters, remembered: the kerning between them is left out and makes a text a little narrower.
    let advance = |c: char| {
        ADVANCES.with_borrow_mut(|advances| {
            *advances.entry((weight, c)).or_insert_with(|| {
                let font = FontDesc::new(
                    FontFamily::Name(weight.family()),
                    MEASURE,
                    FontStyle::Normal,
                );
                // Letters that the subset lacks are drawn in another font: taken as wide as they are high.
                font.box_size(&c.to_string())
                    .map_or(MEASURE, |(width, _)| f64::from(width))
            })
        })
    };
    text.chars().map(advance).sum::<f64>() / MEASURE * size * LINE_HEIGHT
}

fn register_fonts() {
    static FONTS: Once = Once::new();
    FONTS.call_once(|| {
        let regular = register_font(
            Weight::Regular.family(),
            FontStyle::Normal,
            super::render::INTER_REGULAR,
        );
        let semi_bold = register_font(
            Weight::SemiBold.family(),
            FontStyle::Normal,
            super::render::INTER_SEMI_BOLD,
        );
        debug_assert!(
            regular.is_ok() && semi_bold.is_ok(),
            "the embedded fonts are whole"
        );
    });
}
