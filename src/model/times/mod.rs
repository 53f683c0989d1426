//! Distributions as they are written: `90d`, `{ lognormal: { median: 40m, p95: 4h } }`, `{ empirical: "file.csv#column" }`.

mod forms;

use std::sync::Arc;

use forms::{Erlang, Exponential, Gamma, Lognormal, MixturePart, Triangular, Uniform, Weibull};

use super::Distribution;
use super::decode::{Decode, Reader};
use super::distribution::{Range, Z95};
use super::empirical;
use super::mapping::Field;
use super::problem::{quoted, similar};
use super::values::{Seconds, quantity};
use super::yaml::{Entry, Node, Value};
use crate::units;

/// A time that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Time(pub(super) Distribution);

const FORMS: [&str; 12] = [
    "exponential",
    "fixed",
    "uniform",
    "lognormal",
    "weibull",
    "gamma",
    "erlang",
    "triangular",
    "empirical",
    "mixture",
    "never",
    "between",
];
const EXPECTED: &str = "a time";
const HINT: &str = "write a mean such as 90d, or for example { fixed: 5m } or { lognormal: { median: 40m, p95: 4h } }";

impl Decode for Time {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        let time = reader.as_one_value(|reader| read(node, reader))?;
        Some(Self(reader.time(node, time)))
    }
}

fn read(node: &Node, reader: &mut Reader) -> Option<Distribution> {
    match &*node.value {
        Value::Scalar { .. } => quantity(node, reader, EXPECTED, "90d", |text| match text {
            "never" => Err(units::UnitError {
                message: "`never` is not a time".into(),
                hint: "write { never: true }".into(),
            }),
            _ => units::parse_duration(text),
        })
        .map(exponential),
        Value::Mapping(entries) => match entries.as_slice() {
            [entry] => form(entry, reader),
            [] => reader.mismatch(node, EXPECTED, HINT),
            [_, second, ..] => {
                let message = format!(
                    "{} does not fit beside the form before it",
                    quoted(&second.key)
                );
                reader.refuse(&second.key_span, &message, "one form of a time", HINT);
                None
            }
        },
        Value::Sequence(_) => reader.mismatch(node, EXPECTED, HINT),
    }
}

/// A duration alone is exponential with that mean; one of zero is none.
fn exponential(mean: f64) -> Distribution {
    if mean > 0.0 {
        Distribution::Exponential { mean }
    } else {
        Distribution::Fixed(0.0)
    }
}

fn form(entry: &Entry, reader: &mut Reader) -> Option<Distribution> {
    let (key, node) = (&*entry.key, &entry.node);
    let drawn = match key {
        "exponential" => reader
            .below::<Exponential>(key, node)
            .and_then(|raw| Some(exponential(raw.mean.get()?.0))),
        "fixed" => reader
            .below::<Seconds>(key, node)
            .map(|Seconds(time)| Distribution::Fixed(time)),
        "uniform" => uniform(&reader.below(key, node)?, reader),
        "lognormal" => lognormal(&reader.below(key, node)?, node, reader),
        "weibull" => weibull(&reader.below(key, node)?, node, reader),
        "gamma" => gamma(&reader.below(key, node)?, reader),
        "erlang" => erlang(&reader.below(key, node)?, reader),
        "triangular" => triangular(&reader.below(key, node)?, reader),
        "empirical" => observed(node, reader),
        "mixture" => mixture(&reader.below::<Vec<MixturePart>>(key, node)?, node, reader),
        "never" => never(node, reader),
        "between" => between(node, reader),
        _ => {
            let hint = similar(key, FORMS)
                .map_or_else(|| HINT.to_owned(), |name| format!("did you mean `{name}`?"));
            reader.refuse(
                &entry.key_span,
                &format!("unknown form of a time {}", quoted(key)),
                "a form of a time",
                hint,
            );
            None
        }
    }?;
    if drawn.mean().is_nan() || (drawn.mean().is_infinite() && key != "never" && key != "mixture") {
        reader.refuse(
            &node.span,
            "the mean of this time is beyond all numbers",
            "a finite mean",
            "take a smaller spread",
        );
        return None;
    }
    Some(drawn)
}

fn never(node: &Node, reader: &mut Reader) -> Option<Distribution> {
    if reader.below("never", node)? {
        return Some(Distribution::Never);
    }
    let hint = "remove it, or write another time";
    reader.refuse(&node.span, "`never` is false", "{ never: true }", hint);
    None
}

fn uniform(raw: &Uniform, reader: &mut Reader) -> Option<Distribution> {
    let (Seconds(from), (span, Seconds(to))) = (*raw.from.get()?, raw.to.given()?);
    if from < *to {
        return Some(Distribution::Uniform { from, to: *to });
    }
    reader.refuse(
        span,
        "`to` is not above `from`",
        "a longer time than `from`",
        "exchange the two, or write { fixed: … }",
    );
    None
}

fn lognormal(raw: &Lognormal, node: &Node, reader: &mut Reader) -> Option<Distribution> {
    for (key, field) in [
        ("median", &raw.median),
        ("mean", &raw.mean),
        ("p95", &raw.p95),
    ] {
        above_zero(key, field, reader)?;
    }
    let (median, mean, p95) = (
        raw.median.optional()?,
        raw.mean.optional()?,
        raw.p95.optional()?,
    );
    let cv = raw.cv.optional()?;
    let (mu, sigma) = match (median, mean, p95, cv) {
        (Some(Seconds(median)), None, Some(Seconds(p95)), None) => {
            if p95 <= median {
                return too_short(&raw.p95, "`p95` is not above `median`", reader);
            }
            (median.ln(), (p95 / median).ln() / Z95)
        }
        (None, Some(Seconds(mean)), None, Some(cv)) => {
            let (span, _) = raw.cv.given()?;
            if cv <= 0.0 {
                reader.refuse(
                    span,
                    "`cv` is not above 0",
                    "a number above 0",
                    "write { fixed: … } for a time without spread",
                );
                return None;
            }
            let sigma = (cv * cv).ln_1p().sqrt();
            (mean.ln() - 0.5 * sigma * sigma, sigma)
        }
        (None, Some(Seconds(mean)), Some(Seconds(p95)), None) => {
            let ratio = p95 / mean;
            if ratio <= 1.0 {
                return too_short(&raw.p95, "`p95` is not above `mean`", reader);
            }
            if ratio > 3.86 {
                let (span, _) = raw.p95.given()?;
                let message =
                    format!("`p95` is {ratio:.2} times `mean`; no lognormal has more than 3.86");
                reader.refuse(
                    span,
                    &message,
                    "at most 3.86 times the mean",
                    "write `median` and `p95` instead",
                );
                return None;
            }
            let sigma = Z95 - (Z95 * Z95 - 2.0 * ratio.ln()).max(0.0).sqrt();
            (mean.ln() - 0.5 * sigma * sigma, sigma)
        }
        _ => {
            let hint =
                "write { median: 40m, p95: 4h }, { mean: 1h, cv: 0.8 } or { mean: 1h, p95: 3h }";
            let message = "a lognormal time needs exactly one of these pairs of keys";
            reader.refuse(
                node.owner(),
                message,
                "`median` and `p95`, `mean` and `cv`, or `mean` and `p95`",
                hint,
            );
            return None;
        }
    };
    if sigma > 0.0 && sigma.is_finite() && mu.is_finite() {
        return Some(Distribution::Lognormal { mu, sigma });
    }
    reader.refuse(
        &node.span,
        "this lognormal time has no usable spread",
        "a spread above 0",
        "write { fixed: … }",
    );
    None
}

fn weibull(raw: &Weibull, node: &Node, reader: &mut Reader) -> Option<Distribution> {
    let shape = shape_within(&raw.shape, 0.05, 100.0, reader)?;
    above_zero("scale", &raw.scale, reader)?;
    above_zero("mean", &raw.mean, reader)?;
    let scale = match (raw.scale.optional()?, raw.mean.optional()?) {
        (Some(Seconds(scale)), None) => scale,
        (None, Some(Seconds(mean))) => mean / puruspe::gamma(1.0 + 1.0 / shape),
        _ => {
            let hint = "write { shape: 1.5, scale: 700h } or { shape: 1.5, mean: 30d }";
            reader.refuse(
                node.owner(),
                "a Weibull time needs either `scale` or `mean`",
                "`scale` or `mean`",
                hint,
            );
            return None;
        }
    };
    Some(Distribution::Weibull { shape, scale })
}

fn gamma(raw: &Gamma, reader: &mut Reader) -> Option<Distribution> {
    let shape = shape_within(&raw.shape, 0.001, 1e6, reader)?;
    above_zero("mean", &raw.mean, reader)?;
    Some(Distribution::Gamma {
        shape,
        scale: raw.mean.get()?.0 / shape,
    })
}

fn erlang(raw: &Erlang, reader: &mut Reader) -> Option<Distribution> {
    above_zero("mean", &raw.mean, reader)?;
    let (span, stages) = raw.stages.given()?;
    if !(1..=1_000_000).contains(stages) {
        reader.refuse(
            span,
            &format!("{stages} stages"),
            "1 to 1000000 stages",
            "write 1 or more; { fixed: … } has no spread",
        );
        return None;
    }
    let shape = f64::from(*stages);
    Some(Distribution::Gamma {
        shape,
        scale: raw.mean.get()?.0 / shape,
    })
}

fn triangular(raw: &Triangular, reader: &mut Reader) -> Option<Distribution> {
    let (Seconds(low), (mode_span, Seconds(mode)), (high_span, Seconds(high))) =
        (*raw.low.get()?, raw.mode.given()?, raw.high.given()?);
    if *high <= low {
        reader.refuse(
            high_span,
            "`high` is not above `low`",
            "a longer time than `low`",
            "write low, mode, high in order",
        );
        return None;
    }
    if !(low..=*high).contains(mode) {
        reader.refuse(
            mode_span,
            "`mode` is not between `low` and `high`",
            "low ≤ mode ≤ high",
            "write them in order",
        );
        return None;
    }
    Some(Distribution::Triangular {
        low,
        mode: *mode,
        high: *high,
    })
}

fn observed(node: &Node, reader: &mut Reader) -> Option<Distribution> {
    let values = match &*node.value {
        Value::Scalar { .. } => empirical::read_column(node, reader)?,
        _ => reader
            .below::<Vec<Seconds>>("empirical", node)?
            .into_iter()
            .map(|Seconds(time)| time)
            .collect(),
    };
    if values.is_empty() {
        reader.refuse(
            node.owner(),
            "no time is given",
            "at least one observed time",
            "write [12m, 40m, 3h]",
        );
        return None;
    }
    Some(Distribution::Empirical(Arc::from(values)))
}

fn mixture(raw: &[MixturePart], node: &Node, reader: &mut Reader) -> Option<Distribution> {
    let parts: Option<Vec<(f64, Distribution)>> = raw
        .iter()
        .map(|part| Some((part.weight.get()?.0, part.of.get()?.0.clone())))
        .collect();
    let parts: Vec<_> = parts?
        .into_iter()
        .enumerate()
        .map(|(index, (weight, part))| (weight, part.with_ranges_of_part(index)))
        .filter(|(weight, _)| *weight > 0.0)
        .collect();
    let sum: f64 = parts.iter().map(|(weight, _)| weight).sum();
    if (sum - 1.0).abs() > 1e-9 {
        let message = format!("the weights add up to {}", units::format_percentage(sum));
        reader.refuse(
            node.owner(),
            &message,
            "weights that add up to 100%",
            "change one of the weights",
        );
        return None;
    }
    Some(Distribution::Mixture(parts))
}

/// Most that the end of a range may be over its start.
const WIDEST: f64 = 1000.0;

/// A range that its author is 90 % sure of, named by the keys that lead to it.
fn between(node: &Node, reader: &mut Reader) -> Option<Distribution> {
    let name = Arc::from(reader.path.join("."));
    let range = reader.below::<Vec<Seconds>>("between", node)?;
    let (message, expected, hint) = match range.as_slice() {
        [Seconds(low), Seconds(high)] if *low > 0.0 && low < high && high / low <= WIDEST => {
            return Some(Distribution::Between(Range::between(name, *low, *high)));
        }
        [Seconds(low), Seconds(high)] if *low > 0.0 && low < high => (
            "the range goes over more than three orders of magnitude",
            "an end of at most 1000 times the start",
            "write what you are 90 % sure of",
        ),
        [_, _] => (
            "the range does not rise from a time above zero",
            "two times above 0, the shorter first",
            "write for example [2y, 6y]",
        ),
        _ => (
            "a range has a start and an end",
            "two times",
            "write for example [2y, 6y]",
        ),
    };
    reader.refuse_below("between", &node.span, message, expected, hint);
    None
}

fn above_zero(key: &str, field: &Field<Seconds>, reader: &mut Reader) -> Option<()> {
    match field.given() {
        Some((span, Seconds(time))) if *time <= 0.0 => {
            reader.refuse(
                span,
                &format!("`{key}` is zero"),
                "a time above 0",
                "write { fixed: 0s } for no time at all",
            );
            None
        }
        _ => Some(()),
    }
}

fn shape_within(field: &Field<f64>, low: f64, high: f64, reader: &mut Reader) -> Option<f64> {
    let (span, shape) = field.given()?;
    if (low..=high).contains(shape) {
        return Some(*shape);
    }
    let expected = format!("a shape from {low} to {high}");
    reader.refuse(
        span,
        &format!("the shape is {shape}"),
        expected,
        "a shape of 1 is exponential",
    );
    None
}

fn too_short(p95: &Field<Seconds>, message: &str, reader: &mut Reader) -> Option<Distribution> {
    let (span, _) = p95.given()?;
    reader.refuse(
        span,
        message,
        "a longer time",
        "95% of the times are shorter than `p95`",
    );
    None
}
