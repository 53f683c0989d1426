//! A sweep of one parameter: a curve for each topology; of two, see [`super::sweep_map`].

use super::axis::{self, Scale, Spread};
use super::canvas::{Canvas, Fill, Rect};
use super::key::{self, Line};
use super::letters::Letters;
use super::sheet::{self, Chart, Words};
use super::sweep_map;
use super::theme::{
    AXIS, BAND, Dash, INK, Identity, MUTED, Marker, SMALL_SIZE, TARGET, identities,
};
use super::words;
use crate::results::{
    Crossing, Estimate, SweepFigure, SweepParameter, SweepSpread, SweepStudy, SweptTopology, format,
};

/// Name of the chart, of which its files are named too.
pub const SWEEP: &str = "sweep";

/// Height of a plot \[px\].
const PLOT: f64 = 330.0;
/// Room above and below it \[px\].
const AROUND: (f64, f64) = (36.0, 52.0);
/// Room for figures left and right of it \[px\].
const SIDES: (f64, f64) = (78.0, 62.0);

/// Draws a sweep: `model` is its name, `seed` that of its trials.
#[must_use]
pub fn sweep(model: &str, study: &SweepStudy, figure: SweepFigure, seed: u64) -> Chart {
    let is_map = study.parameters.len() > 1;
    let topologies: Vec<&SweptTopology> = (study.topologies.iter())
        .filter(|topology| {
            topology
                .points
                .iter()
                .any(|point| point.figure(figure).is_some())
        })
        .collect();
    let reading = if is_map {
        sweep_map::reading(study, &topologies, figure)
    } else {
        reading(study, figure)
    };
    let paths: Vec<String> = study
        .parameters
        .iter()
        .map(|parameter| words::short(&parameter.path))
        .collect();
    let words = Words {
        name: SWEEP,
        title: format!("{} against {}", name(figure), paths.join(" and ")),
        caption: format!("{reading} {}", basis(model, study, seed)),
        alt: alt(study, figure),
    };
    if topologies.is_empty() {
        return sheet::empty(words, "There is no such figure at any point.");
    }
    if is_map {
        return sweep_map::draw(words, study, &topologies, figure);
    }
    let lines = lines(study, &topologies, figure);
    let height = (AROUND.0 + PLOT + AROUND.1).max(key::height_beside(lines.len()) + 40.0);
    sheet::chart(words, height, |canvas, at| {
        curves(canvas, at, study, &topologies, figure, &lines);
    })
}

/// What a figure is called on a chart.
pub(super) fn name(figure: SweepFigure) -> &'static str {
    match figure {
        SweepFigure::Unavailability => "Unavailability",
        SweepFigure::Cost => "Cost with failure",
        SweepFigure::RtoMet => "Outages within the RTO",
    }
}

/// The target of a figure, if it has one.
pub(super) fn target(study: &SweepStudy, figure: SweepFigure) -> Option<f64> {
    match figure {
        SweepFigure::Unavailability => study.slo_unavailability,
        SweepFigure::Cost => None,
        SweepFigure::RtoMet => Some(0.95),
    }
}

/// In words: `SLO 99.95 %`.
pub(super) fn target_in_words(target: f64, figure: SweepFigure) -> String {
    match figure {
        SweepFigure::RtoMet => "target 95 %".to_owned(),
        _ => format!("SLO {}", format::target(1.0 - target)),
    }
}

/// The mean, or the bound where nothing was seen.
pub(super) fn shown(estimate: &Estimate) -> f64 {
    if estimate.mean > 0.0 {
        estimate.mean
    } else {
        estimate.high
    }
}

/// Which figures are good ones, in words.
pub(super) fn better(figure: SweepFigure) -> &'static str {
    match figure {
        SweepFigure::RtoMet => "Higher is better.",
        SweepFigure::Unavailability | SweepFigure::Cost => "Lower is better.",
    }
}

fn reading(study: &SweepStudy, figure: SweepFigure) -> String {
    let better = better(figure);
    let target = target(study, figure).map(|target| target_in_words(target, figure));
    let crossings = study
        .topologies
        .iter()
        .flat_map(|topology| &topology.crossings);
    let bar = match crossings
        .filter(|crossing| crossing.figure == figure)
        .count()
    {
        0 => "",
        _ => "; a bar on it is where a curve crosses, with its interval",
    };
    let line = target.map_or_else(String::new, |target| {
        format!(" The broken line is the {target}{bar}.")
    });
    format!(
        "{better} Areas are intervals; the trials of all points are the same, so that a curve is known more sharply than its area \
         suggests. Ringed is the best value of each topology.{line}"
    )
}

fn basis(model: &str, study: &SweepStudy, seed: u64) -> String {
    let cut = if study.partial {
        " The run was cut short."
    } else {
        ""
    };
    let points = study
        .topologies
        .iter()
        .flat_map(|topology| &topology.points);
    let trials = points.map(|point| point.trials).max().unwrap_or_default();
    format!(
        "Model {}: {} a point at most, each of {}; seed {seed}; {} intervals.{cut}",
        words::short(model),
        format::trials(trials),
        words::horizon(study.horizon_hours),
        format::level(study.level),
    )
}

fn alt(study: &SweepStudy, figure: SweepFigure) -> String {
    let all = study.topologies.iter().filter_map(|topology| {
        let ends = [topology.points.first()?, topology.points.last()?];
        let ends: Vec<String> = ends
            .iter()
            .map(|point| figure_in_words(point.figure(figure), figure, &study.currency))
            .collect();
        Some(format!(
            "{}: {} at first, {} at last",
            words::short(&topology.name),
            ends[0],
            ends[1]
        ))
    });
    format!(
        "{} over the sweep. {}.",
        name(figure),
        words::sentences(all, 12)
    )
}

/// A figure without its interval.
pub(super) fn figure_in_words(
    estimate: Option<&Estimate>,
    figure: SweepFigure,
    currency: &str,
) -> String {
    let Some(estimate) = estimate else {
        return format::NO_DATA.to_owned();
    };
    match figure {
        SweepFigure::Unavailability => format::availability(estimate),
        SweepFigure::Cost => format::money_rounded(estimate.mean, currency),
        SweepFigure::RtoMet => format::probability(estimate.mean),
    }
}

fn lines(study: &SweepStudy, topologies: &[&SweptTopology], figure: SweepFigure) -> Vec<Line> {
    let looks = identities(topologies.iter().map(|topology| topology.pattern.as_str()));
    let each = topologies.iter().zip(looks).map(|(topology, identity)| {
        let crossing = topology
            .crossings
            .iter()
            .find(|crossing| crossing.figure == figure);
        let note = match (topology.moves, crossing) {
            (false, _) => "does not move".to_owned(),
            (true, Some(crossing)) => format!("crosses at {}", crossing.text),
            (true, None) => topology.best_for(figure).map_or_else(String::new, |index| {
                let value = &study.parameters[0].values[topology.points[index].at[0]];
                format!("best at {}", words::short(&value.text))
            }),
        };
        Line {
            identity,
            name: topology.name.clone(),
            note,
        }
    });
    each.collect()
}

fn curves(
    canvas: &Canvas,
    at: Rect,
    study: &SweepStudy,
    topologies: &[&SweptTopology],
    figure: SweepFigure,
    lines: &[Line],
) {
    let beside = key::width_beside(lines);
    let plot = Rect {
        x: at.x + SIDES.0,
        y: at.y + AROUND.0,
        width: at.width - SIDES.0 - SIDES.1 - beside - 12.0,
        height: PLOT,
    };
    let parameter = &study.parameters[0];
    let scale = heights(study, topologies, figure, plot);
    draw_heights(canvas, plot, study, figure, scale);
    let places = Places::new(parameter, plot);
    places.draw(canvas, plot, parameter);
    if let Some(target) = target(study, figure).filter(|target| scale.holds(*target)) {
        let y = scale.at(target);
        canvas.dashed(&[(plot.x, y), (plot.right(), y)], TARGET, 1.3, Dash::Dashed);
        let letters = Letters::new(SMALL_SIZE, TARGET).end();
        canvas.text_on_paper(
            &target_in_words(target, figure),
            plot.right() - 4.0,
            y - 10.0,
            letters,
        );
    }
    for (topology, line) in topologies.iter().zip(lines) {
        draw_curve(canvas, topology, figure, &places, (scale, line.identity));
    }
    for (topology, line) in topologies.iter().zip(lines) {
        let own = topology
            .crossings
            .iter()
            .filter(|crossing| crossing.figure == figure);
        own.for_each(|crossing| {
            draw_crossing(canvas, plot, crossing, &places, (scale, line.identity));
        });
    }
    let key = Rect {
        x: plot.right() + SIDES.1 + 12.0,
        y: plot.y,
        width: beside,
        height: at.height - AROUND.0,
    };
    key::beside(canvas, key, lines);
}

/// The axis of the figure.
fn heights(
    study: &SweepStudy,
    topologies: &[&SweptTopology],
    figure: SweepFigure,
    plot: Rect,
) -> Scale {
    let points = || topologies.iter().flat_map(|topology| &topology.points);
    let estimates = || points().filter_map(|point| point.figure(figure));
    let ends = (plot.bottom(), plot.y);
    if figure == SweepFigure::Unavailability {
        let range = axis::unavailability_range(estimates(), target(study, figure));
        return Scale::new(Spread::Log, range, ends);
    }
    let low = estimates()
        .map(|estimate| estimate.low)
        .chain(target(study, figure))
        .fold(f64::INFINITY, f64::min);
    let high = estimates()
        .map(|estimate| estimate.high)
        .chain(target(study, figure))
        .fold(f64::NEG_INFINITY, f64::max);
    let room = ((high - low) * 0.08).max(high.abs() * 0.01).max(1e-9);
    let most = if figure == SweepFigure::RtoMet {
        1.0
    } else {
        f64::INFINITY
    };
    Scale::new(
        Spread::Linear,
        ((low - room).max(0.0), (high + room).min(most)),
        ends,
    )
}

fn draw_heights(
    canvas: &Canvas,
    plot: Rect,
    study: &SweepStudy,
    figure: SweepFigure,
    scale: Scale,
) {
    for tick in scale.ticks(8) {
        let y = scale.at(tick);
        let text = match figure {
            SweepFigure::Unavailability => axis::power(tick),
            SweepFigure::Cost => format::money_short(tick, &study.currency),
            SweepFigure::RtoMet => format::probability(tick),
        };
        axis::tick_left(canvas, plot, y, &text);
        if figure == SweepFigure::Unavailability {
            canvas.text_at(&axis::nines(tick), plot.right() + 8.0, y, axis::ticks());
        }
    }
    canvas.line(
        (plot.x, plot.bottom()),
        (plot.right(), plot.bottom()),
        AXIS,
        1.0,
    );
    let heading = match figure {
        SweepFigure::Unavailability => {
            "unavailability (share of requests lost, log scale)".to_owned()
        }
        SweepFigure::Cost => format!(
            "what runs, and failure ({} a month)",
            axis::ticks().fit(&study.currency, 60.0)
        ),
        SweepFigure::RtoMet => "share of outages within the RTO".to_owned(),
    };
    canvas.text(
        &heading,
        plot.x,
        plot.y - 14.0,
        Letters::new(SMALL_SIZE, INK).bold(),
    );
}

/// Where the values of the parameter lie.
pub(super) struct Places {
    /// Of each value \[px\].
    pub(super) each: Vec<f64>,
    scale: Option<Scale>,
}

impl Places {
    pub(super) fn new(parameter: &SweepParameter, plot: Rect) -> Self {
        let numbers: Option<Vec<f64>> = parameter.values.iter().map(|value| value.number).collect();
        let ends = (plot.x + 14.0, plot.right() - 14.0);
        let rising =
            numbers.filter(|numbers| parameter.spread != SweepSpread::Listed && numbers.len() > 1);
        if let Some(numbers) = rising {
            let (first, last) = (numbers[0], numbers[numbers.len() - 1]);
            let (low, high) = (first.min(last), first.max(last));
            let spread = if parameter.spread == SweepSpread::Log {
                Spread::Log
            } else {
                Spread::Linear
            };
            let scale = Scale::new(spread, (low, high), ends);
            return Self {
                each: numbers.iter().map(|number| scale.at(*number)).collect(),
                scale: Some(scale),
            };
        }
        // What is listed stands at even distances, in its order.
        let gaps = (parameter.values.len() - 1).max(1) as f64;
        let each = (0..parameter.values.len())
            .map(|index| ends.0 + (ends.1 - ends.0) * index as f64 / gaps);
        Self {
            each: each.collect(),
            scale: None,
        }
    }

    /// Values below the plot, as many as have room.
    fn draw(&self, canvas: &Canvas, plot: Rect, parameter: &SweepParameter) {
        let mut taken: Vec<(f64, f64)> = Vec::new();
        for (value, x) in parameter.values.iter().zip(&self.each) {
            canvas.line((*x, plot.bottom()), (*x, plot.bottom() + 5.0), AXIS, 1.0);
            let label = axis::ticks().fit(&value.text, 110.0);
            let half = axis::ticks().width(&label) / 2.0 + 4.0;
            if taken
                .iter()
                .all(|(left, right)| x + half < *left || x - half > *right)
            {
                canvas.text(&label, *x, plot.bottom() + 19.0, axis::ticks().middle());
                taken.push((x - half, x + half));
            }
        }
        let spread = match parameter.spread {
            SweepSpread::Log => " (log scale)",
            SweepSpread::Linear | SweepSpread::Listed => "",
        };
        let title = axis::ticks().fit(&format!("{}{spread}", parameter.path), plot.width);
        axis::title_below(canvas, plot, &title);
    }
}

fn draw_curve(
    canvas: &Canvas,
    topology: &SweptTopology,
    figure: SweepFigure,
    places: &Places,
    (scale, look): (Scale, Identity),
) {
    let known: Vec<(usize, f64, &Estimate)> = topology
        .points
        .iter()
        .enumerate()
        .filter_map(|(index, point)| Some((index, places.each[point.at[0]], point.figure(figure)?)))
        .collect();
    let upper = known
        .iter()
        .map(|(_, x, estimate)| (*x, scale.at(estimate.high)));
    let lower = known
        .iter()
        .rev()
        .map(|(_, x, estimate)| (*x, scale.at(estimate.low)));
    let around: Vec<_> = upper.chain(lower).collect();
    if around.len() > 2 {
        canvas.area(&around, look.colour, BAND);
    }
    let curve: Vec<_> = known
        .iter()
        .map(|(_, x, estimate)| (*x, scale.at(shown(estimate))))
        .collect();
    canvas.dashed(&curve, look.colour, 2.2, look.dash);
    for ((index, _, estimate), point) in known.iter().zip(&curve) {
        if topology.moves && topology.best_for(figure) == Some(*index) {
            canvas.marker(*point, 9.0, INK, Marker::Circle, Fill::Hollow);
        }
        let fill = if estimate.mean > 0.0 {
            key::fill(look.dash)
        } else {
            Fill::Hollow
        };
        canvas.marker(*point, 4.5, look.colour, look.marker, fill);
    }
}

/// Where a curve crosses the target: a bar as long as its interval.
fn draw_crossing(
    canvas: &Canvas,
    plot: Rect,
    crossing: &Crossing,
    places: &Places,
    (scale, look): (Scale, Identity),
) {
    let Some(along) = places.scale.filter(|_| scale.holds(crossing.target)) else {
        return;
    };
    let y = scale.at(crossing.target);
    let x = along.at(crossing.number);
    let left = crossing.low.map_or(plot.x, |low| along.at(low));
    let right = crossing.high.map_or(plot.right(), |high| along.at(high));
    canvas.line((left.min(right), y), (left.max(right), y), look.colour, 3.2);
    for end in [left, right] {
        canvas.line((end, y - 5.0), (end, y + 5.0), look.colour, 1.6);
    }
    canvas.line((x, y), (x, plot.bottom()), MUTED, 0.8);
    canvas.marker((x, y), 5.0, TARGET, Marker::Diamond, Fill::Hollow);
}
