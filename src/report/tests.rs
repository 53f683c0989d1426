//! What the reports of a sample comparison look like.

use indexmap::IndexMap;

use super::{csv, in_depth, json, markdown, terminal};
use crate::compare::assemble::tests::{estimate, topology};
use crate::compare::{pareto_frontier, recommend};
use crate::results::{
    Attribution, Comparison, Estimate, FaultCount, JourneyResult, NotPriced, ObjectivesEcho,
    Quantiles, Results, ServiceResult, Spread, Timeline, TopologyResult, Warning,
};

fn share(mean: f64) -> Estimate {
    Estimate {
        low: mean * 0.98,
        high: (mean * 1.02).min(1.0),
        ..estimate(mean)
    }
}

fn sample_topology(name: &str, total: f64, q: f64, rto: f64, recovery: f64) -> TopologyResult {
    let mut result = topology(name, Some(total), q);
    result.pattern = name.to_owned();
    result.rto_met = Some(share(rto));
    result.spread = Some(Spread {
        ignorance: share(0.3),
        luck: share(0.7),
    });
    result.slo_met = Some(share(rto * 0.9));
    result.sla_met = Some(share(rto));
    result.recovery_time_seconds = Quantiles {
        n: 3000,
        mean: Some(recovery),
        low: Some(recovery * 0.9),
        high: Some(recovery * 1.1),
        p50: Some(recovery * 0.7),
        p95: Some(recovery * 3.0),
        p95_low: None,
        p95_high: None,
        p99: Some(recovery * 5.0),
    };
    result.journeys = IndexMap::from([(
        "check|out".to_owned(),
        JourneyResult {
            unavailability: estimate(q),
            time_unavailability: estimate(q),
        },
    )]);
    result.services = IndexMap::from([(
        "db".to_owned(),
        ServiceResult {
            unavailability: estimate(q / 2.0),
        },
    )]);
    result.faults = vec![FaultCount {
        name: "zone-outage".to_owned(),
        fired: 123_456,
    }];
    result.attribution = vec![
        Attribution {
            cause: "zone-outage".to_owned(),
            share: 0.62,
            unavailability: estimate(q * 0.62),
        },
        Attribution {
            cause: "bad-deploy".to_owned(),
            share: 0.38,
            unavailability: estimate(q * 0.38),
        },
    ];
    let bill = &mut result.cost_per_month;
    bill.transfer = Some(12.34);
    bill.sla_credits = Some(estimate(q * 1e7));
    bill.downtime = Some(estimate(q * 9000.0 * 730.0));
    bill.total_with_failure = Some(estimate(total + q * 1.657e7));
    bill.not_priced = vec![NotPriced {
        line: "storage".to_owned(),
        missing: "costs.storage".to_owned(),
    }];
    result
}

pub(crate) fn sample() -> Comparison {
    let topologies = vec![
        sample_topology("single-az", 5210.0, 2.3e-3, 0.62, 3600.0),
        sample_topology("multi-az", 5340.0, 4.7e-4, 0.81, 1200.0),
        sample_topology("backup-restore", 8400.0, 6.1e-4, 0.8, 7200.0),
        sample_topology(
            "a-name-that-is-much-too-long-for-the-table",
            9900.0,
            1.3e-4,
            0.97,
            300.0,
        ),
        topology("immune", Some(20_400.0), 0.0),
    ];
    let objectives = ObjectivesEcho {
        slo_target: Some(0.9995),
        slo_window_hours: Some(720.0),
        sla_target: Some(0.999),
        sla_window_hours: Some(730.0),
        rto_seconds: Some(900.0),
        rpo_seconds: None,
    };
    let results = Results {
        schema: 1,
        model: "shop | <b>".to_owned(),
        model_hash: "abc".to_owned(),
        version: "0.1.0".to_owned(),
        commit: None,
        seed: 7,
        confidence: 0.95,
        horizon_hours: 8760.0,
        partial: false,
        currency: "USD".to_owned(),
        recommended: recommend(&topologies, &objectives, "USD"),
        pareto: pareto_frontier(&topologies),
        objectives,
        topologies,
        differences: Vec::new(),
        gate: None,
        warnings: vec![Warning {
            code: "heavy-tail".to_owned(),
            message: "one trial carries 12 % of all downtime of multi-az (and 3 more are like it): the mean hangs on rare disasters".to_owned(),
            hint: "more --trials; look at p95 and p99 beside the mean".to_owned(),
        }],
    };
    let timeline = Timeline {
        trial: 0,
        horizon_hours: 8760.0,
        rows: Vec::new(),
    };
    Comparison {
        results,
        timeline,
        layouts: Vec::new(),
        source: "shop.yaml".to_owned(),
        description: None,
        ledger: crate::results::Ledger::default(),
        precision_of_differences: None,
    }
}

/// The text without ANSI codes.
fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn the_table_fits_a_terminal_without_colour() {
    let text = plain(&terminal(&sample(), 100));
    println!("{text}");
    for line in text.lines() {
        assert!(
            line.chars().count() <= 100,
            "{} columns: {line}",
            line.chars().count()
        );
    }
    for name in ["single-az", "multi-az", "backup-restore", "a-name"] {
        assert!(text.contains(name), "{name}");
    }
    assert!(text.contains("hint: more --trials"));
}

#[test]
fn no_figure_is_broken_at_any_width() {
    let words = |text: &str| -> std::collections::BTreeSet<String> {
        let words = text
            .split_whitespace()
            .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()) || word.ends_with("min"));
        words.map(str::to_owned).collect()
    };
    let wide = words(&plain(&terminal(&sample(), 200)));
    for width in [60, 80, 100, 140] {
        let text = plain(&terminal(&sample(), width));
        for line in text.lines() {
            assert!(
                line.chars().count() <= usize::from(width),
                "{width}: {line}"
            );
        }
        assert_eq!(words(&text), wide, "{width}: {text}");
    }
}

#[test]
fn the_view_in_depth_fits_a_terminal() {
    let text = plain(&in_depth(&sample(), 100));
    println!("{text}");
    for line in text.lines() {
        assert!(
            line.chars().count() <= 100,
            "{} columns: {line}",
            line.chars().count()
        );
    }
    assert!(text.contains("not priced: costs.storage"));
}

#[test]
fn markdown_rows_have_as_many_cells_as_the_header() {
    let text = markdown(&sample());
    println!("{text}");
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), 7);
    assert!(rows.iter().all(|row| cells(row) == 10));
    assert!(!text.contains("<b>"));
}

#[test]
fn csv_has_a_row_for_each_topology() {
    let text = csv(&sample().results).unwrap();
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    assert!(headers.iter().any(|header| header == "cost_USD_per_month"));
    assert_eq!(reader.records().map(Result::unwrap).count(), 5);
}

#[test]
fn json_has_the_keys_of_the_contract() {
    let text = json(&sample().results).unwrap();
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read["schema"], 1);
    assert_eq!(read["topologies"][0]["cost_per_month"]["total"], 5210.0);
    assert_eq!(
        read["topologies"][0]["data_loss_seconds"],
        serde_json::Value::Null
    );
    assert!(text.ends_with("}\n"));
}
