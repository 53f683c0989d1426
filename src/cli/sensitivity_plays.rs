//! What `sensitivity` plays: every assumption in few trials, then those that move most in as many as are asked for.
//!
//! All of it ends when its time is up or the user interrupts it; what was played by then stands.

use std::time::{Duration, Instant};

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::streams::Streams;
use super::variants::{PlayedVariants, Variant, play_watched};
use crate::model::{Draft, Model};
use crate::montecarlo::RunSettings;
use crate::results::{Difference, TopologyResult};
use crate::study::{self, PLACES, Played, Varied, influence, model_at};
use crate::units::{format_duration, format_percentage};

/// Trials in which it is found out what moves most, unless fewer are asked for.
const SCREENING: u64 = 400;
/// Part of the time for that.
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
    pub(super) fn time_left(&self, part: f64) -> Option<Duration> {
        let limit = self.settings.max_time?;
        Some(
            limit
                .saturating_sub(self.started.elapsed())
                .mul_f64(part.clamp(0.0, 1.0)),
        )
    }

    /// All assumptions in few trials, then those that move most in as many as are asked for.
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
        let mut all = Vec::new();
        for (index, name) in self.names.iter().enumerate() {
            let slots: &[Slot] = if self.is_over() {
                self.not_played.push(name.clone());
                self.partial = true;
                &[]
            } else {
                &slots
            };
            let time = self.time_left(SCREENED / (self.names.len() - index) as f64);
            let settings = RunSettings {
                max_time: time,
                ..screening.clone()
            };
            let title = self.title(index, "looking for what moves it");
            let played = self.campaign(name, slots, &settings, &title, streams)?;
            let mut own = Played {
                base: played.topologies[0].clone(),
                variants: vec![None; self.varied.len()],
                screened: vec![true; self.varied.len()],
            };
            self.take_in(&mut own, slots, &played, true);
            all.push(own);
        }
        let most = most_influential(&all, top);
        let slots = self.slots(&most);
        for (index, name) in self.names.iter().enumerate() {
            if self.is_over() {
                self.partial = true;
                break;
            }
            let time = self.time_left(AT_LENGTH / (self.names.len() - index) as f64);
            let settings = RunSettings {
                max_time: time,
                ..self.settings.clone()
            };
            let title = self.title(index, "what moves it most");
            let played = self.campaign(name, &slots, &settings, &title, streams)?;
            self.partial |= played.partial;
            self.take_in(&mut all[index], &slots, &played, false);
        }
        Ok(all)
    }

    /// Whether nothing more is played: time is up, or the user has had enough.
    pub(super) fn is_over(&self) -> bool {
        self.interrupt.came() || self.time_left(1.0).is_some_and(|left| left.is_zero())
    }

    /// What a play says of itself while it runs.
    fn title(&self, index: usize, what: &str) -> String {
        let left = self.time_left(1.0).map_or_else(String::new, |left| {
            format!(
                " ({} left at most in all)",
                format_duration(left.as_secs_f64().ceil())
            )
        });
        let (name, of) = (&self.names[index], self.names.len());
        format!("{name}, {} of {of}: {what}{left}", index + 1)
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
