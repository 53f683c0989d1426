//! What each topology costs a month, line by line, failure included.

use super::axis::{self, Scale, Spread};
use super::canvas::{Canvas, Rect};
use super::key::Above;
use super::letters::{Letters, names};
use super::sheet::{self, Chart, Words};
use super::theme::{
    BLUE, Colour, GREEN, GRID, INK, LABEL_SIZE, MARGIN, MUTED, ORANGE, PAPER, PURPLE, REST, SKY,
    SMALL_SIZE, Shade, VERMILLION, WIDTH, YELLOW, shade,
};
use super::words;
use crate::results::format;
use crate::results::{Comparison, CostResult, Results, TopologyResult};

/// Height of a topology's row and of its bar \[px\].
const ROW: f64 = 40.0;
const BAR: f64 = 22.0;
/// Room for names and for figures beside the plot \[px\].
const NAMES: f64 = 190.0;
const FIGURES: f64 = 140.0;

/// One kind of cost.
#[derive(Debug, Clone, Copy)]
pub struct CostPart {
    /// Its name.
    pub name: &'static str,
    colour: Colour,
    /// Whether it is a cost of failure, drawn hatched.
    pub of_failure: bool,
    /// A topology's amount of it \[currency/month\].
    pub amount: fn(&CostResult) -> Option<f64>,
}

impl CostPart {
    /// Its colour.
    #[must_use]
    pub fn shade(&self) -> Shade {
        shade(self.colour)
    }
}

/// All kinds of cost, in the order in which they are stacked.
#[must_use]
pub fn cost_parts() -> &'static [CostPart] {
    &PARTS
}

const PARTS: [CostPart; 8] = [
    CostPart {
        name: "infrastructure",
        colour: BLUE,
        of_failure: false,
        amount: |cost| cost.infrastructure,
    },
    CostPart {
        name: "regions",
        colour: SKY,
        of_failure: false,
        amount: |cost| cost.regions,
    },
    CostPart {
        name: "transfer",
        colour: GREEN,
        of_failure: false,
        amount: |cost| cost.transfer,
    },
    CostPart {
        name: "storage",
        colour: ORANGE,
        of_failure: false,
        amount: |cost| cost.storage,
    },
    CostPart {
        name: "telemetry",
        colour: YELLOW,
        of_failure: false,
        amount: |cost| cost.telemetry,
    },
    CostPart {
        name: "drills",
        colour: REST,
        of_failure: false,
        amount: |cost| cost.drills,
    },
    CostPart {
        name: "SLA credits",
        colour: PURPLE,
        of_failure: true,
        amount: |cost| cost.sla_credits.as_ref().map(|e| e.mean),
    },
    CostPart {
        name: "lost business",
        colour: VERMILLION,
        of_failure: true,
        amount: |cost| cost.downtime.as_ref().map(|e| e.mean),
    },
];

/// Draws it.
pub(super) fn chart(comparison: &Comparison) -> Chart {
    let results = &comparison.results;
    let words = Words {
        name: "cost",
        title: format!(
            "What {} costs a month, failure included",
            words::subject(&comparison.results)
        ),
        caption: words::caption(
            comparison,
            "A month is 730 h. Hatched: the mean cost of failure; the bar at the end is the interval of the total. \
             Lines without a price in the model are left out.",
        ),
        alt: alt(results),
    };
    let used: Vec<&CostPart> = PARTS
        .iter()
        .filter(|part| {
            results
                .topologies
                .iter()
                .any(|topology| amount(part, topology) > 0.0)
        })
        .collect();
    if used.is_empty() {
        return sheet::empty(
            words,
            "No topology is priced: give prices in the model to see what each costs.",
        );
    }
    let key = Above::new(
        used.iter().map(|part| (part.colour, part.name.to_owned())),
        WIDTH - 2.0 * MARGIN,
    );
    let rows = ROW * results.topologies.len() as f64;
    sheet::chart(words, key.height + 50.0 + rows, |canvas, at| {
        key.draw(canvas, at.x, at.y);
        let top = at.y + key.height + 4.0;
        let plot = Rect {
            x: at.x + NAMES,
            y: top,
            width: at.width - NAMES - FIGURES,
            height: rows,
        };
        draw(canvas, plot, results, &used);
    })
}

fn alt(results: &Results) -> String {
    let currency = &results.currency;
    let all = results.topologies.iter().map(|topology| {
        let cost = &topology.cost_per_month;
        let runs = cost.total.map_or_else(
            || "not priced".to_owned(),
            |total| format::money(total, currency),
        );
        let failure = cost
            .total_with_failure
            .as_ref()
            .map_or_else(String::new, |total| {
                format!(
                    ", {} with the cost of failure",
                    format::money_rounded(total.mean, currency)
                )
            });
        format!("{}: {runs}{failure}", words::short(&topology.name))
    });
    format!("Cost a month. {}.", words::sentences(all, 12))
}

fn amount(part: &CostPart, topology: &TopologyResult) -> f64 {
    (part.amount)(&topology.cost_per_month)
        .filter(|amount| amount.is_finite() && *amount > 0.0)
        .unwrap_or(0.0)
}

fn draw(canvas: &Canvas, plot: Rect, results: &Results, used: &[&CostPart]) {
    let highest = results
        .topologies
        .iter()
        .map(|topology| {
            let sum: f64 = used.iter().map(|part| amount(part, topology)).sum();
            topology
                .cost_per_month
                .total_with_failure
                .as_ref()
                .map_or(sum, |total| sum.max(total.high))
        })
        .filter(|sum| sum.is_finite())
        .fold(0.0, f64::max);
    let scale = Scale::new(
        Spread::Linear,
        (0.0, highest * 1.03),
        (plot.x, plot.right()),
    );
    for tick in scale.ticks(6) {
        axis::tick_below(
            canvas,
            plot,
            scale.at(tick),
            &format::money_short(tick, &results.currency),
        );
    }
    let currency = axis::ticks().fit(&results.currency, 60.0);
    axis::title_below(canvas, plot, &format!("cost ({currency} a month)"));
    for (i, topology) in results.topologies.iter().enumerate() {
        let y = plot.y + ROW * (i as f64 + 0.5);
        canvas.text_at(
            &names().fit(&topology.name, NAMES - 16.0),
            plot.x - 12.0,
            y,
            names().end(),
        );
        draw_bar(canvas, plot, y, topology, used, scale);
        draw_figures(
            canvas,
            plot.right() + 12.0,
            y,
            &topology.cost_per_month,
            &results.currency,
        );
    }
}

fn draw_bar(
    canvas: &Canvas,
    plot: Rect,
    y: f64,
    topology: &TopologyResult,
    used: &[&CostPart],
    scale: Scale,
) {
    let (top, mut sum) = (y - BAR / 2.0, 0.0);
    for part in used {
        let amount = amount(part, topology);
        let (from, to) = (scale.at(sum), scale.at(sum + amount));
        let at = Rect {
            x: from,
            y: top,
            width: to - from,
            height: BAR,
        };
        canvas.rect(at.x, at.y, at.width, at.height, part.colour);
        if part.of_failure {
            canvas.hatch(at, 7.0, PAPER, 1.2);
        }
        if at.width > 2.0 {
            canvas.line((to, top), (to, top + BAR), PAPER, 0.8);
        }
        sum += amount;
    }
    if sum == 0.0 {
        canvas.frame(
            Rect {
                x: plot.x,
                y: top,
                width: plot.width,
                height: BAR,
            },
            GRID,
            1.0,
        );
        canvas.text_on_paper("not priced", plot.x + 10.0, y, axis::ticks());
    } else if let Some(total) = &topology.cost_per_month.total_with_failure {
        let (low, high) = (scale.at(total.low), scale.at(total.high));
        if high - low > 1.0 {
            canvas.line((low, y), (high, y), INK, 1.3);
            for end in [low, high] {
                canvas.line((end, y - 5.0), (end, y + 5.0), INK, 1.3);
            }
        }
    }
}

fn draw_figures(canvas: &Canvas, x: f64, y: f64, cost: &CostResult, currency: &str) {
    let bold = Letters::new(LABEL_SIZE, INK).bold();
    let small = Letters::new(SMALL_SIZE, MUTED);
    let room = FIGURES - 12.0;
    let (first, second) = match (&cost.total_with_failure, cost.total) {
        (Some(total), _) => (
            format::money_rounded(total.mean, currency),
            format!(
                "({})",
                format::money_interval(total.low, total.high, currency)
            ),
        ),
        (None, Some(total)) => (
            format::money(total, currency),
            "failure not priced".to_owned(),
        ),
        (None, None) => ("–".to_owned(), "not priced".to_owned()),
    };
    canvas.text_at(&bold.fit(&first, room), x, y - 7.5, bold);
    canvas.text_at(&small.fit(&second, room), x, y + 8.0, small);
}
