//! What single changes avoid: a bar for each, with its interval, and what it costs beside it.

use super::axis::{self, Scale, Spread};
use super::canvas::{Canvas, Rect};
use super::letters::{Letters, names};
use super::sheet::{self, Chart, Words};
use super::theme::{AXIS, BLUE, INK, LABEL_SIZE, MUTED, REST, SMALL_SIZE, VERMILLION};
use super::words;
use crate::results::{AgainstStart, DesignResult, RecommendStudy, format};

/// Name of the chart, of which its files are named too.
pub const CHANGES: &str = "recommend";

/// Bars drawn.
const MOST: usize = 16;
/// Height of a bar with its distance \[px\].
const ROW: f64 = 36.0;
/// Room for words left of the bars, and for costs right of them \[px\].
const WORDS: f64 = 262.0;
const COSTS: f64 = 150.0;

/// Draws them: `model` is its name, `seed` that of the trials.
#[must_use]
pub fn changes(model: &str, study: &RecommendStudy, seed: u64) -> Chart {
    let rows: Vec<Row<'_>> = (study.ranking.iter())
        .filter_map(|index| Row::of(study.designs.get(*index)?))
        .take(MOST)
        .collect();
    let start = study.designs.first();
    let from = start.map_or_else(String::new, |start| words::short(&start.label));
    let trials = study.designs.iter().map(|design| design.trials).max();
    let words = Words {
        name: CHANGES,
        title: format!("What each change of {from} avoids"),
        caption: format!(
            "Downtime a year less than that of {from}{}, each change by itself and in the same trials; thin bars are intervals, grey where they \
             include 0. Right: what runs costs more a month{}. Model {}; up to {} trials; seed {seed}; {} intervals.{}",
            start.map_or_else(String::new, |start| format!(
                ", {} available",
                format::availability(&start.unavailability)
            )),
            if rows.iter().any(|row| row.nine().is_some()) {
                ", and what a nine costs"
            } else {
                ""
            },
            words::short(model),
            format::count(trials.unwrap_or_default()),
            format::level(study.level),
            if study.partial {
                " The run was cut short."
            } else {
                ""
            },
        ),
        alt: alt(&rows),
    };
    if rows.is_empty() {
        return sheet::empty(words, "No change could be tried.");
    }
    let height = 30.0 + ROW * rows.len() as f64 + 50.0;
    sheet::chart(words, height, |canvas, at| {
        let plot = Rect {
            x: at.x + WORDS,
            y: at.y + 30.0,
            width: at.width - WORDS - COSTS,
            height: ROW * rows.len() as f64,
        };
        draw(canvas, plot, at.x, &rows, &study.currency);
    })
}

fn alt(rows: &[Row<'_>]) -> String {
    let all = rows.iter().map(|row| {
        let avoided = &row.against.avoided_minutes_per_year;
        format!(
            "{}: {:.1} minutes a year ({:.1} to {:.1})",
            row.words, avoided.mean, avoided.low, avoided.high
        )
    });
    format!(
        "Downtime avoided by each change. {}.",
        words::sentences(all, 12)
    )
}

/// One change.
struct Row<'a> {
    words: String,
    design: &'a DesignResult,
    against: &'a AgainstStart,
}

impl<'a> Row<'a> {
    fn of(design: &'a DesignResult) -> Option<Self> {
        let words: Vec<&str> = design
            .changes
            .iter()
            .map(|change| change.words.as_str())
            .collect();
        Some(Self {
            words: format::printable(&words.join(" + ")),
            design,
            against: design.against_start.as_ref()?,
        })
    }

    /// What it costs, and what a nine does.
    fn cost(&self, currency: &str) -> String {
        let is_priced = self
            .design
            .changes
            .iter()
            .any(|change| change.not_priced.is_none());
        let Some(cost) = self.against.running_cost.filter(|_| is_priced) else {
            return "not priced".to_owned();
        };
        let sign = match cost {
            _ if cost.abs() < 0.005 => "±",
            _ if cost < 0.0 => "−",
            _ => "+",
        };
        let running = format!(
            "{sign}{}",
            format::money_short(rounded(cost.abs()), currency)
        );
        self.nine().map_or(running.clone(), |nine| {
            format!(
                "{running} ({} a nine)",
                format::money_short(rounded(nine), currency)
            )
        })
    }

    /// What a nine costs a month, where it is shown.
    fn nine(&self) -> Option<f64> {
        let cost = self.against.cost_per_nine.filter(|cost| !cost.is_dear());
        cost.map(|cost| cost.mean).filter(|cost| *cost > 0.0)
    }
}

/// Two digits are enough beside a bar.
fn rounded(amount: f64) -> f64 {
    if amount <= 0.0 {
        return 0.0;
    }
    let step = 10_f64.powf(amount.log10().floor() - 1.0);
    (amount / step).round() * step
}

fn draw(canvas: &Canvas, plot: Rect, left: f64, rows: &[Row<'_>], currency: &str) {
    let minutes = rows.iter().map(|row| &row.against.avoided_minutes_per_year);
    let (mut low, mut high) = (0.0_f64, 0.0_f64);
    for avoided in minutes {
        low = low.min(avoided.low);
        high = high.max(avoided.high);
    }
    let room = ((high - low) * 0.03).max(f64::MIN_POSITIVE);
    let low = if low < 0.0 { low - room } else { 0.0 };
    let scale = Scale::new(Spread::Linear, (low, high + room), (plot.x, plot.right()));
    for tick in scale.ticks(5) {
        let text = if tick == 0.0 {
            "0".to_owned()
        } else {
            format::significant(tick, 3)
        };
        axis::tick_below(canvas, plot, scale.at(tick), &text);
    }
    canvas.line(
        (plot.x, plot.bottom()),
        (plot.right(), plot.bottom()),
        AXIS,
        1.0,
    );
    let heading = Letters::new(SMALL_SIZE, INK).bold();
    canvas.text(
        "downtime avoided (min/year)",
        plot.x,
        plot.y - 12.0,
        heading,
    );
    canvas.text(
        "what runs, a month",
        plot.right() + 12.0,
        plot.y - 12.0,
        heading,
    );
    for (index, row) in rows.iter().enumerate() {
        let y = plot.y + ROW * (index as f64 + 0.5);
        draw_words(canvas, &row.words, left, y);
        draw_bar(canvas, row, y, scale);
        let letters = Letters::new(SMALL_SIZE, MUTED);
        let cost = letters.fit(&row.cost(currency), COSTS - 14.0);
        canvas.text_at(&cost, plot.right() + 12.0, y, letters);
    }
    let zero = scale.at(0.0);
    canvas.line((zero, plot.y - 4.0), (zero, plot.bottom()), INK, 1.4);
}

/// The words of a change, in two lines at most.
fn draw_words(canvas: &Canvas, text: &str, left: f64, y: f64) {
    let room = WORDS - 12.0;
    let letters = names();
    let mut lines = letters.lines(text, room);
    if lines.len() > 2 {
        let rest = lines[1..].join(" ");
        lines.truncate(1);
        lines.push(letters.fit(&rest, room));
    }
    let step = LABEL_SIZE + 3.0;
    let top = y - step * (lines.len() as f64 - 1.0) / 2.0;
    for (index, line) in lines.iter().enumerate() {
        canvas.text_at(
            &letters.fit(line, room),
            left,
            top + step * index as f64,
            letters,
        );
    }
}

fn draw_bar(canvas: &Canvas, row: &Row<'_>, y: f64, scale: Scale) {
    let avoided = &row.against.avoided_minutes_per_year;
    let colour = match (row.against.is_resolved, avoided.mean > 0.0) {
        (false, _) => REST,
        (true, true) => BLUE,
        (true, false) => VERMILLION,
    };
    let (zero, x) = (scale.at(0.0), scale.at(avoided.mean));
    canvas.rect(x.min(zero), y - 8.0, (x - zero).abs(), 16.0, colour);
    let reach = [avoided.low, avoided.high].map(|value| scale.at(value));
    canvas.line((reach[0], y), (reach[1], y), INK, 1.1);
    for edge in reach {
        canvas.line((edge, y - 4.0), (edge, y + 4.0), INK, 1.1);
    }
}
