//! Bills worked out by hand.

use indexmap::IndexMap;

use super::{FailurePrice, calls_per_request, price};
use crate::model::{
    Backups, Call, CallKind, CallTargets, Costs, Credit, Data, Detect, Distribution, DrillKind,
    Drills, Failback, Failover, Journey, Model, Objectives, Origin, Pattern, Region, Replication,
    Reroute, Service, ServiceKind, Sla, Telemetry, TopologySpec, Traffic,
};
use crate::results::CostResult;
use crate::topology::expand;

const GB: f64 = 1e9;
const MONTH: f64 = 730.0;

fn call(to: &str, kind: CallKind) -> Call {
    Call {
        targets: CallTargets::One(to.to_owned()),
        kind,
    }
}

fn replicated(replicas: u32, price: Option<f64>, calls: Vec<Call>, data: Option<Data>) -> Service {
    let kind = ServiceKind::Replicated {
        replicas,
        needs: 1,
        takeover: None,
    };
    Service {
        kind,
        calls,
        price_per_hour: price,
        data,
        slo: None,
        sla: None,
        cells: crate::model::CellUse::Own,
    }
}

fn journey(entry: &str, share: f64, revenue: Option<f64>) -> Journey {
    Journey {
        entry: entry.to_owned(),
        share,
        revenue,
        down_below: 0.95,
        slo: None,
    }
}

/// web (6 at 0.10/h) -> app (3 at 0.20/h) -> db (2 at 0.50/h, 100 GB, 1 MB/s); web -> mail (1 at 0.05/h, async).
fn model() -> Model {
    let data = Data {
        size_bytes: 100.0 * GB,
        writes_bytes_per_second: 1e6,
    };
    let services = IndexMap::from([
        (
            "web".to_owned(),
            replicated(
                6,
                Some(0.10),
                vec![
                    call("app", CallKind::Required),
                    call("mail", CallKind::Async),
                ],
                None,
            ),
        ),
        (
            "app".to_owned(),
            replicated(3, Some(0.20), vec![call("db", CallKind::Required)], None),
        ),
        (
            "db".to_owned(),
            replicated(2, Some(0.50), vec![], Some(data)),
        ),
        ("mail".to_owned(), replicated(1, Some(0.05), vec![], None)),
    ]);
    let region = || Region {
        zones: vec!["a".to_owned(), "b".to_owned(), "c".to_owned()],
    };
    Model {
        name: "shop".to_owned(),
        description: None,
        horizon_seconds: 8760.0 * 3600.0,
        warm_up_seconds: 0.0,
        currency: "USD".to_owned(),
        regions: IndexMap::from([("east".to_owned(), region()), ("west".to_owned(), region())]),
        services,
        journeys: IndexMap::from([
            ("browse".to_owned(), journey("app", 0.75, None)),
            ("buy".to_owned(), journey("web", 0.25, Some(2.0))),
        ]),
        faults: IndexMap::new(),
        crews: IndexMap::new(),
        topologies: IndexMap::new(),
        replication: Replication::Sync,
        backups: Backups {
            are_described: true,
            every_seconds: 86_400.0,
            restore_bytes_per_second: 2e8,
        },
        drills: None,
        objectives: Objectives::default(),
        traffic: Some(Traffic {
            rate_per_second: 100.0,
            daily_peak: 1.0,
            peak_hour: 0.0,
            request_bytes: Some(10_000.0),
        }),
        quantities: Vec::new(),
        origin: Origin::default(),
        costs: Costs {
            cross_zone_per_byte: Some(0.01 / GB),
            cross_region_per_byte: Some(0.02 / GB),
            storage_per_byte_hour: Some(0.10 / GB / MONTH),
            telemetry: Some(Telemetry {
                bytes_per_second: 40.0 * GB / 86_400.0,
                price_per_byte: 0.30 / GB,
            }),
            per_region_per_hour: Some(3000.0 / MONTH),
            downtime_per_hour: Some(9000.0),
        },
        hash: String::new(),
        unused: Vec::new(),
    }
}

fn spec(pattern: Pattern) -> TopologySpec {
    let n_regions = if matches!(pattern, Pattern::SingleAz | Pattern::MultiAz) {
        1
    } else {
        2
    };
    TopologySpec {
        pattern,
        regions: ["east", "west"]
            .iter()
            .take(n_regions)
            .map(|&name| name.to_owned())
            .collect(),
        standby_scale: 0.3,
        scale: 1.0,
        split: vec![0.5, 0.5],
        cross_region_calls: false,
        cells: 1,
        canary: None,
        failover: Failover {
            detect: Detect::Probe {
                period_seconds: 10.0,
                misses: 3,
                timeout_seconds: 0.0,
            },
            hold_down_seconds: 0.0,
            probed_from_standby: false,
            false_alarm: Distribution::Never,
            decide: Distribution::Fixed(0.0),
            activate: Distribution::Fixed(60.0),
            restore_seconds: 0.0,
            rot: None,
            plan: Vec::new(),
            reroute: Reroute::Ttl {
                seconds: 60.0,
                stuck: 0.0,
            },
            success: 1.0,
            retry_seconds: None,
            failback: Failback::Never,
        },
    }
}

fn bill(model: &Model, pattern: Pattern) -> CostResult {
    price(model, &expand(model, pattern.name(), &spec(pattern)))
}

fn assert_close(found: Option<f64>, expected: f64) {
    let found = found.unwrap();
    assert!(
        (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
        "{found} instead of {expected}"
    );
}

#[test]
fn replicas_that_run_are_paid_by_the_hour() {
    let region = 6.0 * 0.10 + 3.0 * 0.20 + 2.0 * 0.50 + 0.05;
    let model = model();
    assert_close(
        bill(&model, Pattern::SingleAz).infrastructure,
        region * MONTH,
    );
    assert_close(
        bill(&model, Pattern::BackupRestore).infrastructure,
        region * MONTH,
    );
    assert_close(
        bill(&model, Pattern::PilotLight).infrastructure,
        (region + 2.0 * 0.50) * MONTH,
    );
    // ceil(30 %) of 6, 3, 2 and 1 replicas.
    let scaled = 2.0 * 0.10 + 0.20 + 0.50 + 0.05;
    assert_close(
        bill(&model, Pattern::WarmStandby).infrastructure,
        (region + scaled) * MONTH,
    );
    assert_close(
        bill(&model, Pattern::HotStandby).infrastructure,
        2.0 * region * MONTH,
    );
}

#[test]
fn one_request_calls_along_every_edge_of_its_closure() {
    // browse: app -> db; buy: web -> app, web -> mail, app -> db.
    assert!((calls_per_request(&model()) - (0.75 * 1.0 + 0.25 * 3.0)).abs() < 1e-12);
}

#[test]
fn virtual_services_are_seen_through_and_external_ones_left_out() {
    let mut model = model();
    let shop = Service {
        kind: ServiceKind::Virtual,
        calls: vec![call("web", CallKind::Required)],
        price_per_hour: None,
        data: None,
        slo: None,
        sla: None,
        cells: crate::model::CellUse::Own,
    };
    model.services.insert("shop".to_owned(), shop);
    let external = ServiceKind::External {
        region: None,
        failure: None,
    };
    model.services.insert(
        "bank".to_owned(),
        Service {
            kind: external,
            calls: vec![],
            price_per_hour: None,
            data: None,
            slo: None,
            sla: None,
            cells: crate::model::CellUse::Own,
        },
    );
    model.services["db"]
        .calls
        .push(call("bank", CallKind::Required));
    model.journeys = IndexMap::from([("all".to_owned(), journey("shop", 1.0, None))]);
    assert!((calls_per_request(&model) - 3.0).abs() < 1e-12);
}

#[test]
fn a_group_makes_as_many_calls_as_it_needs() {
    let mut model = model();
    let targets = CallTargets::AtLeast(1, vec!["db".to_owned(), "mail".to_owned()]);
    model.services["app"].calls = vec![Call {
        targets,
        kind: CallKind::Required,
    }];
    model.journeys = IndexMap::from([("all".to_owned(), journey("app", 1.0, None))]);
    assert!((calls_per_request(&model) - 1.0).abs() < 1e-12);
}

#[test]
fn calls_cross_zones_and_writes_cross_regions() {
    let model = model();
    let seconds = MONTH * 3600.0;
    let across_zones = 100.0 * seconds * 1.5 * 10_000.0 * (2.0 / 3.0) * 0.01 / GB;
    let across_regions = 1e6 * seconds * 0.02 / GB;
    assert_close(bill(&model, Pattern::SingleAz).transfer, 0.0);
    assert_close(bill(&model, Pattern::MultiAz).transfer, across_zones);
    assert_close(bill(&model, Pattern::BackupRestore).transfer, across_zones);
    assert_close(
        bill(&model, Pattern::PilotLight).transfer,
        across_zones + across_regions,
    );
    assert_close(
        bill(&model, Pattern::ActiveActive).transfer,
        across_zones + across_regions,
    );
}

#[test]
fn data_is_stored_once_in_every_zone_that_runs_a_replica_of_it_and_once_as_backup() {
    let model = model();
    let once = 100.0 * 0.10;
    assert_close(bill(&model, Pattern::SingleAz).storage, once * 2.0);
    assert_close(bill(&model, Pattern::MultiAz).storage, once * 3.0);
    assert_close(bill(&model, Pattern::BackupRestore).storage, once * 3.0);
    assert_close(bill(&model, Pattern::PilotLight).storage, once * 5.0);
    assert_close(bill(&model, Pattern::WarmStandby).storage, once * 4.0);
    assert_close(bill(&model, Pattern::ActiveActive).storage, once * 5.0);
}

#[test]
fn telemetry_and_regions_follow_the_number_of_regions() {
    let model = model();
    assert_close(bill(&model, Pattern::MultiAz).telemetry, 0.0);
    assert_close(
        bill(&model, Pattern::HotStandby).telemetry,
        40.0 * 0.30 * MONTH / 24.0,
    );
    assert_close(bill(&model, Pattern::MultiAz).regions, 3000.0);
    assert_close(bill(&model, Pattern::HotStandby).regions, 6000.0);
}

#[test]
fn the_total_adds_the_lines_up() {
    let bill = bill(&model(), Pattern::HotStandby);
    let lines = [
        bill.infrastructure,
        bill.transfer,
        bill.storage,
        bill.telemetry,
        bill.regions,
    ];
    assert_close(bill.total, lines.into_iter().flatten().sum());
    assert!(bill.not_priced.is_empty());
    assert_eq!(bill.drills, None);
}

/// A drill every 73 hours has 119 dates within a year, where there is a standby to drill: the 120th is its end.
#[test]
fn drills_cost_what_they_cost() {
    let mut model = model();
    model.drills = Some(Drills {
        every_seconds: 73.0 * 3600.0,
        kind: DrillKind::Gameday,
        takes_seconds: 1800.0,
        disruption_seconds: 60.0,
        cost: Some(200.0),
    });
    let without = bill(&model, Pattern::ActiveActive);
    assert_close(without.drills, 0.0);
    let with = bill(&model, Pattern::HotStandby);
    let a_month = 119.0 * 200.0 / 12.0;
    assert_close(with.drills, a_month);
    model.drills = None;
    let undrilled = bill(&model, Pattern::HotStandby);
    assert_close(with.total, undrilled.total.unwrap() + a_month);
}

/// Dates count from the start of the warm-up; one at the start of the horizon is within it, one at its end is not.
#[test]
fn dates_of_drills_within_a_horizon() {
    let every = |hours: f64| Drills {
        every_seconds: hours * 3600.0,
        kind: DrillKind::Gameday,
        takes_seconds: 0.0,
        disruption_seconds: 0.0,
        cost: None,
    };
    let dates = |every_hours: f64, warm_up: f64, horizon: f64| {
        every(every_hours).dates_within(warm_up * 3600.0, horizon * 3600.0)
    };
    assert_eq!(dates(10.0, 0.0, 100.0), 9);
    assert_eq!(dates(10.0, 10.0, 100.0), 10);
    assert_eq!(dates(10.0, 5.0, 100.0), 10);
    assert_eq!(dates(400.0, 0.0, 365.0), 0);
    assert_eq!(dates(200.0, 0.0, 365.0), 1);
}

#[test]
fn what_has_no_price_is_named_and_never_zero() {
    let mut model = model();
    model.costs = Costs::default();
    model.services["app"].price_per_hour = None;
    let bill = bill(&model, Pattern::HotStandby);
    let missing: Vec<&str> = bill
        .not_priced
        .iter()
        .map(|entry| entry.missing.as_str())
        .collect();
    assert_eq!(
        missing,
        [
            "services.app.price",
            "costs.cross_zone",
            "costs.cross_region",
            "costs.storage",
            "costs.telemetry",
            "costs.per_region",
            "journeys.browse.revenue"
        ]
    );
    assert!(bill.infrastructure.is_some());
    assert_eq!(
        (bill.transfer, bill.storage, bill.telemetry, bill.regions),
        (None, None, None, None)
    );
    assert_eq!(bill.total, bill.infrastructure);
}

#[test]
fn a_model_without_prices_has_no_total() {
    let mut model = model();
    model.costs = Costs::default();
    for service in model.services.values_mut() {
        service.price_per_hour = None;
    }
    assert_eq!(bill(&model, Pattern::SingleAz).total, None);
}

#[test]
fn without_traffic_the_bytes_between_zones_are_unknown() {
    let mut model = model();
    model.traffic = None;
    assert_eq!(bill(&model, Pattern::MultiAz).transfer, None);
    assert_eq!(bill(&model, Pattern::SingleAz).transfer, Some(0.0));
}

#[test]
fn downtime_is_paid_by_the_hour() {
    let cost = FailurePrice::new(&model()).of(0.01, [0.0, 0.0], 0.0);
    assert_close(cost.downtime, 9000.0 * 0.01 * MONTH);
    assert_eq!(cost.sla_credits, None);
    assert_close(cost.total(), 9000.0 * 0.01 * MONTH);
    let worst = FailurePrice::new(&model()).of_total_loss(&model());
    assert_close(worst.downtime, 9000.0 * MONTH);
}

#[test]
fn without_a_price_of_downtime_lost_requests_lose_their_revenue() {
    let mut model = model();
    model.costs.downtime_per_hour = None;
    let price = FailurePrice::new(&model);
    let cost = price.of(0.5, [1.0, 0.01], 0.0);
    assert_close(cost.downtime, 100.0 * 0.25 * 2.0 * 0.01 * MONTH * 3600.0);
    assert_eq!(price.not_priced()[0].missing, "journeys.browse.revenue");

    model.traffic = None;
    let price = FailurePrice::new(&model);
    assert_eq!(price.of(0.5, [1.0, 0.01], 0.0).downtime, None);
    assert_eq!(price.not_priced()[0].missing, "traffic");
}

#[test]
fn refunds_are_scaled_to_a_month_of_revenue() {
    let mut model = model();
    let credits = vec![Credit {
        below: 0.999,
        refund: 0.1,
    }];
    let sla = Sla {
        target: 0.999,
        window_seconds: MONTH * 3600.0,
        credits,
        revenue_per_hour: Some(200_000.0 / MONTH),
    };
    model.objectives.sla = Some(sla);
    // Three of twelve months refund a tenth each.
    let cost = FailurePrice::new(&model).of(0.0, [0.0, 0.0], 0.3);
    assert_close(cost.sla_credits, 200_000.0 * 0.3 / 12.0);

    // Windows of 30 days: the rest of the year is not scored, and does not thin the refunds out.
    model.objectives.sla.as_mut().unwrap().window_seconds = 30.0 * 86_400.0;
    let cost = FailurePrice::new(&model).of(0.0, [0.0, 0.0], 1.2);
    assert_close(cost.sla_credits, 200_000.0 * 0.1);

    model.objectives.sla.as_mut().unwrap().revenue_per_hour = None;
    let price = FailurePrice::new(&model);
    assert_eq!(price.of(0.0, [0.0, 0.0], 1.2).sla_credits, None);
    assert_eq!(price.not_priced()[0].missing, "objectives.sla.revenue");
}
