//! What becomes of the data: how old the copy is to which a failover moves, what is left when data is corrupted, and when two
//! regions write at once.

use super::serving::Serving;
use super::standby::StandbyState;
use super::trial::Simulator;
use super::{DataLoss, TrialOutcome};
use crate::plan::{Copies, DataPlan, Plan, Purpose, ServingPlan};

/// The copies of the data during a trial.
#[derive(Debug, Clone, Default)]
pub(super) struct DataState {
    /// By link over which copies are sent: since when it is cut \[s\]; not a number while it is whole.
    cut_since: Vec<f64>,
    /// By region: since when it is unhealthy, and copies do not arrive \[s\]; not a number while it is healthy.
    down_since: Vec<f64>,
    /// By region: what a failover from it would lose, since it was last lost.
    exposed: Vec<Option<DataLoss>>,
    /// Losses of regions so far.
    losses: u64,
    /// Since when two regions write at once \[s\]; `None` while they do not.
    split_since: Option<f64>,
}

impl DataState {
    /// A region is healthy, or not. One that is back is up to date at once.
    pub(super) fn note_health(&mut self, region: usize, is_healthy: bool, now: f64) {
        if let Some(since) = self.down_since.get_mut(region) {
            *since = if is_healthy { f64::NAN } else { now };
        }
    }

    /// The time for which no other region has received copies from a region: it was cut off from them, or they were down \[s\].
    fn cut_off(&self, plan: &Plan, copies: &Copies, region: usize, now: f64) -> f64 {
        let Copies::Behind { links, .. } = copies else {
            return 0.0;
        };
        // In the same cell: the others have none of its data.
        let n_regions = plan.names.n_regions();
        let first = region - region % n_regions;
        let others = (first..first + n_regions).filter(|other| *other != region);
        let cut = others.map(|other| {
            let link = links
                .iter()
                .position(|link| (link.from as usize, link.to as usize) == (region, other));
            let cut_since = link.map_or(f64::NAN, |link| self.cut_since[link]);
            // Of the two the earlier; what is not a number does not count.
            let since = cut_since.min(self.down_since[other]);
            if since.is_nan() { 0.0 } else { now - since }
        });
        cut.reduce(f64::min).unwrap_or(0.0)
    }
}

impl Simulator<'_> {
    fn data_plan(&self) -> Option<&DataPlan> {
        self.plan.data.as_ref()
    }

    /// All copies are up to date.
    pub(super) fn reset_data(&mut self) {
        let n_links = match self.data_plan().map(|data| &data.copies) {
            Some(Copies::Behind { links, .. }) => links.len(),
            _ => 0,
        };
        let n_regions = self.plan.regions.len();
        let state = &mut self.data;
        state.cut_since.clear();
        state.cut_since.resize(n_links, f64::NAN);
        state.down_since.clear();
        state.down_since.resize(n_regions, f64::NAN);
        state.exposed.clear();
        state.exposed.resize(n_regions, None);
        state.losses = 0;
        state.split_since = None;
    }

    /// A link over which copies are sent is cut, or whole again.
    pub(super) fn watch_copy(&mut self, link: u32) {
        let plan = self.plan;
        if let Some(Copies::Behind { links, .. }) = plan.data.as_ref().map(|data| &data.copies) {
            let is_whole = self.is_up(links[link as usize].gate);
            let since = &mut self.data.cut_since[link as usize];
            if is_whole {
                *since = f64::NAN;
            } else if since.is_nan() {
                *since = self.now;
            }
            self.world_changed = true;
        }
    }

    /// A region is lost: what it had not passed on is in danger.
    pub(super) fn expose_data(&mut self, region: usize) {
        let plan = self.plan;
        let Some(data) = plan.data.as_ref() else {
            return;
        };
        self.data.losses += 1;
        let seconds = match &data.copies {
            Copies::None => return,
            Copies::Same => 0.0,
            Copies::Backups => self.age_of_backup(data),
            Copies::Behind { lag, .. } => {
                let key = plan.regions[region].key;
                let mut rng = self.key.occasion(key, Purpose::Lag, self.data.losses);
                let lag = self.laws.samplers[*lag as usize].draw(&mut rng);
                lag + self.data.cut_off(plan, &data.copies, region, self.now)
            }
        };
        self.data.exposed[region] = Some(DataLoss {
            seconds,
            at: self.now,
        });
    }

    /// A failover from a region is complete.
    pub(super) fn lose_data(&mut self, region: usize) {
        let loss = self.data.exposed.get_mut(region).and_then(Option::take);
        self.note_data_loss(loss);
    }

    /// A fault comes that may make all copies useless: what was written since the last backup is lost.
    pub(super) fn corrupt_data(&mut self, cause: u32) {
        let Some(data) = self.data_plan() else { return };
        if data.corrupts[cause as usize] {
            let seconds = self.age_of_backup(data);
            let at = self.now;
            self.note_data_loss(Some(DataLoss { seconds, at }));
        }
    }

    fn note_data_loss(&mut self, loss: Option<DataLoss>) {
        let warm_up = self.plan.warm_up;
        let scored = loss.filter(|loss| loss.at >= warm_up);
        self.outcome.data_losses.extend(scored);
    }

    /// Time since the last backup \[s\].
    fn age_of_backup(&self, data: &DataPlan) -> f64 {
        (self.now - self.plan.warm_up).rem_euclid(data.backups_every)
    }

    /// Follows whether two regions accept writes that the other does not see.
    pub(super) fn watch_split_brain(&mut self) {
        let Some(data) = self.data_plan() else { return };
        let splits = match (&self.serving, &data.copies) {
            (_, Copies::None | Copies::Same)
            | (Serving::Single, _)
            | (Serving::ActiveActive(_), Copies::Backups) => false,
            (Serving::Standby(cells), _) => {
                let mut cells = cells.iter().enumerate();
                cells.any(|(cell, state)| self.splits_cell(cell, state))
            }
            (Serving::ActiveActive(state), Copies::Behind { links, .. }) => {
                let serves = |region: u32| {
                    state.is_healthy(region as usize)
                        && self.traffic.share(region as usize, self.now) > 0.0
                };
                let mut links = links.iter().zip(&self.data.cut_since);
                links.any(|(link, since)| !since.is_nan() && serves(link.from) && serves(link.to))
            }
        };
        match (self.data.split_since, splits) {
            (None, true) => self.data.split_since = Some(self.now),
            (Some(_), false) => self.end_split_brain(self.now),
            _ => {}
        }
    }

    /// Whether both regions of a cell with a standby take writes.
    fn splits_cell(&self, cell: usize, state: &StandbyState) -> bool {
        let serves = |region| self.traffic.share(region, self.now) > 0.0;
        let really = match &self.plan.serving {
            ServingPlan::Standby(standby) => standby.unprobed_health.get(cell),
            ServingPlan::Single | ServingPlan::ActiveActive(_) => None,
        };
        let first_is_healthy = really.is_some_and(|gate| self.is_up(*gate));
        let (first, second) = (2 * cell, 2 * cell + 1);
        state.splits_writers(first_is_healthy)
            && (self.traffic.is_moving_in(first..second + 1) || (serves(first) && serves(second)))
    }

    /// Counts the time up to now in which two regions wrote at once.
    pub(super) fn end_split_brain(&mut self, end: f64) {
        if let Some(since) = self.data.split_since.take() {
            let since = since.max(self.plan.warm_up);
            self.outcome.split_brain_seconds += (end - since).max(0.0);
        }
    }
}

impl TrialOutcome {
    /// Puts each loss of data to the outage in which it came about.
    pub(super) fn join_data_losses(&mut self) {
        for loss in &self.data_losses {
            let outage = self
                .recoveries
                .iter_mut()
                .find(|outage| outage.start <= loss.at && loss.at <= outage.start + outage.seconds);
            match outage {
                Some(outage) => outage.lost_data = outage.lost_data.max(loss.seconds),
                None => self.data_losses_apart.push(loss.seconds),
            }
        }
    }
}
