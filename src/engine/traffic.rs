//! Where traffic is sent: a share for each region, constant but for linear moves. Clients that are stuck stay where they were at the start;
//! what is said of targets and moves is said of the others.

use std::ops::Range;

/// Shares of traffic by region; they always add up to one.
#[derive(Debug, Clone, Default)]
pub(super) struct Traffic {
    /// Shares at `since`, moves under way apart.
    base: Vec<f64>,
    moves: Vec<Move>,
    /// Shares of all traffic of clients that are stuck; empty if none are.
    stuck: Vec<f64>,
    /// Share of clients that are not.
    free: f64,
    /// Start of scoring \[s\].
    scored_from: f64,
    /// Time up to which `scored` is summed \[s\].
    since: f64,
    /// Share times scored time until `since` \[s\], by region.
    scored: Vec<f64>,
    /// Usual shares, where it is recorded when they are not kept; else empty.
    usual: Vec<f64>,
    away: Vec<Away>,
}

/// A span of time in which shares are not the usual ones: linear.
#[derive(Debug, Clone)]
pub(super) struct Away {
    pub(super) start: f64,
    pub(super) end: f64,
    at_start: Vec<f64>,
    at_end: Vec<f64>,
}

impl Away {
    /// Share of a region at a time within it.
    pub(super) fn share(&self, region: usize, time: f64) -> f64 {
        let part = (time - self.start) / (self.end - self.start);
        self.at_start[region] + (self.at_end[region] - self.at_start[region]) * part
    }
}

/// A linear move of shares.
#[derive(Debug, Clone)]
struct Move {
    start: f64,
    end: f64,
    /// Whose traffic moves: all regions, or those of one cell.
    regions: Range<usize>,
    delta: Vec<f64>,
}

impl Move {
    /// Whether it is of the traffic of some of these regions.
    fn concerns(&self, regions: &Range<usize>) -> bool {
        self.regions.start < regions.end && regions.start < self.regions.end
    }

    fn progress(&self, time: f64) -> f64 {
        ((time - self.start) / (self.end - self.start)).clamp(0.0, 1.0)
    }
}

impl Traffic {
    /// Back to the start of a trial.
    pub(super) fn reset(
        &mut self,
        shares: impl Iterator<Item = f64>,
        stuck: f64,
        scored_from: f64,
    ) {
        self.base.clear();
        self.base.extend(shares);
        self.free = 1.0 - stuck;
        self.stuck.clear();
        if stuck > 0.0 {
            self.stuck
                .extend(self.base.iter().map(|share| stuck * share));
        }
        self.moves.clear();
        self.scored.clear();
        self.scored.resize(self.base.len(), 0.0);
        self.since = 0.0;
        self.scored_from = scored_from;
        self.usual.clear();
        self.away.clear();
    }

    /// Records from now on when shares are not what they are now.
    pub(super) fn record_from_now(&mut self) {
        self.usual.extend_from_slice(&self.base);
    }

    /// When shares were not the usual ones, up to a time.
    pub(super) fn recorded_until(&mut self, end: f64) -> &[Away] {
        if end > self.since {
            self.sum_up_to(end);
        }
        &self.away
    }

    /// Notes the shares since the last change, if they are not the usual ones.
    fn record(&mut self, now: f64) {
        let shares = |time: f64| -> Vec<f64> {
            (0..self.base.len())
                .map(|region| self.share(region, time))
                .collect()
        };
        if now <= self.since {
            return;
        }
        let (at_start, at_end) = (shares(self.since), shares(now));
        let is_usual = |shares: &[f64]| {
            (shares.iter().zip(&self.usual)).all(|(share, usual)| (share - usual).abs() < 1e-12)
        };
        if !is_usual(&at_start) || !is_usual(&at_end) {
            self.away.push(Away {
                start: self.since,
                end: now,
                at_start,
                at_end,
            });
        }
    }

    /// Share of a region at a time between the last change and the next.
    #[inline]
    pub(super) fn share(&self, region: usize, time: f64) -> f64 {
        let share = if self.moves.is_empty() {
            self.base[region]
        } else {
            self.free_share(region, time)
        };
        match self.stuck.get(region) {
            Some(stuck) => stuck + self.free * share,
            None => share,
        }
    }

    /// Whether a region has no other traffic than that of clients that are stuck.
    pub(super) fn has_only_stuck(&self, region: usize) -> bool {
        !self.stuck.is_empty() && !self.is_moving_in(region..region + 1) && self.base[region] == 0.0
    }

    /// Share of a region of the clients that are not stuck.
    fn free_share(&self, region: usize, time: f64) -> f64 {
        let moved: f64 = self
            .moves
            .iter()
            .map(|step| step.delta[region] * step.progress(time))
            .sum();
        (self.base[region] + moved).clamp(0.0, 1.0)
    }

    /// Whether shares are changing.
    pub(super) fn is_moving(&self) -> bool {
        !self.moves.is_empty()
    }

    /// Whether shares of some regions are changing.
    pub(super) fn is_moving_in(&self, regions: Range<usize>) -> bool {
        self.moves.iter().any(|step| step.concerns(&regions))
    }

    /// Start of the earliest move under way; infinite if none is.
    pub(super) fn first_start(&self) -> f64 {
        self.moves
            .iter()
            .map(|step| step.start)
            .fold(f64::INFINITY, f64::min)
    }

    /// End of the first move to be complete; infinite if none is under way.
    pub(super) fn next_end(&self) -> f64 {
        self.moves
            .iter()
            .map(|step| step.end)
            .fold(f64::INFINITY, f64::min)
    }

    /// End of the first move of some regions to be complete; infinite if none is under way.
    pub(super) fn next_end_in(&self, regions: Range<usize>) -> f64 {
        let moves = self.moves.iter().filter(|step| step.concerns(&regions));
        moves.map(|step| step.end).fold(f64::INFINITY, f64::min)
    }

    /// Share times scored time from the start of scoring until `time` \[s\].
    pub(super) fn scored_time(&self, region: usize, time: f64) -> f64 {
        let from = self.since.max(self.scored_from);
        if time <= from {
            return self.scored[region];
        }
        // Linear between breakpoints, and no move starts or ends within: the trapezium is exact.
        self.scored[region]
            + 0.5 * (self.share(region, from) + self.share(region, time)) * (time - from)
    }

    /// Completes the moves that have ended.
    pub(super) fn complete(&mut self, now: f64) {
        self.sum_up_to(now);
        let base = &mut self.base;
        self.moves.retain(|step| {
            let ended = step.end <= now;
            if ended {
                for (share, delta) in base.iter_mut().zip(&step.delta) {
                    *share += delta;
                }
            }
            !ended
        });
    }

    /// All traffic goes to these shares now; moves under way are given up.
    pub(super) fn jump(&mut self, now: f64, shares: &[f64]) {
        self.sum_up_to(now);
        self.moves.clear();
        self.base.copy_from_slice(shares);
    }

    /// The traffic of some regions, that of one cell, goes to these shares now; their moves under way are given up, those of others
    /// go on.
    pub(super) fn jump_in(&mut self, now: f64, regions: Range<usize>, shares: &[f64]) {
        self.sum_up_to(now);
        self.moves.retain(|step| !step.concerns(&regions));
        self.base[regions].copy_from_slice(shares);
    }

    /// Moves the traffic of some regions, that of one cell, from the shares of this instant to others; their moves under way are given
    /// up, those of others go on.
    pub(super) fn redirect_in(
        &mut self,
        now: f64,
        seconds: f64,
        regions: Range<usize>,
        shares: &[f64],
    ) {
        let current: Vec<f64> = (regions.clone())
            .map(|region| self.free_share(region, now))
            .collect();
        if seconds <= 0.0 {
            self.jump_in(now, regions, shares);
            return;
        }
        self.jump_in(now, regions.clone(), &current);
        let mut delta = vec![0.0; self.base.len()];
        for (delta, (to, from)) in delta[regions.clone()]
            .iter_mut()
            .zip(shares.iter().zip(&current))
        {
            *delta = to - from;
        }
        self.moves.push(Move {
            start: now,
            end: now + seconds,
            regions,
            delta,
        });
    }

    /// Moves from the shares of this instant to others; moves under way are given up.
    pub(super) fn redirect(&mut self, now: f64, seconds: f64, shares: &[f64]) {
        if seconds <= 0.0 {
            self.jump(now, shares);
            return;
        }
        self.sum_up_to(now);
        let current: Vec<f64> = (0..self.base.len())
            .map(|region| self.free_share(region, now))
            .collect();
        let delta = (shares.iter().zip(&current)).map(|(to, from)| to - from);
        let delta: Vec<f64> = delta.collect();
        self.moves.clear();
        self.base = current;
        self.moves.push(Move {
            start: now,
            end: now + seconds,
            regions: 0..self.base.len(),
            delta,
        });
    }

    /// Shares without the moves under way.
    pub(super) fn base(&self) -> &[f64] {
        &self.base
    }

    /// The moves under way: start \[s\] and by how much each share changes.
    pub(super) fn under_way(&self) -> impl Iterator<Item = (f64, &[f64])> {
        self.moves.iter().map(|step| (step.start, &step.delta[..]))
    }

    /// Has another move under way.
    pub(super) fn add_move(&mut self, start: f64, end: f64, delta: Vec<f64>) {
        self.moves.push(Move {
            start,
            end,
            regions: 0..self.base.len(),
            delta,
        });
    }

    /// Has one of the moves under way end at a time.
    pub(super) fn set_end(&mut self, index: usize, time: f64) {
        self.moves[index].end = time;
    }

    /// Adds a move between two targets to those under way. With one length for all moves, the shares are the average
    /// of the targets over that length: clients that each ask again once in it.
    pub(super) fn blend(&mut self, now: f64, seconds: f64, from: &[f64], to: &[f64]) {
        if seconds <= 0.0 {
            self.jump(now, to);
            return;
        }
        self.sum_up_to(now);
        let delta = to.iter().zip(from).map(|(to, from)| to - from).collect();
        self.moves.push(Move {
            start: now,
            end: now + seconds,
            regions: 0..self.base.len(),
            delta,
        });
    }

    fn sum_up_to(&mut self, now: f64) {
        if !self.usual.is_empty() {
            self.record(now);
        }
        for region in 0..self.base.len() {
            self.scored[region] = self.scored_time(region, now);
        }
        self.since = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_move_counts_half_of_its_length() {
        let mut traffic = Traffic::default();
        traffic.reset([1.0, 0.0].into_iter(), 0.0, 0.0);
        traffic.redirect(10.0, 60.0, &[0.0, 1.0]);
        assert_eq!(traffic.next_end(), 70.0);
        assert_eq!(traffic.share(1, 40.0), 0.5);
        traffic.complete(70.0);
        assert!(!traffic.is_moving());
        assert_eq!(traffic.scored_time(0, 100.0), 40.0);
        assert_eq!(traffic.scored_time(1, 100.0), 60.0);
    }

    #[test]
    fn time_before_scoring_does_not_count() {
        let mut traffic = Traffic::default();
        traffic.reset([1.0].into_iter(), 0.0, 50.0);
        assert_eq!(traffic.scored_time(0, 30.0), 0.0);
        assert_eq!(traffic.scored_time(0, 80.0), 30.0);
    }
}
