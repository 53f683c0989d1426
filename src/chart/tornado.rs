//! The tornado: how far each assumption moves the unavailability and the cost of a topology.

use super::axis::{self, Scale, Spread};
use super::canvas::{Canvas, Rect};
use super::letters::{Letters, names};
use super::sheet::{self, Chart, Words};
use super::theme::{AXIS, BLUE, Colour, INK, MUTED, ORANGE, SMALL_SIZE};
use super::words;
use crate::results::{Bar, BarEnd, Estimate, SensitiveTopology, SensitivityStudy, format};

/// Name of the chart, of which its files are named too.
pub const TORNADO: &str = "sensitivity";

/// Bars of a panel.
const MOST: usize = 12;
/// Height of a bar with its distance \[px\].
const ROW: f64 = 30.0;
/// Room above and below the bars of a panel \[px\].
const AROUND: (f64, f64) = (34.0, 52.0);
/// Room for names left of the bars, and for values beside them \[px\].
const NAMES: f64 = 250.0;
const VALUES: f64 = 64.0;

/// Draws what moves the recommended topology, or the first one: `model` is its name, `seed` that of its trials.
#[must_use]
pub fn tornado(model: &str, study: &SensitivityStudy, seed: u64) -> Chart {
    let recommended = study
        .topologies
        .iter()
        .find(|topology| study.recommended.as_ref() == Some(&topology.name));
    let was_played = |topology: &&SensitiveTopology| !topology.bars.is_empty();
    let topology = recommended
        .filter(was_played)
        .or_else(|| study.topologies.iter().find(was_played))
        .or(study.topologies.first());
    let words = Words {
        name: TORNADO,
        title: format!(
            "What {} depends on",
            topology.map_or_else(|| "it".to_owned(), |topology| words::short(&topology.name))
        ),
        caption: format!(
            "Each assumption by itself, at the lower (blue) and the upper (orange) end of its range; × marks those divided and multiplied \
             by {}. The line is the model as it stands; thin bars are intervals of the difference from it. Model {}; seed {seed}; {} \
             intervals.{}",
            study.factor,
            words::short(model),
            format::level(study.level),
            if study.partial {
                " The run was cut short."
            } else {
                ""
            },
        ),
        alt: topology.map_or_else(String::new, alt),
    };
    let panels = topology.map_or_else(Vec::new, |topology| panels(topology, &study.currency));
    if panels.is_empty() {
        return sheet::empty(words, "No assumption moves it.");
    }
    let tall = |panel: &Panel<'_>| AROUND.0 + ROW * panel.bars.len() as f64 + AROUND.1;
    let height = panels.iter().map(tall).sum();
    sheet::chart(words, height, |canvas, at| {
        let mut top = at.y;
        for panel in &panels {
            let plot = Rect {
                x: at.x + NAMES + VALUES,
                y: top + AROUND.0,
                width: at.width - NAMES - 2.0 * VALUES,
                height: ROW * panel.bars.len() as f64,
            };
            panel.draw(canvas, plot, at.x);
            top += tall(panel);
        }
    })
}

fn alt(topology: &SensitiveTopology) -> String {
    let all = topology.bars.iter().map(|bar| {
        format!(
            "{}: {} at {}, {} at {}",
            bar.path,
            format::availability(&bar.low.unavailability),
            bar.low.value,
            format::availability(&bar.high.unavailability),
            bar.high.value
        )
    });
    format!(
        "Assumptions by how far they move availability. {}.",
        words::sentences(all, 12)
    )
}

/// One figure of a topology.
struct Panel<'a> {
    heading: String,
    base: f64,
    bars: Vec<&'a Bar>,
    currency: Option<&'a str>,
}

fn panels<'a>(topology: &'a SensitiveTopology, currency: &'a str) -> Vec<Panel<'a>> {
    let mut panels = Vec::new();
    let by = |key: &dyn Fn(&Bar) -> f64| {
        let mut bars: Vec<&Bar> = topology.bars.iter().filter(|bar| key(bar) > 0.0).collect();
        bars.sort_by(|a, b| key(b).total_cmp(&key(a)));
        bars.truncate(MOST);
        bars
    };
    panels.push(Panel {
        heading: "unavailability (share of requests lost)".to_owned(),
        base: topology.unavailability.mean,
        bars: by(&Bar::swing),
        currency: None,
    });
    if let Some(cost) = &topology.cost {
        panels.push(Panel {
            heading: format!(
                "what runs, and failure ({} a month)",
                axis::ticks().fit(currency, 60.0)
            ),
            base: cost.mean,
            bars: by(&|bar| bar.cost_swing().unwrap_or(0.0)),
            currency: Some(currency),
        });
    }
    panels.retain(|panel| !panel.bars.is_empty());
    panels
}

impl Panel<'_> {
    fn difference<'b>(&self, end: &'b BarEnd) -> Option<&'b Estimate> {
        if self.currency.is_some() {
            end.cost_difference.as_ref()
        } else {
            Some(&end.unavailability_difference)
        }
    }

    fn scale(&self, plot: Rect) -> Scale {
        let ends = self
            .bars
            .iter()
            .flat_map(|bar| [&bar.low, &bar.high])
            .filter_map(|end| self.difference(end));
        let (mut low, mut high) = (self.base, self.base);
        for difference in ends {
            low = low.min(self.base + difference.low);
            high = high.max(self.base + difference.high);
        }
        let room = ((high - low) * 0.03)
            .max(self.base.abs() * 1e-3)
            .max(f64::MIN_POSITIVE);
        Scale::new(
            Spread::Linear,
            ((low - room).max(0.0), high + room),
            (plot.x, plot.right()),
        )
    }

    fn draw(&self, canvas: &Canvas, plot: Rect, left: f64) {
        let scale = self.scale(plot);
        for tick in scale.ticks(5) {
            let text = match self.currency {
                Some(currency) => format::money_short(tick, currency),
                None if tick > 0.0 => axis::power(tick),
                None => "0".to_owned(),
            };
            axis::tick_below(canvas, plot, scale.at(tick), &text);
        }
        canvas.line(
            (plot.x, plot.bottom()),
            (plot.right(), plot.bottom()),
            AXIS,
            1.0,
        );
        canvas.text(
            &self.heading,
            left,
            plot.y - 12.0,
            Letters::new(SMALL_SIZE, INK).bold(),
        );
        let labels: Vec<String> = self
            .bars
            .iter()
            .map(|bar| format!("{}{}", bar.path, if bar.has_range { "" } else { " ×" }))
            .collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let labels = names().fit_all(&labels, NAMES - 8.0);
        for (row, (bar, label)) in self.bars.iter().zip(&labels).enumerate() {
            let y = plot.y + ROW * (row as f64 + 0.5);
            canvas.text_at(label, left, y, names());
            self.draw_bar(canvas, bar, y, scale);
        }
        let x = scale.at(self.base);
        canvas.line((x, plot.y - 4.0), (x, plot.bottom()), INK, 1.4);
    }

    /// Both ends of an assumption, each with its value beside it.
    fn draw_bar(&self, canvas: &Canvas, bar: &Bar, y: f64, scale: Scale) {
        let x0 = scale.at(self.base);
        let ends: [(&BarEnd, Colour, f64); 2] = [(&bar.low, BLUE, -4.5), (&bar.high, ORANGE, 4.5)];
        let at = |end: &BarEnd| {
            self.difference(end)
                .map_or(x0, |difference| scale.at(self.base + difference.mean))
        };
        // Where both ends lie on one side, they are drawn one below the other.
        let one_side = (at(&bar.low) - x0) * (at(&bar.high) - x0) > 0.0;
        // Values stand beyond all that is drawn on their line.
        let whole = |end: &BarEnd| {
            self.difference(end).map(|difference| {
                [difference.low, difference.high, difference.mean]
                    .map(|value| scale.at(self.base + value))
            })
        };
        let drawn: Vec<f64> = [&bar.low, &bar.high]
            .into_iter()
            .filter_map(whole)
            .flatten()
            .collect();
        for (end, colour, shift) in ends {
            let Some(difference) = self.difference(end) else {
                continue;
            };
            let (middle, half) = if one_side { (y + shift, 4.0) } else { (y, 7.0) };
            let x = at(end);
            canvas.rect(x.min(x0), middle - half, (x - x0).abs(), 2.0 * half, colour);
            let reach = [difference.low, difference.high].map(|value| scale.at(self.base + value));
            canvas.line((reach[0], middle), (reach[1], middle), INK, 1.1);
            for edge in reach {
                canvas.line((edge, middle - 3.0), (edge, middle + 3.0), INK, 1.1);
            }
            let letters = Letters::new(SMALL_SIZE, MUTED);
            let text = letters.fit(&end.value, VALUES + 30.0);
            let is_left = if x == x0 { shift < 0.0 } else { x < x0 };
            let edge = |pick: fn(f64, f64) -> f64| {
                let own = pick(pick(reach[0], reach[1]), x);
                if one_side {
                    own
                } else {
                    drawn.iter().copied().fold(own, pick)
                }
            };
            if is_left {
                canvas.text_at(&text, edge(f64::min) - 6.0, middle, letters.end());
            } else {
                canvas.text_at(&text, edge(f64::max) + 6.0, middle, letters);
            }
        }
    }
}
