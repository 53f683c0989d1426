//! The values of one parameter: `failover.detect=10s..10m:log:9`, `services.api.replicas=2,3,4`.

use crate::model::{Change, Draft, Kind, Place};
use crate::results::{SweepParameter, SweepSpread, SweepValue};
use crate::units::{format_duration, format_percentage, parse_duration, parse_probability};

/// Values of a range, unless so many are asked for.
const USUAL: usize = 9;
/// Most values of a parameter.
const MOST: usize = 101;
/// A range whose end is so many times its start is spread by factors, unless it is said how.
const WIDE: f64 = 10.0;

/// A parameter and the values that it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// As it is shown.
    pub parameter: SweepParameter,
    unit: Option<Unit>,
}

/// What is wrong with the text of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}; {hint}")]
pub struct GridError {
    /// What was found; lower-case, no full stop.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

impl GridError {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        let (message, hint) = (message.into(), hint.into());
        Self { message, hint }
    }
}

/// How numbers of a parameter are written.
#[derive(Debug, Clone, PartialEq)]
enum Unit {
    Time,
    Share,
    Whole,
    /// A number with what stands before and after it.
    Other(String, String),
}

impl Unit {
    fn text(&self, number: f64) -> String {
        match self {
            Self::Time => format_duration(digits(number, 3)),
            Self::Share => format_percentage(number),
            Self::Whole => format!("{}", number.round()),
            Self::Other(before, after) => format!("{before}{}{after}", digits(number, 4)),
        }
    }

    fn number(&self, text: &str) -> Option<f64> {
        match self {
            Self::Time => parse_duration(text).ok(),
            Self::Share => parse_probability(text).ok(),
            Self::Whole => text.trim().parse::<u32>().ok().map(f64::from),
            Self::Other(..) => {
                let (before, number, after) = split(text)?;
                (*self == Self::Other(before, after)).then_some(number)
            }
        }
    }
}

/// So many significant digits: what is played is what is shown.
fn digits(number: f64, digits: usize) -> f64 {
    let decimals = digits - 1;
    format!("{number:.decimals$e}").parse().unwrap_or(number)
}

/// The one number of a text, and what stands around it.
fn split(text: &str) -> Option<(String, f64, String)> {
    let text = text.trim();
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let start = text.find(is_number)?;
    let end = text[start..]
        .find(|c| !is_number(c))
        .map_or(text.len(), |length| start + length);
    let number = text[start..end].parse().ok()?;
    Some((text[..start].to_owned(), number, text[end..].to_owned()))
}

impl Grid {
    /// Reads `PATH=FROM..TO`, with `:log` or `:lin` and the number of values behind it, or `PATH=a,b,c`.
    pub fn parse(text: &str, draft: &Draft) -> Result<Self, GridError> {
        let (path, values) = path_and_values(text)?;
        let place = draft
            .place(path)
            .map_err(|error| GridError::new(error.message, error.hint))?;
        let range = range(values);
        let (spread, unit, values) = match range {
            Some(range) => from_to(&range?, &place)?,
            None => (SweepSpread::Listed, None, listed(values)?),
        };
        if place.is_shaped && values.iter().any(|text| parse_duration(text).is_ok()) {
            return Err(shaped(&place, draft));
        }
        let unit = unit.or_else(|| common_unit(&values));
        let values = values.into_iter().map(|text| SweepValue {
            number: unit.as_ref().and_then(|unit| unit.number(&text)),
            text,
        });
        Ok(Self {
            parameter: SweepParameter {
                path: place.path,
                in_file: place.written,
                spread,
                values: values.collect(),
            },
            unit,
        })
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parameter.values.len()
    }

    /// Never: a parameter has a value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parameter.values.is_empty()
    }

    /// The change to a value, by its index.
    #[must_use]
    pub fn change(&self, index: usize) -> Change {
        Change::set(&self.parameter.path, &self.parameter.values[index].text)
    }

    /// A number between the values, in words.
    #[must_use]
    pub fn text(&self, number: f64) -> String {
        self.unit
            .as_ref()
            .map_or_else(|| format!("{number}"), |unit| unit.text(number))
    }
}

fn path_and_values(text: &str) -> Result<(&str, &str), GridError> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '=') => {
                let (path, values) = (text[..at].trim(), text[at + 1..].trim());
                if values.is_empty() {
                    let hint = format!("write {path}=FROM..TO or {path}=a,b,c");
                    return Err(GridError::new(format!("`{path}=` has no values"), hint));
                }
                return Ok((path, values));
            }
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    Err(GridError::new(
        format!("`{text}` has no `=`"),
        "write PATH=FROM..TO or PATH=a,b,c, for example failover.detect=10s..10m",
    ))
}

/// A range as it is asked for.
struct Range<'a> {
    from: &'a str,
    to: &'a str,
    spread: Option<SweepSpread>,
    count: Option<usize>,
}

/// `None` if the values are a list.
fn range(values: &str) -> Option<Result<Range<'_>, GridError>> {
    let (from, rest) = values.split_once("..")?;
    // A path of a file has two dots as well, and no number before them.
    if from.trim().is_empty()
        || !from.contains(|c: char| c.is_ascii_digit())
        || from.contains([',', '{', '['])
    {
        return None;
    }
    let mut parts = rest.split(':').map(str::trim);
    let to = parts.next().unwrap_or_default();
    let mut range = Range {
        from: from.trim(),
        to,
        spread: None,
        count: None,
    };
    for part in parts {
        match (part, part.parse::<usize>()) {
            ("log", _) => range.spread = Some(SweepSpread::Log),
            ("lin" | "linear", _) => range.spread = Some(SweepSpread::Linear),
            (_, Ok(count)) if (2..=MOST).contains(&count) => range.count = Some(count),
            (_, Ok(count)) => {
                let message = format!("{count} values of a range");
                return Some(Err(GridError::new(
                    message,
                    format!("choose 2 to {MOST} of them"),
                )));
            }
            _ => {
                let hint = "write `:log` or `:lin`, and the number of values: 10s..10m:log:9";
                return Some(Err(GridError::new(
                    format!("`:{part}` after a range"),
                    hint,
                )));
            }
        }
    }
    Some(Ok(range))
}

type Values = (SweepSpread, Option<Unit>, Vec<String>);

fn from_to(range: &Range<'_>, place: &Place) -> Result<Values, GridError> {
    let unit = unit_of_ends(range, place.kind)?;
    let ends = [range.from, range.to].map(|end| unit.number(end).unwrap_or(f64::NAN));
    let [from, to] = ends;
    if !(from.is_finite() && to.is_finite()) || from == to {
        return Err(GridError::new(
            format!("the range from `{}` to `{}` is empty", range.from, range.to),
            "write two different ends, for example 10s..10m",
        ));
    }
    let positive = from > 0.0 && to > 0.0;
    let ratio = (to / from).max(from / to);
    let usual = if positive && ratio > WIDE && unit != Unit::Whole {
        SweepSpread::Log
    } else {
        SweepSpread::Linear
    };
    let spread = range.spread.unwrap_or(usual);
    if spread == SweepSpread::Log && !positive {
        return Err(GridError::new(
            format!("a range from `{}` cannot be spread by factors", range.from),
            "write `:lin`, or begin above 0",
        ));
    }
    let all = (to - from).abs() as usize + 1;
    let count = match (&unit, range.count) {
        (Unit::Whole, asked) => asked
            .unwrap_or(if all <= 2 * USUAL { all } else { USUAL })
            .min(all),
        (_, asked) => asked.unwrap_or(USUAL),
    };
    let mut texts: Vec<String> = Vec::new();
    for index in 0..count {
        let share = index as f64 / (count - 1).max(1) as f64;
        let number = match spread {
            SweepSpread::Log => from * (to / from).powf(share),
            _ => from + (to - from) * share,
        };
        // The ends stand as they were asked for.
        let text = match index {
            0 => range.from.to_owned(),
            last if last + 1 == count => range.to.to_owned(),
            _ => unit.text(number),
        };
        if texts.last() != Some(&text) {
            texts.push(text);
        }
    }
    Ok((spread, Some(unit), texts))
}

fn unit_of_ends(range: &Range<'_>, kind: Kind) -> Result<Unit, GridError> {
    let ends = [range.from, range.to];
    let both = |fits: &dyn Fn(&str) -> bool| ends.iter().all(|end| fits(end));
    if both(&|end| parse_duration(end).is_ok()) {
        return Ok(Unit::Time);
    }
    if both(&|end| end.parse::<u32>().is_ok()) && kind == Kind::Count {
        return Ok(Unit::Whole);
    }
    if kind == Kind::Probability || both(&|end| end.ends_with('%')) {
        // A percentage is what both ends are if one is: 10..50%.
        let error = ends.iter().find_map(|end| parse_probability(end).err());
        return error.map_or(Ok(Unit::Share), |error| {
            Err(GridError::new(error.message, error.hint))
        });
    }
    let alike = split(range.from).zip(split(range.to));
    if let Some(((before, _, after), (before_to, _, after_to))) = alike
        && (&before, &after) == (&before_to, &after_to)
    {
        return Ok(Unit::Other(before, after));
    }
    let message = format!(
        "`{}` and `{}` are not two numbers in the same unit",
        range.from, range.to
    );
    Err(GridError::new(
        message,
        "write both ends alike, for example 10s..10m, 10%..100% or $0.10/h..$0.40/h",
    ))
}

/// Values one by one, apart where no bracket or quote is open.
fn listed(values: &str) -> Result<Vec<String>, GridError> {
    let mut texts = vec![String::new()];
    let (mut depth, mut quote) = (0_i32, None);
    for c in values.chars() {
        match (quote, c) {
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth -= 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
        match (texts.last_mut(), c) {
            (_, ',') if depth == 0 && quote.is_none() => texts.push(String::new()),
            (Some(text), c) => text.push(c),
            (None, _) => {}
        }
    }
    let texts: Vec<String> = texts.iter().map(|text| text.trim().to_owned()).collect();
    if let Some(at) = texts.iter().position(String::is_empty) {
        return Err(GridError::new(
            format!("value {} of the list `{values}` is empty", at + 1),
            "write values with commas between them: 2,3,4",
        ));
    }
    let twice = texts
        .iter()
        .enumerate()
        .find(|(at, text)| texts[..*at].contains(text));
    if let Some((_, text)) = twice {
        return Err(GridError::new(
            format!("the list `{values}` has `{text}` twice"),
            "write each value once",
        ));
    }
    if texts.len() > MOST {
        return Err(GridError::new(
            format!("a list of {} values", texts.len()),
            format!("choose at most {MOST} of them"),
        ));
    }
    Ok(texts)
}

/// The unit of a list of numbers; `None` if they are none, or in several.
fn common_unit(values: &[String]) -> Option<Unit> {
    let all = |unit: Unit| {
        values
            .iter()
            .all(|text| unit.number(text).is_some())
            .then_some(unit)
    };
    let (before, _, after) = split(values.first()?)?;
    let is_percentage = values.iter().all(|text| text.ends_with('%'));
    all(Unit::Time)
        .or_else(|| is_percentage.then(|| all(Unit::Share)).flatten())
        .or_else(|| all(Unit::Whole))
        .or_else(|| all(Unit::Other(before, after)))
}

/// A plain time would take the shape away from a distribution that has one.
fn shaped(place: &Place, draft: &Draft) -> GridError {
    let path = &place.path;
    let written = place.written.as_deref().unwrap_or_default();
    let below = format!("{path}.");
    let parts: Vec<String> = draft
        .places()
        .into_iter()
        .filter(|part| part.path.starts_with(&below) && part.kind == Kind::Duration)
        .filter(|part| part.written.is_some())
        .map(|part| format!("`{}`", part.path))
        .collect();
    let parts = match parts.as_slice() {
        [] => String::new(),
        parts => format!("; or one of its numbers: {}", parts.join(", ")),
    };
    GridError::new(
        format!("`{path}` is {written} in the file, and a plain time would make it exponential"),
        format!(
            "vary its mean, which keeps the shape: `{path}.mean`{parts}; or write each value out, as {{ exponential: {{ mean: 1h }} }}"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::STARTER;

    fn grid(text: &str) -> Result<Grid, GridError> {
        Grid::parse(text, &Draft::of_str("starter.yaml", STARTER, None).unwrap())
    }

    fn texts(text: &str) -> Vec<String> {
        let grid = grid(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        grid.parameter
            .values
            .into_iter()
            .map(|value| value.text)
            .collect()
    }

    #[test]
    fn ranges_are_spread_and_their_ends_stand() {
        assert_eq!(
            texts("failover.detect=10s..1000s:log:3"),
            ["10s", "1m40s", "1000s"]
        );
        assert_eq!(texts("failover.detect=10s..30s:3"), ["10s", "20s", "30s"]);
        assert_eq!(
            texts("failover.success=50%..100%:lin:3"),
            ["50%", "75%", "100%"]
        );
        assert_eq!(texts("horizon=1y,2y"), ["1y", "2y"]);
        assert_eq!(
            texts("failover.detect={ fixed: 1m },{ uniform: { from: 1m, to: 2m } }").len(),
            2
        );
        assert_eq!(texts("failover.detect=10s..10m").len(), USUAL);
        let log = grid("failover.detect=10s..10m").unwrap().parameter;
        assert_eq!(log.spread, SweepSpread::Log);
        assert_eq!(log.values[0].number, Some(10.0));
        let service = Draft::of_str("x", STARTER, None)
            .unwrap()
            .model()
            .services
            .keys()
            .next()
            .unwrap()
            .clone();
        assert_eq!(
            texts(&format!("services.{service}.replicas=2..5")),
            ["2", "3", "4", "5"]
        );
    }

    #[test]
    fn what_is_no_range_is_told() {
        for (text, expected) in [
            ("failover.detect", "has no `=`"),
            ("failover.detect=", "has no values"),
            ("failover.detect=10s..10s", "is empty"),
            (
                "failover.detect=10s..10%",
                "not two numbers in the same unit",
            ),
            ("failover.detect=10s..10m:cubic", "`:cubic` after a range"),
            ("failover.detect=10s..10m:1", "1 values of a range"),
            ("failover.detect=0s..10m:log", "cannot be spread by factors"),
            ("failover.detct=10s..10m", "no value at `failover.detct`"),
            ("failover.detect=10s,,20s", "value 2"),
            ("failover.detect=10s,10s", "twice"),
            ("failover.success=50..90%", "is above 1"),
        ] {
            let error = grid(text).unwrap_err();
            assert!(error.message.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_shape_is_not_lost_unseen() {
        let text = "model: x\nregions: { a: { zones: 1 } }\nservices: { s: {} }\nfaults: { f: { hits: zone, mtbf: 1y, mttr: { lognormal: { median: 1h, p95: 4h } } } }\n";
        let draft = Draft::of_str("x", text, None).unwrap();
        let error = Grid::parse("faults.f.mttr=1h..4h", &draft).unwrap_err();
        assert!(
            error.hint.contains("`faults.f.mttr.mean`")
                && error.hint.contains("`faults.f.mttr.lognormal.median`"),
            "{error}"
        );
        assert!(Grid::parse("faults.f.mttr.mean=1h..4h", &draft).is_ok());
        assert!(Grid::parse("faults.f.mttr={ fixed: 1h },{ fixed: 2h }", &draft).is_ok());
        assert!(Grid::parse("faults.f.mtbf=1y..4y", &draft).is_ok());
    }
}
