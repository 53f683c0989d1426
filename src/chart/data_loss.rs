//! Recovery and loss of data together: how long incidents took and how much they lost, with the box of the objectives.

use super::axis::{self, Scale, Spread};
use super::canvas::{Canvas, Rect};
use super::letters::{Letters, names};
use super::sheet::{self, Chart, Words};
use super::theme::{
    AXIS, Colour, Dash, INK, LABEL_SIZE, MUTED, SMALL_SIZE, TARGET, WASH, identities,
};
use super::words;
use crate::estimate::RECOVERY_SECONDS;
use crate::results::format;
use crate::results::{Comparison, JointCount, ObjectivesEcho, TopologyResult};

/// Panels beside each other.
const COLUMNS: usize = 3;
/// Height of a panel, with its title and the room below it \[px\].
const PANEL: f64 = 214.0;
/// Width of the strip for incidents that took no time, and for those that lost nothing \[px\].
const NONE: f64 = 16.0;
/// Opacity of the fullest cell, and of one that is hardly above nothing.
const OPACITY: (f64, f64) = (0.95, 0.16);

/// A topology that has incidents.
struct Panel<'a> {
    topology: &'a TopologyResult,
    colour: Colour,
}

/// Draws it; `None` where no topology can lose data.
pub(super) fn chart(comparison: &Comparison) -> Option<Chart> {
    let results = &comparison.results;
    let can_lose = |topology: &&TopologyResult| topology.data_loss_seconds.is_some();
    results.topologies.iter().find(can_lose)?;
    let looks = identities(
        results
            .topologies
            .iter()
            .map(|topology| topology.pattern.as_str()),
    );
    let panels: Vec<Panel<'_>> = results
        .topologies
        .iter()
        .zip(looks)
        .filter(|(topology, _)| !topology.recovery_and_data_loss.is_empty())
        .map(|(topology, look)| Panel {
            topology,
            colour: look.colour,
        })
        .collect();
    let reading = "Each cell holds the incidents that took so long and lost so much, darker for more of them; an incident is an outage, or a \
                   loss of data without one. The dashed box holds those within both objectives, with their share and its interval above.";
    let words = Words {
        name: "data-loss",
        title: format!("Recovery and loss of data of {}", words::subject(results)),
        caption: words::caption(comparison, reading),
        alt: alt(&panels),
    };
    if panels.is_empty() {
        return Some(sheet::empty(
            words,
            "No outage and no loss of data was seen.",
        ));
    }
    let rows = panels.len().div_ceil(COLUMNS);
    let height = rows as f64 * PANEL + 28.0;
    Some(sheet::chart(words, height, |canvas, at| {
        draw(canvas, at, &panels, &results.objectives);
    }))
}

fn alt(panels: &[Panel<'_>]) -> String {
    let all = panels.iter().map(|panel| {
        let topology = panel.topology;
        let name = words::short(&topology.name);
        match (
            &topology.rto_and_rpo_met,
            topology.recovery_time_seconds.p95,
        ) {
            (Some(met), _) => format!(
                "{name}: {} of incidents within both objectives",
                format::probability(met.mean)
            ),
            (None, Some(p95)) => format!("{name}: recovery p95 {}", format::duration(p95)),
            (None, None) => format!("{name}: no outage"),
        }
    });
    format!(
        "Recovery against loss of data. {}.",
        words::sentences(all, 12)
    )
}

fn draw(canvas: &Canvas, at: Rect, panels: &[Panel<'_>], wanted: &ObjectivesEcho) {
    let left = 66.0;
    let room = (at.width - left) / COLUMNS as f64;
    let recovery = |joint: &JointCount| joint.recovery_seconds;
    let loss = |joint: &JointCount| joint.data_loss_seconds;
    let ranges = [
        range(panels, recovery, wanted.rto_seconds),
        range(panels, loss, wanted.rpo_seconds),
    ];
    let n_rows = panels.len().div_ceil(COLUMNS);
    for (index, panel) in panels.iter().enumerate() {
        let (row, column) = (index / COLUMNS, index % COLUMNS);
        let plot = Rect {
            x: at.x + left + column as f64 * room + NONE,
            y: at.y + row as f64 * PANEL + 38.0,
            width: room - NONE - 14.0,
            height: PANEL - 38.0 - NONE - 30.0,
        };
        let scales = (
            Scale::new(Spread::Log, ranges[0], (plot.x, plot.right())),
            Scale::new(Spread::Log, ranges[1], (plot.bottom(), plot.y)),
        );
        draw_cells(canvas, plot, panel, scales);
        draw_box(canvas, plot, wanted, scales);
        title(canvas, plot, panel);
        let below = Rect {
            height: plot.height + NONE,
            ..plot
        };
        axis::durations_below(canvas, below, scales.0, ranges[0]);
        if column == 0 {
            ticks_left(canvas, plot, scales.1, ranges[1]);
        }
    }
    let plot = Rect {
        x: at.x + left,
        y: at.y + 38.0,
        width: at.width - left,
        height: n_rows as f64 * PANEL - 56.0,
    };
    axis::title_below(
        canvas,
        plot,
        "recovery time (log scale; the strip on the left: no outage)",
    );
    axis::title_left(
        canvas,
        plot,
        at.x + 8.0,
        "data lost (log scale; the strip below: none)",
    );
}

/// From the shortest to the longest time that is not none, and the objective.
fn range(
    panels: &[Panel<'_>],
    time: impl Fn(&JointCount) -> f64,
    wanted: Option<f64>,
) -> (f64, f64) {
    let seen = panels
        .iter()
        .flat_map(|panel| &panel.topology.recovery_and_data_loss)
        .map(time)
        .filter(|seconds| *seconds > 0.0)
        .chain(wanted.filter(|seconds| *seconds > 0.0));
    let (low, high) = seen.fold((f64::INFINITY, 0.0_f64), |(low, high), seconds| {
        (low.min(lower_end(seconds)), high.max(seconds))
    });
    if low < high {
        (low, high)
    } else {
        (1.0, 86_400.0)
    }
}

/// Where the cell that ends at a point of the grid begins.
fn lower_end(seconds: f64) -> f64 {
    let above = RECOVERY_SECONDS.partition_point(|point| *point < seconds);
    match above.checked_sub(1) {
        Some(index) => RECOVERY_SECONDS[index],
        None => 0.5 * seconds,
    }
}

fn draw_cells(canvas: &Canvas, plot: Rect, panel: &Panel<'_>, (x, y): (Scale, Scale)) {
    canvas.rect(
        plot.x - NONE,
        plot.y,
        plot.width + NONE,
        plot.height + NONE,
        WASH,
    );
    let cells = &panel.topology.recovery_and_data_loss;
    let most = cells.iter().map(|cell| cell.n).max().unwrap_or(1) as f64;
    for cell in cells {
        let (left, right) = if cell.recovery_seconds > 0.0 {
            (
                x.at(lower_end(cell.recovery_seconds)),
                x.at(cell.recovery_seconds),
            )
        } else {
            (plot.x - NONE, plot.x)
        };
        let (top, bottom) = if cell.data_loss_seconds > 0.0 {
            (
                y.at(cell.data_loss_seconds),
                y.at(lower_end(cell.data_loss_seconds)),
            )
        } else {
            (plot.bottom(), plot.bottom() + NONE)
        };
        let share = (cell.n as f64 / most).sqrt();
        let opacity = OPACITY.1 + (OPACITY.0 - OPACITY.1) * share;
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        canvas.area(&corners, panel.colour, opacity);
    }
    canvas.line((plot.x, plot.y), (plot.x, plot.bottom() + NONE), AXIS, 1.0);
    canvas.line(
        (plot.x - NONE, plot.bottom()),
        (plot.right(), plot.bottom()),
        AXIS,
        1.0,
    );
}

/// The box of what is wanted: left of the RTO and below the RPO.
fn draw_box(canvas: &Canvas, plot: Rect, wanted: &ObjectivesEcho, (x, y): (Scale, Scale)) {
    let foot = plot.bottom() + NONE;
    let right = wanted.rto_seconds.map(|rto| x.at(rto));
    let top = wanted.rpo_seconds.map(|rpo| y.at(rpo));
    let corners: Vec<(f64, f64)> = match (right, top) {
        (Some(right), Some(top)) => vec![(plot.x - NONE, top), (right, top), (right, foot)],
        (Some(right), None) => vec![(right, plot.y), (right, foot)],
        (None, Some(top)) => vec![(plot.x - NONE, top), (plot.right(), top)],
        (None, None) => return,
    };
    canvas.dashed(&corners, TARGET, 1.6, Dash::Dashed);
    let letters = Letters::new(SMALL_SIZE, TARGET);
    if let Some(right) = right {
        canvas.text("RTO", right + 4.0, foot - 4.0, letters);
    }
    if let Some(top) = top {
        canvas.text("RPO", plot.x - NONE + 3.0, top - 4.0, letters);
    }
}

fn title(canvas: &Canvas, plot: Rect, panel: &Panel<'_>) {
    let left = plot.x - NONE;
    let name = names().fit(&words::short(&panel.topology.name), plot.width + NONE);
    canvas.text(
        &name,
        left,
        plot.y - 20.0,
        Letters::new(LABEL_SIZE, INK).bold(),
    );
    let share = panel.topology.rto_and_rpo_met.as_ref().map(|met| {
        format!(
            "{} within both ({})",
            format::probability(met.mean),
            format::probability_interval(met.low, met.high)
        )
    });
    let n: u64 = panel
        .topology
        .recovery_and_data_loss
        .iter()
        .map(|cell| cell.n)
        .sum();
    let said = share.unwrap_or_else(|| format!("{} incidents", format::count(n)));
    canvas.text(&said, left, plot.y - 5.0, Letters::new(SMALL_SIZE, MUTED));
}

/// Durations left of the plot, as many as have room.
fn ticks_left(canvas: &Canvas, plot: Rect, scale: Scale, range: (f64, f64)) {
    let mut free_from = f64::INFINITY;
    for tick in axis::durations_within(range) {
        let y = scale.at(tick);
        if y > free_from {
            continue;
        }
        canvas.line((plot.x - NONE - 5.0, y), (plot.x - NONE, y), AXIS, 1.0);
        canvas.text_at(
            &format::duration(tick),
            plot.x - NONE - 8.0,
            y,
            axis::ticks().end(),
        );
        free_from = y - 16.0;
    }
}
