//! Gathers lived trials of one topology: success in intervals of time, and what each trial came to.

use crate::engine::{ON_STANDBY, Piece, SERVING, TrialOutcome, TrialTimeline, traffic_seconds};
use crate::plan::{DowntimePhase, Plan};
use crate::stats::{Moments, QuantileSketch};

/// Into how many parts the time is divided at least.
const PARTS: u32 = 240;
/// After each instant of the script more happens than later: ends of shorter intervals \[s\].
const AFTER: [f64; 6] = [15.0, 30.0, 60.0, 120.0, 300.0, 600.0];
/// Instants of which this is so at most.
const MAX_SHARP: usize = 20;

/// What all trials of a topology have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineShape {
    /// Ends of the intervals of time, from the start of scoring \[s\].
    pub ends: Vec<f64>,
    /// Share of the requests, by journey.
    pub shares: Vec<f64>,
    /// Phases, those of serving apart.
    pub n_phases: usize,
    /// Requests of the horizon \[s of mean traffic\].
    pub traffic_seconds: f64,
    /// Length \[s\].
    pub horizon: f64,
    /// Recovery time objective \[s\].
    pub rto: Option<f64>,
    /// Recovery point objective \[s\].
    pub rpo: Option<f64>,
}

impl TimelineShape {
    /// Of a plan; `instants` \[s\] are ends of intervals too, so that what happens there stays sharp.
    #[must_use]
    pub fn new(plan: &Plan, instants: &[f64]) -> Self {
        let horizon = plan.horizon;
        let even = (1..=PARTS).map(|part| horizon * f64::from(part) / f64::from(PARTS));
        let sharp = instants.iter().take(MAX_SHARP);
        let sharp = sharp.flat_map(|at| AFTER.map(|after| at + after));
        let inside = instants.iter().copied().chain(sharp);
        let inside = inside.filter(|at| *at > 0.0 && *at < horizon);
        let mut ends: Vec<f64> = even.chain(inside).collect();
        ends.sort_by(f64::total_cmp);
        ends.dedup();
        Self {
            ends,
            shares: plan.journeys.iter().map(|journey| journey.share).collect(),
            n_phases: DowntimePhase::ALL.len() + plan.names.waits.len(),
            traffic_seconds: traffic_seconds(plan),
            horizon,
            rto: plan.rto_seconds,
            rpo: plan.rpo_seconds,
        }
    }
}

/// Values of trials: their mean and their quantiles.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Values {
    pub(super) moments: Moments,
    pub(super) sketch: QuantileSketch,
}

impl Values {
    fn add(&mut self, value: f64) {
        self.moments.add(value);
        self.sketch.insert(value);
    }

    fn merge(&mut self, other: &Self) {
        self.moments.merge(&other.moments);
        self.sketch.merge(&other.sketch);
    }
}

/// A time that some trials have.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Spells {
    pub(super) values: Values,
    /// Not over at the end of the trial.
    pub(super) open: u64,
}

impl Spells {
    fn add(&mut self, spell: Option<f64>) {
        if let Some(seconds) = spell {
            self.values.add(seconds);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.values.merge(&other.values);
        self.open += other.open;
    }
}

/// One journey, or all.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct JourneyTally {
    /// Requests lost \[s of mean traffic\].
    pub(super) lost: Moments,
    /// Time down \[s\].
    pub(super) down: Moments,
    /// Share lost in each interval of time.
    pub(super) bins: Vec<Values>,
}

/// Lived trials; merges.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineTally {
    /// Trials.
    pub trials: u64,
    pub(super) all: JourneyTally,
    pub(super) journeys: Vec<JourneyTally>,
    pub(super) until_back: Spells,
    pub(super) detect: Spells,
    pub(super) decide: Spells,
    pub(super) activate: Spells,
    pub(super) data_loss: Spells,
    pub(super) split_brain: Moments,
    pub(super) within_rto: u64,
    pub(super) within_rpo: u64,
    /// Requests lost in each phase \[s of mean traffic\].
    pub(super) phase_lost: Vec<Moments>,
    /// Time with a loss in each phase \[s\], summed over trials.
    pub(super) phase_seconds: Vec<f64>,
    /// Time in each phase, by interval: `[bin * (n_phases + 2) + phase]`, the last two being those of serving \[s\].
    pub(super) doing: Vec<f64>,
    /// The only trial, where one is all there is.
    pub(super) first: Option<TrialTimeline>,
    /// Share lost of an interval, by journey: room for one trial.
    scratch: Vec<f64>,
}

impl TimelineTally {
    /// Of no trial.
    #[must_use]
    pub fn new(shape: &TimelineShape) -> Self {
        let journey = JourneyTally {
            bins: vec![Values::default(); shape.ends.len()],
            ..JourneyTally::default()
        };
        Self {
            trials: 0,
            all: journey.clone(),
            journeys: vec![journey; shape.shares.len()],
            until_back: Spells::default(),
            detect: Spells::default(),
            decide: Spells::default(),
            activate: Spells::default(),
            data_loss: Spells::default(),
            split_brain: Moments::default(),
            within_rto: 0,
            within_rpo: 0,
            phase_lost: vec![Moments::default(); shape.n_phases],
            phase_seconds: vec![0.0; shape.n_phases],
            doing: vec![0.0; shape.ends.len() * (shape.n_phases + 2)],
            first: None,
            scratch: Vec::new(),
        }
    }

    /// Adds a trial.
    pub fn add(&mut self, shape: &TimelineShape, lived: &TrialTimeline, outcome: &TrialOutcome) {
        if self.trials == 0 {
            self.first = Some(lived.clone());
        }
        self.trials += 1;
        let seconds = shape.traffic_seconds;
        self.all.lost.add(outcome.unavailability * seconds);
        self.all.down.add(outcome.down_seconds);
        for (tally, journey) in self.journeys.iter_mut().zip(&outcome.journeys) {
            tally.lost.add(journey.unavailability * seconds);
            tally.down.add(journey.time_unavailability * shape.horizon);
        }
        self.add_phases(outcome, seconds);
        self.add_spells(shape, lived, outcome);
        self.add_bins(shape, lived);
    }

    fn add_phases(&mut self, outcome: &TrialOutcome, seconds: f64) {
        // With one serving region no failover is ever under way.
        let single = [outcome.unavailability];
        let lost = if outcome.phases.is_empty() {
            &single[..]
        } else {
            &outcome.phases[..]
        };
        for (phase, moments) in self.phase_lost.iter_mut().enumerate() {
            moments.add(lost.get(phase).copied().unwrap_or(0.0) * seconds);
        }
    }

    fn add_spells(&mut self, shape: &TimelineShape, lived: &TrialTimeline, outcome: &TrialOutcome) {
        let down = || lived.pieces.iter().filter(|piece| piece.is_down);
        if let (Some(first), Some(last)) = (down().next(), down().next_back()) {
            self.until_back.add(Some(last.to - first.from));
            self.until_back.open += u64::from(last.to >= shape.horizon);
        }
        let steps = Steps::of(&lived.pieces);
        self.detect.add(steps.detect);
        self.decide.add(steps.decide);
        self.activate.add(steps.activate);
        let losses = outcome.data_losses.iter().map(|loss| loss.seconds);
        let greatest = losses.reduce(f64::max);
        self.data_loss.add(greatest);
        self.split_brain.add(outcome.split_brain_seconds);
        let rto = shape.rto.unwrap_or(f64::INFINITY);
        let rpo = shape.rpo.unwrap_or(f64::INFINITY);
        // But for the rounding of times.
        let within = |seconds: f64, limit: f64| u64::from(seconds <= limit * (1.0 + 1e-9));
        self.within_rto += within(outcome.longest_outage_seconds, rto);
        self.within_rpo += within(greatest.unwrap_or(0.0), rpo);
    }

    fn add_bins(&mut self, shape: &TimelineShape, lived: &TrialTimeline) {
        let n_journeys = shape.shares.len();
        let n_doing = shape.n_phases + 2;
        let mut losses = std::mem::take(&mut self.scratch);
        let (mut start, mut at) = (0.0, 0);
        for (bin, end) in shape.ends.iter().enumerate() {
            losses.clear();
            losses.resize(n_journeys, 0.0);
            while let Some(piece) = lived.pieces.get(at) {
                let (from, to) = (piece.from.max(start), piece.to.min(*end));
                if from < to {
                    let part = Part { piece, from, to };
                    for (loss, ends) in losses.iter_mut().zip(lived.of_piece(at)) {
                        *loss += part.lost(*ends);
                    }
                    self.note_phase(shape, bin * n_doing, &part, lived.of_piece(at));
                }
                if piece.to > *end {
                    break;
                }
                at += 1;
            }
            let mut all = 0.0;
            for ((tally, loss), share) in self.journeys.iter_mut().zip(&losses).zip(&shape.shares) {
                let lost = tidy(loss / (end - start));
                tally.bins[bin].add(lost);
                all += share * lost;
            }
            self.all.bins[bin].add(tidy(all));
            start = *end;
        }
        self.scratch = losses;
    }

    fn note_phase(
        &mut self,
        shape: &TimelineShape,
        row: usize,
        part: &Part<'_>,
        ends: &[(f64, f64)],
    ) {
        let seconds = part.to - part.from;
        let phase = part.piece.phase;
        let index = match phase {
            SERVING => shape.n_phases,
            ON_STANDBY => shape.n_phases + 1,
            phase => phase as usize,
        };
        self.doing[row + index] += seconds;
        let lossy = ends.iter().any(|(a, b)| *a < 1.0 || *b < 1.0);
        if let Some(sum) = self.phase_seconds.get_mut(index).filter(|_| lossy) {
            *sum += seconds;
        }
    }

    /// Adds the trials of another tally, which come after.
    pub fn merge(&mut self, later: &Self) {
        if self.trials == 0 {
            self.first.clone_from(&later.first);
        }
        self.trials += later.trials;
        self.all.merge(&later.all);
        for (own, other) in self.journeys.iter_mut().zip(&later.journeys) {
            own.merge(other);
        }
        self.until_back.merge(&later.until_back);
        self.detect.merge(&later.detect);
        self.decide.merge(&later.decide);
        self.activate.merge(&later.activate);
        self.data_loss.merge(&later.data_loss);
        self.split_brain.merge(&later.split_brain);
        self.within_rto += later.within_rto;
        self.within_rpo += later.within_rpo;
        for (own, other) in self.phase_lost.iter_mut().zip(&later.phase_lost) {
            own.merge(other);
        }
        let sums = self.phase_seconds.iter_mut().zip(&later.phase_seconds);
        sums.for_each(|(own, other)| *own += other);
        let sums = self.doing.iter_mut().zip(&later.doing);
        sums.for_each(|(own, other)| *own += other);
    }
}

impl JourneyTally {
    fn merge(&mut self, later: &Self) {
        self.lost.merge(&later.lost);
        self.down.merge(&later.down);
        for (own, other) in self.bins.iter_mut().zip(&later.bins) {
            own.merge(other);
        }
    }
}

/// A share, but for the rounding of sums.
fn tidy(share: f64) -> f64 {
    if share < 1e-9 {
        0.0
    } else if share > 1.0 - 1e-9 {
        1.0
    } else {
        share
    }
}

/// The part of a piece that lies in an interval.
struct Part<'a> {
    piece: &'a Piece,
    from: f64,
    to: f64,
}

impl Part<'_> {
    /// Integral of what is not served, success being linear over the piece.
    fn lost(&self, (start, end): (f64, f64)) -> f64 {
        let length = self.piece.to - self.piece.from;
        let at = |time: f64| start + (end - start) * (time - self.piece.from) / length;
        (1.0 - f64::midpoint(at(self.from), at(self.to))) * (self.to - self.from)
    }
}

/// How long the steps of the first failover took.
#[derive(Debug, Default)]
struct Steps {
    detect: Option<f64>,
    decide: Option<f64>,
    activate: Option<f64>,
}

impl Steps {
    fn of(pieces: &[Piece]) -> Self {
        let is = |phase: DowntimePhase| move |doing: u32| doing == phase as u32;
        let (detecting, deciding) = (is(DowntimePhase::Detecting), is(DowntimePhase::Deciding));
        let waits = |doing: u32| {
            doing >= DowntimePhase::ALL.len() as u32 && doing != SERVING && doing != ON_STANDBY
        };
        let makes_ready = |doing: u32| {
            waits(doing)
                || [
                    DowntimePhase::Activating,
                    DowntimePhase::Mending,
                    DowntimePhase::Retrying,
                    DowntimePhase::GivenUp,
                ]
                .into_iter()
                .any(|phase| doing == phase as u32)
        };
        let follows = |doing: u32| {
            doing == ON_STANDBY || makes_ready(doing) || doing == DowntimePhase::Rerouting as u32
        };
        let mut steps = Self::default();
        // A loss that is over before it was noticed is none: the next one counts.
        let mut since = None;
        let mut at = 0;
        while at < pieces.len() {
            let piece = &pieces[at];
            if detecting(piece.doing) {
                since.get_or_insert(piece.from);
            } else if deciding(piece.doing) || follows(piece.doing) {
                break;
            } else {
                since = None;
            }
            at += 1;
        }
        let (Some(lost), Some(noticed)) = (since, pieces.get(at)) else {
            return steps;
        };
        steps.detect = Some(noticed.from - lost);
        let rest = &pieces[at..];
        let after = |going_on: &dyn Fn(u32) -> bool, from: f64| {
            let next = rest
                .iter()
                .find(|piece| piece.from >= from && !going_on(piece.doing));
            next.filter(|piece| follows(piece.doing))
                .map(|piece| piece.from)
        };
        let Some(decided) = after(&deciding, noticed.from) else {
            return steps;
        };
        steps.decide = Some(decided - noticed.from);
        steps.activate = after(&makes_ready, decided).map(|ready| ready - decided);
        steps
    }
}
