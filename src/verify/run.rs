//! One case: worked out, played, and set beside its reference values.

use super::first_outage::FirstOutages;
use super::metric::Sampled;
use super::row::{Row, Simulated, WorkedOut, apart, tells, verdict};
use super::{Case, Check, Counts, FALSE_ALARM, Library, Metric, SHOWN_LEVEL, Table};
use crate::cost::{FailurePrice, price};
use crate::estimate::{FailureCost, Names, NoLossBound, summarize};
use crate::exact::{Answer, Effort, solve};
use crate::model::{Model, ModelErrors, load_str};
use crate::montecarlo::{self, Estimator, Observer, RunSettings};
use crate::plan::{Plan, compile};
use crate::results::TopologyResult;
use crate::topology::{Deployment, expand};

/// Version of the shape of the table.
const SCHEMA: u32 = 1;

/// How cases are played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VerifySettings {
    /// Trials of each case; as many as the case says if `None`.
    pub trials: Option<u64>,
    /// Seed of all random streams; that of the case if `None`.
    pub seed: Option<u64>,
    /// Worker threads, at least 1.
    pub threads: usize,
    /// Level at which an interval must hold its reference: [`Library::level`].
    pub level: f64,
}

/// What became of a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Played {
    /// A row for each of its reference values.
    Rows(Vec<Row>),
    /// The observer stopped it.
    Stopped,
}

/// Works a case of the library out and plays it.
///
/// # Errors
///
/// The mistakes in its model.
pub fn verify(
    library: &Library,
    case: &Case,
    settings: &VerifySettings,
    observer: &mut dyn Observer,
) -> Result<Played, ModelErrors> {
    let model = load_str(&case.file, &case.text, None)?;
    let Some((name, spec)) = model.topologies.get_key_value(&case.topology) else {
        return Ok(Played::Rows(Vec::new()));
    };
    let deployment = expand(&model, name, spec);
    let trial = Trial {
        library,
        case,
        model: &model,
        plan: compile(&model, &deployment),
        deployment,
        settings,
    };
    Ok(trial.rows(observer).map_or(Played::Stopped, Played::Rows))
}

/// A case under trial.
struct Trial<'a> {
    library: &'a Library,
    case: &'a Case,
    model: &'a Model,
    deployment: Deployment,
    plan: Plan,
    settings: &'a VerifySettings,
}

/// What was sampled: at the level that is shown, and at that of the verdict.
type TwoLevels<T> = (T, T);

impl Trial<'_> {
    fn rows(&self, observer: &mut dyn Observer) -> Option<Vec<Row>> {
        let results = self.play(observer)?;
        let answer = solve(&self.plan, Effort::Full);
        let mut rows = Vec::new();
        for check in &self.case.checks {
            let sampled = if check.metric == Metric::FirstOutageHours {
                self.first_outages(check, observer)?
            } else {
                (
                    check.metric.of_result(&results.0),
                    check.metric.of_result(&results.1),
                )
            };
            rows.push(self.row(check, &answer, sampled));
        }
        Some(rows)
    }

    fn trials(&self) -> u64 {
        self.settings.trials.unwrap_or(self.case.trials)
    }

    fn seed(&self) -> u64 {
        self.settings.seed.unwrap_or(self.case.seed)
    }

    fn play(&self, observer: &mut dyn Observer) -> Option<TwoLevels<TopologyResult>> {
        let settings = RunSettings {
            seed: self.seed(),
            trials: Some(self.trials()),
            precision: None,
            together: false,
            precision_of_differences: None,
            max_time: None,
            confidence: SHOWN_LEVEL,
            threads: self.settings.threads,
            // Trials alone: what is worked out stands in a column of its own.
            estimator: Estimator::Plain,
        };
        let plans = std::slice::from_ref(&self.plan);
        let run = montecarlo::run(plans, &FailurePrice::new(self.model), &settings, observer);
        if run.partial {
            return None;
        }
        let bound = NoLossBound::of(&self.plan, FailureCost::default());
        let (tally, known) = (run.tallies.first()?, run.known.first()?);
        let at = |level| {
            let bill = price(self.model, &self.deployment);
            summarize(tally, &Names::of(&self.plan), level, &bound, known, bill)
        };
        Some((at(SHOWN_LEVEL), at(self.settings.level)))
    }

    fn first_outages(
        &self,
        check: &Check,
        observer: &mut dyn Observer,
    ) -> Option<TwoLevels<Option<Sampled>>> {
        let times = FirstOutages::play(
            self.model,
            &self.case.topology,
            check.value,
            (self.trials(), self.seed()),
            observer,
        )?;
        Some((times.at(SHOWN_LEVEL), times.at(self.settings.level)))
    }

    fn row(&self, check: &Check, answer: &Answer, sampled: TwoLevels<Option<Sampled>>) -> Row {
        let exact = worked_out(check, answer, &self.plan);
        let simulated = sampled
            .0
            .zip(sampled.1)
            .map(|both| simulated(check, both, self.settings.level));
        let system = self.library.system(self.case);
        Row {
            case: self.case.name().to_owned(),
            system: self.case.system.clone(),
            figure: check.metric.label(),
            path: check.metric.path(),
            source: system.map_or_else(String::new, |system| system.source.clone()),
            derivation: check.source.clone(),
            kind: check.kind.clone(),
            reference: check.value,
            precision: check.precision,
            near: check.near.clone(),
            verdict: verdict(exact.as_ref().ok(), simulated.as_ref()),
            not_exact: exact.as_ref().err().cloned(),
            exact: exact.ok(),
            simulated,
        }
    }
}

fn worked_out(check: &Check, answer: &Answer, plan: &Plan) -> Result<WorkedOut, String> {
    let Some(solution) = &answer.solution else {
        let reasons = answer
            .refusals
            .iter()
            .map(|refusal| format!("no {}: {}", refusal.route.name(), refusal.reason));
        return Err(reasons.collect::<Vec<_>>().join("; "));
    };
    let figure = check.metric.of_solution(solution, &plan.names.journeys)?;
    let route = solution.route.name();
    Ok(WorkedOut::new(figure, route, check.value, check.precision))
}

fn simulated(check: &Check, (shown, judged): TwoLevels<Sampled>, level: f64) -> Simulated {
    let (mean, reference) = (judged.mean, check.value);
    let scale = check.metric.scale(reference);
    Simulated {
        mean,
        low: shown.ends.low,
        high: shown.ends.high,
        level: SHOWN_LEVEL,
        n: shown.n,
        interval: shown.interval,
        apart: apart(mean, judged.ends, level, reference),
        agrees: judged.ends.low <= reference && reference <= judged.ends.high,
        tells: tells(shown.ends, scale),
    }
}

impl Table {
    /// The table of these rows.
    #[must_use]
    pub fn new(rows: Vec<Row>, level: f64) -> Self {
        Self {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: option_env!("FAILSCAPE_COMMIT").map(str::to_owned),
            false_alarm: FALSE_ALARM,
            level,
            counts: Counts::of(&rows),
            rows,
        }
    }
}
