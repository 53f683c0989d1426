//! Parts of a plan, and the plan without their failures, or with them down all the time.
//!
//! Streams are named, so that what is taken out leaves the draws of everything else as they were: a plan and its variants
//! can be played trial by trial through the same faults.

use super::sites::{Hold, Site};
use super::{
    Clock, GateId, Idle, NO_GATE, Phase, Plan, Reach, Sampler, ServingPlan, UnitId, UnitKind,
};
use crate::model::Distribution;

/// Something whose importance can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Element {
    /// A fault, or an external service's own failures: index of the cause.
    Fault(u32),
    /// A service with its own faults and takeovers, in all regions.
    Service(u32),
    /// Takeovers of a service, in all regions.
    Takeover(u32),
    /// A zone: region and zone.
    Zone(u32, u32),
    /// A region; those not in use that hold external services last.
    Region(u32),
}

/// What keeps a gate down whatever its inputs do.
const FOR_GOOD: i32 = 1 << 24;

impl Plan {
    /// All parts of the plan, in file order.
    #[must_use]
    pub fn elements(&self) -> Vec<Element> {
        let mut elements: Vec<Element> = (0..self.names.causes.len() as u32)
            .filter(|&cause| self.clocks.iter().any(|clock| clock.cause == cause))
            .map(Element::Fault)
            .collect();
        for service in 0..self.names.services.len() as u32 {
            // An external service with failures of its own is a cause already.
            let fails_by_cause = self.sites.contains(&Site::External(service))
                && self
                    .units_where(|site| site.service() == Some(service))
                    .count()
                    == 1;
            if !self.holds.services[service as usize].is_empty() && !fails_by_cause {
                elements.push(Element::Service(service));
            }
        }
        let mut pools: Vec<u32> = self
            .pools
            .iter()
            .filter(|pool| pool.members.len() > 1)
            .map(|pool| pool.service)
            .collect();
        pools.sort_unstable();
        pools.dedup();
        elements.extend(pools.into_iter().map(Element::Takeover));
        let whole_regions = self.names.zones.iter().take(self.names.n_regions());
        for (region, zones) in whole_regions.enumerate() {
            elements.extend((0..zones.len()).map(|zone| Element::Zone(region as u32, zone as u32)));
        }
        let (whole, n_regions) = (self.names.n_regions(), self.names.regions.len());
        let beside = n_regions..n_regions + self.holds.regions.len() - whole;
        let regions = (0..whole).chain(beside);
        elements.extend(regions.map(|region| Element::Region(region as u32)));
        elements
    }

    /// The clocks that are an element's own.
    #[must_use]
    pub fn clocks_of(&self, element: Element) -> Vec<u32> {
        let of_units = |at: &dyn Fn(Site) -> bool| {
            self.units_where(at)
                .flat_map(|unit| self.clocks_of_unit(unit))
                .collect()
        };
        match element {
            Element::Fault(cause) => (0..self.clocks.len() as u32)
                .filter(|&clock| self.clocks[clock as usize].cause == cause)
                .collect(),
            Element::Service(service) => of_units(&|site| site.service() == Some(service)),
            Element::Takeover(_) => Vec::new(),
            Element::Zone(region, zone) => of_units(&|site| site == Site::Zone(region, zone)),
            Element::Region(region) => of_units(&|site| site == Site::Region(region)),
        }
    }

    /// The plan in which an element never fails of itself: none of its own clocks ever runs out, none of its takeovers
    /// costs anything.
    #[must_use]
    pub fn with_perfect(&self, element: Element) -> Self {
        let mut plan = self.clone();
        plan.silence(self.clocks_of(element).into_iter());
        if let Element::Service(service) | Element::Takeover(service) = element {
            for pool in plan.pools.iter_mut().filter(|pool| pool.service == service) {
                pool.gate = NO_GATE;
            }
        }
        plan
    }

    /// The plan in which an element is down all the time, from the start on; `None` where that is not defined.
    ///
    /// What is down all the time neither fails nor waits for a crew.
    #[must_use]
    pub fn with_down(&self, element: Element) -> Option<Self> {
        let mut plan = self.clone();
        match element {
            Element::Fault(cause) => {
                let hit = |unit: &UnitId| {
                    let mut clocks = self.clocks_of_unit(*unit);
                    clocks.any(|clock| self.clocks[clock as usize].cause == cause)
                };
                let mut held: Vec<UnitId> = Vec::new();
                for unit in (0..self.units.len() as UnitId).filter(hit) {
                    match self.units[unit as usize].kind {
                        UnitKind::Shock(shock) => held.extend(&self.shocks[shock as usize].targets),
                        UnitKind::Simple(_) | UnitKind::General => held.push(unit),
                    }
                }
                for unit in &held {
                    plan.hold_unit(*unit);
                }
                plan.silence_units(held.into_iter());
                plan.silence(self.clocks_of(element).into_iter());
            }
            Element::Service(service) => {
                for &gate in &self.holds.services[service as usize] {
                    plan.hold_gate(gate);
                }
                plan.silence_units(self.units_where(|site| site.service() == Some(service)));
            }
            Element::Takeover(_) => return None,
            Element::Zone(region, zone) => {
                for hold in &self.holds.zones[region as usize][zone as usize] {
                    match *hold {
                        Hold::Gate(gate) => plan.hold_gate(gate),
                        Hold::Replica(_, Some(unit)) => plan.hold_unit(unit),
                        Hold::Replica(gate, None) => plan.lower_at_start(gate),
                    }
                }
                let is_there = |(at, z)| (self.names.whole(at), z) == (region, zone);
                plan.silence_units(self.units_where(|site| site.zone().is_some_and(is_there)));
            }
            Element::Region(region) => {
                for &gate in &self.holds.regions[self.place_of_region(region)] {
                    plan.hold_gate(gate);
                }
                let is_there = |at| self.names.whole(at) == region;
                plan.silence_units(self.units_where(|site| site.region().is_some_and(is_there)));
            }
        }
        Some(plan)
    }

    /// Where the region of an element stands in [`Holds::regions`](super::Holds::regions).
    #[must_use]
    pub fn place_of_region(&self, region: u32) -> usize {
        match (region as usize).checked_sub(self.names.regions.len()) {
            Some(beside) => self.names.n_regions() + beside,
            None => region as usize,
        }
    }

    /// The plan with every region at full scale from the start: its structure when a standby has been brought up.
    #[must_use]
    pub fn at_full_scale(&self) -> Self {
        let mut plan = self.clone();
        if let ServingPlan::Standby(_) = self.serving {
            for region in self.standing_by() {
                for switch in &region.switches {
                    if switch.idle == Idle::Down {
                        for &unit in &switch.units {
                            plan.raise_at_start(self.units[unit as usize].gate);
                        }
                    }
                    for _ in switch.slack..0 {
                        plan.lower_at_start(switch.gate);
                    }
                }
                plan.raise_at_start(region.idle_gate);
            }
        }
        plan
    }

    /// Regions that stand by at the start, or the cells of the one that does.
    pub fn standing_by(&self) -> impl Iterator<Item = &super::RegionPlan> {
        let has_standby = matches!(self.serving, ServingPlan::Standby(_));
        let n = if has_standby { self.regions.len() } else { 0 };
        self.regions[..n].iter().skip(1).step_by(2)
    }

    /// The clocks of a unit.
    #[must_use]
    pub fn clocks_of_unit(&self, unit: UnitId) -> std::ops::Range<u32> {
        let unit = &self.units[unit as usize];
        unit.first_clock..unit.first_clock + unit.n_clocks
    }

    pub(super) fn silence_units(&mut self, units: impl Iterator<Item = UnitId>) {
        let clocks: Vec<u32> = units.flat_map(|unit| self.clocks_of_unit(unit)).collect();
        self.silence(clocks.into_iter());
    }

    /// Makes clocks never run out.
    fn silence(&mut self, clocks: impl Iterator<Item = u32>) {
        let never = self.laws.samplers.len() as u32;
        self.laws.samplers.push(Sampler::Never);
        self.distributions.push(Distribution::Never);
        // A unit of the fast path draws its lives from the phase after its up phase.
        let silent = self.laws.phases.len() as u32;
        let phase = |next: Sampler| Phase { next, cause: 0 };
        self.laws
            .phases
            .extend([phase(Sampler::Never), phase(Sampler::Never)]);
        let mut is_silent = vec![false; self.clocks.len()];
        for clock in clocks {
            is_silent[clock as usize] = true;
            let Clock { life, .. } = &mut self.clocks[clock as usize];
            *life = never;
        }
        for unit in &mut self.units {
            if let UnitKind::Simple(up) = &mut unit.kind
                && is_silent[unit.first_clock as usize]
            {
                *up = silent;
            }
        }
    }

    /// Keeps a unit down: its gate counts it once, and never again. Its clocks are for the caller to silence.
    fn hold_unit(&mut self, unit: UnitId) {
        let gate = self.units[unit as usize].gate;
        if gate == NO_GATE {
            return;
        }
        // What a standby does not run counts as down already.
        let is_down_already = (self.standing_by())
            .flat_map(|region| &region.switches)
            .any(|switch| switch.idle == Idle::Down && switch.units.contains(&unit));
        if !is_down_already {
            self.lower_at_start(gate);
        }
        self.units[unit as usize].gate = NO_GATE;
    }

    fn hold_gate(&mut self, gate: GateId) {
        while self.network.initial[gate as usize] >= 0 {
            self.lower_at_start(gate);
        }
        if self.network.initial[gate as usize] > -FOR_GOOD {
            self.network.initial[gate as usize] -= 2 * FOR_GOOD;
        }
    }

    fn lower_at_start(&mut self, gate: GateId) {
        let mut spare = std::mem::take(&mut self.network.initial);
        let (mut wave, mut changes) = (Vec::new(), Vec::new());
        self.network
            .lower(&mut spare, gate, Reach::Services, &mut wave, &mut changes);
        self.network.initial = spare;
    }

    fn raise_at_start(&mut self, gate: GateId) {
        if gate == NO_GATE {
            return;
        }
        let mut spare = std::mem::take(&mut self.network.initial);
        let (mut wave, mut changes) = (Vec::new(), Vec::new());
        self.network
            .raise(&mut spare, gate, Reach::Services, &mut wave, &mut changes);
        self.network.initial = spare;
    }
}
