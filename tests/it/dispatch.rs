//! Crews that take a time to set out, against closed forms.

use failscape::engine::{Record, Simulator};
use failscape::exact::{Effort, solve};

use crate::support::{compare, number, plan_of, shipped, topology};

/// Mean unavailability over trials, and its standard error.
fn sampled(text: &str, trials: u64) -> (f64, f64) {
    let plan = plan_of(text);
    let mut simulator = Simulator::new(&plan, 5);
    let lost: Vec<f64> = (0..trials)
        .map(|trial| simulator.simulate(trial, Record::Scores).unavailability)
        .collect();
    let n = trials as f64;
    let mean = lost.iter().sum::<f64>() / n;
    let squares: f64 = lost.iter().map(|lost| (lost - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0) / n).sqrt())
}

/// Within five standard errors, false by chance once in 1.7 million; they must be below 1 % of the value.
fn samples_meet(text: &str, exact: f64) {
    let (mean, error) = sampled(text, 400);
    assert!(
        (mean - exact).abs() < 5.0 * error,
        "{mean:e} ± {error:e} instead of {exact:e}"
    );
    assert!(error < 0.01 * exact, "{error:e}");
}

fn model(zones: &str, replicas: u32, faults: &str, crew: &str) -> String {
    format!(
        "
model: dispatch
horizon: 20y
warm_up: 1y
regions: {{ r: {{ zones: {zones} }} }}
services: {{ web: {{ replicas: {replicas} }} }}
crews: {{ people: {crew} }}
faults:
{faults}
topologies: {{ t: {{ pattern: multi-az }} }}
"
    )
}

const HOST: &str = "  host: { hits: replica, mtbf: 95h, mttr: 3h, crew: people }";

/// Up for 95 h, then waiting for 2 h, then under repair for 3 h: whatever the laws are.
#[test]
fn the_time_to_set_out_adds_to_each_repair() {
    for dispatch in ["2h", "{ fixed: 2h }", "{ uniform: { from: 0h, to: 4h } }"] {
        let crew = format!("{{ size: 1, dispatch: {dispatch} }}");
        samples_meet(&model("1", 1, HOST, &crew), 0.05);
    }
    let plan = plan_of(&model("1", 1, HOST, "{ dispatch: 2h }"));
    let solution = solve(&plan, Effort::Full).solution.unwrap();
    assert!((solution.unavailability.value / 0.05 - 1.0).abs() < 1e-9);
    assert!((plan.longest_mean_loss / 3600.0 - 5.0).abs() < 1e-12);
}

/// With a member for each, lines in two zones do not touch each other: each keeps its draw when the other is served.
#[test]
fn lines_keep_their_draws_while_somebody_is_free() {
    for dispatch in ["2h", "{ fixed: 2h }"] {
        let crew = format!("{{ size: 2, dispatch: {dispatch} }}");
        samples_meet(&model("2", 2, HOST, &crew), 0.05 * 0.05);
    }
}

/// Two in one line and two members: chain on what is wrong, `w` waiting and `d` under repair. The line draws once for all who
/// wait, so that it is served at the rate δ whether one or two are in it.
#[test]
fn a_line_is_served_one_by_one() {
    let (fail, set_out, repair) = (1.0 / 95.0, 1.0 / 2.0, 1.0 / 3.0);
    // Shares relative to that of (0, 0), by the balance of each state: (w, d) for w + d up to 2.
    // (0,0) 2 fail = (0,1) repair. (2,0) set_out = (1,0) fail.
    // (1,0) (set_out + fail) = (0,0) 2 fail + (1,1) repair.
    // (1,1) (set_out + repair) = (2,0) set_out + (0,1) fail = (1,0) fail + (0,1) fail.
    let s01 = 2.0 * fail / repair;
    let s10_by = |s11: f64| (2.0 * fail + s11 * repair) / (set_out + fail);
    // s11 is linear in itself: s11 (set_out + repair) = fail (s10 + s01).
    let at_zero = fail * (s10_by(0.0) + s01);
    let slope = fail * (s10_by(1.0) - s10_by(0.0));
    let s11 = at_zero / (set_out + repair - slope);
    let s10 = s10_by(s11);
    let s20 = s10 * fail / set_out;
    let s02 = s11 * set_out / (2.0 * repair);
    let exact = (s20 + s11 + s02) / (1.0 + s01 + s10 + s20 + s11 + s02);
    let text = model("1", 2, HOST, "{ size: 2, dispatch: 2h }");
    let solution = solve(&plan_of(&text), Effort::Full).solution.unwrap();
    assert!((solution.unavailability.value / exact - 1.0).abs() < 1e-9);
    samples_meet(&text, exact);
}

/// A free member that sets out for two kinds of failure at once goes to the one whose time elapses first. One kind never waits
/// long: with a fixed time for both, the one that failed first is served first.
#[test]
fn the_first_to_elapse_is_served_first() {
    // One member: the second failure waits until the first is mended, then draws anew, while the other line is empty.
    let faults = "  a: { hits: zone, zones: [a], mtbf: 40h, mttr: 1h, crew: people }
  b: { hits: zone, zones: [b], mtbf: 40h, mttr: 1h, crew: people }";
    let shared = model("2", 2, faults, "{ size: 1, dispatch: 30m }");
    // Chain: both up; one waits; one under repair; one under repair and the other waits; both wait.
    let (fail, set_out, repair) = (1.0 / 40.0, 2.0, 1.0);
    // Both wait: two draws race. By balance, relative to both up: 2 fail = repair s_d.
    let s_d = 2.0 * fail / repair;
    // s_w (set_out + fail) = 2 fail + repair s_dw; s_ww 2 set_out = s_w fail; s_dw repair = s_d fail + s_ww 2 set_out.
    // The last two: s_dw = (s_d fail + s_w fail) / repair; put into the first: s_w set_out = 2 fail + s_d fail.
    let s_w = (2.0 * fail + s_d * fail) / set_out;
    let s_dw = (s_d + s_w) * fail / repair;
    let s_ww = s_w * fail / (2.0 * set_out);
    let exact = (s_dw + s_ww) / (1.0 + s_d + s_w + s_dw + s_ww);
    let solution = solve(&plan_of(&shared), Effort::Full).solution.unwrap();
    let found = solution.unavailability.value;
    assert!(
        (found / exact - 1.0).abs() < 1e-9,
        "{found:e} instead of {exact:e}"
    );
    samples_meet(&shared, exact);
}

/// Share of time in each state of a Markov chain with these `(from, to, rate)`: the balance equations, the last of which is replaced by
/// the sum of one, by elimination.
fn steady_state(n: usize, rates: &[(usize, usize, f64)]) -> Vec<f64> {
    let mut rows = vec![vec![0.0; n + 1]; n];
    for &(from, to, rate) in rates {
        rows[to][from] += rate;
        rows[from][from] -= rate;
    }
    rows[n - 1] = vec![1.0; n + 1];
    for column in 0..n {
        let largest =
            |a: &usize, b: &usize| rows[*a][column].abs().total_cmp(&rows[*b][column].abs());
        let pivot = (column..n).max_by(largest).unwrap();
        rows.swap(column, pivot);
        let pivot = rows[column].clone();
        for row in (0..n).filter(|row| *row != column) {
            let factor = rows[row][column] / pivot[column];
            for (entry, of_pivot) in rows[row].iter_mut().zip(&pivot) {
                *entry -= factor * of_pivot;
            }
        }
    }
    (0..n).map(|i| rows[i][n] / rows[i][i]).collect()
}

/// What waits, in the order of its failures, and what the engineer works at: switches are 0, storage heads 1.
type Site = (Vec<usize>, Option<usize>);

/// How many of a kind are down.
fn down((waiting, job): &Site, kind: usize) -> usize {
    waiting
        .iter()
        .chain(job)
        .filter(|one| **one == kind)
        .count()
}

/// Rates per hour from a state of the shipped model, in one hall or in two, when the engineer comes after so many hours on average
/// (`None`: at once, for what failed first). Tickets that race while he is free: each thing that waits in two halls, each kind of
/// which something waits in one.
fn moves(site: &Site, halls: usize, dispatch_hours: Option<f64>) -> Vec<(Site, f64)> {
    let (lives, repairs) = ([8760.0, 4380.0], [2.0, 4.0]);
    let (waiting, job) = site;
    let mut moves = Vec::new();
    for kind in [0, 1] {
        let up = 2 - down(site, kind);
        let to = if job.is_none() && dispatch_hours.is_none() {
            (Vec::new(), Some(kind))
        } else {
            let longer = waiting.iter().copied().chain([kind]);
            (longer.collect(), *job)
        };
        if up > 0 {
            moves.push((to, up as f64 / lives[kind]));
        }
    }
    match (job, dispatch_hours) {
        (Some(kind), _) => {
            let after = match (waiting.split_first(), dispatch_hours) {
                (Some((first, rest)), None) => (rest.to_vec(), Some(*first)),
                _ => (waiting.clone(), None),
            };
            moves.push((after, 1.0 / repairs[*kind]));
        }
        (None, Some(hours)) => {
            for (i, kind) in waiting.iter().enumerate() {
                // In one hall the first of a kind stands for its line.
                if halls == 2 || !waiting[..i].contains(kind) {
                    let mut rest = waiting.clone();
                    rest.remove(i);
                    moves.push(((rest, Some(*kind)), 1.0 / hours));
                }
            }
        }
        (None, None) => {}
    }
    moves
}

/// Unavailability of the shipped model: the steady state of the chain of [`moves`]. Halls lose their power by themselves, which stops no
/// clock: with both powered all needs one of each kind; with one, the two things in it. A thing that is down is in either of two
/// halls with the same chance, as nothing in the chain tells the halls of a kind apart.
fn colo(halls: usize, dispatch_hours: Option<f64>) -> f64 {
    let mut sites: Vec<Site> = vec![(Vec::new(), None)];
    let mut rates = Vec::new();
    let mut next = 0;
    while next < sites.len() {
        for (to, rate) in moves(&sites[next], halls, dispatch_hours) {
            let known = sites.iter().position(|site| *site == to);
            let to = known.unwrap_or_else(|| {
                sites.push(to);
                sites.len() - 1
            });
            rates.push((next, to, rate));
        }
        next += 1;
    }
    let shares = steady_state(sites.len(), &rates);
    let mean = |value: &dyn Fn(f64, f64) -> f64| -> f64 {
        let each = sites.iter().zip(&shares).map(|(site, share)| {
            let [switches, heads] = [0, 1].map(|kind| down(site, kind) as f64);
            share * value(switches, heads)
        });
        each.sum()
    };
    let one_of_each = mean(&|switches, heads| f64::from(u8::from(switches.max(heads) < 2.0)));
    let dark = 3.0 / (10.0 * 8760.0 + 3.0);
    let up = if halls == 1 {
        (1.0 - dark) * one_of_each
    } else {
        let in_one_hall = mean(&|switches, heads| (1.0 - switches / 2.0) * (1.0 - heads / 2.0));
        (1.0 - dark).powi(2) * one_of_each + 2.0 * dark * (1.0 - dark) * in_one_hall
    };
    1.0 - up
}

/// The shipped model, worked out and played, for the contract that it has, for a dearer one, and for an engineer on the spot. Played
/// intervals are at 99.99 %: each of six fails by chance once in 10,000 choices of the seed.
#[test]
fn the_shipped_contract_costs_what_its_response_time_implies() {
    let shipped = shipped("field-engineer.yaml");
    let mut two_halls = Vec::new();
    for (written, hours) in [
        (", dispatch: 30h", Some(30.0)),
        (", dispatch: 4h", Some(4.0)),
        ("", None),
    ] {
        let text = shipped.replace(", dispatch: 30h }", &format!("{written} }}"));
        let played = compare(
            &text,
            &[
                "--trials",
                "20000",
                "--estimator",
                "plain",
                "--confidence",
                "99.99%",
            ],
        );
        let worked_out = compare(&text, &["--trials", "1"]);
        for (halls, name) in [(1, "one-hall"), (2, "two-halls")] {
            let exact = colo(halls, hours);
            let found = number(topology(&worked_out, name), "/unavailability/mean");
            assert!(
                (found / exact - 1.0).abs() < 1e-9,
                "{name}{written}: {found:e} instead of {exact:e}"
            );
            let played = topology(&played, name);
            let end = |end: &str| number(played, &format!("/unavailability/{end}"));
            let (low, high) = (end("low"), end("high"));
            assert!(
                low <= exact && exact <= high,
                "{name}{written}: {exact:e} not in {low:e} to {high:e}"
            );
            assert!(
                high - low < 0.6 * exact,
                "{name}{written}: {low:e} to {high:e}"
            );
        }
        two_halls.push(colo(2, hours));
    }
    // Waiting is what two halls lose: most of it goes with the dearer contract, and all but minutes with somebody on the spot.
    assert!(two_halls[0] > 10.0 * two_halls[1] && two_halls[1] > 2.0 * two_halls[2]);
}
