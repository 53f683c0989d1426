//! From the text of a gate to what it asks for: `warm-standby:availability>=99.9%`.

use super::figure::{self, Leaf};
use crate::results::{FigureUnit, Results, TopologyResult};
use crate::units::{
    self, MoneyPer, UnitError, currency_code, parse_duration, parse_money, parse_probability,
    same_currency,
};

/// A figure and what is asked of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// As it was written.
    pub text: String,
    /// The topology that it names, if it names one.
    pub topology: Option<String>,
    /// The figure as it was written: a path, maybe a short one.
    pub figure: String,
    /// Which side is wanted.
    pub operator: Operator,
    /// What is asked for, in the unit of the figure.
    pub target: f64,
    /// The unit.
    pub unit: FigureUnit,
}

/// Which side of a target is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `<`
    Below,
}

impl Operator {
    const ALL: [(&'static str, Self); 6] = [
        (">=", Self::AtLeast),
        ("≥", Self::AtLeast),
        ("<=", Self::AtMost),
        ("≤", Self::AtMost),
        (">", Self::Above),
        ("<", Self::Below),
    ];

    /// As it is written.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::Below => "<",
        }
    }

    /// Whether a value is on the wanted side, but for the rounding of sums.
    pub(super) fn holds(self, value: f64, target: f64) -> bool {
        let slack = 1e-12 * target.abs().max(1e-3);
        match self {
            Self::AtLeast => value >= target - slack,
            Self::AtMost => value <= target + slack,
            Self::Above => value > target + slack,
            Self::Below => value < target - slack,
        }
    }

    /// Whether larger is better.
    pub(super) const fn wants_more(self) -> bool {
        matches!(self, Self::AtLeast | Self::Above)
    }
}

/// A gate that cannot be used: what is wrong with it, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadGate {
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

const FORM: &str =
    "write a figure, >= or <=, and a target, such as 'availability>=99.95%' or 'cost.total<=40000'";

impl BadGate {
    pub(super) fn new(message: String, hint: impl Into<String>) -> Self {
        Self {
            message,
            hint: hint.into(),
        }
    }
}

impl Gate {
    /// Reads a gate on a run whose results will have the shape of `results`, of which no trial needs to have been played.
    pub fn read(text: &str, results: &Results) -> Result<Self, BadGate> {
        let (left, operator, right) = split(text)?;
        let (topology, figure) = prefix(left, results);
        let topologies: Vec<&TopologyResult> = (results.topologies.iter())
            .filter(|known| topology.is_none_or(|name| known.name == name))
            .collect();
        let example = *topologies.first().ok_or_else(|| nothing(text))?;
        if let Some((name, _)) = figure.split_once(':') {
            let names: Vec<&str> = (results.topologies.iter())
                .map(|known| known.name.as_str())
                .collect();
            return Err(BadGate::new(
                format!("the gate `{text}` is on topology `{name}`, which is not played"),
                format!("there is {}", names.join(", ")),
            ));
        }
        let leaf = figure::find(example, figure)
            .map_err(|why| BadGate::new(format!("the gate `{text}` {}", why.message), why.hint))?;
        let unit = leaf.unit();
        let target = target(right, unit, &results.currency).map_err(|why| {
            BadGate::new(
                format!("the target of the gate `{text}`: {}", why.message),
                why.hint,
            )
        })?;
        if let Some(why) = vain(&leaf, &topologies, figure, results) {
            return Err(BadGate::new(
                format!("the gate `{text}` {}", why.message),
                why.hint,
            ));
        }
        Ok(Self {
            text: text.to_owned(),
            topology: topology.map(str::to_owned),
            figure: figure.to_owned(),
            operator,
            target,
            unit,
        })
    }
}

fn nothing(text: &str) -> BadGate {
    BadGate::new(
        format!("the gate `{text}` has no topology to be held against"),
        FORM,
    )
}

/// The figure, the operator and the target.
fn split(text: &str) -> Result<(&str, Operator, &str), BadGate> {
    let at = text
        .find(['<', '>', '=', '≥', '≤'])
        .ok_or_else(|| BadGate::new(format!("the gate `{text}` compares nothing"), FORM))?;
    let (left, rest) = text.split_at(at);
    let found = (Operator::ALL.iter()).find_map(|(sign, operator)| {
        let right = rest.strip_prefix(sign)?;
        Some((*operator, right))
    });
    let Some((operator, right)) = found else {
        let hint = "no simulated figure is equal to a target: write >= or <=";
        return Err(BadGate::new(
            format!("the gate `{text}` asks for equality"),
            hint,
        ));
    };
    let (left, right) = (left.trim(), right.trim());
    if left.is_empty() || right.is_empty() {
        let side = if left.is_empty() { "figure" } else { "target" };
        return Err(BadGate::new(
            format!("the gate `{text}` has no {side}"),
            FORM,
        ));
    }
    Ok((left, operator, right))
}

/// The topology named before a colon, if what stands there is one, and the figure.
fn prefix<'a>(left: &'a str, results: &Results) -> (Option<&'a str>, &'a str) {
    let named = (results.topologies.iter())
        .filter_map(|topology| {
            let rest = left.strip_prefix(topology.name.as_str())?.trim_start();
            let figure = rest.strip_prefix(':')?.trim_start();
            Some((&left[..topology.name.len()], figure))
        })
        .max_by_key(|(name, _)| name.len());
    named.map_or((None, left), |(name, figure)| (Some(name), figure))
}

/// Why a gate can never be decided, if it cannot: what it is about is not in the model.
fn vain(
    leaf: &Leaf,
    topologies: &[&TopologyResult],
    figure: &str,
    results: &Results,
) -> Option<BadGate> {
    let wanted = &results.objectives;
    let objective = match leaf.path().first().map(String::as_str)? {
        "rto_met" => ("objectives.rto", wanted.rto_seconds),
        "rpo_met" => ("objectives.rpo", wanted.rpo_seconds),
        "slo_met" => ("objectives.slo", wanted.slo_target),
        "sla_met" => ("objectives.sla", wanted.sla_target),
        _ => ("", Some(0.0)),
    };
    if objective.1.is_none() {
        return Some(BadGate::new(
            format!("needs `{}`, which the model does not set", objective.0),
            format!("add `{}` to the model", objective.0),
        ));
    }
    let is_price = leaf.unit() == FigureUnit::Money;
    let is_unknown = |topology: &&TopologyResult| {
        matches!(figure::find(topology, figure), Ok(Leaf::Null { .. }))
    };
    if is_price && topologies.iter().all(is_unknown) {
        let line = leaf.path().get(1).cloned().unwrap_or_default();
        let missing = topologies[0].cost_per_month.not_priced.iter();
        let missing = missing.filter(|missing| missing.line == line || line.starts_with("total"));
        let keys: Vec<String> = missing
            .map(|missing| format!("`{}`", missing.missing))
            .collect();
        let hint = if keys.is_empty() {
            "give it a price in `costs`, or the services a `price`".to_owned()
        } else {
            format!("add {}", keys.join(", "))
        };
        return Some(BadGate::new(
            "is on something that the model does not price".to_owned(),
            hint,
        ));
    }
    None
}

/// A target in the unit of its figure. A bare number is in that unit.
fn target(text: &str, unit: FigureUnit, currency: &str) -> Result<f64, UnitError> {
    match unit {
        FigureUnit::Share => parse_probability(text),
        FigureUnit::Ratio => ratio(text),
        FigureUnit::Seconds => time(text, 1.0),
        FigureUnit::Minutes => time(text, 60.0),
        FigureUnit::Hours => time(text, 3600.0),
        FigureUnit::Number => number(text).ok_or_else(|| {
            UnitError::of(format!("`{text}` is not a number"), "write for example 2.5")
        }),
        FigureUnit::Money => money(text, currency),
    }
}

fn number(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    (number.is_finite() && !text.starts_with('+')).then_some(number)
}

fn ratio(text: &str) -> Result<f64, UnitError> {
    let found = match text.strip_suffix('%') {
        Some(percent) => number(percent.trim_end()).map(|percent| percent / 100.0),
        None => number(text),
    };
    found.ok_or_else(|| {
        UnitError::of(
            format!("`{text}` is not a share"),
            "write for example 150% or 1.5",
        )
    })
}

fn time(text: &str, unit: f64) -> Result<f64, UnitError> {
    match number(text) {
        Some(bare) => Ok(bare),
        None => parse_duration(text).map(|seconds| seconds / unit),
    }
}

/// A cost is one of a month; `$55/h` is 730 times that.
fn money(text: &str, currency: &str) -> Result<f64, UnitError> {
    if let Some(bare) = number(text) {
        return Ok(bare);
    }
    let amount = if text.contains('/') {
        let mut amount = parse_money(text, MoneyPer::Hour)?;
        amount.amount *= units::SECONDS_PER_MONTH / units::SECONDS_PER_HOUR;
        amount
    } else {
        parse_money(text, MoneyPer::Nothing)?
    };
    let is_same = same_currency(&amount.currency, currency)
        || currency_code(&amount.currency).is_some_and(|code| code == currency);
    if is_same {
        Ok(amount.amount)
    } else {
        Err(UnitError::of(
            format!("`{text}` is in another currency than the model"),
            format!("the model is in {currency}"),
        ))
    }
}
