//! Which topology to take, and one sentence why.

use crate::results::{ObjectivesEcho, Recommendation, TopologyResult, format};

use super::objectives::{Verdict, verdicts};

/// The topology of the lowest `total_with_failure` among those that meet the objectives, else the nearest to them.
///
/// Where failures are not priced, `total` decides. Nearest is the smallest sum, over the objectives missed, of the
/// logarithm of found over allowed failures (nines missing); among equals the cheapest, and of equal cost the most available.
/// `None` if nothing is priced.
#[must_use]
pub fn recommend(
    topologies: &[TopologyResult],
    objectives: &ObjectivesEcho,
    currency: &str,
) -> Option<Recommendation> {
    let mut candidates: Vec<Candidate> = topologies
        .iter()
        .filter_map(|t| Candidate::of(t, objectives))
        .collect();
    candidates.sort_by(|a, b| {
        a.shortfall()
            .total_cmp(&b.shortfall())
            .then(cents(a.cost).total_cmp(&cents(b.cost)))
            .then(a.lost().total_cmp(&b.lost()))
    });
    let (best, others) = candidates.split_first()?;
    let why = match (best.verdicts.is_empty(), best.meets()) {
        (true, _) => why_cheapest(best, others, currency),
        (false, true) => why_meets(best, others, currency),
        (false, false) => why_nearest(best, currency),
    };
    Some(Recommendation {
        name: best.topology.name.clone(),
        why,
        meets_objectives: best.meets(),
    })
}

/// A topology with a price, judged.
struct Candidate<'a> {
    topology: &'a TopologyResult,
    cost: f64,
    failure_priced: bool,
    verdicts: Vec<Verdict>,
}

impl<'a> Candidate<'a> {
    fn of(topology: &'a TopologyResult, objectives: &ObjectivesEcho) -> Option<Self> {
        let bill = &topology.cost_per_month;
        let with_failure = bill
            .total_with_failure
            .as_ref()
            .map(|estimate| estimate.mean);
        Some(Self {
            topology,
            cost: with_failure.or(bill.total)?,
            failure_priced: with_failure.is_some(),
            verdicts: verdicts(topology, objectives),
        })
    }

    fn meets(&self) -> bool {
        self.verdicts.iter().all(|verdict| verdict.met)
    }

    fn shortfall(&self) -> f64 {
        self.verdicts.iter().map(|verdict| verdict.shortfall).sum()
    }

    fn lost(&self) -> f64 {
        self.topology.unavailability.mean
    }

    fn cost_in_words(&self, currency: &str) -> String {
        let amount = format::money_rounded(self.cost, currency);
        if self.failure_priced {
            format!("{amount} a month with the cost of failure")
        } else {
            format!("{amount} a month before the cost of failure, which is not priced")
        }
    }
}

fn why_cheapest(best: &Candidate<'_>, others: &[Candidate<'_>], currency: &str) -> String {
    let available = format::availability(&best.topology.unavailability);
    let against = others
        .first()
        .map_or_else(String::new, |next| less_than(best, next, currency));
    format!(
        "{} costs the least, {}{against}, and is {available} available; the model sets no SLO and no RTO",
        best.topology.name,
        best.cost_in_words(currency)
    )
}

fn why_meets(best: &Candidate<'_>, others: &[Candidate<'_>], currency: &str) -> String {
    let facts = facts(best.verdicts.iter(), best.topology);
    let rival = others.iter().find(|candidate| candidate.meets());
    let (rank, against) = match rival {
        Some(next) => (
            "the cheapest topology that meets",
            less_than(best, next, currency),
        ),
        None if others.is_empty() => ("a topology that meets", String::new()),
        None => ("the only topology that meets", String::new()),
    };
    format!(
        "{} is {rank} the objectives: {facts}, for {}{against}",
        best.topology.name,
        best.cost_in_words(currency)
    )
}

fn why_nearest(best: &Candidate<'_>, currency: &str) -> String {
    let facts = facts(
        best.verdicts.iter().filter(|verdict| !verdict.met),
        best.topology,
    );
    format!(
        "no topology meets the objectives; {} comes nearest: {facts}, for {}",
        best.topology.name,
        best.cost_in_words(currency)
    )
}

fn facts<'a>(verdicts: impl Iterator<Item = &'a Verdict>, topology: &TopologyResult) -> String {
    verdicts
        .map(|verdict| verdict.in_words(topology))
        .collect::<Vec<_>>()
        .join(", ")
}

fn less_than(best: &Candidate<'_>, next: &Candidate<'_>, currency: &str) -> String {
    let rival = &next.topology.name;
    if cents(next.cost) == cents(best.cost) {
        return if best.lost() < next.lost() {
            format!(" (as much as {rival}, which is less available)")
        } else {
            format!(" (as much as {rival})")
        };
    }
    let saved = format::money_rounded(next.cost - best.cost, currency);
    format!(" ({saved} less than {rival})")
}

/// Costs that differ by less are the same, whatever the order in which their lines were added up.
fn cents(cost: f64) -> f64 {
    (100.0 * cost).round()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::assemble::tests::topology;
    use crate::results::{Estimate, Route};

    fn objectives() -> ObjectivesEcho {
        ObjectivesEcho {
            slo_target: Some(0.9995),
            rto_seconds: Some(900.0),
            ..ObjectivesEcho::default()
        }
    }

    fn share(mean: f64) -> Estimate {
        Estimate {
            mean,
            low: mean - 0.01,
            high: mean + 0.01,
            level: 0.95,
            n: 100,
            interval: "wilson".to_owned(),
            route: Route::Simulated,
            simulated: None,
        }
    }

    #[test]
    fn the_cheapest_that_meets_the_objectives_is_taken() {
        let mut cheap = topology("cheap", Some(10.0), 1e-2);
        cheap.rto_met = Some(share(0.99));
        let mut good = topology("good", Some(1000.0), 1e-4);
        good.rto_met = Some(share(0.97));
        let mut best = topology("best", Some(2000.0), 1e-5);
        best.rto_met = Some(share(0.99));
        let taken = recommend(&[cheap, best, good], &objectives(), "USD").unwrap();
        assert_eq!(taken.name, "good");
        assert!(taken.meets_objectives);
        assert!(
            taken
                .why
                .contains("97 % of outages within the RTO of 15 min (target 95 %)"),
            "{}",
            taken.why
        );
        assert!(taken.why.contains("$1,000 less than best"), "{}", taken.why);
    }

    #[test]
    fn the_nearest_says_what_it_misses() {
        let mut near = topology("near", Some(1000.0), 1e-3);
        near.rto_met = Some(share(0.99));
        let far = topology("far", Some(10.0), 1e-2);
        let taken = recommend(&[far, near], &objectives(), "USD").unwrap();
        assert_eq!(taken.name, "near");
        assert!(!taken.meets_objectives);
        assert!(
            taken.why.contains("below the target of 99.95 %"),
            "{}",
            taken.why
        );
        assert!(!taken.why.contains("RTO"), "{}", taken.why);
    }

    #[test]
    fn cost_of_failure_decides_where_it_is_priced() {
        let mut fragile = topology("fragile", Some(10.0), 1e-2);
        fragile.cost_per_month.total_with_failure = Some(share(5000.0));
        let mut sturdy = topology("sturdy", Some(1000.0), 1e-4);
        sturdy.cost_per_month.total_with_failure = Some(share(1100.0));
        let taken = recommend(&[fragile, sturdy], &ObjectivesEcho::default(), "USD").unwrap();
        assert_eq!(taken.name, "sturdy");
    }

    #[test]
    fn without_prices_there_is_no_recommendation() {
        assert!(recommend(&[topology("a", None, 1e-3)], &objectives(), "USD").is_none());
    }

    #[test]
    fn of_equal_cost_the_more_available_is_taken() {
        let cheap = |name: &str, lost: f64| {
            let mut topology = topology(name, Some(100.0), lost);
            topology.cost_per_month.total_with_failure = None;
            topology
        };
        let topologies = [cheap("one-zone", 1e-3), cheap("three-zones", 1e-5)];
        let taken = recommend(&topologies, &ObjectivesEcho::default(), "USD").unwrap();
        assert_eq!(taken.name, "three-zones");
        assert!(
            taken
                .why
                .contains("(as much as one-zone, which is less available)"),
            "{}",
            taken.why
        );
    }
}
