//! A design in words: its figures, what it costs against the start, what it takes in the model file.

use super::recommend::{more, with_interval};
use super::recommend_words::priced_choice;
use crate::results::{DesignResult, ObjectiveStanding, RecommendStudy, Standing, format};

/// A design, what it takes in the model file, and what it leaves unpriced.
pub(super) fn design_lines(study: &RecommendStudy, index: usize) -> Vec<String> {
    let design = &study.designs[index];
    let mut lines = vec![format!(
        "{}{}: {}.",
        design.label,
        if index == 0 { ", as it is" } else { "" },
        figures(design, &study.currency)
    )];
    if let Some(cost) = design
        .against_start
        .as_ref()
        .and_then(|against| against.running_cost)
    {
        let with_failure = design.against_start.as_ref();
        let with_failure = with_failure.and_then(|against| against.cost_with_failure.as_ref());
        let failure = with_failure.map_or_else(String::new, |cost| {
            format!(
                "; with failure {}",
                with_interval(cost, &study.currency, " (", ")")
            )
        });
        let start = &study.designs[0].label;
        lines.push(format!(
            "  {} a month against {start}{failure}.",
            more(cost, &study.currency)
        ));
    }
    if !design.set.is_empty() {
        lines.push(format!("  In the model: {}", design.set.join("; ")));
    }
    let free: Vec<&str> = (design.changes.iter())
        .filter(|change| change.not_priced.is_some())
        .map(|change| change.words.as_str())
        .collect();
    if !free.is_empty() {
        lines.push(format!(
            "  Free in this model: not priced: {}. What that takes in work and tools is not in the figures.",
            free.join("; ")
        ));
    }
    let is_pattern = study
        .designs
        .first()
        .is_some_and(|start| start.pattern != design.pattern);
    if is_pattern {
        let either = if free.is_empty() { "" } else { " either" };
        lines.push(format!("  Not priced{either}: the engineering work of moving to another pattern, such as making a database take writes in several regions."));
    }
    lines
}

/// A design that may have been shown before.
pub(super) fn once_more(study: &RecommendStudy, index: usize) -> Vec<String> {
    let beyond_doubt = study.choice_beyond_doubt.filter(|_| {
        let choice = study.choice.map(|index| study.designs[index].standing);
        choice != Some(Standing::Met)
    });
    let shown = [
        study.choice,
        study.nearest,
        priced_choice(study),
        beyond_doubt,
    ];
    if shown.contains(&Some(index)) {
        vec![format!("{}, as above.", study.designs[index].label)]
    } else {
        design_lines(study, index)
    }
}

/// Availability, costs, and the objectives missed or met.
pub(super) fn figures(design: &DesignResult, currency: &str) -> String {
    let mut parts = vec![available(design)];
    if let Some(total) = design.cost_per_month.total {
        parts.push(format!(
            "{} a month",
            format::money_rounded(total, currency)
        ));
    }
    if let Some(total) = &design.cost_per_month.total_with_failure {
        parts.push(format!(
            "{} with failure ({})",
            format::money_rounded(total.mean, currency),
            format::money_interval(total.low, total.high, currency)
        ));
    }
    let wanted: Vec<String> = design.objectives.iter().map(objective).collect();
    if !wanted.is_empty() {
        parts.push(wanted.join(", "));
    }
    parts.join("; ")
}

fn available(design: &DesignResult) -> String {
    let interval = format::availability_interval(&design.unavailability);
    format!(
        "{} available{}",
        format::availability(&design.unavailability),
        interval.map_or_else(String::new, |interval| format!(" ({interval})"))
    )
}

fn objective(of: &ObjectiveStanding) -> String {
    let name = match of.seconds {
        None => format!("SLO of {}", format::target(of.wanted)),
        Some(seconds) => format!(
            "{} of {}",
            of.objective.to_uppercase(),
            format::duration(seconds)
        ),
    };
    let is_met = of.nines_missing <= 0.0;
    let verdict = match (of.standing, is_met) {
        (Standing::Undecided, true) => "met, not surely",
        (_, true) => "met",
        (Standing::Undecided, false) => "missed, not surely",
        (_, false) => "missed",
    };
    match (of.seconds, of.found, of.low.zip(of.high)) {
        (Some(_), Some(found), Some((low, high))) => format!(
            "{name} {verdict} ({} within it, {}; {} wanted)",
            format::probability(found),
            format::probability_interval(low, high),
            format::probability(of.wanted)
        ),
        _ if is_met => format!("{name} {verdict}"),
        _ => format!(
            "{name} {verdict} by a factor of {}",
            format::significant(10_f64.powf(of.nines_missing), 2)
        ),
    }
}

/// What is changed in it.
pub(super) fn words(design: &DesignResult) -> String {
    let words = design.changes.iter().map(|change| change.words.as_str());
    words.collect::<Vec<_>>().join(" + ")
}
