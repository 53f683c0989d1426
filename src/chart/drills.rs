//! How often to drill: what is lost and what it costs against the time between two drills.

use super::axis::{self, Scale, Spread};
use super::canvas::{Canvas, Fill, Rect};
use super::labels::{self, Obstacle, Wanted};
use super::letters::Letters;
use super::sheet::{self, Chart, Words};
use super::theme::{AXIS, BAND, Dash, INK, Identity, LABEL_SIZE, MUTED, Marker, WASH, identities};
use super::words;
use crate::results::format;
use crate::results::{DrillInterval, DrillStudy, Estimate};
use crate::units::format_duration;

/// Name of the chart, of which its files are named too.
pub const DRILLS: &str = "drills";

/// Height of a plot \[px\].
const PLOT: f64 = 200.0;
/// Room above a plot for what it shows \[px\].
const HEADING: f64 = 42.0;
/// Room below the lower plot for times \[px\].
const TIMES: f64 = 50.0;
/// Room for figures left and right of a plot \[px\].
const SIDES: (f64, f64) = (74.0, 70.0);
/// Width of the place of those that are never drilled \[px\].
const NEVER: f64 = 74.0;
/// Radius of a point \[px\].
const POINT: f64 = 5.5;

/// Draws a study: `model` is its name, `seed` that of its trials.
#[must_use]
pub fn drills(model: &str, study: &DrillStudy, currency: &str, seed: u64) -> Chart {
    let words = Words {
        name: DRILLS,
        title: format!(
            "How often to drill {}: what is lost{}",
            words::short(&study.name),
            match study.cheapest {
                Some(_) => ", and what it costs",
                None => "",
            }
        ),
        caption: format!("{} {}", reading(study), basis(model, study, seed)),
        alt: alt(study, currency),
    };
    let panels = panels(study, currency);
    let height = panels.len() as f64 * (HEADING + PLOT) + TIMES;
    sheet::chart(words, height, |canvas, at| {
        draw(canvas, at, study, &panels);
    })
}

/// One figure of all intervals.
struct Panel<'a> {
    heading: String,
    /// Of each interval, the last being that of no drills.
    figures: Vec<&'a Estimate>,
    best: usize,
    /// What the best one and never drilling are called.
    names: [String; 2],
    /// Which cannot be told from the best one.
    alike: Vec<bool>,
    spread: Spread,
    range: (f64, f64),
    unit: Unit<'a>,
}

/// What a panel counts.
enum Unit<'a> {
    /// A share of the requests, with its nines.
    Lost,
    /// An amount of this currency.
    Money(&'a str),
}

impl Unit<'_> {
    /// What a tick says on the left.
    fn left(&self, tick: f64) -> String {
        match self {
            Self::Lost if tick > 0.0 => {
                // Even ticks have a second digit now and then: 10⁻⁴, 1.2 × 10⁻⁴.
                let text = format::scientific(tick, 2).replacen(".0 ×", " ×", 1);
                let power = text.strip_prefix("1 × ").map(str::to_owned);
                power.unwrap_or(text)
            }
            Self::Lost => "0".to_owned(),
            Self::Money(currency) => format::money_short(tick, currency),
        }
    }

    /// What it says on the right.
    fn right(&self, tick: f64) -> String {
        match self {
            Self::Lost if tick > 0.0 => axis::nines(tick),
            Self::Lost | Self::Money(_) => String::new(),
        }
    }
}

fn panels<'a>(study: &'a DrillStudy, currency: &'a str) -> Vec<Panel<'a>> {
    let mut panels = vec![availability(study)];
    panels.extend(cost(study, currency));
    panels
}

fn availability(study: &DrillStudy) -> Panel<'_> {
    let figures = (study.intervals.iter()).map(|interval| &interval.unavailability);
    let figures: Vec<&Estimate> = figures.collect();
    let name = |index: usize| {
        let interval = &study.intervals[index];
        let figure = format::availability(&interval.unavailability);
        format!("{}: {figure}", interval.label)
    };
    let (spread, range) = losses(&figures);
    let scale = match spread {
        Spread::Linear => "",
        Spread::Log => ", log scale",
    };
    Panel {
        heading: format!("unavailability (share of requests lost{scale})"),
        range,
        best: study.most_available,
        names: [name(study.most_available), name(figures.len() - 1)],
        alike: (0..figures.len())
            .map(|index| study.is_alike(index))
            .collect(),
        figures,
        spread,
        unit: Unit::Lost,
    }
}

/// From nothing on, so that lengths can be compared; by powers of ten where the least would then be lost at the bottom.
fn losses(figures: &[&Estimate]) -> (Spread, (f64, f64)) {
    let means = || figures.iter().map(|figure| seen_or_bound(figure));
    let (low, high) = means().fold((f64::INFINITY, 0.0), |(low, high), mean| {
        (f64::min(low, mean), f64::max(high, mean))
    });
    let highest = figures.iter().map(|figure| figure.high);
    let highest = highest.fold(high, f64::max);
    if highest > 0.0 && highest < 12.0 * low {
        (Spread::Linear, (0.0, highest * 1.12))
    } else {
        let range = axis::unavailability_range(figures.iter().copied(), None);
        (Spread::Log, range)
    }
}

/// `None` if it is not priced.
fn cost<'a>(study: &'a DrillStudy, currency: &'a str) -> Option<Panel<'a>> {
    let best = study.cheapest?;
    let total = |interval: &'a DrillInterval| interval.cost_per_month.total_with_failure.as_ref();
    let figures: Vec<&Estimate> = study.intervals.iter().map(total).collect::<Option<_>>()?;
    let name = |index: usize| {
        let figure = format::money_rounded(figures[index].mean, currency);
        format!("{}: {figure}", study.intervals[index].label)
    };
    let low = figures.iter().map(|figure| figure.low);
    let low = low.fold(f64::INFINITY, f64::min);
    let high = figures.iter().map(|figure| figure.high);
    let high = high.fold(f64::NEG_INFINITY, f64::max);
    let room = ((high - low) * 0.12).max(high.abs() * 0.01).max(1e-9);
    let unit = axis::ticks().fit(currency, 60.0);
    Some(Panel {
        heading: format!("cost of what runs, of drills and of failure ({unit} a month)"),
        range: (low - room, high + room),
        best,
        names: [name(best), name(figures.len() - 1)],
        alike: vec![false; figures.len()],
        figures,
        spread: Spread::Linear,
        unit: Unit::Money(currency),
    })
}

fn reading(study: &DrillStudy) -> String {
    let kind = match study.kind.as_str() {
        "rotation" => "Drills are rotations.",
        _ => "Drills are game days.",
    };
    let alike = if (0..study.intervals.len()).any(|index| study.is_alike(index)) {
        " ~ cannot be told from the most available one."
    } else {
        ""
    };
    let bounds = if (study.intervals.iter()).any(|interval| interval.unavailability.mean <= 0.0) {
        " A hollow mark is an upper bound, no loss having been seen."
    } else {
        ""
    };
    let priced = if study.cheapest.is_none() {
        " What runs and what failure costs is not priced."
    } else {
        ""
    };
    format!(
        "{kind} Lower is better in all. Large and ringed is the best, the broken line is never drilling. Areas and bars are \
         intervals; the trials of all are the same, so that differences are surer than these suggest.{alike}{bounds}{priced}"
    )
}

fn basis(model: &str, study: &DrillStudy, seed: u64) -> String {
    let partial = if study.partial {
        " The run was cut short."
    } else {
        ""
    };
    let trials = study.intervals.iter().map(|interval| interval.trials).max();
    format!(
        "Model {}: {} of each, each of {}; seed {seed}; {} intervals.{partial}",
        words::short(model),
        format::trials(trials.unwrap_or_default()),
        words::horizon(study.horizon_hours),
        format::level(study.level),
    )
}

fn alt(study: &DrillStudy, currency: &str) -> String {
    let all = study.intervals.iter().map(|interval| {
        let total = interval.cost_per_month.total_with_failure.as_ref();
        let cost = total.map_or_else(String::new, |total| {
            format!(
                " at {} a month",
                format::money_rounded(total.mean, currency)
            )
        });
        let figure = format::availability(&interval.unavailability);
        format!("{}: {figure}{cost}", interval.label)
    });
    format!(
        "Availability and cost against the time between drills. {}.",
        words::sentences(all, 12)
    )
}

fn draw(canvas: &Canvas, at: Rect, study: &DrillStudy, panels: &[Panel<'_>]) {
    let plot = |row: usize| Rect {
        x: at.x + SIDES.0,
        y: at.y + row as f64 * (HEADING + PLOT) + HEADING,
        width: at.width - SIDES.0 - SIDES.1,
        height: PLOT,
    };
    let places = places(study, plot(0));
    let look = identities([study.pattern.as_str()])[0];
    for (row, panel) in panels.iter().enumerate() {
        draw_panel(canvas, plot(row), panel, &places, look);
    }
    let last = plot(panels.len().saturating_sub(1));
    draw_times(canvas, last, study, &places);
}

/// Where the intervals lie from left to right \[px\]: by the logarithm of the time between two drills, and never apart.
fn places(study: &DrillStudy, plot: Rect) -> Vec<f64> {
    let hours: Vec<f64> = (study.intervals.iter())
        .filter_map(|interval| interval.every_hours)
        .collect();
    let low = hours.first().copied().unwrap_or(1.0);
    let high = hours.last().copied().unwrap_or(low);
    // A single interval lies in the middle.
    let (low, high) = if high / low < 1.5 {
        (low / 1.5, high * 1.5)
    } else {
        (low, high)
    };
    let ends = (plot.x + 24.0, plot.right() - NEVER - 24.0);
    let scale = Scale::new(Spread::Log, (low, high), ends);
    let never = plot.right() - NEVER / 2.0;
    let drilled = hours.iter().map(|every| scale.at(*every));
    drilled.chain([never]).collect()
}

/// The times between drills, as many as have room, below the plot.
fn draw_times(canvas: &Canvas, plot: Rect, study: &DrillStudy, places: &[f64]) {
    let mut free_from = f64::NEG_INFINITY;
    for (interval, x) in study.intervals.iter().zip(places) {
        let every = interval.every_hours.map(|hours| hours * 3600.0);
        let label = every.map_or_else(|| "never".to_owned(), format_duration);
        canvas.line((*x, plot.bottom()), (*x, plot.bottom() + 5.0), AXIS, 1.0);
        let half = axis::ticks().width(&label) / 2.0;
        if x - half >= free_from {
            canvas.text(&label, *x, plot.bottom() + 19.0, axis::ticks().middle());
            free_from = x + half + 6.0;
        }
    }
    let drilled = Rect {
        width: plot.width - NEVER,
        ..plot
    };
    axis::title_below(canvas, drilled, "time between two drills (log scale)");
}

fn draw_panel(canvas: &Canvas, plot: Rect, panel: &Panel<'_>, places: &[f64], look: Identity) {
    let scale = Scale::new(panel.spread, panel.range, (plot.bottom(), plot.y));
    let never = Rect {
        x: plot.right() - NEVER,
        width: NEVER,
        ..plot
    };
    canvas.rect(never.x, never.y, never.width, never.height, WASH);
    for tick in scale.ticks(8) {
        let y = scale.at(tick);
        axis::tick_left(canvas, plot, y, &panel.unit.left(tick));
        let right = panel.unit.right(tick);
        canvas.text_at(&right, plot.right() + 8.0, y, axis::ticks());
    }
    canvas.line(
        (plot.x, plot.bottom()),
        (plot.right(), plot.bottom()),
        AXIS,
        1.0,
    );
    let heading = Letters::new(LABEL_SIZE, INK).bold();
    canvas.text(&panel.heading, plot.x, plot.y - 10.0, heading);
    draw_never(canvas, plot, panel, places, scale);
    draw_curve(canvas, panel, places, scale, look);
    draw_names(canvas, plot, panel, places, scale);
}

/// What never drilling comes to, across the plot.
fn draw_never(canvas: &Canvas, plot: Rect, panel: &Panel<'_>, places: &[f64], scale: Scale) {
    let Some((figure, x)) = panel.figures.last().zip(places.last()) else {
        return;
    };
    let (low, high) = (scale.at(figure.low), scale.at(figure.high));
    let band = [
        (plot.x, low),
        (plot.right(), low),
        (plot.right(), high),
        (plot.x, high),
    ];
    canvas.area(&band, MUTED, BAND);
    let y = scale.at(seen_or_bound(figure));
    canvas.dashed(&[(plot.x, y), (*x, y)], MUTED, 1.4, Dash::Dashed);
}

/// What drills come to, from the shortest time between two to the longest; and all points.
fn draw_curve(canvas: &Canvas, panel: &Panel<'_>, places: &[f64], scale: Scale, look: Identity) {
    let drilled = || {
        let figures = panel.figures.iter().zip(places);
        figures.take(places.len().saturating_sub(1))
    };
    let upper = drilled().map(|(figure, x)| (*x, scale.at(figure.high)));
    let lower = drilled().map(|(figure, x)| (*x, scale.at(figure.low)));
    let around: Vec<_> = upper.chain(lower.rev()).collect();
    if around.len() > 2 {
        canvas.area(&around, look.colour, BAND);
    }
    let curve: Vec<_> = drilled()
        .map(|(figure, x)| (*x, scale.at(seen_or_bound(figure))))
        .collect();
    canvas.path(&curve, look.colour, 2.2);
    for (index, (figure, x)) in panel.figures.iter().zip(places).enumerate() {
        let colour = if index + 1 == places.len() {
            MUTED
        } else {
            look.colour
        };
        let look = Identity { colour, ..look };
        draw_point(canvas, *x, figure, (look, index == panel.best), scale);
        if panel.alike[index] {
            let above = scale.at(figure.high) - 9.0;
            canvas.text_at("~", *x, above, Letters::new(LABEL_SIZE, INK).middle());
        }
    }
}

/// A point with its interval; ringed if it is the best.
fn draw_point(
    canvas: &Canvas,
    x: f64,
    figure: &Estimate,
    (look, is_best): (Identity, bool),
    scale: Scale,
) {
    let y = scale.at(seen_or_bound(figure));
    let radius = if is_best { POINT + 2.0 } else { POINT };
    if is_best {
        canvas.marker((x, y), radius + 4.0, INK, Marker::Circle, Fill::Hollow);
    }
    let fill = if figure.mean > 0.0 {
        Fill::Solid
    } else {
        Fill::Hollow
    };
    canvas.marker((x, y), radius, look.colour, look.marker, fill);
    // Over the mark, which would hide a short interval.
    let ends = (scale.at(figure.low), scale.at(figure.high));
    canvas.line((x, ends.0), (x, ends.1), INK, 1.2);
    for end in [ends.0, ends.1] {
        canvas.line((x - 4.0, end), (x + 4.0, end), INK, 1.2);
    }
}

fn seen_or_bound(figure: &Estimate) -> f64 {
    if figure.mean > 0.0 {
        figure.mean
    } else {
        figure.high
    }
}

/// The best one and never drilling, by name.
fn draw_names(canvas: &Canvas, plot: Rect, panel: &Panel<'_>, places: &[f64], scale: Scale) {
    let place = |index: usize| (places[index], scale.at(seen_or_bound(panel.figures[index])));
    let never = panel.figures.len() - 1;
    let named: &[(usize, &String)] = &[(panel.best, &panel.names[0]), (never, &panel.names[1])];
    // The best may be never to drill.
    let named = &named[..if panel.best == never { 1 } else { 2 }];
    let letters = Letters::new(LABEL_SIZE, INK).bold();
    let wanted: Vec<Wanted> = (named.iter())
        .map(|(index, name)| Wanted {
            point: place(*index),
            width: letters.width(name) + 6.0,
            height: LABEL_SIZE + 5.0,
        })
        .collect();
    let inside = Rect {
        x: plot.x + 6.0,
        y: plot.y + 4.0,
        width: plot.width - 12.0,
        height: plot.height - 8.0,
    };
    let found = labels::place(&wanted, &obstacles(plot, panel, places, scale), inside);
    for (index, at) in found.iter().enumerate() {
        if labels::needs_leader(&wanted, index, *at) {
            let point = wanted[index].point;
            canvas.line(point, labels::nearest(*at, point), MUTED, 1.0);
        }
    }
    for ((_, name), at) in named.iter().zip(found) {
        canvas.text_at(name, at.x + 3.0, at.y + at.height / 2.0, letters);
    }
}

/// What names had better not cover.
fn obstacles(plot: Rect, panel: &Panel<'_>, places: &[f64], scale: Scale) -> Vec<Obstacle> {
    let points: Vec<(f64, f64)> = (panel.figures.iter().zip(places))
        .map(|(figure, x)| (*x, scale.at(seen_or_bound(figure))))
        .collect();
    let mut all: Vec<Obstacle> = (panel.figures.iter().zip(&points))
        .map(|(figure, &(x, y))| {
            let (top, bottom) = (scale.at(figure.high).min(y), scale.at(figure.low).max(y));
            let bar = Rect {
                x,
                y: top,
                width: 0.0,
                height: bottom - top,
            };
            Obstacle {
                at: bar.grown(POINT + 7.0),
                cost: 30.0,
            }
        })
        .collect();
    let drilled = points.windows(2).take(points.len().saturating_sub(2));
    all.extend(drilled.flat_map(|pair| labels::along(pair[0], pair[1])));
    let never = points[points.len() - 1];
    all.push(Obstacle {
        at: Rect {
            x: plot.x,
            y: never.1 - 2.0,
            width: plot.width,
            height: 4.0,
        },
        cost: 10.0,
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_ticks_are_told_apart() {
        let ticks = [1.2e-4, 1e-4, 8e-5, 0.0];
        let texts = ticks.map(|tick| Unit::Lost.left(tick));
        assert_eq!(texts, ["1.2 × 10⁻⁴", "10⁻⁴", "8 × 10⁻⁵", "0"]);
    }
}
