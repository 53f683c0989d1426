//! The product-form route: units that are independent processes.
//!
//! The chance U(t) to lose a request at t is the probability of the structure function at the q(t) of the units. The
//! interval unavailability is its mean over the scored time, weighted by the traffic w(t):
//!
//! ```text
//! ∫ w(t) U(q(t)) dt / ∫ w(t) dt   over [warm_up, warm_up + horizon],
//! ```
//!
//! and outages begin at the rate Σ λᵢ (1 - qᵢ(t)) Bᵢ(t), Bᵢ being the Birnbaum importance of unit i: the chance that
//! the topology is down with the unit down and up with it up (Barlow & Proschan (1975), Statistical Theory of Reliability
//! and Life Testing, ch. 4). Once every q has settled, U is constant and its integral in closed form.

use std::collections::HashMap;
use std::f64::consts::TAU;
use std::sync::Arc;

use super::answer::{Accuracy, Figure, JourneyFigures, Refusal, Route, Solution};
use super::diagram::{Evaluator, Function};
use super::effort::Effort;
use super::process::{Cycle, Process, long_run};
use super::quadrature::{Integrals, integrate};
use super::refuse_ranges;
use super::structure::{Structure, structure};
use crate::model::Distribution;
use crate::plan::{Clock, DailyCurve, NO_CREW, Plan, UnitId, UnitKind};

/// Relative error that rounding may leave.
const ROUNDING: f64 = 1e-13;

/// Relative error of the quadrature where variants of a plan are compared.
const GOOD: f64 = 1e-10;

/// Longest panel while traffic has a daily curve \[s\].
const LONGEST_PANEL: f64 = 6.0 * 3600.0;

/// Panels to begin with, at most.
const MOST_PANELS: f64 = 20_000.0;

/// Hours of a year, of which there are `outages_per_year`.
const YEAR_SECONDS: f64 = 8760.0 * 3600.0;

/// Works a plan out by this route.
///
/// # Errors
///
/// What in the model couples units, or makes what is lost depend on more than their state.
pub(super) fn solve(plan: &Plan, effort: Effort) -> Result<Solution, Refusal> {
    try_solve(plan, effort).map_err(|reason| Refusal {
        route: Route::ProductForm,
        reason,
    })
}

fn try_solve(plan: &Plan, effort: Effort) -> Result<Solution, String> {
    let structure = independent_structure(plan, effort)?;
    let units = Units::with(plan, &structure.units, &mut Processes::new(effort))?;
    let outages = if structure.is_monotone {
        Ok(())
    } else {
        Err("a failure can end an outage, by moving traffic".to_owned())
    };
    let integrals = Window::new(plan, &units).integrals(&structure, &units);
    let mut solution = figures(plan, &units, &integrals, outages);
    solution.steady_state_unavailability = Ok(steady_state(plan, &structure, &units));
    Ok(solution)
}

/// Share of requests lost once every unit has settled, whatever the shapes of repairs.
fn steady_state(plan: &Plan, structure: &Structure, units: &Units) -> Figure {
    let of_variable = units.of_variable.iter();
    let q: Vec<f64> = of_variable.map(|&process| units.limits[process]).collect();
    let functions = losses(plan, structure);
    let roots: Vec<Function> = functions.iter().map(|(_, states)| *states).collect();
    let mut values = Vec::new();
    let chances = Evaluator::new(&structure.diagram, &roots);
    let chances = chances.probabilities(&q, &mut values);
    let value = functions
        .iter()
        .zip(chances)
        .map(|((loss, _), chance)| loss * chance)
        .sum();
    Figure {
        value,
        error: ROUNDING * value,
        accuracy: Accuracy::Exact,
    }
}

/// Shares of requests lost, each with the states in which that share is.
fn losses(plan: &Plan, structure: &Structure) -> Vec<(f64, Function)> {
    let journeys = plan.journeys.iter().zip(&structure.journeys);
    let losses = journeys.flat_map(|(journey, functions)| {
        let losses = functions.losses.iter();
        losses.map(|(loss, states)| (journey.share * loss, *states))
    });
    losses.collect()
}

/// A plan that has a product form, to be asked about itself and about variants that differ in few units.
#[derive(Debug)]
pub struct ProductForm<'p> {
    plan: &'p Plan,
    structure: Structure,
    alike: Alike,
}

impl<'p> ProductForm<'p> {
    /// The structure of a plan.
    ///
    /// # Errors
    ///
    /// Why it has no product form.
    pub fn new(plan: &'p Plan) -> Result<Self, Refusal> {
        let structure = independent_structure(plan, Effort::Full).map_err(|reason| Refusal {
            route: Route::ProductForm,
            reason,
        })?;
        Ok(Self {
            plan,
            structure,
            alike: Alike::new(Effort::Full),
        })
    }

    /// Share of requests lost in the plan itself.
    ///
    /// # Errors
    ///
    /// In words, why a unit cannot be worked out.
    pub fn unavailability(&mut self) -> Result<Figure, String> {
        lost(self.plan, &self.structure, &mut self.alike.processes)
    }

    /// Share of requests lost in a variant of the plan that differs only in clocks.
    ///
    /// # Errors
    ///
    /// In words, why a unit cannot be worked out.
    pub fn with_clocks_of(&mut self, variant: &Plan) -> Result<Figure, String> {
        lost(variant, &self.structure, &mut self.alike.processes)
    }

    /// Share of requests lost in a variant of the plan that differs in clocks and gates.
    ///
    /// # Errors
    ///
    /// In words, why it has no product form.
    pub fn of_variant(&mut self, variant: &Plan) -> Result<Figure, String> {
        self.alike.unavailability(variant)
    }
}

/// Works plans that are much alike out: what they share is worked out once.
#[derive(Debug, Clone)]
pub struct Alike {
    effort: Effort,
    processes: Processes,
}

impl Alike {
    /// Nothing has been worked out.
    #[must_use]
    pub fn new(effort: Effort) -> Self {
        Self {
            effort,
            processes: Processes::new(effort),
        }
    }

    /// Share of requests lost in a plan.
    ///
    /// # Errors
    ///
    /// In words, why it has no product form.
    pub fn unavailability(&mut self, plan: &Plan) -> Result<Figure, String> {
        let structure = independent_structure(plan, self.effort)?;
        lost(plan, &structure, &mut self.processes)
    }
}

/// The structure of a plan whose units are independent of each other.
fn independent_structure(plan: &Plan, effort: Effort) -> Result<Structure, String> {
    refuse_ranges(plan)?;
    refuse_gray(plan)?;
    refuse_takeovers(plan)?;
    let structure = structure(plan, effort.diagram_nodes())?;
    refuse_strikes(plan, &structure.units)?;
    Ok(structure)
}

/// Share of requests lost, to the accuracy of differences between variants.
fn lost(plan: &Plan, structure: &Structure, processes: &mut Processes) -> Result<Figure, String> {
    let units = Units::with(plan, &structure.units, processes)?;
    let window = Window::new(plan, &units);
    let functions = losses(plan, structure);
    let roots: Vec<Function> = functions.iter().map(|(_, states)| *states).collect();
    let evaluator = Evaluator::new(&structure.diagram, &roots);
    let integral = |excess: f64| {
        let (mut by_process, mut q, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let mut at = |t: f64| -> f64 {
            units.at(t, excess, &mut by_process, &mut q);
            let chances = evaluator.probabilities(&q, &mut values);
            functions
                .iter()
                .zip(chances)
                .map(|((loss, _), chance)| loss * chance)
                .sum()
        };
        let integrals = integrate(&window.edges(&units), GOOD, 1, |t, out| {
            out[0] = at(t) * window.weight(t);
        });
        let rest = window.traffic(window.settled, window.end) * at(window.settled);
        let first = |values: &[f64]| values.first().copied().unwrap_or(0.0);
        (first(&integrals.values) + rest, first(&integrals.errors))
    };
    let (value, error) = integral(0.0);
    let accuracy = units.accuracy();
    let of_units = match accuracy {
        Accuracy::Exact => 0.0,
        Accuracy::Numerical => (integral(1.0).0 - value).abs(),
    };
    let traffic = window.traffic(window.start, window.end);
    Ok(Figure {
        value: value / traffic,
        error: (error + of_units + ROUNDING * value) / traffic,
        accuracy,
    })
}

/// What a gray fault costs depends on how many replicas there are beside it.
fn refuse_gray(plan: &Plan) -> Result<(), String> {
    match plan.gray_fault() {
        Some(name) => Err(format!(
            "fault `{name}` leaves its place up, and working badly"
        )),
        None => Ok(()),
    }
}

/// One primary at a time couples the replicas of a service, and a takeover takes time.
fn refuse_takeovers(plan: &Plan) -> Result<(), String> {
    // Of one replica, nobody takes over; unless it rests while its place is down, its clocks run as those of others.
    let takes_over = |pool: &&u32| {
        let pool = &plan.pools[**pool as usize];
        pool.members.len() > 1 || pool.dormancy < 1.0
    };
    let mut pools = plan.entries.iter().flat_map(|entry| &entry.pools);
    match pools.find(takes_over) {
        Some(&pool) => {
            let service = plan.pools[pool as usize].service as usize;
            Err(format!(
                "service `{}` has one primary at a time, and a takeover takes time",
                plan.names.services[service]
            ))
        }
        None => Ok(()),
    }
}

/// A shock or a cascade takes several units down at once.
fn refuse_strikes(plan: &Plan, used: &[UnitId]) -> Result<(), String> {
    let mut is_used = vec![false; plan.units.len()];
    for &unit in used {
        is_used[unit as usize] = true;
    }
    let strikes = |target: &UnitId| is_used[*target as usize];
    for unit in &plan.units {
        if let UnitKind::Shock(shock) = unit.kind
            && plan.shocks[shock as usize].targets.iter().any(strikes)
        {
            let name = cause(plan, unit.first_clock);
            return Err(format!("fault `{name}` strikes several replicas at once"));
        }
    }
    for (index, clock) in plan.clocks.iter().enumerate() {
        if let Some(cascade) = plan.cascades.get(clock.cascade as usize)
            && cascade.siblings.iter().any(|(sibling, _)| strikes(sibling))
        {
            let name = cause(plan, index as u32);
            return Err(format!("fault `{name}` spreads to other replicas"));
        }
    }
    Ok(())
}

fn cause(plan: &Plan, clock: u32) -> &str {
    &plan.names.causes[plan.clocks[clock as usize].cause as usize]
}

/// Processes that were worked out, by the laws of their lives and repairs: plans that are much alike share most of them.
#[derive(Debug, Clone)]
struct Processes {
    /// Relative error of what is solved on a mesh.
    mesh_error: f64,
    known: Vec<Known>,
}

/// A process that was worked out.
#[derive(Debug, Clone)]
struct Known {
    /// Lives and repairs, each pair of one clock.
    laws: Vec<(Distribution, Distribution)>,
    /// End of the time that it was worked out for \[s\].
    end: f64,
    process: Arc<Process>,
}

impl Processes {
    fn new(effort: Effort) -> Self {
        Self {
            mesh_error: effort.mesh_error(),
            known: Vec::new(),
        }
    }

    fn get(&mut self, plan: &Plan, key: &[(u32, u32)]) -> Result<Arc<Process>, String> {
        let law = |sampler: u32| &plan.distributions[sampler as usize];
        let end = plan.warm_up + plan.horizon;
        let is_it = |known: &&Known| {
            let laws = known.laws.iter().map(|(life, repair)| (life, repair));
            known.end == end && laws.eq(key.iter().map(|&(life, repair)| (law(life), law(repair))))
        };
        if let Some(known) = self.known.iter().find(is_it) {
            return Ok(Arc::clone(&known.process));
        }
        let cycles: Vec<Cycle<'_>> = key
            .iter()
            .map(|&(life, repair)| Cycle {
                life: law(life),
                repair: law(repair),
            })
            .collect();
        let process = Arc::new(Process::new(&cycles, end, self.mesh_error)?);
        let laws = key.iter();
        self.known.push(Known {
            laws: laws
                .map(|&(life, repair)| (law(life).clone(), law(repair).clone()))
                .collect(),
            end,
            process: Arc::clone(&process),
        });
        Ok(process)
    }
}

/// The processes behind the variables of a diagram.
struct Units {
    processes: Vec<Arc<Process>>,
    /// The chance of each process to be down in the long run.
    limits: Vec<f64>,
    /// The process of each variable.
    of_variable: Vec<usize>,
    /// Relative error of what was solved on a mesh.
    mesh_error: f64,
}

impl Units {
    fn with(plan: &Plan, used: &[UnitId], worked_out: &mut Processes) -> Result<Self, String> {
        let (mut processes, mut limits) = (Vec::new(), Vec::new());
        let mut known: HashMap<Vec<(u32, u32)>, usize> = HashMap::new();
        let mut of_variable = Vec::with_capacity(used.len());
        for &unit in used {
            let unit = plan.units[unit as usize];
            let clocks = unit.first_clock..unit.first_clock + unit.n_clocks;
            for clock in clocks.clone() {
                refuse_coupled(plan, clock)?;
            }
            let clocks = &plan.clocks[clocks.start as usize..clocks.end as usize];
            let key: Vec<(u32, u32)> = key_of(clocks).collect();
            if let Some(&process) = known.get(&key) {
                of_variable.push(process);
                continue;
            }
            let process = worked_out
                .get(plan, &key)
                .map_err(|reason| format!("fault `{}`: {reason}", cause(plan, unit.first_clock)))?;
            of_variable.push(processes.len());
            known.insert(key, processes.len());
            processes.push(process);
            let law = |sampler: u32| &plan.distributions[sampler as usize];
            limits.push(long_run(
                key_of(clocks).map(|(life, repair)| (law(life), law(repair))),
            ));
        }
        Ok(Self {
            processes,
            limits,
            of_variable,
            mesh_error: worked_out.mesh_error,
        })
    }

    /// The chance of each variable to be true at t, `excess` times its error added.
    fn at(&self, t: f64, excess: f64, by_process: &mut Vec<f64>, q: &mut Vec<f64>) {
        by_process.clear();
        by_process.extend(self.processes.iter().map(|process| {
            let q = process.at(t);
            (q + excess * process.error().min(q)).min(1.0)
        }));
        q.clear();
        q.extend(self.of_variable.iter().map(|&process| by_process[process]));
    }

    fn accuracy(&self) -> Accuracy {
        let solved = |process: &Arc<Process>| matches!(**process, Process::Solved(..));
        if self.processes.iter().any(solved) {
            Accuracy::Numerical
        } else {
            Accuracy::Exact
        }
    }
}

fn key_of(clocks: &[Clock]) -> impl Iterator<Item = (u32, u32)> {
    clocks.iter().map(|clock| (clock.life, clock.repair))
}

fn refuse_coupled(plan: &Plan, clock: u32) -> Result<(), String> {
    let name = cause(plan, clock);
    let clock = &plan.clocks[clock as usize];
    if clock.crew == NO_CREW {
        Ok(())
    } else {
        Err(format!("repairs of fault `{name}` wait for a crew"))
    }
}

/// The scored time.
struct Window<'p> {
    plan: &'p Plan,
    start: f64,
    end: f64,
    /// When every unit has settled, if that is before the end; else the end.
    settled: f64,
}

/// Integrals over the window, and the same with all errors of the units added.
struct WindowIntegrals {
    lost: Integrals,
    with_errors: Option<Integrals>,
}

impl<'p> Window<'p> {
    fn new(plan: &'p Plan, units: &Units) -> Self {
        let (start, end) = (plan.warm_up, plan.warm_up + plan.horizon);
        let settled = units
            .processes
            .iter()
            .map(|process| process.settled())
            .fold(0.0, f64::max);
        Self {
            plan,
            start,
            end,
            settled: settled.clamp(start, end),
        }
    }

    /// Traffic at a time over its mean.
    fn weight(&self, t: f64) -> f64 {
        self.plan
            .daily
            .map_or(1.0, |DailyCurve { amplitude, peak }| {
                amplitude.mul_add((TAU / 86_400.0 * (t - self.plan.warm_up - peak)).cos(), 1.0)
            })
    }

    /// The integral of [`Self::weight`] \[s\].
    fn traffic(&self, from: f64, to: f64) -> f64 {
        let flat = to - from;
        self.plan
            .daily
            .map_or(flat, |DailyCurve { amplitude, peak }| {
                let omega = TAU / 86_400.0;
                let sine = |t: f64| (omega * (t - self.plan.warm_up - peak)).sin();
                flat + amplitude / omega * (sine(to) - sine(from))
            })
    }

    /// Borders of panels up to where everything has settled: doubling from the fastest scale, and at every bend.
    fn edges(&self, units: &Units) -> Vec<f64> {
        let mut edges = vec![self.start, self.settled];
        let landmarks: Vec<f64> = units
            .processes
            .iter()
            .flat_map(|process| process.landmarks())
            .collect();
        let mut scale = landmarks.iter().copied().fold(self.settled, f64::min);
        while scale > 0.0 && scale < self.settled {
            edges.push(scale);
            scale *= 2.0;
        }
        edges.extend(landmarks);
        if self.plan.daily.is_some() {
            let length = self.settled - self.start;
            let n = (length / LONGEST_PANEL).ceil().min(MOST_PANELS);
            edges.extend((1..n as usize).map(|i| self.start + length * i as f64 / n));
        }
        edges.retain(|t| (self.start..=self.settled).contains(t));
        edges.sort_by(f64::total_cmp);
        edges.dedup_by(|b, a| *b - *a <= 1e-12 * *b);
        edges
    }

    /// For each journey what it loses and how long it is down \[s\], then the number of outages.
    fn integrals(&self, structure: &Structure, units: &Units) -> WindowIntegrals {
        let numerical = units.accuracy() == Accuracy::Numerical;
        WindowIntegrals {
            lost: self.integrals_with(structure, units, 0.0),
            with_errors: numerical.then(|| self.integrals_with(structure, units, 1.0)),
        }
    }

    fn integrals_with(&self, structure: &Structure, units: &Units, excess: f64) -> Integrals {
        let mut functions = vec![structure.down];
        for journey in &structure.journeys {
            functions.push(journey.down);
            functions.extend(journey.losses.iter().map(|(_, states)| *states));
        }
        let evaluator = Evaluator::new(&structure.diagram, &functions);
        let n_journeys = structure.journeys.len();
        let (mut by_process, mut q) = (Vec::new(), Vec::new());
        let (mut values, mut arrivals, mut importance) = (Vec::new(), Vec::new(), Vec::new());
        let mut at = |t: f64, out: &mut [f64]| {
            units.at(t, excess, &mut by_process, &mut q);
            let mut chances = evaluator.probabilities(&q, &mut values).skip(1);
            for (index, journey) in structure.journeys.iter().enumerate() {
                out[n_journeys + index] = chances.next().unwrap_or(0.0);
                let losses = journey.losses.iter().zip(&mut chances);
                out[index] = losses.map(|((loss, _), chance)| loss * chance).sum();
            }
            drop(chances);
            importance.clear();
            importance.resize(q.len(), 0.0);
            evaluator.importance([(0, 1.0)], &q, &values, &mut arrivals, &mut importance);
            let failures = q.iter().zip(&units.of_variable).zip(&importance);
            out[2 * n_journeys] = failures
                .map(|((q, process), importance)| {
                    units.processes[*process].failure_rate() * (1.0 - q) * importance
                })
                .sum();
        };
        let good = match units.accuracy() {
            Accuracy::Exact => 4e-14,
            Accuracy::Numerical => units.mesh_error,
        };
        let n = 2 * n_journeys + 1;
        let mut integrals = integrate(&self.edges(units), good, n, |t, out| {
            at(t, out);
            let weight = self.weight(t);
            for lost in &mut out[..n_journeys] {
                *lost *= weight;
            }
        });
        if self.settled < self.end {
            let mut constant = vec![0.0; n];
            at(self.settled, &mut constant);
            let (time, traffic) = (
                self.end - self.settled,
                self.traffic(self.settled, self.end),
            );
            for (index, value) in constant.iter().enumerate() {
                let length = if index < n_journeys { traffic } else { time };
                integrals.values[index] += length * value;
            }
        }
        integrals
    }
}

fn figures(
    plan: &Plan,
    units: &Units,
    integrals: &WindowIntegrals,
    outages: Result<(), String>,
) -> Solution {
    let n_journeys = plan.journeys.len();
    let accuracy = units.accuracy();
    let lost = &integrals.lost;
    let figure = |index: usize, divisor: f64| {
        let value = lost.values[index];
        let of_units = integrals
            .with_errors
            .as_ref()
            .map_or(0.0, |with| (with.values[index] - value).abs());
        let error = lost.errors[index] + of_units + ROUNDING * value.abs();
        Figure {
            value: value / divisor,
            error: error / divisor,
            accuracy,
        }
    };
    let (start, end) = (plan.warm_up, plan.warm_up + plan.horizon);
    let traffic = Window {
        plan,
        start,
        end,
        settled: end,
    }
    .traffic(start, end);
    let journeys: Vec<JourneyFigures> = (0..n_journeys)
        .map(|index| JourneyFigures {
            unavailability: figure(index, traffic),
            time_unavailability: figure(n_journeys + index, plan.horizon),
        })
        .collect();
    let weighted = |of: fn(&Figure) -> f64| -> f64 {
        plan.journeys
            .iter()
            .zip(&journeys)
            .map(|(journey, figures)| journey.share * of(&figures.unavailability))
            .sum()
    };
    Solution {
        route: Route::ProductForm,
        unavailability: Figure {
            value: weighted(|figure| figure.value),
            error: weighted(|figure| figure.error),
            accuracy,
        },
        outages_per_year: outages.map(|()| figure(2 * n_journeys, plan.horizon / YEAR_SECONDS)),
        first_outage_hours: Err("only a Markov chain of few states tells".to_owned()),
        steady_state_unavailability: Err("it was not asked for".to_owned()),
        stages: None,
        journeys,
    }
}
