//! A region of three zones in every state of its replicas and links, by a plain search: what the gates of a plan are held to.

use std::collections::BTreeMap;

use failscape::plan::{Plan, Reach, Site};

/// What is up, told by how many replicas are (by service, cell and zone) and which calls between zones get through.
pub(crate) struct Zones {
    replicas: BTreeMap<(u32, u32, usize), u32>,
    through: [[bool; 3]; 3],
}

/// Zones that calls from a zone reach, where these calls get through.
pub(crate) fn reached_from(zone: usize, through: &[[bool; 3]; 3]) -> [bool; 3] {
    let mut reached = [false; 3];
    let mut todo = vec![zone];
    while let Some(at) = todo.pop() {
        if !std::mem::replace(&mut reached[at], true) {
            todo.extend((0..3).filter(|&next| through[at][next]));
        }
    }
    reached
}

impl Zones {
    /// Replicas of a service in a cell that calls from a zone can use, `fit` saying whether one in a zone can serve.
    pub(crate) fn usable(
        &self,
        service: u32,
        cell: u32,
        zone: usize,
        fit: impl Fn(usize) -> bool,
    ) -> u32 {
        let reached = reached_from(zone, &self.through);
        let zones = (0..3).filter(|&z| reached[z] && fit(z));
        let there = zones.map(|z| self.replicas.get(&(service, cell, z)).copied());
        there.map(Option::unwrap_or_default).sum()
    }

    /// Of a state, a bit for each unit that is down. Cuts by a fault `one-way` leave calls the other way.
    fn in_state(plan: &Plan, state: u32) -> Self {
        let mut zones = Self {
            replicas: BTreeMap::new(),
            through: [[true; 3]; 3],
        };
        for (unit, site) in plan.sites.iter().enumerate() {
            let is_up = state >> unit & 1 == 0;
            match *site {
                Site::Replica(service, cell, zone, _) => {
                    let here = zones.replicas.entry((service, cell, zone as usize));
                    *here.or_default() += u32::from(is_up);
                }
                Site::ZoneLink(_, from, to) => {
                    let cause = plan.clocks[plan.units[unit].first_clock as usize].cause;
                    let both = plan.names.causes[cause as usize] != "one-way";
                    let (from, to) = (from as usize, to as usize);
                    zones.through[from][to] &= is_up;
                    zones.through[to][from] &= !both || is_up;
                }
                _ => panic!("{site:?}"),
            }
        }
        zones
    }
}

/// Asserts of every state of all units that each cell is up where the search says so, and that there are states of both kinds.
pub(crate) fn every_state_agrees(plan: &Plan, is_up: impl Fn(&Zones, u32) -> bool) {
    let states = 1_u32 << plan.units.len();
    let mut ups = vec![0; plan.entries.len()];
    for state in 0..states {
        let mut spare = plan.network.initial.clone();
        for (index, unit) in plan.units.iter().enumerate() {
            if state >> index & 1 == 1 {
                let (wave, changes) = (&mut Vec::new(), &mut Vec::new());
                plan.network
                    .lower(&mut spare, unit.gate, Reach::Journeys, wave, changes);
            }
        }
        let zones = Zones::in_state(plan, state);
        for (cell, entry) in plan.entries.iter().enumerate() {
            let up = spare[entry.gate as usize] >= 0;
            assert_eq!(up, is_up(&zones, cell as u32), "cell {cell}: {state:b}");
            ups[cell] += u32::from(up);
        }
    }
    assert!(ups.iter().all(|ups| (1..states).contains(ups)));
}
