//! Holds gates and a baseline against the results of a run.

use super::BadGate;
use super::baseline::Baseline;
use super::figure::{self, Leaf};
use super::parse::Gate;
use crate::results::{GateReport, GateVerdict, Results, Standing, TopologyResult, format};

/// Trials without an outage from which the lack of one says something.
const ENOUGH_TRIALS: u64 = 100;
/// Trials above which none are advised.
const MOST_TRIALS: f64 = 1e9;

/// Which topology gates hold for that name none themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The recommended one.
    Recommended,
    /// Every one.
    Every,
    /// At least one of them, all gates together.
    Any,
    /// This one.
    Named(String),
}

/// All that a run is held against.
#[derive(Debug, Clone, PartialEq)]
pub struct Gates {
    asked: Vec<Gate>,
    which: Which,
    baseline: Option<Baseline>,
    /// Share of a figure of the baseline by which one may be worse.
    tolerance: f64,
}

impl Gates {
    /// Reads gates on a run whose results will have the shape of `results`, of which no trial needs to have been played. `which` is the
    /// topology asked for; `None` is the recommended one, or the only one.
    pub fn read(
        texts: &[String],
        which: Option<&str>,
        baseline: Option<Baseline>,
        tolerance: f64,
        results: &Results,
    ) -> Result<Self, BadGate> {
        let gates = texts
            .iter()
            .map(|text| Gate::read(text, results))
            .collect::<Result<Vec<_>, _>>()?;
        let which = read_which(which, results)?;
        let is_open = gates.iter().any(|gate| gate.topology.is_none());
        if which == Which::Recommended && is_open && results.recommended.is_none() {
            return Err(BadGate::new(
                "the gates hold for the recommended topology, and there is none: nothing is priced"
                    .to_owned(),
                format!(
                    "--gate-topology names one ({}), or write `every` or `any`",
                    names(results)
                ),
            ));
        }
        if let Some(baseline) = &baseline {
            baseline.check(results)?;
        }
        Ok(Self {
            asked: gates,
            which,
            baseline,
            tolerance,
        })
    }

    /// The verdicts on a run.
    #[must_use]
    pub fn judge(&self, results: &Results) -> GateReport {
        let mut gates = Vec::new();
        let any = (self.which == Which::Any)
            .then(|| self.best(results))
            .flatten();
        for gate in &self.asked {
            for topology in self.topologies(gate, results, any) {
                gates.push(judge(gate, topology));
            }
        }
        let baseline =
            (self.baseline.as_ref()).map(|baseline| baseline.judge(results, self.tolerance));
        let rows = baseline.iter().flat_map(|baseline| &baseline.rows);
        let standings = gates.iter().map(|gate| gate.standing);
        GateReport {
            standing: standings
                .chain(rows.map(|row| row.standing))
                .max()
                .unwrap_or(Standing::Met),
            gates,
            baseline,
        }
    }

    /// The topologies that a gate is held against.
    fn topologies<'a>(
        &self,
        gate: &Gate,
        results: &'a Results,
        any: Option<&'a TopologyResult>,
    ) -> Vec<&'a TopologyResult> {
        let named = |name: &str| {
            let all = results.topologies.iter();
            all.filter(|topology| topology.name == name).collect()
        };
        match (&gate.topology, &self.which) {
            (Some(name), _) | (None, Which::Named(name)) => named(name),
            (None, Which::Every) => results.topologies.iter().collect(),
            (None, Which::Any) => any.into_iter().collect(),
            (None, Which::Recommended) => {
                (results.recommended.as_ref()).map_or_else(Vec::new, |taken| named(&taken.name))
            }
        }
    }

    /// The topology that does best at all gates together: the recommended one among equals, else the first.
    fn best<'a>(&self, results: &'a Results) -> Option<&'a TopologyResult> {
        let recommended = results.recommended.as_ref().map(|taken| &taken.name);
        let rank = |topology: &&TopologyResult| {
            let open = self.asked.iter().filter(|gate| gate.topology.is_none());
            let standings: Vec<Standing> =
                open.map(|gate| judge(gate, topology).standing).collect();
            let count = |of: Standing| standings.iter().filter(|standing| **standing == of).count();
            (
                standings.iter().max().copied(),
                count(Standing::Missed),
                count(Standing::Undecided),
                recommended != Some(&topology.name),
            )
        };
        results.topologies.iter().min_by_key(rank)
    }
}

fn read_which(which: Option<&str>, results: &Results) -> Result<Which, BadGate> {
    let is_known = |name: &str| results.topologies.iter().any(|known| known.name == name);
    match which {
        None if results.topologies.len() == 1 => {
            Ok(Which::Named(results.topologies[0].name.clone()))
        }
        Some(name) if is_known(name) => Ok(Which::Named(name.to_owned())),
        None | Some("recommended") => Ok(Which::Recommended),
        Some("every" | "all") => Ok(Which::Every),
        Some("any") => Ok(Which::Any),
        Some(name) => Err(BadGate::new(
            format!("there is no topology `{name}` for the gates to hold for"),
            format!(
                "write recommended, every, any, or one of {}",
                names(results)
            ),
        )),
    }
}

fn names(results: &Results) -> String {
    let names: Vec<&str> = (results.topologies.iter())
        .map(|topology| topology.name.as_str())
        .collect();
    names.join(", ")
}

fn judge(gate: &Gate, topology: &TopologyResult) -> GateVerdict {
    let verdict =
        |figure: &[String], found, ends: (Option<f64>, Option<f64>), standing, note| GateVerdict {
            gate: gate.text.clone(),
            topology: topology.name.clone(),
            figure: figure.join("."),
            operator: gate.operator.text().to_owned(),
            target: gate.target,
            unit: gate.unit,
            found,
            low: ends.0,
            high: ends.1,
            standing,
            note,
        };
    match figure::find(topology, &gate.figure) {
        Ok(Leaf::Found {
            path,
            mean,
            low,
            high,
        }) => {
            let standing = standing(gate, mean, low, high);
            let note = (standing == Standing::Undecided)
                .then(|| what_would_decide(gate, topology, mean, low, high));
            verdict(&path, Some(mean), (low, high), standing, note)
        }
        Ok(Leaf::Null { path }) => {
            let (standing, note) = without_data(&path, topology);
            verdict(&path, None, (None, None), standing, Some(note))
        }
        Err(_) => {
            let path = vec![gate.figure.clone()];
            let note = "this topology has no such figure".to_owned();
            verdict(&path, None, (None, None), Standing::Undecided, Some(note))
        }
    }
}

/// Met or missed is what lies wholly on one side.
fn standing(gate: &Gate, mean: f64, low: Option<f64>, high: Option<f64>) -> Standing {
    let holds = |value: f64| gate.operator.holds(value, gate.target);
    let low = low.unwrap_or(f64::NEG_INFINITY).min(mean);
    let high = high.unwrap_or(f64::INFINITY).max(mean);
    let (worst, best) = if gate.operator.wants_more() {
        (low, high)
    } else {
        (high, low)
    };
    match (holds(worst), holds(best)) {
        (true, _) => Standing::Met,
        (false, true) => Standing::Undecided,
        (false, false) => Standing::Missed,
    }
}

/// The shares of outages and losses within an objective have no data where none was seen: nothing is missed then, if there were
/// trials enough to see some.
fn without_data(path: &[String], topology: &TopologyResult) -> (Standing, String) {
    let head = path.first().map(String::as_str).unwrap_or_default();
    let what = match head {
        "rto_met" | "rto_and_rpo_met" => "outage",
        "rpo_met" => "loss of data",
        _ => return (Standing::Undecided, "there is no data".to_owned()),
    };
    let trials = format::trials(topology.trials);
    if topology.trials >= ENOUGH_TRIALS {
        (Standing::Met, format!("no {what} seen in {trials}"))
    } else {
        (
            Standing::Undecided,
            format!("no {what} seen in only {trials}"),
        )
    }
}

/// Trials that would decide it, if the figure stays where it is: the interval shrinks with the root of their number.
fn what_would_decide(
    gate: &Gate,
    topology: &TopologyResult,
    mean: f64,
    low: Option<f64>,
    high: Option<f64>,
) -> String {
    let (Some(low), Some(high)) = (low, high) else {
        return "more trials would bound it".to_owned();
    };
    let towards = if gate.target >= mean {
        high - mean
    } else {
        mean - low
    };
    let distance = (gate.target - mean).abs();
    let needed = topology.trials as f64 * (towards / distance).powi(2) * 1.1;
    if needed.is_finite() && needed <= MOST_TRIALS {
        let digits = 10_f64.powf(needed.log10().floor() - 1.0).max(1.0);
        let needed = (needed / digits).ceil() * digits;
        format!(
            "about --trials {} would decide it, if it stays where it is",
            needed as u64
        )
    } else {
        "too near to the target for any number of trials to decide".to_owned()
    }
}
