//! `why`: what takes a topology down, and what each cause costs.

use std::time::Duration;

use serde_json::json;

use super::args::{WhyArgs, WhyFormat};
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::load::{load, topology};
use super::observer::{RunObserver, progress_bar};
use super::settings::study_settings;
use super::streams::Streams;
use crate::importance::{Question, why};
use crate::model::TopologySpec;
use crate::montecarlo::Estimator;
use crate::plan::compile;
use crate::report::{Parts, why_markdown, why_text};
use crate::results::Why;
use crate::topology::expand;

/// Time for each topology, unless trials are asked for.
const LONGEST: Duration = Duration::from_mins(1);

pub(super) fn why_down(args: &WhyArgs, streams: &mut Streams) -> Result<(), Failure> {
    let (model, _) = load(args.model.as_deref())?;
    let specs: Vec<(&str, &TopologySpec)> = match &args.topology {
        Some(name) => vec![topology(&model, name)?],
        None => model
            .topologies
            .iter()
            .map(|(name, spec)| (name.as_str(), spec))
            .collect(),
    };
    let question = Question {
        order: args.order,
        every_part: args.all,
        settings: study_settings(&args.trials, LONGEST, Estimator::Plain),
    };
    let interrupt = Interrupt::listen()?;
    let mut answers: Vec<Why> = Vec::new();
    for (name, spec) in specs {
        let plan = compile(&model, &expand(&model, name, spec));
        let bar = progress_bar(streams, &question.settings, 0);
        let mut observer = RunObserver::new(interrupt.clone(), None, None, bar);
        let answer = why(&plan, &question, &mut observer);
        observer.finish()?;
        answers.push(answer);
        if interrupt.came() {
            break;
        }
    }
    let parts = if args.all {
        Parts::All
    } else {
        Parts::Foremost
    };
    let text = match args.format {
        WhyFormat::Text => why_text(&model.name, &answers, parts, Streams::width()),
        WhyFormat::Markdown => why_markdown(&model.name, &answers, parts),
        WhyFormat::Json => {
            let all = json!({
                "schema": 1,
                "model": model.name,
                "seed": question.settings.seed,
                "topologies": answers,
            });
            format!("{all:#}\n")
        }
    };
    streams.data(&text)?;
    if interrupt.came() {
        return Err(Failure::Interrupted);
    }
    Ok(())
}
