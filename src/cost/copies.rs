//! How many copies of a service's data a topology keeps.
//!
//! Data lives where a replica of its service runs, one copy in each zone that holds one: `single-az` keeps one copy
//! whatever its number of replicas, `multi-az` as many as it has zones with a replica, and a standby region whatever it
//! runs of the service (`backup-restore`: none). Replicas of one zone share a copy.

use crate::model::{Effect, Model, Pattern};
use crate::topology::{DeployedRegion, Deployment};

/// Copies of the data of a service in one region: the zones in which a replica of it runs.
#[must_use]
pub fn copies_in_region(region: &DeployedRegion, service_idx: usize) -> usize {
    region
        .services
        .get(service_idx)
        .and_then(Option::as_ref)
        .map_or(0, |service| {
            (service.running as usize).min(region.zones.len())
        })
}

/// Regions other than the first that hold a copy of the data of a service, to which its writes are sent.
#[must_use]
pub fn copies_in_other_regions(deployment: &Deployment, service_idx: usize) -> usize {
    deployment
        .whole_regions()
        .skip(1)
        .filter(|region| copies_in_region(region, service_idx) > 0)
        .count()
}

/// Whether a topology keeps backups: if the model describes them, and always where recovery rests on them.
pub(crate) fn keeps_backups(deployment: &Deployment, model: &Model) -> bool {
    let mut faults = model.faults.values();
    model.backups.are_described
        || deployment.pattern() == Pattern::BackupRestore
        || faults.any(|fault| fault.effect == Effect::Corrupt)
}
