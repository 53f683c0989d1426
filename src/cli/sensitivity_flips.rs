//! Where the recommendation of `sensitivity` changes: values are searched for by halving.

use super::failure::Failure;
use super::sensitivity_plays::Lab;
use super::streams::Streams;
use crate::montecarlo::RunSettings;
use crate::results::{Flip, ObjectivesEcho};
use crate::study::{Choice, PLACES, Played, at_place, choose, influence};

/// Flips whose value is searched for.
const SEARCHED: usize = 5;
/// Halvings of a search: the value is known within a 32nd of half the range.
const HALVINGS: usize = 5;

impl Lab<'_> {
    /// Assumptions within whose range another topology is recommended.
    pub(super) fn flips(
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
            let searches = rank < SEARCHED && !self.is_over();
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
        let mut tried = 0;
        for step in 0..halvings {
            if self.is_over() {
                self.partial = true;
                break;
            }
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
            tried += 1;
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
            searched: tried > 0,
        })
    }
}
