//! When each unit is down in a trial, drawn at once: units that react to nothing need no calendar.

use super::spans::{Span, Stretch};
use crate::plan::{
    Laws, NO_CASCADE, NO_CREW, Plan, Purpose, StreamRng, TrialKey, UnitId, UnitKind,
};

/// The downtimes of a trial, and whatever is worked out of them, in one arena.
#[derive(Debug, Default)]
pub(super) struct Timelines {
    /// Downtimes of units, unit after unit, each in order of time.
    pub downs: Vec<Span>,
    /// What took the unit down, for each of `downs`.
    pub causes: Vec<u32>,
    /// The units drawn and where their downtimes are.
    pub units: Vec<(UnitId, Stretch)>,
    lives: Vec<f64>,
    streams: Vec<StreamRng>,
}

/// Whether every unit that has a clock at the start of a trial goes on whatever the rest does: it has no crew, nothing
/// strikes it, it spreads to nothing, no role changes its speed, and it takes down what it hits.
pub(super) fn nothing_reacts(plan: &Plan) -> bool {
    let rests = rests(plan);
    let is_free = |(unit, rests): (&crate::plan::Unit, &bool)| {
        let clocks = unit.first_clock as usize..(unit.first_clock + unit.n_clocks) as usize;
        let mut clocks = plan.clocks[clocks].iter();
        *rests
            || (!matches!(unit.kind, UnitKind::Shock(_))
                && clocks.all(|clock| clock.crew == NO_CREW && clock.cascade == NO_CASCADE))
    };
    plan.gray.is_none()
        && plan.only_follows_health()
        && plan.shocks.iter().all(|shock| shock.targets.is_empty())
        && plan.pools.iter().all(|pool| pool.dormancy >= 1.0)
        && plan.units.iter().zip(&rests).all(is_free)
        && plan.cascades.is_empty()
}

/// The units that do not run at the start of a trial: the pattern starts them.
pub(super) fn resting(plan: &Plan) -> Vec<UnitId> {
    let units = (0..).zip(rests(plan));
    units
        .filter_map(|(unit, rests)| rests.then_some(unit))
        .collect()
}

/// Whether each unit does not run at the start of a trial.
pub(super) fn rests(plan: &Plan) -> Vec<bool> {
    let mut rests = vec![false; plan.units.len()];
    let standing_by = plan.regions.iter().skip(1);
    for unit in standing_by.flat_map(|region| region.switches.iter().flat_map(|s| &s.units)) {
        rests[*unit as usize] = true;
    }
    rests
}

impl Timelines {
    pub(super) fn clear(&mut self) {
        self.downs.clear();
        self.causes.clear();
        self.units.clear();
    }

    /// Draws when a unit is down until `end` \[s\]. Returns its failures.
    pub(super) fn draw(
        &mut self,
        plan: &Plan,
        laws: &Laws,
        key: TrialKey,
        unit: UnitId,
        end: f64,
    ) -> Stretch {
        let first = self.downs.len();
        match plan.units[unit as usize].kind {
            UnitKind::Simple(up) => self.draw_simple(plan, laws, key, unit, up, end),
            UnitKind::General | UnitKind::Shock(_) => {
                self.draw_competing(plan, laws, key, unit, end);
            }
        }
        let stretch = Stretch::from(first, &self.downs);
        self.units.push((unit, stretch));
        stretch
    }

    fn draw_simple(
        &mut self,
        plan: &Plan,
        laws: &Laws,
        key: TrialKey,
        unit: UnitId,
        up: u32,
        end: f64,
    ) {
        let clock = plan.units[unit as usize].first_clock;
        let mut rng = key.stream(plan.clocks[clock as usize].key, Purpose::Renewal);
        let (to_repair, to_life) = (&laws.phases[up as usize], &laws.phases[up as usize + 1]);
        let mut start = to_life.next.draw(&mut rng);
        while start < end {
            let back = start + to_repair.next.draw(&mut rng);
            self.push(start, back, to_repair.cause);
            start = back + to_life.next.draw(&mut rng);
        }
    }

    /// The first of its clocks to run out takes the unit down; meanwhile the others stand still.
    fn draw_competing(&mut self, plan: &Plan, laws: &Laws, key: TrialKey, unit: UnitId, end: f64) {
        let unit = plan.units[unit as usize];
        let clocks = unit.first_clock as usize..(unit.first_clock + unit.n_clocks) as usize;
        let clocks = &plan.clocks[clocks];
        self.lives.clear();
        self.streams.clear();
        for clock in clocks {
            let mut rng = key.stream(clock.key, Purpose::Renewal);
            self.lives
                .push(laws.samplers[clock.life as usize].draw(&mut rng));
            self.streams.push(rng);
        }
        let mut start = self.lives.iter().copied().fold(f64::INFINITY, f64::min);
        while start < end {
            let which = self.first_to_end();
            let (clock, rng) = (clocks[which], &mut self.streams[which]);
            let age = self.lives[which];
            let back = start + laws.samplers[clock.repair as usize].draw(rng);
            self.lives[which] = age + laws.samplers[clock.life as usize].draw(rng);
            self.push(start, back, clock.cause);
            start = back + (self.lives[self.first_to_end()] - age).max(0.0);
        }
    }

    fn first_to_end(&self) -> usize {
        let mut first = 0;
        for (clock, life) in self.lives.iter().enumerate() {
            if *life < self.lives[first] {
                first = clock;
            }
        }
        first
    }

    fn push(&mut self, start: f64, end: f64, cause: u32) {
        self.downs.push(Span { start, end });
        self.causes.push(cause);
    }
}
