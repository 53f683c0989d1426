//! From lived trials to the figures and the timeline of one topology.

use indexmap::IndexMap;

use super::figures;
use super::timeline::{JourneyTally, Spells, TimelineShape, TimelineTally, Values};
use crate::engine::{ON_STANDBY, SERVING, TrialTimeline};
use crate::plan::{DowntimePhase, Plan, Sampler, ServingPlan, Wait};
use crate::results::{
    Estimate, InjectedPhase, InjectedTopology, JourneyTimeline, Route, Spell, SuccessPiece,
    SuccessPoint,
};
use crate::stats::{Moments, clopper_pearson, none_seen_bound, skewed_mean_interval};

/// What turns lived trials into figures.
#[derive(Debug, Clone, Copy)]
pub struct Injected<'a> {
    /// What was played.
    pub plan: &'a Plan,
    /// Its intervals of time.
    pub shape: &'a TimelineShape,
    /// Requests \[1/s\], where known.
    pub rate_per_second: Option<f64>,
    /// Whether nothing is drawn.
    pub exact: bool,
    /// Level of the intervals.
    pub level: f64,
}

/// What users see while all is well and traffic is where it was at the start.
const SERVED: &str = "serving";
/// … and where the standby has it.
const SERVED_BY_STANDBY: &str = "on-standby";

/// The figures and the timeline of a topology; `missed` are the scripted faults that have no place in it.
#[must_use]
pub fn injected(of: &Injected<'_>, tally: &TimelineTally, missed: Vec<usize>) -> InjectedTopology {
    let Injected { plan, shape, .. } = *of;
    let n = tally.trials;
    let all = of.journey(&tally.all, 1.0, tally, None);
    let journeys = plan.names.journeys.iter().zip(&tally.journeys);
    let journeys = journeys.zip(&shape.shares).enumerate();
    InjectedTopology {
        name: plan.names.topology.clone(),
        pattern: plan.names.pattern.clone(),
        regions: plan.names.whole_regions().to_vec(),
        cells: plan.names.n_cells() as u32,
        trials: n,
        exact: of.exact,
        missed,
        requests_lost: all.requests_lost.clone(),
        share_lost: figures::scaled(
            of.mean(&tally.all.lost, shape.traffic_seconds),
            1.0 / shape.traffic_seconds,
        ),
        down_seconds: all.down_seconds.clone(),
        until_back: of.spell(&tally.until_back, shape.horizon),
        detect: of.spell(&tally.detect, shape.horizon),
        decide: of.step(&tally.decide, of.longest_decision()),
        activate: of.step(&tally.activate, shape.horizon),
        data_loss: of.spell(&tally.data_loss, f64::INFINITY),
        split_brain_seconds: of.mean(&tally.split_brain, shape.horizon),
        rto_met: shape.rto.map(|_| of.share(tally.within_rto, n)),
        rpo_met: shape.rpo.map(|_| of.share(tally.within_rpo, n)),
        phases: of.phases(tally),
        journeys: journeys
            .map(|(index, ((name, journey), share))| {
                (
                    name.clone(),
                    of.journey(journey, *share, tally, Some(index)),
                )
            })
            .collect(),
        all,
        ends: shape.ends.clone(),
        doing: of.doing(tally),
    }
}

impl Injected<'_> {
    /// A mean of values of which none is above `most`.
    fn mean(&self, moments: &Moments, most: f64) -> Estimate {
        let n = moments.n();
        if self.exact {
            let mean = moments.mean();
            return Estimate {
                mean,
                low: mean,
                high: mean,
                level: self.level,
                n,
                interval: "exact".to_owned(),
                route: Route::Exact,
                simulated: None,
            };
        }
        // Values that are all equal are no proof: up to so many trials may be anything.
        let none_seen = if most.is_finite() {
            none_seen_bound(n, self.level) * most
        } else {
            0.0
        };
        let mut figure = figures::skewed_mean(moments, none_seen, self.level);
        figure.high = figure.high.min(most).max(figure.mean);
        figure
    }

    /// A decision that always takes the same time is never longer.
    fn longest_decision(&self) -> f64 {
        let laws = &self.plan.laws.samplers;
        match &self.plan.serving {
            ServingPlan::Standby(standby) => match laws[standby.decide as usize] {
                Sampler::Fixed(seconds) => seconds,
                _ => self.shape.horizon,
            },
            ServingPlan::Single | ServingPlan::ActiveActive(_) => 0.0,
        }
    }

    fn share(&self, passed: u64, n: u64) -> Estimate {
        let share = passed as f64 / n.max(1) as f64;
        if self.exact {
            let moments: Moments = {
                let mut moments = Moments::default();
                moments.add(share);
                moments
            };
            return self.mean(&moments, 1.0);
        }
        let interval = clopper_pearson(passed as f64, n as f64, self.level);
        figures::estimate(share, interval, self.level, n)
    }

    /// A step that only standbys have: active regions decide nothing and are ready.
    fn step(&self, spells: &Spells, most: f64) -> Spell {
        match self.plan.serving {
            ServingPlan::Standby(_) => self.spell(spells, most),
            ServingPlan::Single | ServingPlan::ActiveActive(_) => {
                self.spell(&Spells::default(), most)
            }
        }
    }

    fn spell(&self, spells: &Spells, most: f64) -> Spell {
        let Values { moments, sketch } = &spells.values;
        let n = moments.n();
        Spell {
            n,
            open: spells.open,
            mean: (n > 0).then(|| self.mean(moments, most)),
            p50: if self.exact && n > 0 {
                Some(moments.mean())
            } else {
                sketch.quantile(0.5)
            },
            p95: if self.exact && n > 0 {
                Some(moments.mean())
            } else {
                sketch.quantile(0.95)
            },
        }
    }

    /// Seconds of mean traffic as requests, where the rate is known.
    fn requests(&self, moments: &Moments) -> Estimate {
        let figure = self.mean(moments, self.shape.traffic_seconds);
        figures::scaled(figure, self.rate_per_second.unwrap_or(1.0))
    }

    fn journey(
        &self,
        journey: &JourneyTally,
        share: f64,
        tally: &TimelineTally,
        index: Option<usize>,
    ) -> JourneyTimeline {
        let requests_lost = figures::scaled(self.requests(&journey.lost), share);
        let lived = tally.first.as_ref().filter(|_| self.exact);
        JourneyTimeline {
            share,
            requests_lost,
            down_seconds: self.mean(&journey.down, self.shape.horizon),
            success: journey.bins.iter().map(|bin| self.point(bin)).collect(),
            pieces: lived.map(|lived| self.pieces(lived, index)),
        }
    }

    fn point(&self, bin: &Values) -> SuccessPoint {
        let lost = bin.moments.mean();
        let (low, high) = if self.exact {
            (lost, lost)
        } else {
            let none_seen = none_seen_bound(bin.moments.n(), self.level);
            let interval = skewed_mean_interval(&(&bin.moments).into(), self.level);
            interval.map_or((0.0, none_seen), |interval| {
                (interval.low, interval.high.min(1.0).max(lost))
            })
        };
        let at = |q: f64| {
            let value = bin.sketch.quantile(q).unwrap_or(0.0);
            1.0 - if self.exact { lost } else { value.min(1.0) }
        };
        SuccessPoint {
            mean: 1.0 - lost,
            low: 1.0 - high,
            high: 1.0 - low,
            p5: at(0.95),
            p50: at(0.5),
            p95: at(0.05),
        }
    }

    /// The linear pieces of one journey, or of all by their shares.
    fn pieces(&self, lived: &TrialTimeline, journey: Option<usize>) -> Vec<SuccessPiece> {
        let mut pieces: Vec<SuccessPiece> = Vec::new();
        for (at, piece) in lived.pieces.iter().enumerate() {
            let ends = lived.of_piece(at);
            let (from, to) = if let Some(journey) = journey {
                ends[journey]
            } else {
                let shared = ends.iter().zip(&self.shape.shares);
                shared.fold((0.0, 0.0), |(from, to), ((a, b), share)| {
                    (from + share * a, to + share * b)
                })
            };
            let phase = self.phase_name(piece.phase);
            if let Some(last) = pieces.last_mut()
                && last.phase == phase
                && last.success_from == last.success_to
                && (last.success_to, last.success_to) == (from, to)
            {
                last.to = piece.to;
                continue;
            }
            pieces.push(SuccessPiece {
                from: piece.from,
                to: piece.to,
                success_from: from.min(1.0),
                success_to: to.min(1.0),
                phase,
            });
        }
        pieces
    }

    fn wait(&self, phase: usize) -> Option<&Wait> {
        let at = phase.checked_sub(DowntimePhase::ALL.len())?;
        self.plan.names.waits.get(at)
    }

    fn phase_name(&self, phase: u32) -> String {
        let name = match phase {
            SERVING => SERVED,
            ON_STANDBY => SERVED_BY_STANDBY,
            phase => match DowntimePhase::ALL.get(phase as usize) {
                Some(phase) => phase.name(),
                None => self
                    .wait(phase as usize)
                    .map_or("waiting", |wait| wait.kind.name()),
            },
        };
        name.to_owned()
    }

    fn phases(&self, tally: &TimelineTally) -> Vec<InjectedPhase> {
        let total: f64 = tally.phase_lost.iter().map(Moments::sum).sum();
        let lost = tally.phase_lost.iter().zip(&tally.phase_seconds);
        lost.enumerate()
            .filter(|(_, (lost, _))| lost.sum() > 0.0)
            .map(|(phase, (lost, seconds))| InjectedPhase {
                phase: self.phase_name(phase as u32),
                on: self.wait(phase).map(|wait| wait.on.clone()),
                requests_lost: self.requests(lost),
                share: lost.sum() / total,
                seconds: seconds / tally.trials.max(1) as f64,
            })
            .collect()
    }

    /// Shares of each interval's time by phase, phases of one name together.
    fn doing(&self, tally: &TimelineTally) -> Vec<IndexMap<String, f64>> {
        let n = self.shape.n_phases;
        let rows = tally.doing.chunks(n + 2);
        rows.map(|row| {
            let total: f64 = row.iter().sum();
            let mut shares: IndexMap<String, f64> = IndexMap::new();
            for (index, seconds) in row.iter().enumerate().filter(|(_, s)| **s > 0.0) {
                let phase = match index.checked_sub(n) {
                    None => index as u32,
                    Some(0) => SERVING,
                    Some(_) => ON_STANDBY,
                };
                *shares.entry(self.phase_name(phase)).or_insert(0.0) += seconds / total;
            }
            shares
        })
        .collect()
    }
}
