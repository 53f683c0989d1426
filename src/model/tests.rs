//! Models that load, and what they mean.

use super::*;

/// Most of what the language has, apart from what is not simulated yet.
const FULL: &str = include_str!("tests_full.yaml");

fn loaded(text: &str) -> Model {
    load_str("test.yaml", text, None).unwrap_or_else(|errors| panic!("{errors}"))
}

/// A model of the sections given, with regions, services and faults where they are not among them.
fn with(sections: &str) -> Model {
    loaded(&complete(sections))
}

fn complete(sections: &str) -> String {
    let mut text = format!("model: test\n{sections}\n");
    for (key, default) in [
        (
            "regions:",
            "regions: { east: { zones: [a, b, c] }, west: { zones: 2 } }\n",
        ),
        ("services:", "services: { api: { replicas: 3 } }\n"),
        (
            "faults:",
            "faults: { host: { hits: replica, mtbf: 60d, mttr: 8m } }\n",
        ),
    ] {
        if !sections.lines().any(|line| line.starts_with(key)) {
            text.push_str(default);
        }
    }
    text
}

fn time(written: &str) -> Distribution {
    let model = with(&format!(
        "faults: {{ f: {{ hits: zone, mtbf: 1y, mttr: {written} }} }}"
    ));
    model.faults["f"].renewal.mttr.clone()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs().max(1.0)
}

#[test]
fn the_starter_loads() {
    let model = loaded(STARTER);
    assert_eq!(model.topologies.len(), 7);
    assert_eq!(model.hash.len(), 64);
}

#[test]
fn the_whole_language_loads() {
    let model = loaded(FULL);
    assert_eq!(model.currency, "USD");
    assert_eq!(model.regions["us-west-2"].zones, ["a", "b", "c"]);
    let ServiceKind::Replicated {
        replicas: 2,
        needs: 1,
        takeover: Some(takeover),
    } = &model.services["catalog-db"].kind
    else {
        panic!("{:?}", model.services["catalog-db"])
    };
    assert_eq!(
        (takeover.success, takeover.dormancy, takeover.on),
        (0.99, 0.1, TakeoverTrigger::Primary)
    );
    let shop = &model.services["shop"];
    assert_eq!(shop.kind, ServiceKind::Virtual);
    assert_eq!(
        shop.calls[2].targets,
        CallTargets::AtLeast(2, vec!["s1".into(), "s2".into(), "s3".into()])
    );
    assert_eq!(model.services["frontend"].calls[2].kind, CallKind::Async);
    let ServiceKind::External {
        region: Some(region),
        failure: Some(_),
    } = &model.services["dns-api"].kind
    else {
        panic!("{:?}", model.services["dns-api"])
    };
    assert_eq!(region, "us-east-1");
    assert!(
        near(model.journeys["checkout"].share, 0.3)
            && model.journeys["checkout"].revenue == Some(1.10)
    );
    assert_eq!(model.faults["rack-power"].strikes, Strikes::Replicas);
    assert_eq!(model.faults["control-plane"].effect, Effect::Unnoticed);
    assert_eq!(
        model.faults["host"].zones,
        Some(vec![
            ZoneFilter {
                region: None,
                zone: "a".into()
            },
            ZoneFilter {
                region: Some("us-west-2".into()),
                zone: "b".into()
            },
        ])
    );
    assert_eq!(model.faults["aging-disk"].crew.as_deref(), Some("on-call"));
    assert_eq!(model.faults["aging-disk"].priority, 1);
    assert_eq!(model.faults["host"].priority, u32::MAX);
    assert_eq!(model.topologies["active-active"].split, [0.5, 0.5]);
    let warm = &model.topologies["warm-standby"].failover;
    assert_eq!(
        (warm.success, warm.retry_seconds),
        (0.9, Some(1800.0)),
        "own keys override the model's"
    );
    assert_eq!(warm.failback, Failback::Never);
    assert_eq!(
        warm.detect,
        Detect::Probe {
            period_seconds: 10.0,
            misses: 3,
            timeout_seconds: 0.0,
        }
    );
    assert_eq!(model.replication, Replication::Sync);
    let sla = model.objectives.sla.as_ref().unwrap();
    assert_eq!(sla.window_seconds, 730.0 * 3600.0);
    assert!(near(sla.revenue_per_hour.unwrap(), 200_000.0 / 730.0));
    assert!(near(
        model.costs.telemetry.unwrap().bytes_per_second,
        40e9 / 86_400.0
    ));
    assert_eq!(model.traffic.unwrap().request_bytes, Some(20_000.0));
}

#[test]
fn a_duration_alone_is_exponential() {
    assert_eq!(time("2h"), Distribution::Exponential { mean: 7200.0 });
    assert_eq!(time("0s"), Distribution::Fixed(0.0));
    assert_eq!(time("{ fixed: 5m }"), Distribution::Fixed(300.0));
    assert_eq!(time("{ never: true }"), Distribution::Never);
}

#[test]
fn lognormal_times_hit_what_they_are_given_by() {
    let parameters = |written: &str| match time(&format!("{{ lognormal: {written} }}")) {
        Distribution::Lognormal { mu, sigma } => (mu, sigma),
        other => panic!("{other:?}"),
    };
    let (mu, sigma) = parameters("{ median: 40m, p95: 4h }");
    assert!(near(mu.exp(), 2400.0) && near((mu + distribution::Z95 * sigma).exp(), 14_400.0));
    let (mu, sigma) = parameters("{ mean: 1h, cv: 0.8 }");
    assert!(
        near((mu + 0.5 * sigma * sigma).exp(), 3600.0)
            && near(((sigma * sigma).exp() - 1.0).sqrt(), 0.8)
    );
    let (mu, sigma) = parameters("{ mean: 1h, p95: 3h }");
    assert!(
        near((mu + 0.5 * sigma * sigma).exp(), 3600.0)
            && near((mu + distribution::Z95 * sigma).exp(), 10_800.0)
    );
    assert!(sigma < distribution::Z95, "the smaller of the two spreads");
}

#[test]
fn ranges_hit_their_ends_and_are_named_by_their_keys() {
    let range = |law: &Distribution| law.ranges().into_iter().cloned().collect::<Vec<_>>();
    let ranges = range(&time("{ between: [1h, 9h] }"));
    let [range_of_mttr] = ranges.as_slice() else {
        panic!("{ranges:?}")
    };
    assert_eq!(&*range_of_mttr.name, "faults.f.mttr");
    assert!(near(range_of_mttr.at(0.0), 3.0 * 3600.0));
    assert!(near(range_of_mttr.at(-distribution::Z95), 3600.0));
    assert!(near(range_of_mttr.at(distribution::Z95), 9.0 * 3600.0));
    let parts = time(
        "{ mixture: [ { weight: 50%, of: { between: [1h, 9h] } }, { weight: 50%, of: { between: [1h, 9h] } } ] }",
    );
    let names: Vec<String> = range(&parts)
        .iter()
        .map(|range| range.name.to_string())
        .collect();
    assert_eq!(
        names,
        ["faults.f.mttr.mixture.of.1", "faults.f.mttr.mixture.of.2"]
    );
    assert!(near(parts.mean(), range_of_mttr.mean()));
}

/// At their means the times give half a million failures; one trial in a million would have 10^10.
#[test]
fn ranges_that_may_give_a_trial_without_end_are_refused() {
    let text = complete(
        "horizon: 30y\nfaults: { f: { hits: zone, mtbf: { between: [20s, 20000s] }, mttr: { fixed: 1ms } } }",
    );
    let errors = load_str("test.yaml", &text, None).unwrap_err().to_string();
    assert!(
        errors.contains("failures are expected in each trial"),
        "{errors}"
    );
}

#[test]
fn other_distributions_have_the_mean_that_is_given() {
    for written in [
        "{ exponential: { mean: 2h } }",
        "{ weibull: { shape: 1.5, mean: 2h } }",
        "{ gamma: { shape: 3, mean: 2h } }",
        "{ erlang: { stages: 3, mean: 2h } }",
        "{ uniform: { from: 1h, to: 3h } }",
        "{ triangular: { low: 1h, mode: 2h, high: 3h } }",
        "{ empirical: [1h, 3h] }",
        "{ mixture: [ { weight: 50%, of: { fixed: 1h } }, { weight: 0.5, of: 3h } ] }",
    ] {
        assert!(near(time(written).mean(), 7200.0), "{written}");
    }
    assert_eq!(
        time("{ weibull: { shape: 1.5, scale: 700h } }"),
        Distribution::Weibull {
            shape: 1.5,
            scale: 2_520_000.0
        }
    );
}

#[test]
fn topologies_left_out_are_all_patterns_that_fit() {
    let model = with("");
    assert_eq!(
        model.topologies.keys().collect::<Vec<_>>(),
        Pattern::ALL.map(Pattern::name).iter().collect::<Vec<_>>()
    );
    assert_eq!(model.topologies["multi-az"].regions, ["east"]);
    assert_eq!(model.topologies["hot-standby"].regions, ["east", "west"]);
    assert_eq!(model.topologies["warm-standby"].standby_scale, 0.3);
    let alone = with("regions: { east: { zones: 3 } }");
    assert_eq!(
        alone.topologies.keys().collect::<Vec<_>>(),
        ["single-az", "multi-az"]
    );
    let three = with("regions: { a: { zones: 1 }, b: { zones: 1 }, c: { zones: 1 } }");
    assert_eq!(three.topologies["active-active"].regions, ["a", "b", "c"]);
}

#[test]
fn activate_defaults_to_the_range_of_the_pattern() {
    let model = with("services: { db: { data: { size: 720GB } } }");
    let activate = |name: &str| {
        let failover = &model.topologies[name].failover;
        let Distribution::Lognormal { mu, sigma } = failover.activate else {
            panic!("{failover:?}")
        };
        (
            (mu - distribution::Z95 * sigma).exp().round(),
            (mu + distribution::Z95 * sigma).exp().round(),
            failover.restore_seconds,
        )
    };
    assert_eq!(activate("backup-restore"), (3600.0, 14_400.0, 3600.0));
    assert_eq!(activate("pilot-light"), (900.0, 3600.0, 0.0));
    assert_eq!(activate("warm-standby"), (180.0, 900.0, 0.0));
    assert_eq!(activate("hot-standby"), (30.0, 300.0, 0.0));
    let given = with("services: { db: { data: { size: 720GB } } }\nfailover: { activate: 5m }");
    let failover = &given.topologies["backup-restore"].failover;
    assert_eq!(
        (&failover.activate, failover.restore_seconds),
        (&Distribution::Exponential { mean: 300.0 }, 0.0)
    );
}

#[test]
fn journeys_left_out_are_the_roots() {
    assert_eq!(with("").journeys["api"].share, 1.0);
    let several = with(
        "services: { a: { calls: [c] }, b: { calls: [{ service: c, kind: async }] }, c: {}, dns: { external: true } }",
    );
    assert_eq!(several.journeys.keys().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(several.journeys["b"].share, 0.5);
}

#[test]
fn shares_left_out_are_equal_parts_of_the_remainder() {
    let model =
        with("journeys: { a: { entry: api, share: 40% }, b: { entry: api }, c: { entry: api } }");
    assert!(near(model.journeys["c"].share, 0.3));
    let split = with("topologies: { t: { pattern: active-active, split: [70%] } }");
    assert!(near(split.topologies["t"].split[1], 0.3));
}

#[test]
fn cycles_of_optional_and_async_calls_are_fine() {
    with(
        "services: { a: { calls: [b] }, b: { calls: [{ service: a, kind: optional }, { any: [a], kind: async }] } }\njourneys: { j: { entry: a } }",
    );
}

#[test]
fn anchors_merge_keys_and_json_are_read() {
    let model = with(
        "services:\n  a: &base { replicas: 4, needs: 2 }\n  b: { <<: *base, needs: 3 }\n  c: *base",
    );
    assert!(matches!(
        model.services["b"].kind,
        ServiceKind::Replicated {
            replicas: 4,
            needs: 3,
            ..
        }
    ));
    assert_eq!(model.services["a"], model.services["c"]);
    let json = r#"{ "model": "x", "regions": { "e": { "zones": 2 } }, "services": { "a": { "needs": "50%" } }, "faults": {} }"#;
    assert_eq!(loaded(json).regions["e"].zones, ["a", "b"]);
}

#[test]
fn line_ends_and_a_byte_order_mark_do_not_matter() {
    let text = complete("description: same");
    let windows = text.replace('\n', "\r\n");
    assert_eq!(loaded(&text).hash, loaded(&windows).hash);
    assert_eq!(
        loaded(&format!("\u{feff}{text}")).services,
        loaded(&text).services
    );
}

#[test]
fn currencies_follow_the_first_amount() {
    assert_eq!(with("costs: { downtime: €9000/h }").currency, "EUR");
    assert_eq!(
        with("currency: CAD\ncosts: { downtime: $9000/h, per_region: 1 CAD/h }").currency,
        "CAD"
    );
    assert_eq!(with("").currency, "USD");
}

#[test]
fn every_default_is_told() {
    let defaults = applied_defaults_str("test.yaml", &complete(""), None).unwrap();
    let value = |path: &str| {
        defaults
            .iter()
            .find(|default| default.path == path)
            .map(|default| default.value.as_str())
    };
    for (path, expected) in [
        ("horizon", "1y"),
        ("warm_up", "0s"),
        ("currency", "USD"),
        ("services.api.needs", "1"),
        ("journeys", "api"),
        ("faults.host.effect", "down"),
        ("topologies.hot-standby.regions", "[east, west]"),
        ("topologies.warm-standby.standby_scale", "30%"),
        ("topologies.active-active.scale", "100%"),
        ("topologies.active-active.split", "equal"),
        ("topologies.backup-restore.failover.activate", "1h to 4h"),
        ("topologies.pilot-light.failover.activate", "15m to 1h"),
        ("topologies.warm-standby.failover.retry", "30m"),
        (
            "topologies.active-active.failover.detect",
            "{ probe: 10s, misses: 3, timeout: 0s, hold_down: 0s }",
        ),
    ] {
        assert_eq!(value(path), Some(expected), "{path}");
    }
    assert_eq!(
        value("topologies.multi-az.failover.detect"),
        None,
        "one region has no failover"
    );
    assert_eq!(value("topologies.active-active.failover.activate"), None);
    assert_eq!(
        value("services.api.replicas"),
        None,
        "what is given is no default"
    );
}
