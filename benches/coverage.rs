//! Measures how often each interval holds the truth, over many seeds, and prints the tables of docs/statistics.md.
//!
//! `cargo bench --bench coverage` takes about a minute; `cargo bench --bench coverage -- 500` uses 500 seeds for each line.

#![allow(clippy::print_stdout)]

use failscape::stats::{
    ClusteredMean, ClusteredShare, Moments, PairedDifferences, QuantileSketch, SharedVariance,
    none_seen_bound, quantile_interval, skewed_mean_interval,
};
use rand::SeedableRng;
use rand_distr::{Distribution, Exp1, Poisson, StandardNormal, StandardUniform};
use rand_xoshiro::Xoshiro256PlusPlus;

const LEVEL: f64 = 0.95;

/// Law of the size of one event, of mean [`Size::mean`].
#[derive(Clone, Copy)]
enum Size {
    Fixed,
    Exponential,
    Lognormal(f64),
    /// A tenth of the events are twenty times as long.
    RareLong,
}

impl Size {
    fn draw(self, rng: &mut Xoshiro256PlusPlus) -> f64 {
        let exponential: f64 = Exp1.sample(rng);
        match self {
            Size::Fixed => 1.0,
            Size::Exponential => exponential,
            Size::Lognormal(sigma) => {
                let normal: f64 = StandardNormal.sample(rng);
                (sigma * normal).exp()
            }
            Size::RareLong => exponential * if uniform(rng) < 0.1 { 20.0 } else { 1.0 },
        }
    }

    fn mean(self) -> f64 {
        match self {
            Size::Fixed | Size::Exponential => 1.0,
            Size::Lognormal(sigma) => (sigma * sigma / 2.0).exp(),
            Size::RareLong => 2.9,
        }
    }

    fn name(self) -> String {
        match self {
            Size::Fixed => "fixed".to_owned(),
            Size::Exponential => "exponential".to_owned(),
            Size::Lognormal(sigma) => format!("lognormal, σ {sigma}"),
            Size::RareLong => "10 % are 20 × longer".to_owned(),
        }
    }
}

fn uniform(rng: &mut Xoshiro256PlusPlus) -> f64 {
    StandardUniform.sample(rng)
}

fn poisson(mean: f64, rng: &mut Xoshiro256PlusPlus) -> u64 {
    Poisson::new(mean).map_or(0.0, |law| law.sample(rng)) as u64
}

/// Positions of the trials with an event among `n`, each with probability `p`, skipping the others.
fn hits(n: u64, p: f64, rng: &mut Xoshiro256PlusPlus) -> u64 {
    if p >= 1.0 {
        return n;
    }
    let mut count = 0;
    let mut at = 0.0;
    loop {
        let exponential: f64 = Exp1.sample(rng);
        at += 1.0 + (exponential / -(-p).ln_1p()).floor();
        if at > n as f64 {
            return count;
        }
        count += 1;
    }
}

/// How often intervals missed, and how long they were.
#[derive(Default)]
struct Score {
    seeds: u32,
    truth_below: u32,
    truth_above: u32,
    relative_widths: Vec<f64>,
}

impl Score {
    fn add(&mut self, low: f64, high: f64, truth: f64) {
        self.seeds += 1;
        self.truth_below += u32::from(truth < low);
        self.truth_above += u32::from(truth > high);
        self.relative_widths
            .push((high - low) / truth.abs().max(f64::MIN_POSITIVE));
    }

    fn covered_percent(&self) -> f64 {
        100.0 * f64::from(self.seeds - self.truth_below - self.truth_above) / f64::from(self.seeds)
    }

    fn row(mut self) -> String {
        let percent = |count: u32| 100.0 * f64::from(count) / f64::from(self.seeds);
        self.relative_widths.sort_by(f64::total_cmp);
        let covered = self.covered_percent();
        let width = self.relative_widths[self.relative_widths.len() / 2];
        format!(
            "{covered:.1} % | {:.1} % | {:.1} % | {width:.3}",
            percent(self.truth_below),
            percent(self.truth_above)
        )
    }
}

fn seeds() -> u64 {
    std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .next_back()
        .unwrap_or(4000)
}

fn scored(mut once: impl FnMut(&mut Xoshiro256PlusPlus) -> (f64, f64, f64)) -> String {
    let mut score = Score::default();
    for seed in 0..seeds() {
        let (low, high, truth) = once(&mut Xoshiro256PlusPlus::seed_from_u64(seed));
        score.add(low, high, truth);
    }
    score.row()
}

fn skewed_mean() {
    println!(
        "\n| sizes | events in such a trial | trials | expected trials with loss | covered where one was seen | covered | truth below | truth above | median length / truth |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let rare = [1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0];
    let all = [
        Size::Fixed,
        Size::Exponential,
        Size::Lognormal(1.0),
        Size::Lognormal(1.6),
        Size::RareLong,
    ];
    let mut cases: Vec<(Size, f64, u64, f64)> = all
        .iter()
        .flat_map(|size| rare.iter().map(|expected| (*size, 1.0, 20_000, *expected)))
        .collect();
    cases.extend(
        rare.iter()
            .map(|expected| (Size::Exponential, 4.0, 20_000, *expected)),
    );
    cases.extend([
        (Size::Exponential, 1.0, 30, 15.0),
        (Size::Exponential, 1.0, 30, 30.0),
        (Size::Lognormal(1.0), 1.0, 200, 100.0),
        (Size::Exponential, 4.0, 100, 90.0),
        (Size::Exponential, 4.0, 1000, 1000.0),
        (Size::Lognormal(1.6), 4.0, 1000, 1000.0),
    ]);
    for (size, events, n, expected) in cases {
        let p = expected / n as f64;
        let truth = p * events * size.mean();
        let (mut seen, mut all) = (Score::default(), Score::default());
        for seed in 0..seeds() {
            let rng = &mut Xoshiro256PlusPlus::seed_from_u64(seed);
            let mut moments = Moments::default();
            for _ in 0..hits(n, p, rng) {
                let count = 1 + if events > 1.0 {
                    poisson(events - 1.0, rng)
                } else {
                    0
                };
                moments.add((0..count).map(|_| size.draw(rng)).sum());
            }
            if let Some(interval) = skewed_mean_interval(&(&moments.padded_to(n)).into(), LEVEL) {
                seen.add(interval.low, interval.high, truth);
                all.add(interval.low, interval.high, truth);
            } else {
                all.add(0.0, none_seen_bound(n, LEVEL) * events * size.mean(), truth);
            }
        }
        println!(
            "| {} | {events} | {n} | {expected} | {:.1} % | {} |",
            size.name(),
            seen.covered_percent(),
            all.row()
        );
    }
}

fn paired() {
    println!(
        "\n| differences | pairs | expected to differ, less + more | covered | truth below | truth above | median length / truth |"
    );
    println!("|---|---|---|---|---|---|---|");
    for size in [
        Size::Fixed,
        Size::Exponential,
        Size::Lognormal(1.0),
        Size::Lognormal(1.6),
    ] {
        for (less, more) in [
            (3.0, 0.0),
            (10.0, 0.0),
            (10.0, 3.0),
            (30.0, 10.0),
            (100.0, 30.0),
            (1000.0, 100.0),
            (9000.0, 6000.0),
        ] {
            let n = 20_000_u64;
            let truth = (more - less) / n as f64 * size.mean();
            let row = scored(|rng| {
                let mut pairs = PairedDifferences::default();
                let n_differing = hits(n, (less + more) / n as f64, rng);
                for _ in 0..n_differing {
                    let (difference, is_less) =
                        (size.draw(rng), uniform(rng) < less / (less + more));
                    if is_less {
                        pairs.add(0.0, difference);
                    } else {
                        pairs.add(difference, 0.0);
                    }
                }
                (n_differing..n).for_each(|_| pairs.add(0.0, 0.0));
                let most = none_seen_bound(n, LEVEL) * size.mean();
                pairs
                    .interval(LEVEL)
                    .map_or((-most, most, truth), |interval| {
                        (interval.low, interval.high, truth)
                    })
            });
            println!("| {} | {n} | {less} + {more} | {row} |", size.name());
        }
    }
}

/// What the items of a cluster have in common.
#[derive(Clone, Copy, PartialEq)]
enum Likeness {
    Independent,
    /// The chance of failure varies from cluster to cluster: lognormal with sigma 1.
    Frail,
    /// Three clusters in four share one fate.
    OneFate,
}

fn clustered_share() {
    println!(
        "\n| items in a cluster | clusters | true share | covered | truth below | truth above | median length / truth |"
    );
    println!("|---|---|---|---|---|---|---|");
    let cases = [
        (1.0, Likeness::Independent, "1"),
        (4.0, Likeness::Independent, "4 on average, independent"),
        (
            12.0,
            Likeness::Frail,
            "12 on average, each cluster its own chance",
        ),
        (
            12.0,
            Likeness::OneFate,
            "12 on average, three clusters in four share one fate",
        ),
    ];
    for (cluster_mean, likeness, kind) in cases {
        for clusters in [5_u32, 20, 200, 2000] {
            for share in [0.5, 0.9, 0.99, 0.999] {
                // Draws that are cut at 1 would shift the true share.
                if likeness == Likeness::Frail && share < 0.9 {
                    continue;
                }
                let row = scored(|rng| {
                    let mut tally = ClusteredShare::default();
                    for _ in 0..clusters {
                        let items = 1 + if cluster_mean > 1.0 {
                            poisson(cluster_mean - 1.0, rng)
                        } else {
                            0
                        };
                        let passed =
                            match likeness {
                                Likeness::OneFate if uniform(rng) < 0.75 => {
                                    if uniform(rng) < share { items } else { 0 }
                                }
                                Likeness::Frail => {
                                    let normal: f64 = StandardNormal.sample(rng);
                                    let chance = (1.0 - share) * (normal.min(2.3) - 0.5).exp();
                                    (0..items).filter(|_| uniform(rng) >= chance).count() as u64
                                }
                                _ => (0..items).filter(|_| uniform(rng) < share).count() as u64,
                            };
                        tally.add(passed, items);
                    }
                    let truth = if likeness == Likeness::Frail {
                        1.0 - (1.0 - share) * FRAIL_MEAN
                    } else {
                        share
                    };
                    tally.interval(LEVEL).map_or((0.0, 1.0, truth), |interval| {
                        (interval.low, interval.high, truth)
                    })
                });
                println!("| {kind} | {clusters} | {share} | {row} |");
            }
        }
    }
}

/// Mean of exp(min(Z, 2.3) - 1/2) for standard normal Z: Φ(1.3) + exp(1.8) (1 - Φ(2.3)).
const FRAIL_MEAN: f64 = 0.903_199_5 + 6.049_647_464 * 0.010_724_11;

fn clustered_mean_and_quantile() {
    println!(
        "\n| figure | sizes | clusters of 3 on average | covered | truth below | truth above | median length / truth |"
    );
    println!("|---|---|---|---|---|---|---|");
    for size in [
        Size::Exponential,
        Size::Lognormal(1.0),
        Size::Lognormal(1.6),
    ] {
        for clusters in [3_u32, 10, 30, 100, 1000] {
            let mean = scored(|rng| {
                let mut tally = ClusteredMean::default();
                for _ in 0..clusters {
                    let sizes: Vec<f64> = (0..=poisson(2.0, rng)).map(|_| size.draw(rng)).collect();
                    tally.add(
                        sizes.len() as u64,
                        sizes.iter().sum(),
                        sizes.iter().copied().fold(0.0, f64::max),
                    );
                }
                tally
                    .interval(LEVEL)
                    .map_or((0.0, f64::INFINITY, size.mean()), |interval| {
                        (interval.low, interval.high, size.mean())
                    })
            });
            println!("| mean | {} | {clusters} | {mean} |", size.name());
        }
    }
    for n in [100_u32, 1000, 10_000] {
        let row = scored(|rng| {
            let mut sketch = QuantileSketch::default();
            (0..n).for_each(|_| sketch.insert(Size::Exponential.draw(rng)));
            let interval = quantile_interval(&sketch, 0.95, f64::from(n), LEVEL);
            (interval.low, interval.high, 20.0_f64.ln())
        });
        println!("| 95 % point, independent | exponential | {n} | {row} |");
    }
}

/// Compound Poisson values of exponential size whose rate is lognormal: with e events expected and v = exp(sigma²) - 1, the rate
/// has the share e v / (e v + 2) of their variance.
fn shared_variance() {
    println!("\n### Share of a variance (8)\n");
    println!(
        "| events expected | σ of the rate | pairs | share | covered | truth below | truth above | median length / truth |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for events in [0.01, 0.1, 1.0, 10.0] {
        for sigma in [0.33, 1.0] {
            for pairs in [250, 4000] {
                let spread = f64::exp_m1(sigma * sigma);
                let truth = events * spread / (events * spread + 2.0);
                let score = scored(|rng| {
                    let mut shared = SharedVariance::default();
                    for _ in 0..pairs {
                        let normal: f64 = StandardNormal.sample(rng);
                        let rate = events * (sigma * normal - sigma * sigma / 2.0).exp();
                        let mut value = || -> f64 {
                            (0..poisson(rate, rng))
                                .map(|_| Size::Exponential.draw(rng))
                                .sum()
                        };
                        shared.add(value(), value());
                    }
                    let found = shared.share(LEVEL);
                    found.map_or((0.0, 1.0, truth), |(_, interval)| {
                        (interval.low, interval.high, truth)
                    })
                });
                println!("| {events} | {sigma} | {pairs} | {truth:.4} | {score} |");
            }
        }
    }
}

fn main() {
    // `cargo test --all-targets` asks only whether it runs; `cargo bench` says so.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    println!("Nominal level 95 %, {} seeds a line.", seeds());
    skewed_mean();
    paired();
    clustered_share();
    clustered_mean_and_quantile();
    shared_variance();
}
