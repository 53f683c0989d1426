//! `inject`: scripted faults, played on every topology side by side.

use std::path::Path;

use super::args::{BackgroundChoice, DrillChoice, InjectArgs};
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::load::{load, topology};
use super::observer::{RunObserver, progress_bar};
use super::settings::{Charts, threads};
use super::streams::Streams;
use super::study_files::{Ended, PAGE_FILE, StudyFiles, open_folder, study_json};
use crate::chart;
use crate::estimate::{Injected, TimelineShape, injected, injected_difference};
use crate::model::{Mapping, Model, Scenario, TopologySpec, load_scenario, load_scenario_str};
use crate::montecarlo::{Estimator, RunSettings, is_certain, live};
use crate::plan::{Plan, compile};
use crate::report::{
    PlayedModel, differences_csv, injection_csv, injection_markdown, injection_page,
    injection_text, scenario_list, timeline_csv,
};
use crate::results::{InjectedTopology, Injection, ScenarioEcho};
use crate::scenario::{Background, Carried, Drill, DrillForm, drill_text, library, stage};
use crate::topology::expand;

pub(super) fn inject(args: &InjectArgs, streams: &mut Streams) -> Result<(), Failure> {
    if args.list {
        return list(streams);
    }
    let (model, _) = load(args.model.as_deref())?;
    if let Some(name) = &args.print {
        return print(name, args, &model, streams);
    }
    let maps: Vec<Mapping> = (args.map.iter())
        .map(|(from, to)| Mapping::new(from, to))
        .collect();
    let scenario = scenario(args, &model, &maps)?;
    if let Some(idle) = maps.iter().find(|map| !map.is_used()) {
        return Err(Failure::Usage(
            format!("the scenario has no place `{}`", idle.from),
            "write --map PLACE_OF_THE_SCENARIO=PLACE_OF_THE_MODEL".to_owned(),
        ));
    }
    let specs = topologies(args, &model)?;
    let names = [&model.name, "inject", &scenario.name];
    let folder = open_folder(&args.output, &names)?;
    let settings = settings(args);
    let (injection, interrupted) = play(args, &model, &scenario, &specs, &settings, streams)?;
    let files = files(&model, &injection, Charts::unless(args.output.no_charts))?;
    let ended = Ended::by(interrupted);
    files.deliver(folder, &args.output, &settings, ended, streams)
}

fn settings(args: &InjectArgs) -> RunSettings {
    RunSettings {
        seed: args.seed,
        trials: Some(args.trials),
        precision: None,
        together: false,
        precision_of_differences: None,
        max_time: None,
        confidence: args.confidence,
        threads: threads(args.threads),
        estimator: Estimator::Plain,
    }
}

/// The topologies asked for, in file order.
fn topologies<'m>(
    args: &InjectArgs,
    model: &'m Model,
) -> Result<Vec<(&'m str, &'m TopologySpec)>, Failure> {
    for name in &args.topology {
        topology(model, name)?;
    }
    let all = model.topologies.iter();
    let wanted = |name: &String| args.topology.is_empty() || args.topology.contains(name);
    Ok(all
        .filter(|(name, _)| wanted(name))
        .map(|(name, spec)| (name.as_str(), spec))
        .collect())
}

/// The scenario asked for: a drill, a file, or one that the program carries.
fn scenario(args: &InjectArgs, model: &Model, maps: &[Mapping]) -> Result<Scenario, Failure> {
    if let Some(drill) = args.drill {
        let text = drill_of(drill, args, model)?;
        let name = format!("drill {}", named(drill).name());
        return Ok(load_scenario_str(&name, &text, model, maps)?);
    }
    let asked = args.scenario.as_deref().unwrap_or_default();
    if Path::new(asked).exists() {
        return Ok(load_scenario(Path::new(asked), model, maps)?);
    }
    let carried = library().iter().find(|carried| carried.name == asked);
    match carried {
        Some(carried) => Ok(load_scenario_str(carried.name, carried.text, model, maps)?),
        None => Err(unknown(asked)),
    }
}

fn named(drill: DrillChoice) -> Drill {
    match drill {
        DrillChoice::LoseZone => Drill::LoseZone,
        DrillChoice::LoseDependency => Drill::LoseDependency,
        DrillChoice::IsolateRegion => Drill::IsolateRegion,
        DrillChoice::RecoverRegion => Drill::RecoverRegion,
    }
}

fn drill_of(drill: DrillChoice, args: &InjectArgs, model: &Model) -> Result<String, Failure> {
    let form = DrillForm {
        place: args.place.clone(),
        at_seconds: args.at.map(|time| time.as_secs_f64()),
        lasts_seconds: args.lasts.map(|time| time.as_secs_f64()),
    };
    drill_text(named(drill), &form, model).map_err(|(message, hint)| Failure::Usage(message, hint))
}

fn unknown(asked: &str) -> Failure {
    let stem = |carried: &Carried| carried.name;
    let distance = |name: &str| strsim::damerau_levenshtein(name, asked);
    let nearest = library().iter().map(stem).min_by_key(|name| distance(name));
    let near = nearest.filter(|name| {
        name.contains(asked) || distance(name) <= (asked.chars().count() / 3).max(1)
    });
    let hint = near.map_or_else(
        || "name a file, or one of `failscape inject --list`".to_owned(),
        |name| format!("did you mean `{name}`? `failscape inject --list` says what there is"),
    );
    Failure::Usage(
        format!("no file and no scenario of the program is called `{asked}`"),
        hint,
    )
}

fn list(streams: &mut Streams) -> Result<(), Failure> {
    let (model, _) = load(None)?;
    let mut scenarios = Vec::new();
    for carried in library() {
        let scenario = load_scenario_str(carried.name, carried.text, &model, &[])?;
        scenarios.push((carried.name, scenario));
    }
    streams.data(&scenario_list(&scenarios, Streams::width()))
}

/// Prints a scenario as a file to start from.
fn print(
    name: &str,
    args: &InjectArgs,
    model: &Model,
    streams: &mut Streams,
) -> Result<(), Failure> {
    let drills = [
        DrillChoice::LoseZone,
        DrillChoice::LoseDependency,
        DrillChoice::IsolateRegion,
        DrillChoice::RecoverRegion,
    ];
    let drill = drills
        .into_iter()
        .find(|drill| named(*drill).name() == name);
    if let Some(drill) = drill {
        return streams.data(&drill_of(drill, args, model)?);
    }
    match library().iter().find(|carried| carried.name == name) {
        Some(carried) => streams.data(carried.text),
        None => Err(unknown(name)),
    }
}

/// Plays a scenario on topologies; also whether the user ended it early.
fn play(
    args: &InjectArgs,
    model: &Model,
    scenario: &Scenario,
    specs: &[(&str, &TopologySpec)],
    settings: &RunSettings,
    streams: &Streams,
) -> Result<(Injection, bool), Failure> {
    let background = match args.background {
        BackgroundChoice::Healthy => Background::Healthy,
        BackgroundChoice::Random => Background::Random,
    };
    let instants: Vec<f64> = (scenario.faults.iter())
        .flat_map(|fault| {
            let end = fault.lasts_seconds.map(|lasts| fault.at_seconds + lasts);
            [Some(fault.at_seconds), end].into_iter().flatten()
        })
        .collect();
    let mut played = Vec::new();
    for (name, spec) in specs {
        let staged = stage(scenario, model, spec, background);
        let plan = compile(&staged.model, &expand(&staged.model, name, &staged.spec));
        let missed = missed(&plan, &staged.faults);
        let shape = TimelineShape::new(&plan, &instants);
        let exact = is_certain(&plan, settings.seed);
        played.push((plan, shape, missed, exact));
    }
    let trials = |exact: bool| if exact { 1 } else { args.trials };
    let plans: Vec<(&Plan, &TimelineShape, u64)> = (played.iter())
        .map(|(plan, shape, _, exact)| (plan, shape, trials(*exact)))
        .collect();
    let interrupt = Interrupt::listen()?;
    let bar = progress_bar(streams, settings, 0);
    let mut observer = RunObserver::new(interrupt.clone(), None, None, bar);
    let lived = live(&plans, settings, &mut observer);
    observer.finish()?;
    let rate = model.traffic.map(|traffic| traffic.rate_per_second);
    let each: Vec<Injected<'_>> = (played.iter())
        .map(|(plan, shape, _, exact)| Injected {
            plan,
            shape,
            rate_per_second: rate,
            exact: *exact,
            level: settings.confidence,
        })
        .collect();
    let topologies: Vec<InjectedTopology> = (each.iter().zip(&played).zip(&lived.tallies))
        .map(|((of, (.., missed, _)), tally)| injected(of, tally, missed.clone()))
        .collect();
    let pairs = (0..each.len()).flat_map(|of| (0..of).map(move |from| (of, from)));
    let differences = (pairs.zip(&lived.pairs))
        .map(|((of, from), pair)| {
            let come = |index: usize| (&each[index], &topologies[index]);
            injected_difference(come(of), come(from), pair)
        })
        .collect();
    let injection = Injection {
        scenario: ScenarioEcho::from(scenario),
        background: match background {
            Background::Healthy => "healthy".to_owned(),
            Background::Random => "random".to_owned(),
        },
        horizon_seconds: scenario.horizon_seconds,
        level: settings.confidence,
        seed: settings.seed,
        partial: lived.partial,
        rto_seconds: model.objectives.rto_seconds,
        rpo_seconds: model.objectives.rpo_seconds,
        rate_per_second: rate,
        topologies,
        differences,
    };
    Ok((injection, interrupt.came()))
}

/// Numbers, from 1, of the scripted faults that hit nothing of a plan.
fn missed(plan: &Plan, faults: &[Vec<String>]) -> Vec<usize> {
    let hits = |names: &Vec<String>| {
        plan.scripted.iter().any(|scripted| {
            let clock = plan.units[scripted.unit as usize].first_clock;
            let cause = plan.clocks[clock as usize].cause;
            names.contains(&plan.names.causes[cause as usize])
        })
    };
    let numbered = (1..).zip(faults);
    numbered
        .filter(|(_, names)| !hits(names))
        .map(|(number, _)| number)
        .collect()
}

/// A played scenario in all its forms.
fn files(model: &Model, injection: &Injection, charts: Charts) -> anyhow::Result<StudyFiles> {
    let name = &model.name;
    let chart = chart::injection(name, injection);
    let of = PlayedModel {
        name,
        hash: &model.hash,
        version: env!("CARGO_PKG_VERSION"),
    };
    let page = injection_page(of, injection, (charts == Charts::Drawn).then_some(&chart))?;
    Ok(StudyFiles {
        name: "inject",
        text: injection_text(name, injection, Streams::width()),
        markdown: injection_markdown(name, injection),
        csv: injection_csv(injection)?,
        json: study_json(model, injection.seed, "injection", injection),
        chart,
        more: vec![
            ("timeline.csv", timeline_csv(injection)?),
            ("differences.csv", differences_csv(injection)?),
            (PAGE_FILE, page),
        ],
    })
}
