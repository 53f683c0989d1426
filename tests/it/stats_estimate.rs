//! Tallies and the figures that they are summarized to.

use failscape::engine::{JourneyOutcome, Recovery, TrialOutcome, WindowOutcome};
use failscape::estimate::{
    EXCEEDANCE_MINUTES, FailureCost, Known, Names, NoLossBound, PairTally, PairTerms, Points,
    PricedFailure, Promised, Tally, TallyShape, YEAR_MINUTES, YEAR_SECONDS, precision, summarize,
    summarize_pair,
};
use failscape::plan::DataAtRisk;
use failscape::results::{CostResult, TopologyResult};
use rand::SeedableRng;
use rand_distr::{Distribution, Exp1, StandardUniform};
use rand_xoshiro::Xoshiro256PlusPlus;

const LEVEL: f64 = 0.95;

const SHAPE: TallyShape = TallyShape {
    n_journeys: 2,
    n_services: 3,
    n_causes: 3,
    n_phases: 0,
    horizon_seconds: YEAR_SECONDS,
    wanted: Points {
        rto: Some(900.0),
        rpo: None,
    },
    data: DataAtRisk::None,
    has_slo: true,
    has_sla: true,
    promised: Promised::NOTHING,
    priced: PricedFailure {
        sla_credits: true,
        downtime: true,
        drills: false,
    },
    sharpened: false,
};

const BOUND: NoLossBound = NoLossBound {
    longest_mean_loss_seconds: 7200.0,
    horizon_seconds: YEAR_SECONDS,
    sla_window_seconds: Some(YEAR_SECONDS / 12.0),
    total_loss: FailureCost {
        sla_credits: 50_000.0,
        downtime: 6_570_000.0,
        drills: 0.0,
    },
};

fn cost() -> CostResult {
    CostResult {
        total: Some(1000.0),
        infrastructure: Some(1000.0),
        transfer: None,
        storage: None,
        telemetry: None,
        drills: None,
        drills_held: None,
        regions: None,
        sla_credits: None,
        downtime: None,
        total_with_failure: None,
        not_priced: Vec::new(),
    }
}

fn quiet_trial() -> TrialOutcome {
    TrialOutcome {
        events: 10,
        journeys: vec![JourneyOutcome::default(); 2],
        services: vec![0.0; 3],
        attribution: vec![0.0; 3],
        fired: vec![1, 0, 2],
        slo: WindowOutcome {
            windows: 12,
            met: 12,
        },
        sla: WindowOutcome {
            windows: 12,
            met: 12,
        },
        ..TrialOutcome::default()
    }
}

fn trial(seed: u64, chance: f64) -> TrialOutcome {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut outcome = quiet_trial();
    while <StandardUniform as Distribution<f64>>::sample(&StandardUniform, &mut rng) < chance {
        let exponential: f64 = Exp1.sample(&mut rng);
        let uniform: f64 = StandardUniform.sample(&mut rng);
        let seconds = 600.0 * exponential;
        outcome.outages += 1;
        outcome.recoveries.push(Recovery {
            start: 0.0,
            lost_data: 0.0,
            seconds,
            cut_off: uniform < 0.01,
        });
        outcome.down_seconds += seconds;
        outcome.attribution[(uniform * 3.0) as usize] += seconds / YEAR_SECONDS;
        outcome.slo.met = outcome.slo.met.saturating_sub(1);
    }
    outcome.unavailability = outcome.attribution.iter().sum();
    outcome.journeys[1] = JourneyOutcome {
        unavailability: outcome.unavailability,
        time_unavailability: outcome.down_seconds / YEAR_SECONDS,
    };
    outcome.services[2] = outcome.unavailability;
    outcome
}

fn failure_cost(outcome: &TrialOutcome) -> FailureCost {
    FailureCost {
        sla_credits: f64::from(12 - outcome.slo.met) * 10.0,
        downtime: outcome.down_seconds / 3600.0 * 9000.0 / 12.0,
        drills: 0.0,
    }
}

fn tally(trials: impl Iterator<Item = TrialOutcome>) -> Tally {
    let mut tally = Tally::new(&SHAPE);
    trials.for_each(|outcome| tally.add(&outcome, failure_cost(&outcome), None));
    tally
}

fn summary(tally: &Tally) -> TopologyResult {
    let names = |prefix: &str, n: usize| -> Vec<String> {
        (0..n).map(|index| format!("{prefix}-{index}")).collect()
    };
    let (journeys, services, causes, regions) = (
        names("journey", 2),
        names("service", 3),
        names("cause", 3),
        names("region", 1),
    );
    let names = Names {
        topology: "one",
        pattern: "multi-az",
        regions: &regions,
        cells: 1,
        journeys: &journeys,
        services: &services,
        causes: &causes,
        waits: &[],
        plan: None,
    };
    summarize(tally, &names, LEVEL, &BOUND, &Known::default(), cost())
}

#[test]
fn batches_merge_to_the_whole() {
    let whole = tally((0..5000).map(|seed| trial(seed, 0.2)));
    let mut merged = Tally::new(&SHAPE);
    for batch in 0..50 {
        merged.merge(&tally(
            (batch * 100..(batch + 1) * 100).map(|seed| trial(seed, 0.2)),
        ));
    }
    let (whole, merged) = (summary(&whole), summary(&merged));
    assert_eq!(merged.exceedance, whole.exceedance);
    assert_eq!(merged.recovery_curve, whole.recovery_curve);
    assert_eq!(
        (&merged.slo_met, &merged.sla_met, &merged.rto_met),
        (&whole.slo_met, &whole.sla_met, &whole.rto_met)
    );
    assert_eq!(merged.faults, whole.faults);
    assert_eq!(
        merged.downtime_minutes_per_year.p95,
        whole.downtime_minutes_per_year.p95
    );
    let close = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-12;
    assert!(close(merged.unavailability.mean, whole.unavailability.mean));
    assert!(close(merged.unavailability.high, whole.unavailability.high));
    assert!(close(
        merged.recovery_time_seconds.mean.unwrap(),
        whole.recovery_time_seconds.mean.unwrap()
    ));
}

#[test]
fn merging_in_order_gives_the_same_bits_again() {
    let merged = || {
        let mut merged = Tally::new(&SHAPE);
        for batch in 0..20 {
            merged.merge(&tally(
                (batch * 64..(batch + 1) * 64).map(|seed| trial(seed, 0.3)),
            ));
        }
        merged
    };
    let (one, other) = (merged(), merged());
    assert_eq!(one, other);
    assert_eq!(
        serde_json::to_string(&summary(&one)).unwrap(),
        serde_json::to_string(&summary(&other)).unwrap()
    );
}

#[test]
fn a_tally_survives_being_written_and_read() {
    let before = tally((0..500).map(|seed| trial(seed, 0.3)));
    let text = serde_json::to_string(&before).unwrap();
    let after: Tally = serde_json::from_str(&text).unwrap();
    assert_eq!(summary(&after).exceedance, summary(&before).exceedance);
    assert_eq!(after.trials_with_loss(), before.trials_with_loss());
}

#[test]
fn figures_equal_their_definitions() {
    let outcomes: Vec<TrialOutcome> = (0..4000).map(|seed| trial(seed, 0.4)).collect();
    let result = summary(&tally(outcomes.iter().cloned()));
    let n = outcomes.len() as f64;
    let mean = outcomes
        .iter()
        .map(|outcome| outcome.unavailability)
        .sum::<f64>()
        / n;
    assert!((result.unavailability.mean / mean - 1.0).abs() < 1e-12);
    assert!(result.unavailability.low < mean && mean < result.unavailability.high);
    assert_eq!(result.availability.mean, 1.0 - result.unavailability.mean);
    assert_eq!(result.availability.low, 1.0 - result.unavailability.high);
    assert!((result.downtime_minutes_per_year.mean / (mean * YEAR_MINUTES) - 1.0).abs() < 1e-12);

    let mut minutes: Vec<f64> = outcomes
        .iter()
        .map(|outcome| outcome.unavailability * YEAR_MINUTES)
        .collect();
    minutes.sort_by(f64::total_cmp);
    let downtime = &result.downtime_minutes_per_year;
    for (found, rank) in [
        (downtime.p50, 2000),
        (downtime.p90, 3600),
        (downtime.p95, 3800),
        (downtime.p99, 3960),
    ] {
        assert!(
            (found - minutes[rank - 1]).abs() <= 0.0011 * minutes[rank - 1],
            "rank {rank}"
        );
    }
    assert_eq!(downtime.max, *minutes.last().unwrap());
    assert!(downtime.p95_low.unwrap() < downtime.p95 && downtime.p95 < downtime.p95_high.unwrap());

    assert_eq!(result.exceedance.len(), EXCEEDANCE_MINUTES.len());
    for point in &result.exceedance {
        let count = minutes
            .iter()
            .filter(|value| **value > point.minutes)
            .count() as f64;
        assert_eq!(point.p, count / n);
        assert!(point.low <= point.p && point.p <= point.high);
    }

    let judged: Vec<&Recovery> = outcomes
        .iter()
        .flat_map(|outcome| &outcome.recoveries)
        .filter(|recovery| !recovery.cut_off || recovery.seconds > 900.0)
        .collect();
    let met = judged
        .iter()
        .filter(|recovery| recovery.seconds <= 900.0)
        .count() as f64;
    assert_eq!(result.rto_met.unwrap().mean, met / judged.len() as f64);
    let ended = outcomes
        .iter()
        .flat_map(|outcome| &outcome.recoveries)
        .filter(|recovery| !recovery.cut_off)
        .count();
    assert_eq!(result.recovery_time_seconds.n, ended as u64);
    let (minutes, seconds) = (
        result.outage_minutes.p95.unwrap(),
        result.recovery_time_seconds.p95.unwrap(),
    );
    assert!((minutes * 60.0 / seconds - 1.0).abs() < 1e-12);
    let outages = outcomes
        .iter()
        .map(|outcome| f64::from(outcome.outages))
        .sum::<f64>()
        / n;
    assert!((result.outages_per_year.mean / outages - 1.0).abs() < 1e-12);
    assert_eq!(result.faults[2].fired, 8000);
}

#[test]
fn attribution_adds_up_to_one_and_falls() {
    let result = summary(&tally((0..4000).map(|seed| trial(seed, 0.4))));
    assert_eq!(result.attribution.len(), 3);
    let sum: f64 = result.attribution.iter().map(|part| part.share).sum();
    assert!((sum - 1.0).abs() < 1e-12);
    assert!(
        result
            .attribution
            .windows(2)
            .all(|pair| pair[0].share >= pair[1].share)
    );
    let parts: f64 = result
        .attribution
        .iter()
        .map(|part| part.unavailability.mean)
        .sum();
    assert!((parts / result.unavailability.mean - 1.0).abs() < 1e-12);
}

#[test]
fn recovery_curve_rises_with_its_interval() {
    let curve = summary(&tally((0..4000).map(|seed| trial(seed, 0.4)))).recovery_curve;
    assert!(curve.len() > 10);
    for pair in curve.windows(2) {
        assert!(pair[0].seconds < pair[1].seconds && pair[0].p <= pair[1].p);
        assert!(pair[0].low <= pair[1].low && pair[0].high <= pair[1].high);
    }
    assert!(
        curve
            .iter()
            .all(|point| point.low <= point.p && point.p <= point.high)
    );
    assert_eq!(curve.last().unwrap().p, 1.0);
}

#[test]
fn no_loss_gives_a_bound_and_no_certainty() {
    let tally = tally((0..1000).map(|_| quiet_trial()));
    assert_eq!(precision(&tally, &Known::default(), LEVEL), None);
    let result = summary(&tally);
    // The rule of three: 3.0 / 1000 trials, two hours of 8760.
    let three = result.unavailability.high * 1000.0 * 8760.0 / 2.0;
    assert!((2.98..3.01).contains(&three), "{three}");
    assert_eq!(
        (result.unavailability.mean, result.unavailability.low),
        (0.0, 0.0)
    );
    assert_eq!(result.unavailability.interval, "no-loss-bound");
    assert!(result.availability.low < 1.0 && result.availability.high == 1.0);
    assert!(result.attribution.is_empty() && result.recovery_curve.is_empty());
    assert_eq!((result.rto_met, result.outage_minutes.p50), (None, None));
    let slo = result.slo_met.unwrap();
    assert!(slo.mean == 1.0 && slo.high == 1.0 && (0.99..0.9999).contains(&slo.low));
    assert_eq!(result.downtime_minutes_per_year.p99, 0.0);
    assert!(result.exceedance[0].p == 0.0 && result.exceedance[0].high > 0.003);
    assert!(result.outages_per_year.high > 0.0029);
    let downtime = result.cost_per_month.downtime.unwrap();
    assert!(downtime.mean == 0.0 && downtime.high > 0.0);
}

#[test]
fn a_small_loss_does_not_lower_the_bound() {
    let quiet = summary(&tally((0..1000).map(|_| quiet_trial())));
    let mut outcome = quiet_trial();
    outcome.unavailability = 1e-9;
    let one = summary(&tally((0..999).map(|_| quiet_trial()).chain([outcome])));
    assert!(one.unavailability.high >= quiet.unavailability.high);
}

#[test]
fn costs_of_failure_are_added_only_where_priced() {
    let outcomes: Vec<TrialOutcome> = (0..2000).map(|seed| trial(seed, 0.4)).collect();
    let cost = summary(&tally(outcomes.iter().cloned())).cost_per_month;
    let (credits, downtime, total) = (
        cost.sla_credits.unwrap(),
        cost.downtime.unwrap(),
        cost.total_with_failure.unwrap(),
    );
    assert!((total.mean / (1000.0 + credits.mean + downtime.mean) - 1.0).abs() < 1e-12);
    assert!(total.low > 1000.0 && total.low < total.mean && total.mean < total.high);

    let mut unpriced = Tally::new(&TallyShape {
        priced: PricedFailure::default(),
        ..SHAPE
    });
    for outcome in &outcomes {
        unpriced.add(outcome, failure_cost(outcome), None);
    }
    let cost = summary(&unpriced).cost_per_month;
    assert_eq!(
        (cost.sla_credits, cost.downtime, cost.total_with_failure),
        (None, None, None)
    );
    assert_eq!(cost.total, Some(1000.0));
}

#[test]
fn pairs_that_never_differ_are_equal_and_not_better() {
    let mut pairs = PairTally::default();
    (0..1000).for_each(|_| pairs.add(1e-5, 1e-5, PairTerms::losses(1e-5, 1e-5)));
    let difference = summarize_pair(&pairs, "a", "b", LEVEL, &BOUND, 0.0);
    assert_eq!(
        (
            difference.less,
            difference.equal,
            difference.more,
            difference.better
        ),
        (0.0, 1.0, 0.0, 0.5)
    );
    assert_eq!(difference.unavailability.mean, 0.0);
    assert!(difference.unavailability.low < 0.0 && difference.unavailability.high > 0.0);
}

#[test]
fn a_pair_merges_and_knows_the_better() {
    let mut whole = PairTally::default();
    let mut merged = PairTally::default();
    for batch in 0..20_u64 {
        let mut part = PairTally::default();
        for seed in batch * 100..(batch + 1) * 100 {
            let from = trial(seed, 0.3).unavailability;
            whole.add(from / 2.0, from, PairTerms::losses(from / 2.0, from));
            part.add(from / 2.0, from, PairTerms::losses(from / 2.0, from));
        }
        merged.merge(&part);
    }
    let (whole, merged) = (
        summarize_pair(&whole, "a", "b", LEVEL, &BOUND, 0.0),
        summarize_pair(&merged, "a", "b", LEVEL, &BOUND, 0.0),
    );
    assert!((whole.unavailability.mean / merged.unavailability.mean - 1.0).abs() < 1e-12);
    assert!(whole.unavailability.high < 0.0 && whole.better > 0.975 && whole.more == 0.0);
    assert!((whole.less + whole.equal - 1.0).abs() < 1e-12);
}

#[test]
fn precision_falls_with_the_square_root_of_the_trials() {
    let at = |trials: u64| {
        let tally = tally((0..trials).map(|seed| trial(seed, 0.5)));
        precision(&tally, &Known::default(), LEVEL).unwrap()
    };
    let ratio = at(1000) / at(16_000);
    assert!((3.6..4.7).contains(&ratio), "{ratio}");
}

#[test]
fn an_empty_tally_can_be_summarized() {
    let result = summary(&Tally::new(&SHAPE));
    assert_eq!(result.trials, 0);
    assert_eq!(result.downtime_minutes_per_year.max, 0.0);
    assert!(serde_json::to_string(&result).is_ok_and(|text| !text.contains("NaN")));
}
