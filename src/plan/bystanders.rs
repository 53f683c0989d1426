//! Units that may fail as they like: what journeys lose, and when anything else fails and is repaired, stays the same.
//!
//! A service that is only called where it is optional fails without a journey noticing. Estimates of what journeys lose leave
//! such units out, as each of their many failures would look like the beginning of something ([`crate::engine::BusyPeriods`]).
//! Draws are named, so that without them all else fails as with them.

use super::{Copies, GateId, NO_CASCADE, NO_CREW, NO_GATE, Plan, ServingPlan, UnitId, UnitKind};

/// What may fail as it likes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bystanders {
    /// Units whose failures change nothing but the figures of services that no journey needs.
    pub units: Vec<UnitId>,
    /// Services with one primary whose takeovers change nothing else either.
    pub pools: Vec<u32>,
}

impl Plan {
    /// What may fail as it likes. Errs on the side of none.
    #[must_use]
    pub fn bystanders(&self) -> Bystanders {
        // What works badly is looked for everywhere.
        if self.gray.is_some() {
            return Bystanders::default();
        }
        let decides = self.deciding_gates();
        let units = 0..self.units.len() as UnitId;
        let mut matters: Vec<bool> = units
            .clone()
            .map(|unit| self.matters_by_itself(unit, &decides))
            .collect();
        // What strikes something that matters does too, and whoever a crew serves beside it.
        loop {
            let mut needed = vec![false; self.crews.len()];
            for step in self.runbook_crews() {
                needed[step as usize] = true;
            }
            for unit in units.clone().filter(|unit| matters[*unit as usize]) {
                for crew in self.crews_of(unit) {
                    needed[crew as usize] = true;
                }
            }
            let found: Vec<UnitId> = units
                .clone()
                .filter(|unit| !matters[*unit as usize])
                .filter(|unit| {
                    let mut crews = self.crews_of(*unit);
                    let mut struck = self.struck_by(*unit);
                    crews.any(|crew| needed[crew as usize])
                        || struck.any(|target| matters[target as usize])
                })
                .collect();
            if found.is_empty() {
                break;
            }
            for unit in found {
                matters[unit as usize] = true;
            }
        }
        let is_aside = |pool: &u32| {
            let pool = &self.pools[*pool as usize];
            let mut members = pool.members.iter().filter_map(|member| member.unit);
            pool.gate != NO_GATE
                && !decides[pool.gate as usize]
                && !members.any(|unit| matters[unit as usize])
        };
        Bystanders {
            units: units.filter(|unit| !matters[*unit as usize]).collect(),
            pools: (0..self.pools.len() as u32).filter(is_aside).collect(),
        }
    }

    /// The plan in which some units never fail of themselves, and some services have no primary.
    #[must_use]
    pub fn without(&self, bystanders: &Bystanders) -> Self {
        let mut plan = self.clone();
        plan.silence_units(bystanders.units.iter().copied());
        for pool in &bystanders.pools {
            plan.pools[*pool as usize].members.clear();
        }
        plan
    }

    /// The gates that anything but a service's own figure is read from.
    #[must_use]
    pub fn deciding_gates(&self) -> Vec<bool> {
        let entries = self.entries.iter().map(|entry| entry.gate);
        let health = self.health.iter().map(|health| health.gate);
        let idle = self.regions.iter().map(|region| region.idle_gate);
        let mut goals: Vec<GateId> = entries.chain(health).chain(idle).collect();
        if let ServingPlan::Standby(standby) = &self.serving {
            goals.extend(standby.unprobed_health.iter().copied());
            let needs = standby.runbook.iter().flat_map(|step| &step.needs);
            goals.extend(needs.flatten().map(|need| need.gate));
        }
        if let Some(data) = &self.data
            && let Copies::Behind { links, .. } = &data.copies
        {
            goals.extend(links.iter().map(|link| link.gate));
        }
        goals.retain(|gate| *gate != NO_GATE);
        // A takeover follows from the replicas of its service.
        loop {
            let decides = self.network.upstream_of(&goals);
            let followed = self.pools.iter().flat_map(|pool| {
                let is_deciding = pool.gate != NO_GATE && decides[pool.gate as usize];
                let members = pool.members.iter().map(|member| member.gate);
                let gates = members.chain(pool.scope.iter().copied());
                gates.filter(move |_| is_deciding)
            });
            let more: Vec<GateId> = followed
                .filter(|gate| *gate != NO_GATE && !decides[*gate as usize])
                .collect();
            if more.is_empty() {
                return decides;
            }
            goals.extend(more);
        }
    }

    fn matters_by_itself(&self, unit: UnitId, decides: &[bool]) -> bool {
        let gate = self.units[unit as usize].gate;
        let in_pool = || {
            let pools = self.pools.iter();
            let mut deciding =
                pools.filter(|pool| pool.gate != NO_GATE && decides[pool.gate as usize]);
            deciding.any(|pool| {
                let mut members = pool.members.iter();
                members.any(|member| member.unit == Some(unit) || member.behind.contains(&unit))
            })
        };
        let corrupts = || {
            let data = self.data.as_ref();
            let mut clocks = self.clocks_of_unit(unit);
            data.is_some_and(|data| {
                clocks.any(|clock| {
                    let cause = self.clocks[clock as usize].cause;
                    data.corrupts.get(cause as usize).is_some_and(|does| *does)
                })
            })
        };
        let scripted = || self.scripted.iter().any(|scripted| scripted.unit == unit);
        (gate != NO_GATE && decides[gate as usize]) || corrupts() || scripted() || in_pool()
    }

    /// Crews that people of are at work on a runbook.
    fn runbook_crews(&self) -> impl Iterator<Item = u32> {
        let steps = match &self.serving {
            ServingPlan::Standby(standby) => standby.runbook.as_slice(),
            ServingPlan::Single | ServingPlan::ActiveActive(_) => &[],
        };
        let crews = steps.iter().map(|step| step.crew);
        crews.filter(|crew| *crew != NO_CREW)
    }

    fn crews_of(&self, unit: UnitId) -> impl Iterator<Item = u32> {
        let crews = self
            .clocks_of_unit(unit)
            .map(|clock| self.clocks[clock as usize].crew);
        crews.filter(|crew| *crew != NO_CREW)
    }

    /// Units that go down with a unit, or by it.
    fn struck_by(&self, unit: UnitId) -> impl Iterator<Item = UnitId> {
        let targets = match self.units[unit as usize].kind {
            UnitKind::Shock(shock) => self.shocks[shock as usize].targets.as_slice(),
            UnitKind::Simple(_) | UnitKind::General => &[],
        };
        let clocks = self.clocks_of_unit(unit);
        let cascades = clocks
            .map(|clock| self.clocks[clock as usize].cascade)
            .filter(|cascade| *cascade != NO_CASCADE);
        let siblings = cascades.flat_map(|cascade| {
            let siblings = self.cascades[cascade as usize].siblings.iter();
            siblings.map(|(unit, _)| *unit)
        });
        targets.iter().copied().chain(siblings)
    }
}
