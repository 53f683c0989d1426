//! A played scenario as CSV: its totals, and success over time.

use super::csv::{Columns, written};
use super::csv_rows::Rows;
use crate::results::{Estimate, Injection};

/// One row for each topology and journey, and for all journeys together.
///
/// # Errors
///
/// None in practice: rows have as many cells as the header and memory takes every write.
pub fn injection_csv(injection: &Injection) -> Result<String, csv::Error> {
    let mut rows = Rows::new();
    let unit = if injection.rate_per_second.is_some() {
        "requests_lost"
    } else {
        "lost_seconds_of_mean_traffic"
    };
    let ends = ["", "_low", "_high"];
    let named = |name: &str| ends.map(|end| format!("{name}{end}"));
    let mut header: Vec<String> = ["topology", "pattern", "journey", "trials", "exact"]
        .map(str::to_owned)
        .to_vec();
    for name in [
        unit,
        "down_seconds",
        "until_back_seconds",
        "detect_seconds",
        "decide_seconds",
    ] {
        header.extend(named(name));
    }
    for name in [
        "activate_seconds",
        "data_loss_seconds",
        "rto_met",
        "rpo_met",
    ] {
        header.extend(named(name));
    }
    rows.push(&header)?;
    for topology in &injection.topologies {
        let all = [(String::new(), &topology.all)];
        let journeys = topology
            .journeys
            .iter()
            .map(|(name, journey)| (name.clone(), journey));
        for (name, journey) in all.into_iter().chain(journeys) {
            // What is said of the whole topology stands in its own row only.
            let whole = |figure: Option<&Estimate>| figure.filter(|_| name.is_empty()).cloned();
            let figures = [
                Some(journey.requests_lost.clone()),
                Some(journey.down_seconds.clone()),
                whole(topology.until_back.mean.as_ref()),
                whole(topology.detect.mean.as_ref()),
                whole(topology.decide.mean.as_ref()),
                whole(topology.activate.mean.as_ref()),
                whole(topology.data_loss.mean.as_ref()),
                whole(topology.rto_met.as_ref()),
                whole(topology.rpo_met.as_ref()),
            ];
            let mut row = vec![
                topology.name.clone(),
                topology.pattern.clone(),
                if name.is_empty() {
                    "(all)".to_owned()
                } else {
                    name.clone()
                },
                topology.trials.to_string(),
                topology.exact.to_string(),
            ];
            for figure in figures {
                match figure {
                    Some(figure) => {
                        let ends = [figure.mean, figure.low, figure.high];
                        row.extend(ends.map(|end| end.to_string()));
                    }
                    None => row.extend(["", "", ""].map(str::to_owned)),
                }
            }
            rows.push(&row)?;
        }
    }
    rows.into_text()
}

/// One row for each two topologies: the first less the second.
///
/// # Errors
///
/// None in practice: rows have as many cells as the header and memory takes every write.
pub fn differences_csv(injection: &Injection) -> Result<String, csv::Error> {
    let lost = if injection.rate_per_second.is_some() {
        "requests_lost"
    } else {
        "lost_seconds_of_mean_traffic"
    };
    written(injection.differences.iter().map(|difference| {
        let mut row = Columns::default();
        row.text("of", &difference.of);
        row.text("less", &difference.from);
        row.estimate(lost, "", Some(&difference.requests_lost));
        row.estimate("down_seconds", "", Some(&difference.down_seconds));
        row.number("loses_less", Some(difference.less));
        row.number("loses_as_much", Some(difference.equal));
        row.number("loses_more", Some(difference.more));
        row.number("chance_that_it_is_better", Some(difference.better));
        row.0
    }))
}

/// Success over time: one row for each topology, journey and interval.
///
/// # Errors
///
/// None in practice: rows have as many cells as the header and memory takes every write.
pub fn timeline_csv(injection: &Injection) -> Result<String, csv::Error> {
    let mut rows = Rows::new();
    rows.push([
        "topology",
        "journey",
        "from_seconds",
        "to_seconds",
        "success_mean",
        "success_low",
        "success_high",
        "success_p5",
        "success_p50",
        "success_p95",
        "phase",
        "phase_share",
    ])?;
    for topology in &injection.topologies {
        let all = [("(all)", &topology.all)];
        let journeys = topology
            .journeys
            .iter()
            .map(|(name, journey)| (name.as_str(), journey));
        for (name, journey) in all.into_iter().chain(journeys) {
            let mut from = 0.0;
            let points = topology
                .ends
                .iter()
                .zip(&journey.success)
                .zip(&topology.doing);
            for ((to, point), doing) in points {
                let most = doing.iter().max_by(|a, b| a.1.total_cmp(b.1));
                let (phase, share) = most.map_or(("", 0.0), |(phase, share)| (phase, *share));
                let numbers = [
                    from, *to, point.mean, point.low, point.high, point.p5, point.p50, point.p95,
                ];
                let numbers = numbers.map(|number| number.to_string());
                let mut row = vec![topology.name.clone(), name.to_owned()];
                row.extend(numbers);
                row.extend([phase.to_owned(), share.to_string()]);
                rows.push(&row)?;
                from = *to;
            }
        }
    }
    rows.into_text()
}
