//! How a topology keeps what was promised, as rows of measure, value and interval: for terminals, Markdown and the page.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment};
use owo_colors::OwoColorize;

use super::markdown::escaped;
use super::table::{rendered, table};
use crate::results::{
    BalanceResult, BudgetUsed, ContractResult, CreditsResult, Estimate, Results, SloResult,
    Standing, TopologyResult, format,
};

/// Longest measure that is shown in full.
const WIDTH: usize = 60;

/// One figure of the contract.
pub(super) struct Fact {
    pub(super) measure: String,
    pub(super) value: String,
    pub(super) interval: String,
}

fn fact(measure: impl Into<String>, value: String, interval: String) -> Fact {
    Fact {
        measure: measure.into(),
        value,
        interval,
    }
}

/// Whether the window of the SLO rolls.
pub(super) fn rolls(results: &Results) -> bool {
    let contracts = results
        .topologies
        .iter()
        .filter_map(|topology| topology.contract.as_ref());
    let mut slos = contracts.filter_map(|contract| contract.slo.as_ref());
    slos.any(|slo| slo.windows_in_trial.is_none())
}

/// The length of a window in words: `a month`, `30 d`.
fn window(hours: f64) -> String {
    if (hours - 730.0).abs() < 1e-6 {
        "a month".to_owned()
    } else {
        format::duration(hours * 3600.0)
    }
}

/// The same with what it is the length of.
fn a_window(window: &str) -> String {
    if window.starts_with("a ") {
        window.to_owned()
    } else {
        format!("a window of {window}")
    }
}

/// All figures of the contract; empty if nothing is promised.
pub(super) fn facts(topology: &TopologyResult, results: &Results) -> Vec<Fact> {
    let Some(contract) = &topology.contract else {
        return Vec::new();
    };
    let mut facts = Vec::new();
    if let Some(slo) = &contract.slo {
        of_slo(&mut facts, slo, results);
    }
    if let Some(balance) = &contract.balance {
        of_balance(&mut facts, balance);
    }
    if let Some(sla) = &contract.sla {
        of_credits(&mut facts, sla, results);
    }
    of_promises(&mut facts, contract);
    facts
}

fn chance(measure: impl Into<String>, figure: &Estimate) -> Fact {
    fact(
        measure,
        format::probability(figure.mean),
        figure.spread(|| format::probability_interval(figure.low, figure.high)),
    )
}

/// `a window of 30d`, `12 windows of 730 h`.
fn of_a_trial(results: &Results) -> String {
    if (results.horizon_hours - 8760.0).abs() < 1e-6 {
        "a year".to_owned()
    } else {
        format::duration(results.horizon_hours * 3600.0)
    }
}

fn of_slo(facts: &mut Vec<Fact>, slo: &SloResult, results: &Results) {
    let window = window(slo.window_hours);
    let target = format::target(slo.target);
    let trial = of_a_trial(results);
    facts.push(fact(
        format!("Error budget of {target} in {window}"),
        format::minutes(slo.budget_minutes),
        String::new(),
    ));
    if let Some(windows) = slo.windows_in_trial {
        let measure = format!("SLO met in {}", a_window(&window));
        facts.push(chance(measure, &slo.met));
        let measure = format!("… in all {windows} windows of {trial}");
        facts.push(chance(measure, &slo.all_met));
    } else {
        let measure = format!("SLO met over the last {window}, share of the time");
        facts.push(chance(measure, &slo.met));
        let measure = format!("… at every instant of {trial}");
        facts.push(chance(measure, &slo.all_met));
    }
    if let Some(used) = &slo.budget_used {
        of_budget(facts, "Budget used in a window", used);
    }
    if let Some(worst) = &slo.worst_budget_used {
        let measure = if slo.windows_in_trial.is_some() {
            format!("Budget used in the worst window of {trial}")
        } else {
            format!("Budget used at the worst instant of {trial}")
        };
        of_budget(facts, &measure, worst);
    }
    let told = |used: f64| [0.5, 1.0, 2.0].contains(&used);
    for point in slo.budget_beyond.iter().filter(|point| told(point.used)) {
        facts.push(fact(
            format!(
                "Chance of a window to use over {} of its budget",
                share(point.used)
            ),
            format::probability(point.p),
            format::probability_interval(point.low, point.high),
        ));
    }
}

/// A share that may exceed 1.
fn share(share: f64) -> String {
    format!("{} %", format::significant(share * 100.0, 3))
}

fn of_budget(facts: &mut Vec<Fact>, measure: &str, used: &BudgetUsed) {
    if let Some(mean) = &used.mean {
        facts.push(fact(
            format!("{measure}, mean"),
            share(mean.mean),
            format!("{} to {}", share(mean.low), share(mean.high)),
        ));
    }
    let interval = match (used.p95_low, used.p95_high) {
        (Some(low), Some(high)) => format!("{} to {}", share(low), share(high)),
        _ => format::NO_DATA.to_owned(),
    };
    let measure = if used.mean.is_some() {
        "… p95".to_owned()
    } else {
        format!("{measure}, p95")
    };
    facts.push(fact(measure, share(used.p95), interval));
}

fn of_balance(facts: &mut Vec<Fact>, balance: &BalanceResult) {
    let window = window(balance.window_hours);
    facts.push(chance(
        format!(
            "Balance within ±{} in {}",
            share(balance.tolerance),
            a_window(&window)
        ),
        &balance.met,
    ));
    facts.push(chance(
        "… share of the requests that came out of balance",
        &balance.out_of_balance,
    ));
    let digits = |share: f64| format!("{} %", format::significant(share * 100.0, 4));
    for (name, region) in &balance.regions {
        let found = &region.share;
        facts.push(fact(
            format!(
                "… share of {} (wanted {})",
                format::truncated(name, 24),
                share(region.target)
            ),
            digits(found.mean),
            found.spread(|| format!("{} to {}", digits(found.low), digits(found.high))),
        ));
    }
}

fn of_credits(facts: &mut Vec<Fact>, sla: &CreditsResult, results: &Results) {
    let window = a_window(&window(sla.window_hours));
    for tier in &sla.tiers {
        facts.push(chance(
            format!(
                "Chance of {window} to refund {} (below {})",
                share(tier.refund),
                format::target(tier.below)
            ),
            &tier.chance,
        ));
    }
    facts.push(chance(
        format!("Chance of any refund in {}", of_a_trial(results)),
        &sla.any,
    ));
    let Some(credits) = &sla.credits_per_year else {
        return;
    };
    let currency = &format::printable(&results.currency);
    facts.push(fact(
        "Refunds a year, mean",
        format::money_rounded(credits.mean, currency),
        format::money_interval(credits.low, credits.high, currency),
    ));
    let interval = match (credits.p95_low, credits.p95_high) {
        (Some(low), Some(high)) => format::money_interval(low, high, currency),
        _ => format::NO_DATA.to_owned(),
    };
    facts.push(fact(
        "… p95",
        format::money_rounded(credits.p95, currency),
        interval,
    ));
}

fn of_promises(facts: &mut Vec<Fact>, contract: &ContractResult) {
    for promise in &contract.promises {
        let standing = match promise.standing {
            Standing::Met => "kept",
            Standing::Undecided => "undecided",
            Standing::Missed => "broken",
        };
        let availability = &promise.availability;
        let ends = |end: f64| format::target(end.max(0.0));
        facts.push(fact(
            format!(
                "{} {} promises {}",
                capital(&promise.kind),
                format::truncated(&promise.name, 24),
                format::target(promise.promise)
            ),
            format!("{}, {standing}", format::target(round(availability.mean))),
            availability.spread(|| {
                format!(
                    "{} to {}",
                    ends(round(availability.low)),
                    ends(round(availability.high))
                )
            }),
        ));
    }
}

/// An availability with two digits of what is lost.
fn round(availability: f64) -> f64 {
    let lost = 1.0 - availability;
    if lost <= 0.0 {
        return 1.0;
    }
    let step = 10_f64.powf(lost.log10().floor() - 1.0);
    1.0 - (lost / step).round() * step
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The section of one topology for terminals; empty if nothing is promised.
pub(super) fn contract_text(topology: &TopologyResult, results: &Results, width: u16) -> String {
    let facts = facts(topology, results);
    if facts.is_empty() {
        return String::new();
    }
    let mut text = String::new();
    let _ = writeln!(text, "\n{}", "Contract".bold());
    let level = format::level(results.confidence);
    let mut rows = table(["promise", "found", &format!("{level} interval")]);
    for fact in facts {
        rows.add_row([
            Cell::new_owned(format::truncated(&fact.measure, WIDTH + 20)),
            Cell::new_owned(fact.value).set_alignment(CellAlignment::Right),
            Cell::new_owned(fact.interval).set_alignment(CellAlignment::Right),
        ]);
    }
    text.push_str(&rendered(rows, CellAlignment::Right, width));
    text
}

/// The contract of the recommended topology as Markdown, or of the only one; empty if nothing is promised.
pub(super) fn contract_markdown(results: &Results) -> String {
    let chosen = results.recommended.as_ref().map(|taken| &taken.name);
    let topology = (results.topologies.iter())
        .find(|topology| chosen == Some(&topology.name) || results.topologies.len() == 1);
    let facts = topology.map_or_else(Vec::new, |topology| facts(topology, results));
    let (Some(topology), false) = (topology, facts.is_empty()) else {
        return String::new();
    };
    let level = format::level(results.confidence);
    let name = escaped(&format::truncated(&topology.name, WIDTH));
    let mut text = format!(
        "\n<details><summary>Contract of {name}</summary>\n\n| promise | found | {level} interval |\n|:--|--:|--:|\n"
    );
    for fact in facts {
        let cells = [fact.measure, fact.value, fact.interval].map(|cell| escaped(&cell));
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text.push_str("\n</details>\n");
    text
}
