//! Sweeping is checked against the calendar: the same trials to the last bit.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use super::super::trial::{Record, Simulator};
use super::super::{Sweeper, TrialOutcome};
use crate::model::{Model, load};
use crate::plan::{Plan, ServingPlan, compile};
use crate::stats::Moments;
use crate::topology::expand;

/// Plays trials both ways. Returns how many had a loss; `None` if the plan cannot be swept.
fn compare(plan: &Plan, trials: u64) -> Option<u64> {
    let mut sweeper = Sweeper::new(plan, 5)?;
    let mut simulator = Simulator::new(plan, 5);
    let mut with_loss = 0;
    for trial in 0..trials {
        let played = simulator.simulate(trial, Record::Spans).clone();
        let mut swept = sweeper.simulate(trial, Record::Spans).clone();
        with_loss += u64::from(played.unavailability > 0.0);
        if let ServingPlan::Standby(_) = plan.serving {
            // Failures of a standby that is not needed are not drawn.
            assert!(swept.events <= played.events);
            let counts = |outcome: &TrialOutcome| outcome.fired.clone();
            assert!(
                counts(&swept)
                    .iter()
                    .zip(counts(&played))
                    .all(|(a, b)| *a <= b)
            );
            (swept.events, swept.fired) = (played.events, counts(&played));
        }
        assert_eq!(
            swept, played,
            "{} {}, trial {trial}",
            plan.names.topology, plan.names.pattern
        );
    }
    Some(with_loss)
}

fn plans(model: &Model) -> Vec<Plan> {
    let topologies = model.topologies.iter();
    topologies
        .map(|(name, spec)| compile(model, &expand(model, name, spec)))
        .collect()
}

fn models(folder: &str) -> Vec<Model> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    files.sort();
    files.iter().map(|file| load(file).unwrap()).collect()
}

#[test]
fn every_model_scores_the_same_swept_or_played() {
    let (mut swept, mut with_loss) = (0, 0);
    for (folder, trials) in [("models", 40), ("models/reference", 60)] {
        for plan in models(folder).iter().flat_map(plans) {
            if let Some(losses) = compare(&plan, trials) {
                swept += 1;
                with_loss += losses;
            }
        }
    }
    assert!(swept > 40, "{swept}");
    assert!(with_loss > 500, "{with_loss}");
}

/// Means over trials: the score, and the score with chances replaced by their probabilities.
struct Means {
    score: Moments,
    expected: Moments,
    /// Of the difference of the two.
    difference: Moments,
}

fn means(plan: &Plan, trials: u64, least: Option<f64>) -> Option<Means> {
    let mut sweeper = Sweeper::new(plan, 3)?;
    if let (Some(scout), Some(least)) = (&mut sweeper.scout, least) {
        scout.least = least;
    }
    let empty = Moments::default;
    let mut means = Means {
        score: empty(),
        expected: empty(),
        difference: empty(),
    };
    for trial in 0..trials {
        let score = sweeper.simulate(trial, Record::Scores).unavailability;
        let mean = sweeper.mean_score();
        means.score.add(score);
        means.expected.add(mean.expected.unavailability);
        means.difference.add(mean.expected.unavailability - score);
    }
    Some(means)
}

/// Whether a mean is what it should be within five standard errors: false once in 1.7 million.
fn agrees(moments: &Moments, expected: f64) -> bool {
    let error = moments.variance_of_mean().sqrt();
    (moments.mean() - expected).abs() <= 5.0 * error + 1e-12 * expected
}

#[test]
fn chances_replaced_by_their_means_leave_the_mean_and_take_off_variance() {
    let names = [
        "c24-exponential",
        "c24-fixed",
        "retry",
        "warm-standby",
        "takeover-any",
    ];
    for (name, least_gain) in names.into_iter().zip([10.0, 7.0, 2.0, 0.999, 0.999]) {
        let model = load(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("models/reference/{name}.yaml")),
        )
        .unwrap();
        for plan in plans(&model) {
            let means = means(&plan, 20_000, None).unwrap();
            assert!(
                agrees(&means.difference, 0.0),
                "{name}: {:?}",
                means.difference
            );
            let gain = means.score.variance() / means.expected.variance();
            assert!(gain > least_gain, "{name}: {gain}");
        }
    }
}

#[test]
fn ways_left_to_the_trials_that_take_them_leave_the_mean() {
    // Ways so likely are left out that most trials take one of those, in windows that run into each other.
    for (name, least) in [
        ("retry", 0.3),
        ("retry", 0.6),
        ("c24-fixed", 0.95),
        ("takeover-any", 0.9),
    ] {
        let model = load(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("models/reference/{name}.yaml")),
        )
        .unwrap();
        for plan in plans(&model) {
            let all = means(&plan, 20_000, None).unwrap();
            let cut = means(&plan, 20_000, Some(least)).unwrap();
            assert!(agrees(&cut.difference, 0.0), "{name}: {:?}", cut.difference);
            // Where something is left out, more is left to chance.
            assert!(cut.expected.variance() >= 0.999 * all.expected.variance());
        }
    }
}
