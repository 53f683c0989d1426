//! How far traffic was from where it should be: the share of it in each region, over windows and over time.

use super::WindowOutcome;
use super::ledger::{LinearLoss, n_windows, traffic};
use super::traffic::Away;
use crate::plan::{BalancePlan, Plan, WindowPlan};

/// Slack of the comparison of a share with an end of what is tolerated: the rounding of times.
const SLACK: f64 = 1e-9;

/// How balanced a trial was.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BalanceOutcome {
    /// Windows in which every region had its share of the requests, and all of them.
    pub windows: WindowOutcome,
    /// Share of all requests that each region got beyond its usual one.
    pub beyond: Vec<f64>,
    /// Share of requests that came while some region had too many or too few of them.
    pub out: f64,
}

/// The balance of a trial whose traffic was away from its shares in the given spans, in order of time.
pub(super) fn balance(plan: &Plan, wanted: &BalancePlan, spans: &[Away]) -> BalanceOutcome {
    let n_regions = wanted.targets.len();
    let window = WindowPlan {
        seconds: wanted.seconds,
        target: 0.0,
        rolling: false,
    };
    let (start, end) = (plan.warm_up, plan.warm_up + plan.horizon);
    let requests = traffic(plan, start, end);
    let windows = n_windows(plan, window);
    let mut outcome = BalanceOutcome {
        windows: WindowOutcome {
            windows: windows as u32,
            met: 0,
        },
        beyond: vec![0.0; n_regions],
        out: 0.0,
    };
    // Requests beyond the usual ones, by window.
    let mut beyond = vec![vec![0.0; windows]; n_regions];
    let mut away = 0.0;
    let mut out = 0.0;
    for span in spans {
        let (a, b) = (span.start.max(start), span.end.min(end));
        if a >= b {
            continue;
        }
        away += traffic(plan, a, b);
        out += out_of_balance(plan, wanted, span, (a, b));
        for (region, beyond) in beyond.iter_mut().enumerate() {
            let usual = wanted.usual[region];
            let excess = LinearLoss::new(
                plan,
                (a, b),
                (
                    share(plan, span, region, a) - usual,
                    share(plan, span, region, b) - usual,
                ),
            );
            outcome.beyond[region] += excess.lost_until(f64::INFINITY, plan) / requests;
            excess.fill(beyond, Some(window), plan);
        }
    }
    if !wanted.holds(&wanted.usual, SLACK) {
        out += requests - away;
    }
    outcome.out = (out / requests).clamp(0.0, 1.0);
    let balanced = |index: &usize| {
        let opens = start + *index as f64 * window.seconds;
        let requests = traffic(plan, opens, opens + window.seconds);
        let shares: Vec<f64> = (beyond.iter().zip(&wanted.usual))
            .map(|(beyond, usual)| usual + beyond[*index] / requests)
            .collect();
        wanted.holds(&shares, SLACK)
    };
    outcome.windows.met = (0..windows).filter(balanced).count() as u32;
    outcome
}

/// Share of all cells of a region at a time within a span.
fn share(plan: &Plan, span: &Away, region: usize, time: f64) -> f64 {
    let cells = (region..plan.regions.len()).step_by(plan.names.n_regions());
    cells.map(|cell| span.share(cell, time)).sum()
}

/// Requests that came within a part of a span while some share was out of what is tolerated.
fn out_of_balance(plan: &Plan, wanted: &BalancePlan, span: &Away, (a, b): (f64, f64)) -> f64 {
    let mut cuts = vec![a, b];
    for (region, target) in wanted.targets.iter().enumerate() {
        let (at_a, at_b) = (share(plan, span, region, a), share(plan, span, region, b));
        for edge in [target - wanted.tolerance, target + wanted.tolerance] {
            if (at_a - edge) * (at_b - edge) < 0.0 {
                cuts.push(a + (b - a) * (edge - at_a) / (at_b - at_a));
            }
        }
    }
    cuts.sort_by(f64::total_cmp);
    (cuts.windows(2))
        .filter(|piece| piece[0] < piece[1])
        .filter(|piece| {
            let middle = 0.5 * (piece[0] + piece[1]);
            let shares: Vec<f64> = (0..wanted.targets.len())
                .map(|region| share(plan, span, region, middle))
                .collect();
            !wanted.holds(&shares, SLACK)
        })
        .map(|piece| traffic(plan, piece[0], piece[1]))
        .sum()
}
