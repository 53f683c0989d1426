//! `sensitivity`: which assumption moves the figures, and the choice.

use std::time::{Duration, Instant};

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::load::{draft, topology};
use super::settings::study_settings;
use super::simulate::{PlayedVariants, Variant, play_watched};
use super::streams::Streams;
use super::study_args::SensitivityArgs;
use super::study_files::{Ended, StudyFiles, open_folder, study_json};
use crate::chart;
use crate::compare::{echo, recommend};
use crate::model::{Draft, Model};
use crate::montecarlo::{Estimator, RunSettings};
use crate::report::{sensitivity_csv, sensitivity_markdown, sensitivity_text};
use crate::results::{Difference, Flip, ObjectivesEcho, SensitivityStudy, TopologyResult};
use crate::study::{
    self, Choice, PLACES, Played, Variations, Varied, at_place, choose, influence, measure,
    model_at, sensitive,
};
use crate::units::{format_duration, format_percentage};

/// Time for all plays together, unless trials are asked for.
const LONGEST: Duration = Duration::from_mins(3);
/// Trials in which it is found out what moves most, unless fewer are asked for.
const SCREENING: u64 = 400;
/// Flips whose value is searched for.
const SEARCHED: usize = 5;
/// Halvings of a search: the value is known within a 32nd of half the range.
const HALVINGS: usize = 5;

pub(super) fn sensitivity(args: &SensitivityArgs, streams: &mut Streams) -> Result<(), Failure> {
    let draft = draft(args.model.as_deref())?;
    let model = draft.model();
    for path in &args.only {
        draft.place(path)?;
    }
    for name in &args.topology {
        topology(model, name)?;
    }
    let is_chosen = |name: &&String| args.topology.is_empty() || args.topology.contains(name);
    let names: Vec<String> = model.topologies.keys().filter(is_chosen).cloned().collect();
    let variations = Variations::of(&draft, &args.only, args.factor);
    if variations.varied.is_empty() {
        return Err(Failure::Usage(
            "nothing that could be varied is written in the model".to_owned(),
            "times, chances and prices are; those that the file leaves out are not assumptions of yours".to_owned(),
        ));
    }
    let settings = study_settings(&args.trials, LONGEST, Estimator::Sharp);
    let folder = open_folder(&args.output, &[&model.name, "sensitivity"])?;
    let mut lab = Lab {
        draft: &draft,
        names: &names,
        varied: &variations.varied,
        settings: &settings,
        interrupt: Interrupt::listen()?,
        started: Instant::now(),
        partial: false,
    };
    streams.note(&lab.announced(args.top));
    let played = lab.play(args.top, streams)?;
    let study = lab.look(args, &variations, &played, streams)?;
    let files = files(model, &study, settings.seed)?;
    let ended = Ended::by(lab.interrupt.came());
    files.deliver(folder, &args.output, &settings, ended, streams)
}

/// Where variants are played.
struct Lab<'a> {
    draft: &'a Draft,
    names: &'a [String],
    varied: &'a [Varied],
    settings: &'a RunSettings,
    interrupt: Interrupt,
    started: Instant,
    partial: bool,
}

/// Topologies in the same trials, and their differences.
type SideBySide = (Vec<TopologyResult>, Vec<Difference>);

/// One assumption at one of its places.
struct Slot {
    assumption: usize,
    place: usize,
    model: Model,
}

impl Lab<'_> {
    /// How much is played, before it is.
    fn announced(&self, top: usize) -> String {
        let ranges = self
            .varied
            .iter()
            .filter(|varied| varied.has_range())
            .count();
        let variants = 1 + 2 * self.varied.len() + ranges;
        let again = 1 + 3 * top.min(self.varied.len());
        let of = self.names.len();
        let until = match (self.settings.trials, self.settings.precision) {
            (Some(trials), _) => format!("{trials} trials each"),
            (None, Some(share)) => {
                format!("until each is known within {}", format_percentage(share))
            }
            (None, None) => "until time is up".to_owned(),
        };
        let limit = self.settings.max_time.map_or_else(String::new, |time| {
            format!(", {} at most", format_duration(time.as_secs_f64()))
        });
        format!(
            "{} assumptions, {of} topologies: {} plays of {} trials to see what moves most; then at most {} plays of what does, \
             {until}{limit}",
            self.varied.len(),
            variants * of,
            self.screening(),
            again * of,
        )
    }

    fn screening(&self) -> u64 {
        self.settings
            .trials
            .map_or(SCREENING, |trials| trials.min(SCREENING))
    }

    /// Time left for a part of what is still to be played.
    fn time_left(&self, part: f64) -> Option<Duration> {
        let limit = self.settings.max_time?;
        Some(
            limit
                .saturating_sub(self.started.elapsed())
                .mul_f64(part.clamp(0.0, 1.0)),
        )
    }

    /// All assumptions in few trials, then those that move most in as many as are asked for.
    fn play(&mut self, top: usize, streams: &mut Streams) -> Result<Vec<Played>, Failure> {
        let every: Vec<usize> = (0..self.varied.len()).collect();
        let slots = self.slots(&every);
        let screening = RunSettings {
            trials: Some(self.screening()),
            precision: None,
            ..self.settings.clone()
        };
        let mut all = Vec::new();
        for (index, name) in self.names.iter().enumerate() {
            let time = self.time_left(0.35 / (self.names.len() - index) as f64);
            let settings = RunSettings {
                max_time: time,
                ..screening.clone()
            };
            let title = format!("{name}: looking for what moves it");
            let played = self.campaign(name, &slots, &settings, &title, streams)?;
            let mut own = Played {
                base: played.topologies[0].clone(),
                variants: vec![None; self.varied.len()],
                screened: vec![true; self.varied.len()],
            };
            self.take_in(&mut own, &slots, &played, true);
            all.push(own);
        }
        let most = most_influential(&all, top);
        let slots = self.slots(&most);
        for (index, name) in self.names.iter().enumerate() {
            if self.interrupt.came() {
                self.partial = true;
                break;
            }
            let time = self.time_left(0.8 / (self.names.len() - index) as f64);
            let settings = RunSettings {
                max_time: time,
                ..self.settings.clone()
            };
            let title = format!("{name}: what moves it most");
            let played = self.campaign(name, &slots, &settings, &title, streams)?;
            self.partial |= played.partial;
            self.take_in(&mut all[index], &slots, &played, false);
        }
        Ok(all)
    }

    /// The models of some assumptions at all places at which they are played.
    fn slots(&self, assumptions: &[usize]) -> Vec<Slot> {
        let mut slots = Vec::new();
        for &assumption in assumptions {
            let varied = &self.varied[assumption];
            let places = if varied.has_range() { 3 } else { 2 };
            for (place, at) in PLACES.iter().enumerate().take(places) {
                if let Some(model) = model_at(self.draft, varied, *at) {
                    slots.push(Slot {
                        assumption,
                        place,
                        model,
                    });
                }
            }
        }
        slots
    }

    /// Plays a topology as it stands, and with each slot.
    fn campaign(
        &self,
        name: &str,
        slots: &[Slot],
        settings: &RunSettings,
        title: &str,
        streams: &Streams,
    ) -> Result<PlayedVariants, Failure> {
        let base = self.draft.model();
        let models = [base]
            .into_iter()
            .chain(slots.iter().map(|slot| &slot.model));
        let variants: Vec<Variant<'_>> = models
            .enumerate()
            .map(|(index, model)| Variant {
                label: index.to_string(),
                model: model.clone(),
                name,
                spec: &model.topologies[name],
            })
            .collect();
        play_watched(&variants, settings, streams, &self.interrupt, title)
    }

    /// Puts what was played beside the base of the same trials.
    fn take_in(&self, own: &mut Played, slots: &[Slot], played: &PlayedVariants, screened: bool) {
        let base = &played.topologies[0];
        own.base = base.clone();
        for (slot, result) in slots.iter().zip(&played.topologies[1..]) {
            let is_it = |pair: &&Difference| pair.of == result.name && pair.from == base.name;
            let difference = played.differences.iter().find(is_it);
            let variant = if self.varied[slot.assumption].assumption.is_price() {
                study::Variant::of_price(result.clone(), base)
            } else {
                study::Variant::new(result.clone(), base, difference)
            };
            let variants = own.variants[slot.assumption].get_or_insert_with(|| [None, None, None]);
            variants[slot.place] = Some(Box::new(variant));
            own.screened[slot.assumption] = screened;
        }
    }

    /// Puts together what was played.
    fn look(
        &mut self,
        args: &SensitivityArgs,
        variations: &Variations,
        played: &[Played],
        streams: &mut Streams,
    ) -> Result<SensitivityStudy, Failure> {
        let model = self.draft.model();
        let objectives = echo(&model.objectives);
        let base: Vec<TopologyResult> = played
            .iter()
            .zip(self.names)
            .map(|(played, name)| TopologyResult {
                name: name.clone(),
                ..played.base.clone()
            })
            .collect();
        let several = self.names.len() > 1;
        let now = recommend(&base, &objectives, &model.currency)
            .filter(|_| several)
            .map(|taken| taken.name);
        let named: Vec<Played> = played
            .iter()
            .zip(&base)
            .map(|(played, base)| Played {
                base: base.clone(),
                ..played.clone()
            })
            .collect();
        let mut measurements = Vec::new();
        let mut flips = Vec::new();
        if let Some(now) = &now {
            let each = self.varied.iter().enumerate();
            measurements.extend(
                each.filter_map(|(index, varied)| measure(&named, index, varied, &objectives, now)),
            );
            measurements.sort_by(|a, b| {
                let worth = |one: &crate::results::Measurement| {
                    one.saving.map_or(0.0, |saving| saving.mean)
                };
                worth(b)
                    .total_cmp(&worth(a))
                    .then(b.another_choice.mean.total_cmp(&a.another_choice.mean))
            });
            flips = self.flips(&named, &objectives, now, streams)?;
        }
        Ok(SensitivityStudy {
            horizon_hours: model.horizon_seconds / 3600.0,
            level: self.settings.confidence,
            partial: self.partial,
            currency: model.currency.clone(),
            factor: args.factor,
            recommended: now,
            topologies: named
                .iter()
                .map(|played| sensitive(played, self.varied))
                .collect(),
            measurements,
            flips,
            assumptions: self.varied.len(),
            certain: variations.certain.clone(),
            left_out: variations.left_out.clone(),
        })
    }

    /// Assumptions within whose range another topology is recommended.
    fn flips(
        &mut self,
        played: &[Played],
        objectives: &ObjectivesEcho,
        now: &str,
        streams: &mut Streams,
    ) -> Result<Vec<Flip>, Failure> {
        let currency = self.draft.model().currency.clone();
        let mut found: Vec<(f64, usize, usize, Choice)> = Vec::new();
        for index in 0..self.varied.len() {
            for place in [0, 1] {
                let Some(results) = at_place(played, index, place) else {
                    continue;
                };
                let choice = choose(&results, objectives, &currency, Some(now), &[]);
                if let Some(choice) = choice.filter(|choice| choice.name != now) {
                    let weight = played
                        .iter()
                        .map(|played| influence(played)[index])
                        .fold(0.0, f64::max);
                    found.push((weight, index, place, choice));
                }
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut flips = Vec::new();
        let searched = found.len().min(SEARCHED);
        for (rank, (_, index, place, choice)) in found.into_iter().enumerate() {
            let searches = rank < SEARCHED && !self.interrupt.came();
            let share = if searches {
                Some((searched - rank).max(1))
            } else {
                None
            };
            flips.push(self.search(
                index,
                PLACES[place],
                &choice,
                now,
                objectives,
                share,
                streams,
            )?);
        }
        Ok(flips)
    }

    /// Halves the way from the middle of an assumption to the end at which another topology is recommended, all topologies being
    /// played in the same trials at each value.
    #[allow(clippy::too_many_arguments)] // A search is all of these.
    fn search(
        &mut self,
        index: usize,
        end: f64,
        choice: &Choice,
        now: &str,
        objectives: &ObjectivesEcho,
        share: Option<usize>,
        streams: &mut Streams,
    ) -> Result<Flip, Failure> {
        let varied = &self.varied[index];
        // The nearest place at which each of the two is recommended, and surely so.
        let (mut near, mut far) = (0.0, end);
        let (mut sure_near, mut sure_far) = (0.0, end);
        let mut to = choice.name.clone();
        let halvings = if share.is_some() { HALVINGS } else { 0 };
        for step in 0..halvings {
            let middle = f64::midpoint(near, far);
            let part = 1.0 / (share.unwrap_or(1) as f64 * (halvings - step) as f64);
            let settings = RunSettings {
                max_time: self.time_left(part),
                ..self.settings.clone()
            };
            let title = format!("{}: {}", varied.assumption.path, varied.text(middle));
            let Some((results, differences)) =
                self.all_at(varied, middle, &settings, &title, streams)?
            else {
                break;
            };
            let currency = &self.draft.model().currency;
            let rival = if to == now { None } else { Some(now) };
            let Some(found) = choose(&results, objectives, currency, rival, &differences) else {
                break;
            };
            if found.name == now {
                near = middle;
                if found.is_sure {
                    sure_near = middle;
                }
            } else {
                far = middle;
                to = found.name;
                if found.is_sure {
                    sure_far = middle;
                }
            }
            if self.interrupt.came() {
                self.partial = true;
                break;
            }
        }
        Ok(Flip {
            path: varied.assumption.path.clone(),
            written: varied.assumption.written.clone(),
            from: now.to_owned(),
            to,
            at: varied.text(f64::midpoint(near, far)),
            low: varied.text(sure_near),
            high: varied.text(sure_far),
            is_sure: choice.is_sure,
            searched: halvings > 0,
        })
    }

    /// All topologies with an assumption at a place, in the same trials.
    fn all_at(
        &self,
        varied: &Varied,
        place: f64,
        settings: &RunSettings,
        title: &str,
        streams: &Streams,
    ) -> Result<Option<SideBySide>, Failure> {
        let Some(model) = model_at(self.draft, varied, place) else {
            return Ok(None);
        };
        let variants: Vec<Variant<'_>> = self
            .names
            .iter()
            .map(|name| Variant {
                label: name.clone(),
                model: model.clone(),
                name,
                spec: &model.topologies[name],
            })
            .collect();
        let played = play_watched(&variants, settings, streams, &self.interrupt, title)?;
        Ok(Some((played.topologies, played.differences)))
    }
}

/// The assumptions that move any topology most.
fn most_influential(all: &[Played], top: usize) -> Vec<usize> {
    let each: Vec<Vec<f64>> = all.iter().map(influence).collect();
    let count = each.first().map_or(0, Vec::len);
    let most = |index: usize| each.iter().map(|own| own[index]).fold(0.0, f64::max);
    let mut order: Vec<usize> = (0..count).filter(|index| most(*index) > 0.0).collect();
    order.sort_by(|a, b| most(*b).total_cmp(&most(*a)));
    order.truncate(top);
    order
}

/// A study in all its forms.
fn files(model: &Model, study: &SensitivityStudy, seed: u64) -> anyhow::Result<StudyFiles> {
    let name = &model.name;
    Ok(StudyFiles {
        name: "sensitivity",
        text: sensitivity_text(name, study, Streams::width()),
        markdown: sensitivity_markdown(name, study),
        csv: sensitivity_csv(study)?,
        json: study_json(model, seed, "sensitivity", study),
        chart: chart::tornado(name, study, seed),
        more: Vec::new(),
    })
}
