//! `exact`: figures without sampling, where a topology allows it.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::args::{ExactArgs, ExactFormat};
use super::failure::Failure;
use super::load::{load, topology};
use super::streams::Streams;
use crate::exact::{Answer, Effort, Figure, Route, Solution, solve_in_stages};
use crate::model::TopologySpec;
use crate::plan::{Plan, compile};
use crate::results::format;
use crate::topology::expand;

/// Width of the column of names.
const NAME_WIDTH: usize = 34;

pub(super) fn exact(args: &ExactArgs, streams: &mut Streams) -> Result<(), Failure> {
    let (model, _) = load(args.model.as_deref())?;
    let specs: Vec<(&str, &TopologySpec)> = match &args.topology {
        Some(name) => vec![topology(&model, name)?],
        None => model
            .topologies
            .iter()
            .map(|(name, spec)| (name.as_str(), spec))
            .collect(),
    };
    let answers: Vec<(Plan, Answer)> = specs
        .iter()
        .map(|(name, spec)| {
            let plan = compile(&model, &expand(&model, name, spec));
            let answer = solve_in_stages(&plan, Effort::Full, args.stages);
            (plan, answer)
        })
        .collect();
    if args.stages.is_some() {
        for (plan, answer) in &answers {
            if (answer.solution.as_ref()).is_some_and(|solution| solution.stages.is_none()) {
                let name = &plan.names.topology;
                streams.note(&format!("--stages: no time of {name} is cut into stages"));
            }
        }
    }
    let text = match args.format {
        ExactFormat::Text => answers
            .iter()
            .map(|(plan, answer)| text(plan, answer, args.model.as_deref()))
            .collect::<Vec<_>>()
            .join("\n"),
        ExactFormat::Json => {
            let topologies: Vec<Value> = answers
                .iter()
                .map(|(plan, answer)| in_json(plan, answer))
                .collect();
            let all = json!({ "schema": 1, "model": model.name, "topologies": topologies });
            format!("{all:#}\n")
        }
    };
    streams.data(&text)
}

fn text(plan: &Plan, answer: &Answer, model: Option<&Path>) -> String {
    let names = &plan.names;
    let cells = format::cells(names.n_cells() as u32, names.n_regions());
    let mut text = format!("{} ({}{cells})\n", names.topology, names.pattern);
    if let Some(solution) = &answer.solution {
        write_figures(&mut text, plan, solution);
    }
    for refusal in &answer.refusals {
        let route = refusal.route.name();
        let _ = writeln!(text, "  no {route}: {}", refusal.reason);
    }
    if answer.solution.is_none() {
        let file = model.map_or_else(String::new, |path| format!("{} ", path.display()));
        let _ = writeln!(
            text,
            "  by sampling: failscape run {file}-t {}",
            names.topology
        );
    }
    text
}

fn write_figures(text: &mut String, plan: &Plan, solution: &Solution) {
    let mut unknown = Vec::new();
    let mut line = |name: &str, figure: &Figure| {
        let _ = writeln!(
            text,
            "  {name:<NAME_WIDTH$}{:.11e}  {}, ± {:.1e}",
            figure.value,
            figure.accuracy.name(),
            figure.error
        );
    };
    line("unavailability", &solution.unavailability);
    for (name, journey) in plan.names.journeys.iter().zip(&solution.journeys) {
        line(&format!("{name}: requests lost"), &journey.unavailability);
        line(&format!("{name}: time down"), &journey.time_unavailability);
    }
    for (name, figure) in [
        (
            "requests lost in the long run",
            &solution.steady_state_unavailability,
        ),
        ("outages a year", &solution.outages_per_year),
        ("hours to the first outage", &solution.first_outage_hours),
    ] {
        match figure {
            Ok(figure) => line(name, figure),
            Err(reason) => unknown.push(format!("  {name}: not known, {reason}\n")),
        }
    }
    text.push_str(&unknown.concat());
    let route = solution.route.name();
    let _ = match solution.stages {
        Some(stages) => writeln!(text, "  by {route}, fixed times in up to {stages} stages"),
        None => writeln!(text, "  by {route}"),
    };
}

fn in_json(plan: &Plan, answer: &Answer) -> Value {
    let solution = answer.solution.as_ref();
    let journeys: Option<Map<String, Value>> = solution.map(|solution| {
        let journeys = plan.names.journeys.iter().zip(&solution.journeys);
        journeys
            .map(|(name, journey)| {
                let figures = json!({
                    "unavailability": figure(&journey.unavailability),
                    "time_unavailability": figure(&journey.time_unavailability),
                });
                (name.clone(), figures)
            })
            .collect()
    });
    let outages = solution.and_then(|solution| solution.outages_per_year.as_ref().ok());
    let first = solution.and_then(|solution| solution.first_outage_hours.as_ref().ok());
    let steady = solution.and_then(|solution| solution.steady_state_unavailability.as_ref().ok());
    let refusal = |route: &str, reason: &str| json!({ "route": route, "reason": reason });
    let refused: Vec<Value> = (answer.refusals.iter())
        .map(|refused| refusal(refused.route.name(), &refused.reason))
        .chain(solution.into_iter().flat_map(|solution| {
            let unknown = unknown(solution).into_iter();
            unknown.map(|(key, route, reason)| refusal(route, &format!("{key}: {reason}")))
        }))
        .collect();
    json!({
        "name": plan.names.topology,
        "pattern": plan.names.pattern,
        "route": solution.map(|solution| solution.route.name()),
        "unavailability": solution.map(|solution| figure(&solution.unavailability)),
        "journeys": journeys,
        "steady_state_unavailability": steady.map(figure),
        "outages_per_year": outages.map(figure),
        "first_outage_hours": first.map(figure),
        "stages": solution.and_then(|solution| solution.stages),
        "refused": refused,
    })
}

/// Figures that a solution does not have: key, the route that could tell, and why it does not.
fn unknown(solution: &Solution) -> Vec<(&'static str, &'static str, &str)> {
    let own = solution.route.name();
    // How things got to be as they are is known to a chain only.
    let figures = [
        (
            "steady_state_unavailability",
            own,
            &solution.steady_state_unavailability,
        ),
        ("outages_per_year", own, &solution.outages_per_year),
        (
            "first_outage_hours",
            Route::MarkovChain.name(),
            &solution.first_outage_hours,
        ),
    ];
    let unknown = figures.into_iter();
    unknown
        .filter_map(|(key, route, figure)| Some((key, route, &figure.as_ref().err()?[..])))
        .collect()
}

fn figure(figure: &Figure) -> Value {
    json!({ "value": figure.value, "error": figure.error, "accuracy": figure.accuracy.name() })
}
