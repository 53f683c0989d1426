//! What all charts share: colours, marker shapes, sizes.
//!
//! The palette is Okabe and Ito's (2008), safe for the common kinds of colour blindness; a pattern is told by its
//! marker's shape too. The page darkens a chart by its colours' names, so every colour drawn comes from here.

use plotters::style::RGBColor;

/// A colour.
pub(super) type Colour = RGBColor;

/// Titles and figures.
pub(super) const INK: Colour = RGBColor(0x1F, 0x23, 0x28);
/// Labels of axes and captions.
pub(super) const MUTED: Colour = RGBColor(0x57, 0x60, 0x6A);
/// Lines of an axis, ticks and frames of boxes.
pub(super) const AXIS: Colour = RGBColor(0x8C, 0x95, 0x9F);
/// Lines behind the data.
pub(super) const GRID: Colour = RGBColor(0xE3, 0xE6, 0xEA);
/// Quiet areas: boxes of regions, rows.
pub(super) const WASH: Colour = RGBColor(0xF4, 0xF6, 0xF8);
/// What everything is drawn on.
pub(super) const PAPER: Colour = RGBColor(0xFF, 0xFF, 0xFF);
/// Dark letters on a light part; like [`ON_DARK`] a shade apart, so that a dark page leaves it as it is.
pub(super) const ON_LIGHT: Colour = RGBColor(0x1F, 0x23, 0x29);
/// Light letters on a dark part.
pub(super) const ON_DARK: Colour = RGBColor(0xFF, 0xFF, 0xFE);
/// Targets and limits.
pub(super) const TARGET: Colour = RGBColor(0xA4, 0x3C, 0x00);

/// Okabe and Ito's colours, the yellow last: it is faint on white and drawn only where the rest is spent.
pub(super) const PALETTE: [Colour; 7] = [BLUE, ORANGE, GREEN, VERMILLION, SKY, PURPLE, YELLOW];
/// What is left over once the palette is spent.
pub(super) const REST: Colour = RGBColor(0x9A, 0xA1, 0xA9);

/// Okabe and Ito's blue.
pub(super) const BLUE: Colour = RGBColor(0x00, 0x72, 0xB2);
/// Their orange.
pub(super) const ORANGE: Colour = RGBColor(0xE6, 0x9F, 0x00);
/// Their bluish green.
pub(super) const GREEN: Colour = RGBColor(0x00, 0x9E, 0x73);
/// Their vermillion.
pub(super) const VERMILLION: Colour = RGBColor(0xD5, 0x5E, 0x00);
/// Their sky blue.
pub(super) const SKY: Colour = RGBColor(0x56, 0xB4, 0xE9);
/// Their reddish purple.
pub(super) const PURPLE: Colour = RGBColor(0xCC, 0x79, 0xA7);
/// Their yellow.
pub(super) const YELLOW: Colour = RGBColor(0xF0, 0xE4, 0x42);

/// Width of a chart \[px\].
pub(super) const WIDTH: f64 = 820.0;
/// Distance of everything from the edge \[px\].
pub(super) const MARGIN: f64 = 20.0;
/// Size of the letters of the title \[px\].
pub(super) const TITLE_SIZE: f64 = 17.0;
/// Size of the letters of names and values \[px\].
pub(super) const LABEL_SIZE: f64 = 12.5;
/// Size of the letters of ticks, notes and captions \[px\].
pub(super) const SMALL_SIZE: f64 = 11.5;
/// Opacity of an interval's area.
pub(super) const BAND: f64 = 0.16;

/// Shape of a point; each pattern has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    /// A disc.
    Circle,
    /// A square.
    Square,
    /// A triangle on its base.
    Triangle,
    /// A triangle on its tip.
    Wedge,
    /// A square on its tip.
    Diamond,
    /// A five-pointed star.
    Star,
    /// An upright cross.
    Cross,
}

/// Stroke of a line; tells topologies of one pattern apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dash {
    /// Without gaps.
    Solid,
    /// Long strokes.
    Dashed,
    /// Short strokes.
    Dotted,
}

/// Colours and what they become on a dark page.
const DARK: [(Colour, &str); 9] = [
    (INK, "#e6e8eb"),
    (MUTED, "#a7afb8"),
    (AXIS, "#7d8690"),
    (GRID, "#30363e"),
    (WASH, "#1e2228"),
    (PAPER, "#15181c"),
    (TARGET, "#ff9c5b"),
    (BLUE, "#3d9bdc"),
    (VERMILLION, "#e8742a"),
];

/// Style rules that darken the charts of a page; a page puts them under its own condition.
#[must_use]
pub fn dark_rules() -> String {
    let mut rules = Vec::new();
    for (RGBColor(red, green, blue), dark) in DARK {
        let light = format!("#{red:02X}{green:02X}{blue:02X}");
        for paint in ["fill", "stroke"] {
            rules.push(format!(
                "figure svg [{paint}=\"{light}\"]{{{paint}:{dark}}}"
            ));
        }
    }
    rules.join("\n")
}

/// A colour on a light page and on a dark one, as `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shade {
    /// On a light page.
    pub light: String,
    /// On a dark one.
    pub dark: String,
}

/// How a page that draws for itself tells a topology from the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Its colour.
    pub shade: Shade,
    /// The shape of its points: `circle`, `square`, `triangle`, `wedge`, `diamond`, `star` or `cross`.
    pub marker: &'static str,
    /// The stroke of its lines: `solid`, `dashed` or `dotted`.
    pub dash: &'static str,
}

/// Looks of topologies, given their patterns in order: those of the charts.
pub fn looks<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Vec<Look> {
    let of = |identity: Identity| Look {
        shade: shade(identity.colour),
        marker: match identity.marker {
            Marker::Circle => "circle",
            Marker::Square => "square",
            Marker::Triangle => "triangle",
            Marker::Wedge => "wedge",
            Marker::Diamond => "diamond",
            Marker::Star => "star",
            Marker::Cross => "cross",
        },
        dash: match identity.dash {
            Dash::Solid => "solid",
            Dash::Dashed => "dashed",
            Dash::Dotted => "dotted",
        },
    };
    identities(patterns).into_iter().map(of).collect()
}

/// The shade of the `i`-th of a series of parts, grey once the palette is spent.
#[must_use]
pub fn part_shade(i: usize) -> Shade {
    shade(part(i))
}

/// A colour for both pages.
pub(super) fn shade(colour: Colour) -> Shade {
    let RGBColor(red, green, blue) = colour;
    let light = format!("#{red:02x}{green:02x}{blue:02x}");
    let dark = DARK.iter().find(|(known, _)| *known == colour);
    Shade {
        dark: dark.map_or_else(|| light.clone(), |(_, dark)| (*dark).to_owned()),
        light,
    }
}

/// How a topology is told from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    /// Colour of its pattern.
    pub(super) colour: Colour,
    /// Shape of its pattern.
    pub(super) marker: Marker,
    /// Solid for the first topology of a pattern, then dashed, then dotted.
    pub(super) dash: Dash,
}

/// Identities of topologies, given their patterns in order.
pub(super) fn identities<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Vec<Identity> {
    let mut seen: Vec<&str> = Vec::new();
    patterns
        .into_iter()
        .map(|pattern| {
            let before = seen.iter().filter(|&&p| p == pattern).count();
            seen.push(pattern);
            identity(pattern, before)
        })
        .collect()
}

fn identity(pattern: &str, before: usize) -> Identity {
    let (colour, marker) = match pattern {
        "single-az" => (MUTED, Marker::Cross),
        "multi-az" => (BLUE, Marker::Circle),
        "backup-restore" => (VERMILLION, Marker::Square),
        "pilot-light" => (ORANGE, Marker::Wedge),
        "warm-standby" => (GREEN, Marker::Triangle),
        "hot-standby" => (SKY, Marker::Diamond),
        "active-active" => (PURPLE, Marker::Star),
        _ => (REST, Marker::Circle),
    };
    let dash = match before % 3 {
        0 => Dash::Solid,
        1 => Dash::Dashed,
        _ => Dash::Dotted,
    };
    // The fourth topology of a pattern and those after it take the palette's colours in turn.
    let colour = if before < 3 {
        colour
    } else {
        PALETTE[before % PALETTE.len()]
    };
    Identity {
        colour,
        marker,
        dash,
    }
}

/// Colour of the `i`-th of a series of parts, grey once the palette is spent.
pub(super) fn part(i: usize) -> Colour {
    PALETTE.get(i).copied().unwrap_or(REST)
}

/// Whether dark letters are easier to read on a colour than light ones.
pub(super) fn is_light(colour: Colour) -> bool {
    let linear = |c: u8| (f64::from(c) / 255.0).powf(2.2);
    0.2126 * linear(colour.0) + 0.7152 * linear(colour.1) + 0.0722 * linear(colour.2) > 0.25
}
