//! Scores a trial: integrates lost requests over time, cuts outages, fills the windows of objectives.
//!
//! Between two events the world is constant but for linear moves of traffic, so every integral is exact. What is lost
//! is tallied, never what is good.

use std::f64::consts::TAU;

use super::gray::Worth;
use super::rolling::rolling;
use super::{OutageSpan, Recovery, TrialOutcome};
use crate::plan::{DailyCurve, Plan, WindowPlan};

/// Slack of the comparison of a success with `down_below`.
pub(super) const DOWN_SLACK: f64 = 1e-9;

/// The state of the world as users meet it, settled at one instant.
#[derive(Debug, Clone, Default)]
pub(super) struct World {
    /// Whether an entry is up: `[entry * n_regions + region]`.
    pub up: Vec<bool>,
    /// Share of the traffic that a region can carry.
    pub capacity: Vec<f64>,
    /// How well an entry works: `[entry * n_regions + region]`; empty without gray faults.
    pub worth: Vec<Worth>,
    /// Whether anything may be lost until the next event.
    pub impaired: bool,
}

impl World {
    /// What an entry that is up in a region loses of a share of the traffic there: because the region carries too little, and
    /// because of gray faults.
    pub(super) fn lost_by(&self, at: usize, region: usize, share: f64) -> (f64, f64) {
        let scale = self.capacity[region];
        let overload = (share - scale).max(0.0);
        let failed = self
            .worth
            .get(at)
            .map_or(0.0, |worth| share.min(scale) - worth.served(share, scale));
        (overload, failed)
    }

    /// What an entry that is up in a region serves of a share of the traffic there.
    pub(super) fn served_by(&self, at: usize, region: usize, share: f64) -> f64 {
        let scale = self.capacity[region];
        let worth = self.worth.get(at);
        worth.map_or(share.min(scale), |worth| worth.served(share, scale))
    }
}

/// Requests lost by one journey in one region over an interval, as mean-rate seconds of its traffic.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Loss {
    /// Lost because the entry is down.
    pub down: f64,
    /// Lost because the region carries too little.
    pub overload: f64,
    /// Lost to gray faults.
    pub failed: f64,
}

/// Running sums of a trial.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger {
    /// Time up to which everything is scored \[s\].
    pub last: f64,
    /// Losses of the interval last scored: `[journey * n_regions + region]`.
    pub losses: Vec<Loss>,
    lost: Vec<f64>,
    down: Vec<f64>,
    slo_lost: Vec<f64>,
    sla_lost: Vec<f64>,
    /// What was lost, piece by piece, where a window rolls.
    pieces: Vec<LinearLoss>,
    outage_since: Option<f64>,
    pub(super) cuts: Vec<f64>,
    /// The daily curve at the end of the piece last scored: where the next begins.
    curve: CurveAt,
    /// Whether the windows of objectives are filled.
    pub fill_windows: bool,
    /// Whether outages are kept as spans, and the charges of the one under way.
    pub record_spans: bool,
    pub span_charges: Vec<f64>,
}

impl Ledger {
    /// Back to the start of a trial.
    pub(super) fn reset(&mut self, plan: &Plan) {
        let n_journeys = plan.journeys.len();
        self.last = 0.0;
        self.outage_since = None;
        refill(&mut self.lost, n_journeys);
        refill(&mut self.down, n_journeys);
        self.losses.clear();
        self.losses
            .resize(n_journeys * plan.regions.len(), Loss::default());
        refill(
            &mut self.slo_lost,
            calendar(plan.slo).map_or(0, |slo| n_windows(plan, slo)),
        );
        refill(
            &mut self.sla_lost,
            plan.sla.map_or(0, |sla| n_windows(plan, sla)),
        );
        self.pieces.clear();
        refill(&mut self.span_charges, plan.names.causes.len());
    }

    /// Lost so far, by journey: seconds of its mean traffic, and seconds of its being down.
    pub(super) fn sums(&self) -> (&[f64], &[f64]) {
        (&self.lost, &self.down)
    }

    /// When the outage under way began \[s\].
    pub(super) fn outage_since(&self) -> Option<f64> {
        self.outage_since
    }

    /// Passes over an interval in which nothing was lost.
    pub(super) fn pass(&mut self, to: f64, plan: &Plan, outcome: &mut TrialOutcome) {
        if to > self.last {
            self.cut_outage(self.last, false, plan, outcome);
            self.last = to;
        }
    }

    /// Scores an interval with losses; `share` gives the traffic of a region at a time. Leaves the losses of each
    /// journey and region in `losses`.
    pub(super) fn score(
        &mut self,
        to: f64,
        plan: &Plan,
        world: &World,
        share: &impl Fn(usize, f64) -> f64,
        moving: bool,
        outcome: &mut TrialOutcome,
    ) {
        let from = self.last;
        self.losses.fill(Loss::default());
        self.cuts.clear();
        self.cuts.push(from);
        if moving {
            self.cut_moves(from, to, plan, world, share);
        }
        self.cuts.push(to);
        let cuts = std::mem::take(&mut self.cuts);
        for piece in cuts.windows(2) {
            if piece[0] < piece[1] {
                self.score_piece(piece[0], piece[1], plan, world, share, outcome);
            }
        }
        self.cuts = cuts;
        self.last = to;
    }

    /// Instants within a move at which a region fills up or a journey crosses its threshold.
    fn cut_moves(
        &mut self,
        from: f64,
        to: f64,
        plan: &Plan,
        world: &World,
        share: &impl Fn(usize, f64) -> f64,
    ) {
        let crossing = |start: f64, end: f64, level: f64, a: f64, b: f64| {
            ((start - level) * (end - level) < 0.0)
                .then(|| a + (b - a) * (level - start) / (end - start))
        };
        let n_regions = world.capacity.len();
        let weakened = world.worth.iter().enumerate();
        let weakened = weakened.filter(|(_, worth)| worth.capacity < 1.0);
        let weakened = weakened.map(|(at, worth)| (at % n_regions, worth.capacity));
        for (region, left) in (0..n_regions).map(|region| (region, 1.0)).chain(weakened) {
            self.cuts.extend(crossing(
                share(region, from),
                share(region, to),
                left * world.capacity[region],
                from,
                to,
            ));
        }
        self.cuts.sort_by(f64::total_cmp);
        let pieces: Vec<f64> = self.cuts.iter().copied().chain([to]).collect();
        for piece in pieces.windows(2) {
            for journey in &plan.journeys {
                let success = |time| success(journey.entry as usize, time, world, share);
                let level = journey.down_below - DOWN_SLACK;
                self.cuts.extend(crossing(
                    success(piece[0]),
                    success(piece[1]),
                    level,
                    piece[0],
                    piece[1],
                ));
            }
        }
        self.cuts.sort_by(f64::total_cmp);
    }

    /// Scores a piece in which every success is linear and no journey crosses its threshold.
    fn score_piece(
        &mut self,
        from: f64,
        to: f64,
        plan: &Plan,
        world: &World,
        share: &impl Fn(usize, f64) -> f64,
        outcome: &mut TrialOutcome,
    ) {
        let middle = 0.5 * (from + to);
        let (a, b) = (from.max(plan.warm_up), to.min(plan.warm_up + plan.horizon));
        let scored = a < b;
        let n_regions = world.capacity.len();
        let weights = Weights {
            start: self.curve.or_at(a, plan),
            end: CurveAt::new(b, plan),
        };
        let mut any_down = false;
        let (mut total_a, mut total_b) = (0.0, 0.0);
        for (index, journey) in plan.journeys.iter().enumerate() {
            let entry = journey.entry as usize;
            let is_down = success(entry, middle, world, share) < journey.down_below - DOWN_SLACK;
            any_down |= is_down;
            if !scored {
                continue;
            }
            self.down[index] += if is_down { b - a } else { 0.0 };
            for region in 0..n_regions {
                let (at_a, at_b) = (share(region, a), share(region, b));
                let loss = &mut self.losses[index * n_regions + region];
                let at = entry * n_regions + region;
                let ((lost_a, failed_a), (lost_b, failed_b)) = if world.up[at] {
                    (
                        world.lost_by(at, region, at_a),
                        world.lost_by(at, region, at_b),
                    )
                } else {
                    ((at_a, 0.0), (at_b, 0.0))
                };
                if lost_a != 0.0 || lost_b != 0.0 {
                    let lost = weights.integrate(plan, lost_a, lost_b);
                    if world.up[at] {
                        loss.overload += lost;
                    } else {
                        loss.down += lost;
                    }
                    self.lost[index] += lost;
                    total_a += journey.share * lost_a;
                    total_b += journey.share * lost_b;
                }
                if failed_a != 0.0 || failed_b != 0.0 {
                    let lost = weights.integrate(plan, failed_a, failed_b);
                    loss.failed += lost;
                    self.lost[index] += lost;
                    total_a += journey.share * failed_a;
                    total_b += journey.share * failed_b;
                }
            }
        }
        if scored {
            outcome.down_seconds += if any_down { b - a } else { 0.0 };
            self.curve = weights.end;
            if self.fill_windows {
                let loss = LinearLoss {
                    weights,
                    at_start: total_a,
                    at_end: total_b,
                };
                if plan.slo.is_some_and(|slo| slo.rolling) {
                    self.pieces.push(loss);
                } else {
                    loss.fill(&mut self.slo_lost, plan.slo, plan);
                }
                loss.fill(&mut self.sla_lost, plan.sla, plan);
            }
        }
        self.cut_outage(from, any_down, plan, outcome);
    }

    /// Follows the outage under way over an interval of positive length that begins at `from`.
    fn cut_outage(&mut self, from: f64, down: bool, plan: &Plan, outcome: &mut TrialOutcome) {
        match (self.outage_since, down) {
            (None, true) => self.outage_since = Some(from),
            (Some(since), false) => {
                self.end_outage(since, from, false, plan, outcome);
                self.outage_since = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }

    fn end_outage(
        &mut self,
        start: f64,
        end: f64,
        cut_off: bool,
        plan: &Plan,
        outcome: &mut TrialOutcome,
    ) {
        let seen = end - start.max(plan.warm_up);
        if seen <= 0.0 {
            return;
        }
        outcome.longest_outage_seconds = outcome.longest_outage_seconds.max(seen);
        if start >= plan.warm_up {
            outcome.outages += 1;
            outcome.recoveries.push(Recovery {
                start,
                seconds: end - start,
                cut_off,
                lost_data: 0.0,
            });
        }
        if self.record_spans {
            let mut cause = 0;
            for (index, charge) in self.span_charges.iter().enumerate() {
                if *charge > self.span_charges[cause] {
                    cause = index;
                }
            }
            outcome.spans.push(OutageSpan {
                start: start.max(plan.warm_up) - plan.warm_up,
                end: end - plan.warm_up,
                cause: cause as u32,
            });
            self.span_charges.fill(0.0);
        }
    }

    /// What the windows of the SLO have lost: of those in which something was, as shares of their requests.
    fn judge_slo(&self, slo: WindowPlan, plan: &Plan, outcome: &mut TrialOutcome) {
        if slo.rolling {
            let rolling = rolling(plan, slo, &self.pieces);
            outcome.rolling_missed = rolling.missed;
            outcome.worst_window = rolling.worst;
            return;
        }
        for availability in availabilities(&self.slo_lost, slo, plan) {
            outcome.slo.met += u32::from(reaches(availability, slo.target));
            if availability < 1.0 {
                outcome.window_losses.push(1.0 - availability);
                outcome.worst_window = outcome.worst_window.max(1.0 - availability);
            }
        }
    }

    /// Closes the trial: everything has been scored up to the end of the horizon.
    pub(super) fn close(&mut self, plan: &Plan, outcome: &mut TrialOutcome) {
        let end = plan.warm_up + plan.horizon;
        if let Some(since) = self.outage_since.take() {
            self.end_outage(since, end, true, plan, outcome);
        }
        outcome.slo.windows = self.slo_lost.len() as u32;
        outcome.sla.windows = self.sla_lost.len() as u32;
        if self.lost.iter().all(|lost| *lost == 0.0) {
            (outcome.slo.met, outcome.sla.met) = (outcome.slo.windows, outcome.sla.windows);
            return;
        }
        let requests = traffic(plan, plan.warm_up, end);
        for (index, journey) in plan.journeys.iter().enumerate() {
            outcome.journeys[index].unavailability = self.lost[index] / requests;
            outcome.journeys[index].time_unavailability = self.down[index] / plan.horizon;
            outcome.unavailability += journey.share * self.lost[index] / requests;
        }
        if let Some(slo) = plan.slo {
            self.judge_slo(slo, plan, outcome);
        }
        if let Some(sla) = plan.sla {
            outcome.sla.met = count_met(&self.sla_lost, sla, plan);
            refund(&self.sla_lost, sla, plan, outcome);
        }
    }
}

fn refill(values: &mut Vec<f64>, n: usize) {
    values.clear();
    values.resize(n, 0.0);
}

/// Share of a journey's traffic that is served at a time.
pub(super) fn success(
    entry: usize,
    time: f64,
    world: &World,
    share: &impl Fn(usize, f64) -> f64,
) -> f64 {
    let n_regions = world.capacity.len();
    (0..n_regions)
        .map(|region| (entry * n_regions + region, region))
        .filter(|(at, _)| world.up[*at])
        .map(|(at, region)| world.served_by(at, region, share(region, time)))
        .sum()
}

/// The windows, if they follow each other.
fn calendar(window: Option<WindowPlan>) -> Option<WindowPlan> {
    window.filter(|window| !window.rolling)
}

/// Complete windows within the horizon.
pub(super) fn n_windows(plan: &Plan, window: WindowPlan) -> usize {
    (plan.horizon / window.seconds * (1.0 + 1e-12)).floor() as usize
}

/// Traffic over \[a, b\], as seconds of mean traffic.
pub(super) fn traffic(plan: &Plan, a: f64, b: f64) -> f64 {
    let (start, end) = (CurveAt::new(a, plan), CurveAt::new(b, plan));
    Weights { start, end }.integrate(plan, 1.0, 1.0)
}

/// Sine and cosine of the daily curve's angle at a time; zeros where the curve is flat.
#[derive(Debug, Clone, Copy)]
struct CurveAt {
    time: f64,
    sin: f64,
    cos: f64,
}

impl Default for CurveAt {
    /// At no time.
    fn default() -> Self {
        Self {
            time: f64::NAN,
            sin: 0.0,
            cos: 0.0,
        }
    }
}

/// Angle of the daily curve in a second.
const OMEGA: f64 = TAU / 86_400.0;

impl CurveAt {
    fn new(time: f64, plan: &Plan) -> Self {
        let (sin, cos) = plan.daily.map_or((0.0, 0.0), |DailyCurve { peak, .. }| {
            (OMEGA * (time - plan.warm_up - peak)).sin_cos()
        });
        Self { time, sin, cos }
    }

    /// The same, if it is at that time; else that time's.
    fn or_at(self, time: f64, plan: &Plan) -> Self {
        if self.time == time {
            self
        } else {
            Self::new(time, plan)
        }
    }

    /// Primitive of a linear function times the curve's wave, where it has this value and slope.
    fn primitive(self, value: f64, slope: f64) -> f64 {
        value * self.sin / OMEGA + slope * self.cos / (OMEGA * OMEGA)
    }
}

/// An interval of time with the daily curve at both ends.
#[derive(Debug, Clone, Copy)]
struct Weights {
    start: CurveAt,
    end: CurveAt,
}

impl Weights {
    /// Integral of a linear function, weighted by the daily curve where there is one.
    fn integrate(self, plan: &Plan, at_start: f64, at_end: f64) -> f64 {
        let length = self.end.time - self.start.time;
        let flat = 0.5 * (at_start + at_end) * length;
        let Some(DailyCurve { amplitude, .. }) = plan.daily else {
            return flat;
        };
        let slope = if length > 0.0 {
            (at_end - at_start) / length
        } else {
            0.0
        };
        let wave = self.end.primitive(at_end, slope) - self.start.primitive(at_start, slope);
        flat + amplitude * wave
    }
}

/// A linear loss over an interval.
#[derive(Debug, Clone, Copy)]
pub(super) struct LinearLoss {
    weights: Weights,
    at_start: f64,
    at_end: f64,
}

impl LinearLoss {
    /// What goes from one value to another over an interval.
    pub(super) fn new(plan: &Plan, (from, to): (f64, f64), (at_start, at_end): (f64, f64)) -> Self {
        Self {
            weights: Weights {
                start: CurveAt::new(from, plan),
                end: CurveAt::new(to, plan),
            },
            at_start,
            at_end,
        }
    }

    /// When it begins.
    pub(super) fn start(&self) -> f64 {
        self.weights.start.time
    }

    /// When it is over.
    pub(super) fn end(&self) -> f64 {
        self.weights.end.time
    }

    /// Its value at a time within it.
    pub(super) fn value(&self, time: f64) -> f64 {
        let Weights { start, end } = self.weights;
        if end.time > start.time {
            let part = (time - start.time) / (end.time - start.time);
            self.at_start + (self.at_end - self.at_start) * part
        } else {
            self.at_start
        }
    }

    /// Requests lost in it up to a time, in seconds of mean traffic.
    pub(super) fn lost_until(&self, time: f64, plan: &Plan) -> f64 {
        let Weights { start, end } = self.weights;
        if time <= start.time {
            return 0.0;
        }
        let time = time.min(end.time);
        let weights = Weights {
            start,
            end: end.or_at(time, plan),
        };
        weights.integrate(plan, self.at_start, self.value(time))
    }

    /// Adds the loss to the windows that it touches.
    pub(super) fn fill(self, lost: &mut [f64], window: Option<WindowPlan>, plan: &Plan) {
        let Some(WindowPlan { seconds, .. }) = window else {
            return;
        };
        let Weights { start, end } = self.weights;
        let mut index = ((start.time - plan.warm_up) / seconds).floor().max(0.0) as usize;
        while index < lost.len() {
            let opens = plan.warm_up + index as f64 * seconds;
            if opens >= end.time {
                break;
            }
            let (from, to) = (start.time.max(opens), end.time.min(opens + seconds));
            if from < to {
                let weights = Weights {
                    start: start.or_at(from, plan),
                    end: end.or_at(to, plan),
                };
                lost[index] += weights.integrate(plan, self.value(from), self.value(to));
            }
            index += 1;
        }
    }
}

/// Availability of each window, in order.
fn availabilities<'a>(
    lost: &'a [f64],
    window: WindowPlan,
    plan: &'a Plan,
) -> impl Iterator<Item = f64> + 'a {
    lost.iter().enumerate().map(move |(index, lost)| {
        if *lost == 0.0 {
            return 1.0;
        }
        let opens = plan.warm_up + index as f64 * window.seconds;
        1.0 - lost / traffic(plan, opens, opens + window.seconds)
    })
}

/// Whether a target is reached, but for the rounding of times: a loss of exactly what the target allows is allowed.
pub(super) fn reaches(availability: f64, target: f64) -> bool {
    1.0 - availability <= (1.0 - target) * (1.0 + 1e-6) + 1e-15
}

fn count_met(lost: &[f64], window: WindowPlan, plan: &Plan) -> u32 {
    availabilities(lost, window, plan)
        .filter(|availability| reaches(*availability, window.target))
        .count() as u32
}

/// Pays for each window the largest refund whose threshold exceeds its availability.
fn refund(lost: &[f64], window: WindowPlan, plan: &Plan, outcome: &mut TrialOutcome) {
    for availability in availabilities(lost, window, plan) {
        let due = (plan.refunds.iter().enumerate())
            .filter(|(_, (below, _))| !reaches(availability, *below))
            .max_by(|(a, (_, one)), (b, (_, other))| one.total_cmp(other).then(b.cmp(a)));
        if let Some((tier, (_, share))) = due {
            outcome.refunded_windows += share;
            outcome.credit_windows[tier] += 1;
        }
    }
}
