//! Where the data of a topology is, and what is left of it when a place is lost.

use serde::{Deserialize, Serialize};

use super::compile::Compiler;
use super::{GateId, Plan, Reach, ServingPlan, Watcher};
use crate::model::{Distribution, Effect, Fault, Pattern, Replication, Scope, Service};

/// The data of a topology.
#[derive(Debug, Clone, PartialEq)]
pub struct DataPlan {
    /// What another region has of it.
    pub copies: Copies,
    /// Time between two backups, the first at the start of scoring \[s\].
    pub backups_every: f64,
    /// By cause: whether it makes all copies useless.
    pub corrupts: Vec<bool>,
}

/// What another region has of the data of the one that serves.
#[derive(Debug, Clone, PartialEq)]
pub enum Copies {
    /// Nothing: there is none.
    None,
    /// What was written up to a while ago.
    Behind {
        /// Sampler of the age of the last write that has arrived.
        lag: u32,
        /// Links over which copies are sent, where they can be cut.
        links: Vec<CopyLink>,
    },
    /// Everything.
    Same,
    /// The last backup.
    Backups,
}

/// What can become of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum DataAtRisk {
    /// Nothing: there is none, or nothing moves or corrupts it.
    #[default]
    None,
    /// A failover moves it, or a fault corrupts it.
    IsLost,
    /// Besides, two regions can accept writes that the other does not see.
    Splits,
}

/// A link over which copies are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyLink {
    /// The region that writes.
    pub from: u32,
    /// The region that holds a copy.
    pub to: u32,
    /// Gate that is down while the link is cut.
    pub gate: GateId,
}

impl Plan {
    /// What can become of its data.
    #[must_use]
    pub fn data_at_risk(&self) -> DataAtRisk {
        let Some(data) = &self.data else {
            return DataAtRisk::None;
        };
        match data.copies {
            // Regions that all serve see each other's writes unless a link is cut.
            Copies::Behind { ref links, .. }
                if links.is_empty() && matches!(self.serving, ServingPlan::ActiveActive(_)) =>
            {
                DataAtRisk::IsLost
            }
            Copies::Behind { .. } | Copies::Backups => DataAtRisk::Splits,
            Copies::Same => DataAtRisk::IsLost,
            Copies::None if data.corrupts.contains(&true) => DataAtRisk::IsLost,
            Copies::None => DataAtRisk::None,
        }
    }
}

impl Compiler<'_> {
    /// `None` if no service has data.
    pub(super) fn data_plan(&mut self, observers: &mut Vec<Watcher>) -> Option<DataPlan> {
        let model = self.model;
        if model
            .services
            .values()
            .all(|service| service.data.is_none())
        {
            return None;
        }
        let copies = match (self.deployment.pattern(), &model.replication) {
            (Pattern::SingleAz | Pattern::MultiAz, _) => Copies::None,
            (Pattern::BackupRestore, _) => Copies::Backups,
            (_, Replication::Sync) => Copies::Same,
            (_, Replication::Async { lag }) => Copies::Behind {
                lag: self.sampler(lag),
                links: self.copy_links(observers),
            },
        };
        let corrupts = self.names.causes.iter().map(|cause| {
            let fault = model.faults.get(cause);
            fault.is_some_and(|fault| fault.effect == Effect::Corrupt)
        });
        Some(DataPlan {
            copies,
            backups_every: model.backups.every_seconds,
            corrupts: corrupts.collect(),
        })
    }

    /// With synchronous copies a region that cannot reach enough others takes no writes: what has data is down there. Enough is a
    /// majority of all regions, itself among them; of two, the first has the casting vote.
    pub(super) fn compile_quorums(&mut self) {
        let keeps_copies = self.deployment.pattern() != Pattern::BackupRestore;
        if self.model.replication != Replication::Sync || !keeps_copies {
            return;
        }
        let n_regions = self.deployment.n_regions();
        for region in 0..n_regions {
            let wanted = n_regions / 2;
            if n_regions == 2 && region == 0 {
                continue;
            }
            let others = (0..n_regions).filter(|other| *other != region);
            let ways: Vec<Vec<GateId>> = others
                .map(|other| {
                    let links = &self.links;
                    [links.between(region, other), links.between(other, region)].concat()
                })
                .collect();
            let always = ways.iter().filter(|cuts| cuts.is_empty()).count();
            if always >= wanted {
                continue;
            }
            let cuttable = ways.into_iter().filter(|cuts| !cuts.is_empty());
            let reached = cuttable
                .map(|cuts| self.and(cuts, Reach::Journeys))
                .collect();
            let quorum = self.at_least((wanted - always) as u32, reached, Reach::Journeys);
            for (service, spec) in self.model.services.values().enumerate() {
                if spec.data.is_some() {
                    for at in self.cells_of(region) {
                        let around = self.places.service_in_region.entry((service, at));
                        around.or_default().push(quorum);
                    }
                }
            }
        }
    }

    fn copy_links(&mut self, observers: &mut Vec<Watcher>) -> Vec<CopyLink> {
        let mut links = Vec::new();
        let n_regions = self.deployment.regions.len();
        for (from, to) in (0..n_regions).flat_map(|from| (0..n_regions).map(move |to| (from, to))) {
            let cuts = self
                .links
                .between(self.whole(from), self.whole(to))
                .to_vec();
            if cuts.is_empty() || !self.in_one_cell(from, to) {
                continue;
            }
            let gate = self.and(cuts, Reach::Journeys);
            let observer = observers.len() as u32;
            observers.push(Watcher::Copy(links.len() as u32));
            self.network.observe(gate, observer, Reach::Journeys);
            links.push(CopyLink {
                from: from as u32,
                to: to as u32,
                gate,
            });
        }
        links
    }

    /// How long it takes until a fault is mended: what it corrupts is restored at the end.
    pub(super) fn repair_law(&self, fault: &Fault, service: Option<usize>) -> Distribution {
        let mttr = fault.renewal.mttr.clone();
        if fault.effect != Effect::Corrupt {
            return mttr;
        }
        let backups = self.model.backups;
        // Each cell restores its own part.
        let cells = self.deployment.spec.cells;
        let seconds =
            |service: &Service| service.bytes_of_cell(cells) / backups.restore_bytes_per_second;
        let one = service.filter(|_| fault.hits == Scope::Service);
        let hit = one.map_or_else(|| self.services_hit(fault), |service| vec![service]);
        let restore = hit
            .iter()
            .map(|service| seconds(&self.model.services[*service]))
            .sum();
        mttr.delayed(restore)
    }
}
