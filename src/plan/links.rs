//! Links between zones and between regions: which of them can fail, and the gates that are down while calls over them fail.
//!
//! What follows for services is in [`super::partition`].

use std::collections::{BTreeMap, BTreeSet};

use super::compile::Compiler;
use super::places::Place;
use super::{GateId, Reach, StreamKey};
use crate::model::{Cut, Fault};

/// The links that can fail, each way by itself.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// Gates that calls from a zone to another need, `(region, from, to)`.
    zones: BTreeMap<(usize, usize, usize), Vec<GateId>>,
    /// Gates that calls from a region to another need.
    regions: BTreeMap<(usize, usize), Vec<GateId>>,
    /// What a zone needs to reach another, `[region][from][to]`: `None` if always. Empty for regions that no cut can split.
    reaches: Vec<Vec<Vec<Option<GateId>>>>,
}

impl Links {
    /// Notes a gate that is down while a link is cut.
    pub(super) fn cut(&mut self, place: Place, gate: GateId) {
        let (cut, ends) = match place {
            Place::ZoneLink(r, from, to, cut) => (cut, [(r, from, to), (r, to, from)]),
            Place::RegionLink(from, to, cut) => {
                self.regions.entry((from, to)).or_default().push(gate);
                if cut == Cut::BothWays {
                    self.regions.entry((to, from)).or_default().push(gate);
                }
                return;
            }
            _ => return,
        };
        let ways = if cut == Cut::BothWays { 2 } else { 1 };
        for end in &ends[..ways] {
            self.zones.entry(*end).or_default().push(gate);
        }
    }

    /// Gates that calls from a region to another need.
    pub(super) fn between(&self, from: usize, to: usize) -> &[GateId] {
        self.regions.get(&(from, to)).map_or(&[], Vec::as_slice)
    }

    /// Whether a link between regions can fail.
    pub(super) fn between_regions(&self) -> bool {
        !self.regions.is_empty()
    }

    /// Gates of the links between zones of a region, each once.
    pub(super) fn gates_of_region(&self, region: usize) -> BTreeSet<GateId> {
        let links = self.zones.iter().filter(|((r, ..), _)| *r == region);
        links.flat_map(|(_, gates)| gates.iter().copied()).collect()
    }

    /// What each zone of a region needs to reach each other one, the same in all of its cells.
    pub(super) fn reaches(&self, region: usize) -> &[Vec<Option<GateId>>] {
        let whole = region % self.reaches.len().max(1);
        self.reaches.get(whole).map_or(&[], Vec::as_slice)
    }

    /// Sets of gates, each of which is enough for calls from a zone to another: one set for each way that passes no zone twice.
    fn ways(&self, region: usize, n_zones: usize, from: usize, to: usize) -> Vec<BTreeSet<GateId>> {
        let mut ways = Vec::new();
        let mut todo = vec![(vec![from], BTreeSet::new())];
        while let Some((path, needed)) = todo.pop() {
            let at = path[path.len() - 1];
            if at == to {
                ways.push(needed);
                continue;
            }
            for next in (0..n_zones).filter(|next| !path.contains(next)) {
                let mut needed: BTreeSet<GateId> = needed.clone();
                needed.extend(self.zones.get(&(region, at, next)).into_iter().flatten());
                let mut path = path.clone();
                path.push(next);
                todo.push((path, needed));
            }
        }
        // A way that needs all that another needs, and more, is no help.
        ways.sort_by_key(BTreeSet::len);
        let mut least: Vec<BTreeSet<GateId>> = Vec::new();
        for way in ways {
            if !least.iter().any(|known| known.is_subset(&way)) {
                least.push(way);
            }
        }
        least
    }
}

impl Compiler<'_> {
    /// The links between zones that a fault hits: of all pairs among `zones`, or of the one pair of a cut one way.
    pub(super) fn zone_links_hit(&self, fault: &Fault, zones: &[(usize, usize)]) -> Vec<Place> {
        let name = |(r, z): (usize, usize)| self.deployment.regions[r].zones[z].as_str();
        let from_end = fault.zones.as_ref().and_then(|ends| ends.first());
        let mut links = Vec::new();
        for (index, &here) in zones.iter().enumerate() {
            for &there in &zones[index + 1..] {
                if here.0 != there.0 {
                    continue;
                }
                let in_order = match fault.cut {
                    Cut::BothWays => name(here) < name(there),
                    Cut::OneWay => from_end.is_some_and(|end| end.zone == name(here)),
                };
                let (from, to) = if in_order {
                    (here.1, there.1)
                } else {
                    (there.1, here.1)
                };
                links.push(Place::ZoneLink(here.0, from, to, fault.cut));
            }
        }
        links
    }

    /// The links between regions that a fault hits: between two in use, or between one in use and one that holds an external
    /// service.
    pub(super) fn region_links_hit(&self, fault: &Fault) -> Vec<Place> {
        let n_in_use = self.deployment.n_regions();
        let all: Vec<&String> = self
            .names
            .regions
            .iter()
            .take(n_in_use)
            .chain(&self.names.distant_regions)
            .collect();
        // Those not in use count on from all regions in use, cells and all.
        let number = |at: usize| {
            if at < n_in_use {
                at
            } else {
                at - n_in_use + self.deployment.regions.len()
            }
        };
        let is_hit = |name: &String| {
            let mut filters = fault.regions.iter();
            filters.all(|names| names.contains(name))
        };
        let from_end = fault.regions.as_ref().and_then(|ends| ends.first());
        let mut links = Vec::new();
        for here in (0..n_in_use).filter(|&region| is_hit(all[region])) {
            for there in (here + 1..all.len()).filter(|&region| is_hit(all[region])) {
                let in_order = match fault.cut {
                    Cut::BothWays => all[here] < all[there],
                    Cut::OneWay => from_end == Some(all[here]),
                };
                let (here, there) = (number(here), number(there));
                let (from, to) = if in_order {
                    (here, there)
                } else {
                    (there, here)
                };
                links.push(Place::RegionLink(from, to, fault.cut));
            }
        }
        links
    }

    /// The name of a link, by the names of its ends.
    pub(super) fn link_key(&self, place: Place) -> StreamKey {
        let way = |cut: Cut| match cut {
            Cut::BothWays => "link",
            Cut::OneWay => "link-one-way",
        };
        match place {
            Place::ZoneLink(r, from, to, cut) => {
                let region = &self.deployment.regions[r];
                let (from, to) = (&region.zones[from], &region.zones[to]);
                StreamKey::of(&["zone", way(cut), &region.name, from, to])
            }
            Place::RegionLink(from, to, cut) => {
                let [from, to] = [from, to].map(|region| self.names.region(region as u32));
                StreamKey::of(&["region", way(cut), from, to])
            }
            _ => StreamKey::default(),
        }
    }

    /// Finds out what zones need to reach each other, once the links have their gates.
    pub(super) fn compile_reaches(&mut self) {
        // Cells of a region are in the same zones.
        for region in 0..self.deployment.n_regions() {
            let is_linked = self.links.zones.keys().any(|(r, ..)| *r == region);
            let n_zones = self.deployment.regions[region].zones.len();
            let mut reaches = vec![vec![None; n_zones]; if is_linked { n_zones } else { 0 }];
            for (from, row) in reaches.iter_mut().enumerate() {
                for (to, reach) in row.iter_mut().enumerate() {
                    *reach = self.reach_gate(region, from, to);
                }
            }
            let can_split = reaches.iter().flatten().any(Option::is_some);
            self.links
                .reaches
                .push(if can_split { reaches } else { Vec::new() });
        }
    }

    /// A gate that is up while calls get from a zone to another by some way; `None` if they always do.
    fn reach_gate(&mut self, region: usize, from: usize, to: usize) -> Option<GateId> {
        let n_zones = self.deployment.regions[region].zones.len();
        let ways = self.links.ways(region, n_zones, from, to);
        if ways.iter().any(BTreeSet::is_empty) {
            return None;
        }
        let ways = ways
            .into_iter()
            .map(|way| self.and(way.into_iter().collect(), Reach::Journeys));
        let ways: Vec<GateId> = ways.collect();
        Some(self.at_least(1, ways, Reach::Journeys))
    }

    /// Gates that a call from a region in use to the home of an external service needs.
    pub(super) fn link_to_home(&self, region: usize, home: &str) -> &[GateId] {
        let mut all = self.names.regions.iter().chain(&self.names.distant_regions);
        let there = all.position(|name| name == home);
        let here = self.whole(region);
        let link = there.and_then(|there| self.links.regions.get(&(here, there)));
        link.map_or(&[], Vec::as_slice)
    }

    /// A service in another region, as it is seen over the link to there.
    pub(super) fn over_link(
        &mut self,
        from: usize,
        to: usize,
        gate: GateId,
        reach: Reach,
    ) -> GateId {
        match self.links.regions.get(&(self.whole(from), self.whole(to))) {
            Some(link) => {
                let inputs = link.iter().copied().chain([gate]).collect();
                self.and(inputs, reach)
            }
            None => gate,
        }
    }
}
