//! Made-up comparisons that look like real ones: the seven patterns, and variants that are hard to draw.

use failscape::results::{
    Assumption, Attribution, Comparison, CostResult, CurvePoint, Difference, DowntimeResult,
    Elasticity, Estimate, Exceedance, FaultCount, JourneyResult, Layout, LayoutCall, LayoutRegion,
    LayoutService, Ledger, NotPriced, ObjectivesEcho, Quantiles, Recommendation, Reliance, Results,
    ServiceResult, Timeline, TimelineOutage, TimelineRow, TopologyResult, Unknown, Warning,
};
use indexmap::IndexMap;

/// Name, pattern, unavailability, cost a month, recovery median and spread [s], outages a year.
type Design = (&'static str, &'static str, f64, f64, f64, f64, f64);

const DESIGNS: [Design; 7] = [
    (
        "single-az",
        "single-az",
        2.9e-3,
        7_850.0,
        1_150.0,
        1.3,
        14.1,
    ),
    ("multi-az", "multi-az", 9.1e-4, 9_320.0, 1_230.0, 1.2, 8.7),
    (
        "backup-restore",
        "backup-restore",
        8.2e-4,
        9_990.0,
        1_250.0,
        1.1,
        8.7,
    ),
    (
        "pilot-light",
        "pilot-light",
        6.6e-4,
        12_480.0,
        1_180.0,
        0.9,
        8.7,
    ),
    (
        "warm-standby",
        "warm-standby",
        5.4e-4,
        15_130.0,
        640.0,
        0.9,
        9.2,
    ),
    (
        "hot-standby",
        "hot-standby",
        4.7e-4,
        20_570.0,
        510.0,
        0.8,
        9.3,
    ),
    (
        "active-active",
        "active-active",
        1.3e-4,
        21_240.0,
        180.0,
        0.7,
        17.9,
    ),
];

const CAUSES: [&str; 9] = [
    "bad-deploy",
    "zone-outage",
    "region-outage",
    "payments",
    "global-config",
    "host",
    "cable-cut",
    "slow-disk",
    "rack-power",
];

/// The seven patterns of an online shop.
pub(crate) fn seven_patterns() -> Comparison {
    let topologies: Vec<TopologyResult> = DESIGNS
        .iter()
        .enumerate()
        .map(|(i, design)| topology(i, *design))
        .collect();
    comparison(topologies)
}

/// One topology alone.
pub(crate) fn one_topology() -> Comparison {
    comparison(vec![topology(4, DESIGNS[4])])
}

/// Twelve topologies with long names, several of one pattern.
pub(crate) fn twelve_topologies() -> Comparison {
    let topologies = (0..12)
        .map(|i| {
            let mut design = DESIGNS[[0, 1, 1, 1, 1, 2, 3, 4, 4, 5, 6, 6][i]];
            design.2 *= 1.0 + 0.13 * (i % 4) as f64;
            design.3 *= 1.0 + 0.04 * (i % 3) as f64;
            let mut topology = topology(i, design);
            topology.name = format!(
                "{} number {i} with a name as long as sixty letters",
                topology.name
            );
            topology
        })
        .collect();
    comparison(topologies)
}

/// No loss seen in any trial.
pub(crate) fn all_zero() -> Comparison {
    let mut comparison = seven_patterns();
    for topology in &mut comparison.results.topologies {
        let bound = 4.2e-6;
        topology.unavailability = Estimate {
            mean: 0.0,
            low: 0.0,
            high: bound,
            ..topology.unavailability.clone()
        };
        topology.availability = Estimate {
            mean: 1.0,
            low: 1.0 - bound,
            high: 1.0,
            ..topology.availability.clone()
        };
        topology.downtime_minutes_per_year = DowntimeResult {
            mean: 0.0,
            low: 0.0,
            high: bound * 525_600.0,
            p50: 0.0,
            p90: 0.0,
            p95: 0.0,
            p95_low: None,
            p95_high: None,
            p99: 0.0,
            max: 0.0,
        };
        for point in &mut topology.exceedance {
            (point.p, point.low, point.high) = (0.0, 0.0, 3e-4);
        }
        topology.outages_per_year = estimate(0.0, 0.0, 3e-4);
        topology.outage_minutes = no_values();
        topology.recovery_time_seconds = no_values();
        topology.recovery_curve.clear();
        topology.rto_met = None;
        topology.attribution.clear();
        for journey in topology.journeys.values_mut() {
            journey.unavailability = topology.unavailability.clone();
            journey.time_unavailability = topology.unavailability.clone();
        }
    }
    for difference in &mut comparison.results.differences {
        difference.unavailability = estimate(0.0, 0.0, 0.0);
        (
            difference.less,
            difference.equal,
            difference.more,
            difference.better,
        ) = (0.0, 1.0, 0.0, 0.5);
    }
    for row in &mut comparison.timeline.rows {
        row.outages.clear();
    }
    comparison
}

/// A model without prices and objectives.
pub(crate) fn unpriced() -> Comparison {
    let mut comparison = seven_patterns();
    for topology in &mut comparison.results.topologies {
        topology.cost_per_month = CostResult {
            total: None,
            infrastructure: None,
            transfer: None,
            storage: None,
            telemetry: None,
            drills: None,
            drills_held: None,
            regions: None,
            sla_credits: None,
            downtime: None,
            total_with_failure: None,
            not_priced: vec![
                NotPriced {
                    line: "infrastructure".to_owned(),
                    missing: "services.frontend.price".to_owned(),
                },
                NotPriced {
                    line: "storage".to_owned(),
                    missing: "costs.storage".to_owned(),
                },
            ],
        };
        topology.slo_met = None;
        topology.sla_met = None;
        topology.rto_met = None;
    }
    comparison.results.objectives = ObjectivesEcho::default();
    comparison.results.pareto.clear();
    comparison.results.recommended = None;
    comparison.description = None;
    comparison.ledger = Ledger::default();
    comparison.results.warnings.clear();
    comparison
}

/// What a hostile model could call things.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script>\"'&]]>--><b onload=x>\"><img src=x onerror=alert(2)>{{7*7}}\u{1}\u{202e}";

/// Every name is hostile.
pub(crate) fn hostile() -> Comparison {
    let mut comparison = seven_patterns();
    let results = &mut comparison.results;
    results.model = String::from(HOSTILE);
    results.model_hash = String::from(HOSTILE);
    results.currency = String::from(HOSTILE);
    results.commit = Some(HOSTILE.to_owned());
    for (i, topology) in results.topologies.iter_mut().enumerate() {
        topology.name = format!("{HOSTILE}{i}");
        topology.pattern = String::from(HOSTILE);
        topology.method = String::from(HOSTILE);
        topology.unavailability.interval = String::from(HOSTILE);
        topology.regions = vec![HOSTILE.to_owned()];
        topology.journeys = renamed(&topology.journeys);
        topology.services = renamed(&topology.services);
        for (cause, k) in topology.attribution.iter_mut().zip(0..) {
            cause.cause = format!("{HOSTILE}{k}");
        }
        for fault in &mut topology.faults {
            fault.name = String::from(HOSTILE);
        }
        topology.cost_per_month.not_priced = vec![NotPriced {
            line: HOSTILE.to_owned(),
            missing: HOSTILE.to_owned(),
        }];
    }
    for (difference, k) in results.differences.iter_mut().zip(0..) {
        difference.of = format!("{HOSTILE}{k}");
        difference.from = String::from(HOSTILE);
    }
    results.recommended = Some(Recommendation {
        name: format!("{HOSTILE}3"),
        why: HOSTILE.to_owned(),
        meets_objectives: true,
    });
    results.warnings = vec![Warning {
        code: HOSTILE.to_owned(),
        message: HOSTILE.to_owned(),
        hint: HOSTILE.to_owned(),
    }];
    for (row, i) in comparison.timeline.rows.iter_mut().zip(0..) {
        row.topology = format!("{HOSTILE}{i}");
        for outage in &mut row.outages {
            outage.cause = String::from(HOSTILE);
        }
    }
    for (layout, i) in comparison.layouts.iter_mut().zip(0..) {
        layout.topology = format!("{HOSTILE}{i}");
        layout.pattern = String::from(HOSTILE);
        for region in &mut layout.regions {
            region.name = String::from(HOSTILE);
            region.zones = vec![HOSTILE.to_owned(); 3];
        }
        for service in &mut layout.services {
            service.name = String::from(HOSTILE);
        }
        for entry in &mut layout.entries {
            entry.0 = String::from(HOSTILE);
        }
    }
    comparison.source = String::from(HOSTILE);
    comparison.description = Some(HOSTILE.to_owned());
    for assumption in &mut comparison.ledger.assumptions {
        assumption.path = format!("faults.{HOSTILE}.mtbf");
        HOSTILE.clone_into(&mut assumption.value);
        assumption.source = Some(HOSTILE.to_owned());
        for (reliance, i) in assumption.topologies.iter_mut().zip(0..) {
            reliance.topology = format!("{HOSTILE}{i}");
            reliance.charged_to = Some(HOSTILE.to_owned());
        }
    }
    comparison
}

/// Hostile names of a thousand letters.
pub(crate) fn hostile_and_long() -> Comparison {
    let mut comparison = hostile();
    let long = |name: &mut String| {
        let letters = HOSTILE.chars().chain("-letters-".chars().cycle());
        let number: String = name.chars().skip(HOSTILE.chars().count()).collect();
        *name = letters.take(1000 - number.len()).collect();
        name.push_str(&number);
    };
    let results = &mut comparison.results;
    for topology in &mut results.topologies {
        long(&mut topology.name);
        for charged in &mut topology.attribution {
            long(&mut charged.cause);
        }
    }
    long(&mut results.model);
    results.pareto.iter_mut().for_each(long);
    if let Some(choice) = &mut results.recommended {
        long(&mut choice.name);
    }
    for difference in &mut results.differences {
        long(&mut difference.of);
        long(&mut difference.from);
    }
    for row in &mut comparison.timeline.rows {
        long(&mut row.topology);
    }
    for layout in &mut comparison.layouts {
        long(&mut layout.topology);
    }
    for assumption in &mut comparison.ledger.assumptions {
        for reliance in &mut assumption.topologies {
            long(&mut reliance.topology);
        }
    }
    comparison
}

/// The numbers that a made-up answer rests on: one with a source and a range, one assumed, one of a phase, one default.
fn ledger(topologies: &[TopologyResult]) -> Ledger {
    let assumption = |path: &str, value: &str, share: f64| Assumption {
        path: path.to_owned(),
        value: value.to_owned(),
        kind: "time".to_owned(),
        unit: "s".to_owned(),
        number: Some(7200.0),
        low: None,
        high: None,
        origin: "assumed".to_owned(),
        default: None,
        source: None,
        as_of: None,
        topologies: (topologies.iter().enumerate())
            .map(|(i, topology)| Reliance {
                topology: topology.name.clone(),
                fired: Some(1234),
                fired_per_trial: Some(0.1234),
                charged_to: Some(path.replace('.', " ")),
                share: Some(share),
                unavailability: Some(topology.unavailability.clone()),
                elasticity: (i < 2).then_some(Elasticity {
                    value: -0.75,
                    error: 1e-6,
                }),
            })
            .collect(),
    };
    Ledger {
        assumptions: vec![
            Assumption {
                origin: "source".to_owned(),
                source: Some("public post-mortems of three providers, 2015-2024".to_owned()),
                as_of: Some("2024".to_owned()),
                low: Some(3600.0),
                high: Some(14_400.0),
                ..assumption("faults.region-outage.mttr", "{ between: [1h, 4h] }", 0.4)
            },
            Assumption {
                origin: "source".to_owned(),
                source: Some("own incident log".to_owned()),
                ..assumption("faults.zone-outage.mtbf", "3y", 0.25)
            },
            assumption("failover.detect.probe", "10s", 0.05),
            Assumption {
                origin: "default".to_owned(),
                default: Some("default of `warm-standby`".to_owned()),
                ..assumption(
                    "topologies.warm-standby.failover.activate",
                    "3m to 15m",
                    0.1,
                )
            },
        ],
        no_elasticity: (topologies.iter().skip(2))
            .map(|topology| Unknown {
                topology: topology.name.clone(),
                reason: "no product form: its failover takes time".to_owned(),
            })
            .collect(),
    }
}

/// Figures at both ends of what a number can be.
pub(crate) fn extreme() -> Comparison {
    let mut comparison = seven_patterns();
    let ends = [
        (0.97, 1e9),
        (0.4, 3e12),
        (1e-2, 12.0),
        (1e-5, 0.004),
        (3e-9, 5e4),
        (1e-12, 8.0),
        (0.0, 0.0),
    ];
    for (topology, (q, cost)) in comparison.results.topologies.iter_mut().zip(ends) {
        topology.unavailability = estimate(q * 0.2, q, (q * 3.0).min(1.0));
        topology.cost_per_month.total = Some(cost);
        topology.cost_per_month.infrastructure = Some(cost);
        topology.cost_per_month.total_with_failure = Some(estimate(cost * 0.5, cost, cost * 2.0));
        topology.downtime_minutes_per_year.mean = q * 525_600.0;
        for point in &mut topology.exceedance {
            point.minutes *= 1e-6;
        }
    }
    comparison.timeline.horizon_hours = 1.0;
    comparison.results.horizon_hours = 87_600.0;
    comparison
}

/// Forty-five services in three regions.
pub(crate) fn large_layout() -> Layout {
    let services: Vec<LayoutService> = (0..45)
        .map(|i| LayoutService {
            name: format!(
                "{}-service-{i}",
                ["web", "api", "catalog", "orders", "ledger"][i / 9]
            ),
            kind: if i > 41 { "external" } else { "replicated" }.to_owned(),
            needs: 2,
            replicas: 3 + i as u32 % 5,
            stateful: i % 9 == 8,
        })
        .collect();
    let calls = (1..45)
        .flat_map(|i: usize| {
            let kind = ["required", "optional", "async", "required", "any"][i % 5].to_owned();
            let parent = if i > 41 { i / 3 } else { (i - 1) / 3 };
            let mut calls = vec![LayoutCall {
                from: parent,
                to: i,
                kind: kind.clone(),
            }];
            if i.is_multiple_of(4) && i + 7 < 42 {
                calls.push(LayoutCall {
                    from: i,
                    to: i + 7,
                    kind,
                });
            }
            calls
        })
        .collect();
    let regions = ["eu-west-1", "us-east-1", "ap-southeast-2"]
        .iter()
        .enumerate()
        .map(|(r, name)| {
            region(
                name,
                if r == 2 { "standby" } else { "serving" },
                &services,
                3,
                if r == 2 { 0.5 } else { 1.0 },
            )
        })
        .collect();
    Layout {
        topology: "three-regions".to_owned(),
        pattern: "active-active".to_owned(),
        regions,
        services,
        calls,
        entries: vec![("browse".to_owned(), 0)],
    }
}

fn renamed<T: Clone>(map: &IndexMap<String, T>) -> IndexMap<String, T> {
    map.values()
        .zip(0..)
        .map(|(value, i): (&T, i32)| (format!("{HOSTILE}{i}"), value.clone()))
        .collect()
}

fn estimate(low: f64, mean: f64, high: f64) -> Estimate {
    Estimate {
        mean,
        low,
        high,
        level: 0.95,
        n: 10_000,
        interval: "bca-gamma".to_owned(),
        route: failscape::results::Route::Simulated,
        simulated: None,
    }
}

fn no_values() -> Quantiles {
    Quantiles {
        n: 0,
        mean: None,
        low: None,
        high: None,
        p50: None,
        p95: None,
        p95_low: None,
        p95_high: None,
        p99: None,
    }
}

fn comparison(topologies: Vec<TopologyResult>) -> Comparison {
    let names: Vec<String> = topologies
        .iter()
        .map(|topology| topology.name.clone())
        .collect();
    let mut cheapest_first: Vec<&TopologyResult> = topologies.iter().collect();
    cheapest_first.sort_by(|a, b| {
        let cost =
            |topology: &TopologyResult| topology.cost_per_month.total.unwrap_or(f64::INFINITY);
        cost(a).total_cmp(&cost(b))
    });
    let mut best = f64::INFINITY;
    let mut pareto = Vec::new();
    for topology in cheapest_first {
        if topology.unavailability.mean < best {
            best = topology.unavailability.mean;
            pareto.push(topology.name.clone());
        }
    }
    let differences = (0..topologies.len())
        .flat_map(|i| (0..i).map(move |j| (i, j)))
        .map(|(i, j)| difference(&topologies[i], &topologies[j]))
        .collect();
    let chosen = names[names.len().min(5) - 1].clone();
    Comparison {
        timeline: timeline(&names),
        layouts: topologies.iter().map(|topology| layout(&topology.name, &topology.pattern)).collect(),
        source: "models/online-shop.yaml".to_owned(),
        description: Some("A shop with checkout and browse journeys, run by a team of eight.".to_owned()),
        ledger: ledger(&topologies),
        precision_of_differences: None,
        results: Results {
            schema: 1,
            model: "online-shop".to_owned(),
            model_hash: "b1946ac92492d2347c6235b4d2611184".to_owned(),
            version: "0.1.0".to_owned(),
            commit: Some("fb617d8".to_owned()),
            seed: 7,
            confidence: 0.95,
            horizon_hours: 8760.0,
            partial: false,
            currency: "USD".to_owned(),
            objectives: ObjectivesEcho {
                slo_target: Some(0.9995),
                slo_window_hours: Some(720.0),
                sla_target: Some(0.999),
                sla_window_hours: Some(730.0),
                rto_seconds: Some(900.0),
                rpo_seconds: None,
            },
            topologies,
            differences,
            pareto,
            recommended: Some(Recommendation {
                name: chosen.clone(),
                why: format!("{chosen} has the lowest cost with failure ($18,300 a month) among those that meet the objectives"),
                meets_objectives: true,
            }),
            gate: None,
            warnings: vec![
                Warning {
                    code: "rare-fault".to_owned(),
                    message: "global-config fired in 4 % of the trials only: the figures rest on few events".to_owned(),
                    hint: "run more trials with --trials 100000".to_owned(),
                },
                Warning {
                    code: "standby-never-drilled".to_owned(),
                    message: "pilot-light has no drills: its standby rots unnoticed".to_owned(),
                    hint: "add `drills: { every: 90d }`".to_owned(),
                },
            ],
        },
    }
}

fn difference(of: &TopologyResult, from: &TopologyResult) -> Difference {
    let mean = of.unavailability.mean - from.unavailability.mean;
    let half = 0.08 * mean.abs() + 1e-6;
    let better = if mean < 0.0 { 0.999_97 } else { 0.02 };
    Difference {
        of: of.name.clone(),
        from: from.name.clone(),
        unavailability: estimate(mean - half, mean, mean + half),
        less: 0.62,
        equal: 0.30,
        more: 0.08,
        better,
    }
}

fn topology(i: usize, (name, pattern, q, cost, median, sigma, outages): Design) -> TopologyResult {
    let unavailability = estimate(q * 0.93, q, q * 1.08);
    let minutes = q * 525_600.0;
    let primary = vec!["us-east-1".to_owned()];
    let both = vec!["us-east-1".to_owned(), "us-west-2".to_owned()];
    let recovery = Quantiles {
        n: 91_000,
        mean: Some(median * 1.8),
        low: Some(median * 1.75),
        high: Some(median * 1.86),
        p50: Some(median),
        p95: Some(median * (1.645 * sigma).exp()),
        p95_low: Some(median * (1.645 * sigma).exp() * 0.97),
        p95_high: Some(median * (1.645 * sigma).exp() * 1.04),
        p99: Some(median * (2.33 * sigma).exp()),
    };
    let in_minutes = |x: Option<f64>| x.map(|seconds| seconds / 60.0);
    TopologyResult {
        name: name.to_owned(),
        pattern: pattern.to_owned(),
        cells: 1,
        regions: if matches!(pattern, "single-az" | "multi-az") {
            primary
        } else {
            both
        },
        trials: 10_000,
        events: 4_812_345,
        method: "crude".to_owned(),
        variance_reduction: Some(1.0),
        spread: None,
        rare: None,
        hardly_met: Vec::new(),
        solved_by: None,
        refused: Vec::new(),
        first_outage_hours: None,
        first_outage_refused: None,
        unavailability_by_block: Vec::new(),
        contract: None,
        unavailability,
        availability: estimate(1.0 - q * 1.08, 1.0 - q, 1.0 - q * 0.93),
        journeys: [("checkout", 1.15), ("browse", 0.9)]
            .iter()
            .map(|&(journey, factor)| {
                let own = estimate(q * factor * 0.92, q * factor, q * factor * 1.09);
                (
                    journey.to_owned(),
                    JourneyResult {
                        unavailability: own.clone(),
                        time_unavailability: own,
                    },
                )
            })
            .collect(),
        services: ["frontend", "catalog", "orders", "catalog-db", "payments"]
            .iter()
            .enumerate()
            .map(|(k, &service)| {
                let own = q * 0.5_f64.powf(k as f64);
                (
                    service.to_owned(),
                    ServiceResult {
                        unavailability: estimate(own * 0.9, own, own * 1.1),
                    },
                )
            })
            .collect(),
        downtime_minutes_per_year: DowntimeResult {
            mean: minutes,
            low: minutes * 0.93,
            high: minutes * 1.08,
            p50: minutes * 0.61,
            p90: minutes * 2.2,
            p95: minutes * 3.1,
            p95_low: Some(minutes * 2.9),
            p95_high: Some(minutes * 3.35),
            p99: minutes * 5.9,
            max: minutes * 24.0,
        },
        exceedance: exceedance(minutes),
        faults: CAUSES
            .iter()
            .enumerate()
            .map(|(k, &fault)| FaultCount {
                name: fault.to_owned(),
                fired: 81_234 / (k as u64 + 1).pow(2),
            })
            .collect(),
        outages_per_year: estimate(outages * 0.98, outages, outages * 1.02),
        outage_minutes: Quantiles {
            n: recovery.n,
            mean: in_minutes(recovery.mean),
            low: in_minutes(recovery.low),
            high: in_minutes(recovery.high),
            p50: in_minutes(recovery.p50),
            p95: in_minutes(recovery.p95),
            p95_low: in_minutes(recovery.p95_low),
            p95_high: in_minutes(recovery.p95_high),
            p99: in_minutes(recovery.p99),
        },
        recovery_curve: recovery_curve(median, sigma),
        rto_met: Some(estimate(
            0.41 + 0.08 * i as f64 % 0.5,
            0.42 + 0.08 * i as f64 % 0.5,
            0.43 + 0.08 * i as f64 % 0.5,
        )),
        recovery_time_seconds: recovery,
        data_loss_seconds: None,
        rpo_met: None,
        rto_and_rpo_met: None,
        recovery_and_data_loss: Vec::new(),
        split_brain_hours_per_year: None,
        slo_met: Some(estimate(0.90, 0.913, 0.925)),
        sla_met: Some(estimate(0.951, 0.962, 0.971)),
        attribution: attribution(i, q),
        phases: Vec::new(),
        cost_per_month: CostResult {
            total: Some(cost),
            infrastructure: Some(cost * 0.55),
            transfer: Some(cost * 0.1),
            storage: Some(cost * 0.04),
            telemetry: Some(cost * 0.06),
            drills: None,
            drills_held: None,
            regions: Some(cost * 0.25),
            sla_credits: Some(estimate(q * 3.0e5, q * 3.4e5, q * 3.8e5)),
            downtime: Some(estimate(q * 5.6e6, q * 6.1e6, q * 6.6e6)),
            total_with_failure: Some(estimate(
                cost + q * 5.9e6,
                cost + q * 6.44e6,
                cost + q * 7.0e6,
            )),
            not_priced: vec![NotPriced {
                line: "drills".to_owned(),
                missing: "drills.cost".to_owned(),
            }],
        },
    }
}

fn exceedance(mean: f64) -> Vec<Exceedance> {
    (0..60)
        .map(|k| {
            let minutes = 0.5 * 1.22_f64.powi(k);
            let p = 0.98 * (-(minutes / mean).powf(0.75) * 1.1).exp();
            let p = if p < 1e-4 { 0.0 } else { p };
            let half = 1.96 * (p * (1.0 - p) / 1000.0).sqrt();
            Exceedance {
                minutes,
                p,
                low: (p - half).max(0.0),
                high: (p + half + 3e-4).min(1.0),
            }
        })
        .collect()
}

fn recovery_curve(median: f64, sigma: f64) -> Vec<CurvePoint> {
    (0..80)
        .map(|k| {
            let seconds = 5.0 * 1.14_f64.powi(k);
            let z = (seconds / median).ln() / sigma;
            let p = 1.0 / (1.0 + (-1.7 * z).exp());
            let half = 0.8 * (p * (1.0 - p) / 400.0).sqrt();
            CurvePoint {
                seconds,
                p,
                low: p - half,
                high: p + half,
            }
        })
        .collect()
}

fn attribution(i: usize, q: f64) -> Vec<Attribution> {
    let weights: Vec<f64> = (0..CAUSES.len())
        .map(|k| 1.0 / (1.0 + ((k + i) % 5) as f64 + 0.4 * k as f64))
        .collect();
    let sum: f64 = weights.iter().sum();
    CAUSES
        .iter()
        .zip(weights)
        .map(|(&cause, weight)| {
            let share = weight / sum;
            Attribution {
                cause: cause.to_owned(),
                share,
                unavailability: estimate(q * share * 0.9, q * share, q * share * 1.1),
            }
        })
        .collect()
}

fn timeline(names: &[String]) -> Timeline {
    let rows = names
        .iter()
        .enumerate()
        .map(|(i, name)| TimelineRow {
            topology: name.clone(),
            outages: (0..(14 - i.min(12)))
                .map(|k| {
                    let start_hours = (k as f64 * 613.7 + 90.0 * (i % 2) as f64 + 55.0) % 8700.0;
                    let length = [0.3, 0.5, 1.2, 6.0, 0.1, 40.0][(k + i) % 6];
                    TimelineOutage {
                        start_hours,
                        end_hours: start_hours + length,
                        cause: CAUSES[(k + i) % 6].to_owned(),
                    }
                })
                .collect(),
        })
        .collect();
    Timeline {
        trial: 4711,
        horizon_hours: 8760.0,
        rows,
    }
}

fn region(
    name: &str,
    role: &str,
    services: &[LayoutService],
    n_zones: usize,
    scale: f64,
) -> LayoutRegion {
    let running = services
        .iter()
        .map(|service| {
            let replicas = if service.kind == "replicated" {
                (f64::from(service.replicas) * scale).ceil() as usize
            } else {
                0
            };
            (0..n_zones)
                .map(|zone| {
                    (0..replicas)
                        .filter(|replica| replica % n_zones == zone)
                        .count() as u32
                })
                .collect()
        })
        .collect();
    let zones = ["a", "b", "c"]
        .iter()
        .take(n_zones)
        .map(|&zone| zone.to_owned())
        .collect();
    LayoutRegion {
        name: name.to_owned(),
        role: role.to_owned(),
        zones,
        running,
    }
}

fn layout(topology: &str, pattern: &str) -> Layout {
    let service = |name: &str, kind: &str, replicas: u32, stateful: bool| LayoutService {
        name: name.to_owned(),
        kind: kind.to_owned(),
        needs: replicas.div_ceil(2),
        replicas,
        stateful,
    };
    let services = vec![
        service("shop", "virtual", 0, false),
        service("frontend", "replicated", 6, false),
        service("catalog", "replicated", 4, false),
        service("recommendations", "replicated", 3, false),
        service("cart", "replicated", 3, false),
        service("orders", "replicated", 4, false),
        service("catalog-db", "replicated", 2, true),
        service("orders-db", "replicated", 3, true),
        service("search", "replicated", 3, false),
        service("mailer", "replicated", 2, false),
        service("payments", "external", 0, false),
        service("dns-api", "external", 0, false),
    ];
    let calls = [
        (0, 1, "required"),
        (1, 2, "required"),
        (1, 3, "optional"),
        (1, 4, "required"),
        (1, 5, "async"),
        (2, 6, "required"),
        (4, 5, "required"),
        (5, 7, "required"),
        (2, 8, "optional"),
        (5, 9, "async"),
        (5, 10, "required"),
        (1, 11, "any"),
        (3, 6, "optional"),
        (8, 6, "required"),
    ];
    let n_zones = if pattern == "single-az" { 1 } else { 3 };
    let mut regions = vec![region("us-east-1", "serving", &services, n_zones, 1.0)];
    match pattern {
        "single-az" | "multi-az" => {}
        "active-active" => regions.push(region("us-west-2", "serving", &services, 3, 1.0)),
        "backup-restore" => regions.push(region("us-west-2", "standby", &services, 3, 0.0)),
        _ => regions.push(region("us-west-2", "standby", &services, 3, 0.3)),
    }
    Layout {
        topology: topology.to_owned(),
        pattern: pattern.to_owned(),
        regions,
        services,
        calls: calls
            .iter()
            .map(|&(from, to, kind)| LayoutCall {
                from,
                to,
                kind: kind.to_owned(),
            })
            .collect(),
        entries: vec![("checkout".to_owned(), 0), ("browse".to_owned(), 2)],
    }
}
