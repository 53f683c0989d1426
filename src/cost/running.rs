//! What a deployment costs while nothing is wrong.

use crate::model::Model;
use crate::results::CostResult;
use crate::topology::{DeployedRegion, Deployment, Role};

use super::calls::calls_per_request;
use super::copies::{copies_in_other_regions, copies_in_region, keeps_backups};
use super::failure::FailurePrice;
use super::line::Line;
use super::{HOURS_PER_MONTH, SECONDS_PER_MONTH};

/// Prices what a deployment runs, stores and ships in a month.
///
/// The lines of failure (`sla_credits`, `downtime`, `total_with_failure`) are left `None`: they are means over trials. What
/// they lack a price for is listed already. Drills are those of all dates within the horizon, of which trials may leave some out.
/// `total` adds the priced parts up; it is `None` only if something is to be paid for and nothing of it has a price.
#[must_use]
pub fn price(model: &Model, deployment: &Deployment) -> CostResult {
    let lines = [
        infrastructure(model, deployment),
        transfer(model, deployment),
        storage(model, deployment),
        telemetry(model, deployment),
        drills(model, deployment),
        regions(model, deployment),
    ];
    let any_priced = lines.iter().any(Line::is_priced);
    let nothing_missing = lines.iter().all(|line| line.not_priced().next().is_none());
    let total = (any_priced || nothing_missing).then(|| lines.iter().filter_map(Line::value).sum());
    let running = lines.iter().flat_map(Line::not_priced);
    let failure = FailurePrice::new(model);
    let not_priced = running
        .chain(failure.not_priced().iter().cloned())
        .collect();
    let [
        infrastructure,
        transfer,
        storage,
        telemetry,
        drills,
        regions,
    ] = lines;
    CostResult {
        total,
        infrastructure: infrastructure.value(),
        transfer: transfer.value(),
        storage: storage.value(),
        telemetry: telemetry.value(),
        drills: drills.value().filter(|_| model.drills.is_some()),
        drills_held: None,
        regions: regions.value(),
        sla_credits: None,
        downtime: None,
        total_with_failure: None,
        not_priced,
    }
}

/// Dates of drills within the horizon x the cost of one, for a month, of a topology with a standby.
fn drills(model: &Model, deployment: &Deployment) -> Line {
    let mut line = Line::new("drills");
    if let Some(drills) = model.drills.filter(|_| deployment.pattern().has_standby()) {
        let dates = drills.dates_within(model.warm_up_seconds, model.horizon_seconds);
        line.add(
            dates as f64 * SECONDS_PER_MONTH / model.horizon_seconds,
            drills.cost,
            "drills.cost".to_owned(),
        );
    }
    line
}

/// Replicas that run x their price.
fn infrastructure(model: &Model, deployment: &Deployment) -> Line {
    let mut line = Line::new("infrastructure");
    for (service_idx, (name, service)) in model.services.iter().enumerate() {
        let running: u32 = deployment
            .regions
            .iter()
            .filter_map(|region| region.services.get(service_idx)?.as_ref())
            .map(|s| s.running)
            .sum();
        line.add(
            f64::from(running) * HOURS_PER_MONTH,
            service.price_with_cells(deployment.spec.cells),
            format!("services.{name}.price"),
        );
    }
    line
}

/// Bytes between zones (requests x calls x size x (z - 1) / z) and between regions (writes x other regions with a copy).
fn transfer(model: &Model, deployment: &Deployment) -> Line {
    let mut line = Line::new("transfer");
    let calls_across = calls_per_request(model) * cross_zone_share(deployment);
    if calls_across > 0.0 {
        match model.traffic {
            None => line.miss("traffic"),
            Some(traffic) => match traffic.request_bytes {
                None => line.miss("traffic.request"),
                Some(bytes) => line.add(
                    traffic.rate_per_second * SECONDS_PER_MONTH * calls_across * bytes,
                    model.costs.cross_zone_per_byte,
                    "costs.cross_zone",
                ),
            },
        }
    }
    let written_across: f64 = stateful(model)
        .map(|(service_idx, data)| {
            data.writes_bytes_per_second * copies_in_other_regions(deployment, service_idx) as f64
        })
        .sum();
    line.add(
        written_across * SECONDS_PER_MONTH,
        model.costs.cross_region_per_byte,
        "costs.cross_region",
    );
    line
}

/// Chance that a call within a region crosses zones: (z - 1) / z, over the serving regions by their traffic.
fn cross_zone_share(deployment: &Deployment) -> f64 {
    let serving: Vec<&DeployedRegion> = deployment
        .whole_regions()
        .filter(|region| region.role == Role::Serving)
        .collect();
    let in_region = |region: &DeployedRegion| 1.0 - 1.0 / region.zones.len().max(1) as f64;
    match serving.as_slice() {
        [only] => in_region(only),
        several => several
            .iter()
            .zip(&deployment.spec.split)
            .map(|(region, share)| share * in_region(region))
            .sum(),
    }
}

/// Size x copies, and x 1 again for backups.
fn storage(model: &Model, deployment: &Deployment) -> Line {
    let mut line = Line::new("storage");
    let backups = f64::from(u8::from(keeps_backups(deployment, model)));
    let stored: f64 = stateful(model)
        .map(|(service_idx, data)| {
            let copies: usize = deployment
                .regions
                .iter()
                .map(|region| copies_in_region(region, service_idx))
                .sum();
            // Each cell has its part of the data.
            let parts = if model.services[service_idx].is_shared() {
                1
            } else {
                deployment.n_cells()
            };
            data.size_bytes * (copies as f64 / parts as f64 + backups)
        })
        .sum();
    line.add(
        stored * HOURS_PER_MONTH,
        model.costs.storage_per_byte_hour,
        "costs.storage",
    );
    line
}

/// Its volume, once to each region beside the first.
fn telemetry(model: &Model, deployment: &Deployment) -> Line {
    let mut line = Line::new("telemetry");
    let others = deployment.n_regions().saturating_sub(1) as f64;
    let price_per_second = model
        .costs
        .telemetry
        .map(|telemetry| telemetry.bytes_per_second * telemetry.price_per_byte);
    line.add(
        others * SECONDS_PER_MONTH,
        price_per_second,
        "costs.telemetry",
    );
    line
}

/// Fixed cost x regions in use.
fn regions(model: &Model, deployment: &Deployment) -> Line {
    let mut line = Line::new("regions");
    line.add(
        deployment.n_regions() as f64 * HOURS_PER_MONTH,
        model.costs.per_region_per_hour,
        "costs.per_region",
    );
    line
}

/// The services with data, by index in the model.
fn stateful(model: &Model) -> impl Iterator<Item = (usize, crate::model::Data)> + '_ {
    model
        .services
        .values()
        .enumerate()
        .filter_map(|(service_idx, service)| Some((service_idx, service.data?)))
}
