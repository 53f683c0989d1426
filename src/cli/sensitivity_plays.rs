//! What `sensitivity` plays: every assumption in few trials, then those that move most in as many as are asked for.
//!
//! All of it ends when its time is up or the user interrupts it; what was played by then stands.

use std::time::{Duration, Instant};

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::streams::Streams;
use super::variants::{PlayedVariants, Variant, play_watched};
use crate::compare::{echo, recommend};
use crate::model::{Draft, Model};
use crate::montecarlo::{Estimator, RunSettings};
use crate::results::{Difference, TopologyResult};
use crate::study::{self, PLACES, Played, Varied, influence, model_at};
use crate::units::{format_duration, format_percentage};

/// Trials in which it is found out what moves most, unless fewer are asked for.
const SCREENING: u64 = 400;
/// Trials in which it is found out before that which topology is recommended: with fewer, a share of outages within an RTO that is
/// half a per cent from what is wanted is a matter of luck.
const COMPARISON: u64 = 400;
/// Part of the time to see before that which topology is recommended.
const COMPARED: f64 = 0.05;
/// Part of the rest for the search.
const SCREENED: f64 = 0.5;
/// Part of the rest for what moves most; what is left is for the search of values.
const AT_LENGTH: f64 = 0.8;

/// Where variants are played.
pub(super) struct Lab<'a> {
    pub(super) draft: &'a Draft,
    pub(super) names: &'a [String],
    pub(super) varied: &'a [Varied],
    pub(super) settings: &'a RunSettings,
    pub(super) interrupt: Interrupt,
    pub(super) started: Instant,
    /// Whether time was up, or the user interrupted it, before all was played.
    pub(super) partial: bool,
    /// Topologies of which no assumption was played.
    pub(super) not_played: Vec<String>,
}

/// Topologies in the same trials, and their differences.
pub(super) type SideBySide = (Vec<TopologyResult>, Vec<Difference>);

/// One assumption at one of its places.
struct Slot {
    assumption: usize,
    place: usize,
    model: Model,
}

impl Lab<'_> {
    /// How much is played, before it is.
    pub(super) fn announced(&self, top: usize) -> String {
        let ranges = self
            .varied
            .iter()
            .filter(|varied| varied.has_range())
            .count();
        // As they stand they are played twice: side by side, and with each assumption.
        let variants = 2 + 2 * self.varied.len() + ranges;
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
    pub(super) fn time_left(&self, part: f64) -> Option<Duration> {
        let limit = self.settings.max_time?;
        Some(
            limit
                .saturating_sub(self.started.elapsed())
                .mul_f64(part.clamp(0.0, 1.0)),
        )
    }

    /// All assumptions in few trials, then those that move most in as many as are asked for; of the topology that is recommended first,
    /// as that is what is read. Topologies are told in the order of the file.
    pub(super) fn play(
        &mut self,
        top: usize,
        streams: &mut Streams,
    ) -> Result<Vec<Played>, Failure> {
        let every: Vec<usize> = (0..self.varied.len()).collect();
        let slots = self.slots(&every);
        let screening = RunSettings {
            trials: Some(self.screening()),
            precision: None,
            ..self.settings.clone()
        };
        let mut all = self.as_they_stand(&screening, streams)?;
        let order = self.order(&all);
        let mut missing = Vec::new();
        for (done, &index) in order.iter().enumerate() {
            let name = &self.names[index];
            if self.is_over() {
                self.partial = true;
                missing.push(index);
                continue;
            }
            let settings = RunSettings {
                max_time: self.time_left(SCREENED / (order.len() - done) as f64),
                ..screening.clone()
            };
            let title = self.title(index, done, "looking for what moves it");
            let played = self.campaign(name, &slots, &settings, &title, streams)?;
            self.take_in(&mut all[index], &slots, &played, true);
        }
        missing.sort_unstable();
        self.not_played = missing
            .iter()
            .map(|&index| self.names[index].clone())
            .collect();
        let most = most_influential(&all, top);
        let slots = self.slots(&most);
        for (done, &index) in order.iter().enumerate() {
            if self.is_over() {
                self.partial = true;
                break;
            }
            let settings = RunSettings {
                max_time: self.time_left(AT_LENGTH / (order.len() - done) as f64),
                ..self.settings.clone()
            };
            let title = self.title(index, done, "what moves it most");
            let name = &self.names[index];
            let played = self.campaign(name, &slots, &settings, &title, streams)?;
            self.partial |= played.partial;
            // What was cut short at once says less than what is known.
            if played.topologies[0].trials >= all[index].base.trials {
                self.take_in(&mut all[index], &slots, &played, false);
            }
        }
        Ok(all)
    }

    /// All topologies in few trials, no assumption varied; nothing is worked out, so that bars come soon.
    fn as_they_stand(
        &self,
        screening: &RunSettings,
        streams: &Streams,
    ) -> Result<Vec<Played>, Failure> {
        let settings = RunSettings {
            trials: Some(self.screening().min(COMPARISON)),
            estimator: Estimator::Plain,
            max_time: self.time_left(COMPARED),
            ..screening.clone()
        };
        let title = "the model as it stands";
        let played = self.side_by_side(self.draft.model(), &settings, title, streams)?;
        let each = played.topologies.into_iter().map(|base| Played {
            base,
            variants: vec![None; self.varied.len()],
            screened: vec![true; self.varied.len()],
        });
        Ok(each.collect())
    }

    /// Topologies in the order in which they are played: the one that is recommended as they stand, then the others as in the file.
    fn order(&self, all: &[Played]) -> Vec<usize> {
        let model = self.draft.model();
        let base: Vec<TopologyResult> = all.iter().map(|played| played.base.clone()).collect();
        let taken = recommend(&base, &echo(&model.objectives), &model.currency);
        let first = taken.and_then(|taken| self.names.iter().position(|name| *name == taken.name));
        let others = (0..all.len()).filter(|index| Some(*index) != first);
        first.into_iter().chain(others).collect()
    }

    /// Whether nothing more is played: time is up, or the user has had enough.
    pub(super) fn is_over(&self) -> bool {
        self.interrupt.came() || self.time_left(1.0).is_some_and(|left| left.is_zero())
    }

    /// What a play says of itself while it runs.
    fn title(&self, index: usize, done: usize, what: &str) -> String {
        let left = self.time_left(1.0).map_or_else(String::new, |left| {
            format!(
                " ({} left at most in all)",
                format_duration(left.as_secs_f64().ceil())
            )
        });
        let (name, of) = (&self.names[index], self.names.len());
        format!("{name}, {} of {of}: {what}{left}", done + 1)
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

    /// All topologies with an assumption at a place, in the same trials.
    pub(super) fn all_at(
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
        let played = self.side_by_side(&model, settings, title, streams)?;
        Ok(Some((played.topologies, played.differences)))
    }

    /// All topologies of a model, in the same trials.
    fn side_by_side(
        &self,
        model: &Model,
        settings: &RunSettings,
        title: &str,
        streams: &Streams,
    ) -> Result<PlayedVariants, Failure> {
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
        play_watched(&variants, settings, streams, &self.interrupt, title)
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
