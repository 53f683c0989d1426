//! A played scenario: what users see over time, one topology below the other, with what the failover is doing.

use super::axis::{self, Scale, Spread};
use super::canvas::{Canvas, Rect};
use super::key::Above;
use super::letters::{Letters, names};
use super::sheet::{self, Chart, Words};
use super::theme::{
    AXIS, BAND, BLUE, Colour, Dash, GREEN, GRID, INK, LABEL_SIZE, MARGIN, MUTED, ORANGE, PURPLE,
    REST, SKY, SMALL_SIZE, TARGET, VERMILLION, WASH, WIDTH, YELLOW,
};
use super::words;
use crate::results::format;
use crate::results::{InjectedTopology, Injection};

/// Name of the chart, of which its files are named too.
pub const INJECTION: &str = "inject";

/// Height of a topology's row, of its plot and of the strip of phases below that \[px\].
const ROW: f64 = 92.0;
const PLOT: f64 = 52.0;
const STRIP: f64 = 9.0;
/// Room for names and for figures beside the plot \[px\].
const NAMES: f64 = 158.0;
const FIGURES: f64 = 118.0;
/// Room above the rows for the faults \[px\].
const HEAD: f64 = 26.0;

/// Draws it: `model` is the name of the model.
#[must_use]
pub fn injection(model: &str, injection: &Injection) -> Chart {
    let words = Words {
        name: INJECTION,
        title: format!(
            "What users see: {}",
            format::truncated(&injection.scenario.name, 90)
        ),
        caption: format!("{} {}", reading(injection), basis(model, injection)),
        alt: alt(injection),
    };
    if injection.topologies.is_empty() {
        return sheet::empty(words, "No topology was played.");
    }
    let shown = PHASES.iter().filter(|(phase, ..)| occurs(injection, phase));
    let entries = shown.map(|(_, colour, name)| (*colour, (*name).to_owned()));
    let key = Above::new(entries, WIDTH - 2.0 * MARGIN);
    let rows = ROW * injection.topologies.len() as f64;
    sheet::chart(words, key.height + HEAD + rows + 42.0, |canvas, at| {
        key.draw(canvas, at.x, at.y);
        let plot = Rect {
            x: at.x + NAMES,
            y: at.y + key.height + HEAD,
            width: at.width - NAMES - FIGURES,
            height: rows,
        };
        draw(canvas, plot, injection);
    })
}

/// Phases in the order in which they follow each other, their colours and what they are called.
const PHASES: [(&str, Colour, &str); 17] = [
    ("in-service", VERMILLION, "lost, no failover under way"),
    ("not-noticed", MUTED, "not noticed yet"),
    ("detecting", SKY, "detecting"),
    ("deciding", ORANGE, "deciding"),
    ("waiting-for-people", YELLOW, "waiting for people"),
    ("waiting-for-dependency", PURPLE, "waiting for a dependency"),
    ("activating", BLUE, "activating"),
    ("mending-standby", TARGET, "mending the standby"),
    ("retrying", MUTED, "waiting to retry"),
    ("rerouting", GREEN, "rerouting"),
    ("stuck-clients", REST, "clients that never move"),
    ("degraded", AXIS, "degraded: too little capacity"),
    ("drilling", REST, "drilling"),
    ("failing-back", INK, "failing back"),
    ("given-up", TARGET, "given up"),
    ("nowhere-to-go", VERMILLION, "no healthy region"),
    ("on-standby", GRID, "served by the standby"),
];

#[cfg(test)]
fn colour(phase: &str) -> Option<Colour> {
    let mut known = PHASES.iter();
    known
        .find(|(name, ..)| *name == phase)
        .map(|(_, colour, _)| *colour)
}

fn occurs(injection: &Injection, phase: &str) -> bool {
    let mut topologies = injection.topologies.iter();
    topologies.any(|topology| topology.doing.iter().any(|doing| doing.contains_key(phase)))
}

fn reading(injection: &Injection) -> String {
    let drawn = injection.topologies.iter().any(|topology| !topology.exact);
    let lines = if drawn {
        "Solid line: median over the trials of the share of requests that succeed; broken line: mean; area: 5 % to 95 % of the trials."
    } else {
        "Line: share of requests that succeed; nothing is drawn, so that it is exact."
    };
    format!(
        "{lines} Strip below: what the failover is doing, by its share of the trials. Hatched: a scripted fault is active. Right: what is lost, and the time down."
    )
}

fn basis(model: &str, injection: &Injection) -> String {
    let most = injection
        .topologies
        .iter()
        .map(|topology| topology.trials)
        .max();
    let partial = if injection.partial {
        " The run was cut short."
    } else {
        ""
    };
    format!(
        "Model {}, everything else {}: {}; seed {}; {} intervals.{partial}",
        words::short(model),
        match injection.background.as_str() {
            "random" => "failing as it says",
            _ => "healthy",
        },
        format::trials(most.unwrap_or_default()),
        injection.seed,
        format::level(injection.level),
    )
}

fn alt(injection: &Injection) -> String {
    let all = injection.topologies.iter().map(|topology| {
        format!(
            "{}: {} of the requests lost, {} down",
            words::short(&topology.name),
            format::probability(topology.share_lost.mean),
            format::duration(topology.down_seconds.mean)
        )
    });
    format!("Success over time. {}.", words::sentences(all, 12))
}

fn draw(canvas: &Canvas, plot: Rect, injection: &Injection) {
    let horizon = injection.horizon_seconds;
    let scale = Scale::new(Spread::Linear, (0.0, horizon), (plot.x, plot.right()));
    let tallest = plot.y + ROW * (injection.topologies.len() as f64 - 1.0) + PLOT + STRIP + 4.0;
    let axis_at = Rect {
        height: tallest - plot.y,
        ..plot
    };
    let (unit, name) = format::axis_unit(horizon);
    for tick in axis::linear_ticks(0.0, horizon / unit, 9) {
        let label = format::significant(tick, 4);
        axis::tick_below(canvas, axis_at, scale.at(tick * unit), &label);
    }
    axis::title_below(
        canvas,
        axis_at,
        &format!("time since the beginning ({name})"),
    );
    draw_faults(canvas, plot, injection, scale);
    for (row, topology) in injection.topologies.iter().enumerate() {
        let at = Rect {
            y: plot.y + ROW * row as f64,
            height: PLOT,
            ..plot
        };
        draw_row(canvas, at, topology, injection, scale);
    }
}

/// When scripted faults are active, above all rows; and behind each.
fn draw_faults(canvas: &Canvas, plot: Rect, injection: &Injection, scale: Scale) {
    let mut free_from = f64::NEG_INFINITY;
    for (number, fault) in (1..).zip(&injection.scenario.faults) {
        let from = scale.at(fault.at_seconds.max(0.0));
        let end = fault.lasts_seconds.map(|lasts| fault.at_seconds + lasts);
        let to = scale.at(end.unwrap_or(injection.horizon_seconds));
        let bar = Rect {
            x: from,
            y: plot.y - 9.0,
            width: (to - from).max(1.5),
            height: 5.0,
        };
        canvas.rect(bar.x, bar.y, bar.width, bar.height, WASH);
        canvas.hatch(bar, 4.0, MUTED, 1.0);
        let small = Letters::new(SMALL_SIZE, MUTED);
        let label = format!("{number}: {} {}", fault.place, fault.effect);
        let label = small.fit(&label, plot.right() + FIGURES - from.max(free_from));
        if from >= free_from && injection.scenario.faults.len() < 9 {
            canvas.text(&label, from, plot.y - 13.0, small);
            free_from = from + small.width(&label) + 10.0;
        }
    }
}

fn draw_row(
    canvas: &Canvas,
    at: Rect,
    topology: &InjectedTopology,
    injection: &Injection,
    scale: Scale,
) {
    canvas.text_at(
        &names().fit(&topology.name, NAMES - 50.0),
        at.x - 46.0,
        at.y + PLOT / 2.0,
        names().end(),
    );
    let height = Scale::new(Spread::Linear, (0.0, 1.0), (at.bottom(), at.y));
    for (share, label) in [(0.0, "0 %"), (1.0, "100 %")] {
        axis::tick_left(canvas, at, height.at(share), label);
    }
    draw_figures(canvas, at, topology, injection);
    match &topology.all.pieces {
        Some(pieces) => {
            let ends = pieces.iter().flat_map(|piece| {
                [
                    (scale.at(piece.from), height.at(piece.success_from)),
                    (scale.at(piece.to), height.at(piece.success_to)),
                ]
            });
            let line: Vec<(f64, f64)> = ends.collect();
            fill_lost(canvas, &line, height.at(1.0));
            canvas.path(&line, INK, 1.8);
        }
        None => draw_spread(canvas, topology, scale, height),
    }
    draw_phases(canvas, at, topology, scale);
}

/// What is lost and for how long, right of the row.
fn draw_figures(canvas: &Canvas, at: Rect, topology: &InjectedTopology, injection: &Injection) {
    let lost = match injection.rate_per_second {
        Some(_) if topology.requests_lost.mean >= 1000.0 => {
            let count = format::count(topology.requests_lost.mean.round() as u64);
            format!("{count} lost")
        }
        Some(_) => format!(
            "{} lost",
            format::significant(topology.requests_lost.mean, 3)
        ),
        None => format!("{} lost", format::duration(topology.requests_lost.mean)),
    };
    let bold = Letters::new(LABEL_SIZE, INK).bold();
    let small = Letters::new(SMALL_SIZE, MUTED);
    let x = at.right() + 12.0;
    canvas.text_at(&bold.fit(&lost, FIGURES - 12.0), x, at.y + 12.0, bold);
    let down = format!("{} down", format::duration(topology.down_seconds.mean));
    canvas.text_at(&down, x, at.y + 29.0, small);
    if topology.missed.len() == injection.scenario.faults.len() {
        canvas.text_at("not hit", x, at.y + 45.0, small);
    }
}

/// What is not served, as an area below the line of all.
fn fill_lost(canvas: &Canvas, line: &[(f64, f64)], top: f64) {
    let (Some(first), Some(last)) = (line.first(), line.last()) else {
        return;
    };
    let around = line.iter().copied().chain([(last.0, top), (first.0, top)]);
    canvas.area(&around.collect::<Vec<_>>(), VERMILLION, BAND);
}

/// The band, the median and the mean.
fn draw_spread(canvas: &Canvas, topology: &InjectedTopology, scale: Scale, height: Scale) {
    let steps = |of: &dyn Fn(&crate::results::SuccessPoint) -> f64| -> Vec<(f64, f64)> {
        let mut from = 0.0;
        let mut line = Vec::new();
        for (end, point) in topology.ends.iter().zip(&topology.all.success) {
            let y = height.at(of(point));
            line.extend([(scale.at(from), y), (scale.at(*end), y)]);
            from = *end;
        }
        line
    };
    let low = steps(&|point| point.p5);
    let high = steps(&|point| point.p95);
    let around: Vec<(f64, f64)> = low.iter().copied().chain(high.into_iter().rev()).collect();
    canvas.area(&around, BLUE, BAND);
    canvas.dashed(&steps(&|point| point.mean), BLUE, 1.4, Dash::Dashed);
    canvas.path(&steps(&|point| point.p50), INK, 1.8);
}

/// What the failover is doing: in each interval of time, a share of the strip for each phase.
fn draw_phases(canvas: &Canvas, at: Rect, topology: &InjectedTopology, scale: Scale) {
    let top = at.bottom() + 5.0;
    canvas.rect(at.x, top, at.width, STRIP, WASH);
    // Neighbours that are alike are drawn as one.
    let mut runs: Vec<(f64, f64, &indexmap::IndexMap<String, f64>)> = Vec::new();
    let mut from = 0.0;
    for (end, doing) in topology.ends.iter().zip(&topology.doing) {
        match runs.last_mut() {
            Some((_, to, last)) if *last == doing => *to = *end,
            _ => runs.push((from, *end, doing)),
        }
        from = *end;
    }
    for (from, to, doing) in runs {
        let (x, width) = (scale.at(from), scale.at(to) - scale.at(from));
        let mut y = top;
        for (phase, colour, _) in PHASES {
            let Some(share) = doing.get(phase) else {
                continue;
            };
            let part = share * STRIP;
            canvas.rect(x, y, width, part, colour);
            y += part;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{DowntimePhase, WaitKind};

    #[test]
    fn every_phase_has_a_colour_and_a_name() {
        let waits = [WaitKind::People, WaitKind::Dependency].map(WaitKind::name);
        for phase in DowntimePhase::ALL
            .map(DowntimePhase::name)
            .into_iter()
            .chain(waits)
        {
            assert!(colour(phase).is_some(), "{phase}");
        }
    }
}
