//! Times as they were observed, against the families fitted to them.

use super::axis::{self, Scale, Spread};
use super::canvas::{Canvas, Rect};
use super::letters::{Letters, names};
use super::sheet::{self, Chart, Words};
use super::theme::{
    AXIS, BAND, BLUE, Colour, Dash, GREEN, INK, MUTED, ORANGE, SMALL_SIZE, VERMILLION,
};
use super::words;
use crate::results::{FamilyFit, FitStudy, SurvivalStep, TimeFit, format};

/// Which times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// From failure to repair.
    Repair,
    /// From repair to the next failure.
    Between,
}

impl Times {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Repair, Self::Between];

    /// Name of the chart, of which its files are named too.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Repair => "repair",
            Self::Between => "between",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Repair => "How long repairs take",
            Self::Between => "How long it is until the next failure",
        }
    }

    fn axis(self) -> &'static str {
        match self {
            Self::Repair => "time to repair (log scale)",
            Self::Between => "time between failures (log scale)",
        }
    }

    fn share(self) -> &'static str {
        match self {
            Self::Repair => "share not yet repaired (%)",
            Self::Between => "share without a further failure (%)",
        }
    }
}

const HEIGHT: f64 = 400.0;
/// Width of the key \[px\].
const KEY: f64 = 196.0;
/// Height of a line of it \[px\].
const LINE: f64 = 42.0;

/// Draws what was observed of some times, and every family; `group` is the value that they are of.
#[must_use]
pub fn fit(study: &FitStudy, group: &str, fit: &TimeFit, times: Times) -> Chart {
    let of = if group.is_empty() { &study.log } else { group };
    let filters = if study.filters.is_empty() {
        String::new()
    } else {
        format!(" with {}", words::short(&study.filters.join(", ")))
    };
    let observed = if fit.survival.is_empty() {
        "Some times are known between bounds only, so that nothing can be drawn of what was observed."
    } else {
        "Steps: as observed (Kaplan and Meier)."
    };
    let band = if fit.survival.is_empty() {
        ""
    } else {
        " Shaded: its interval, point by point."
    };
    let words = Words {
        name: times.name(),
        title: format!("{}: {}", times.title(), words::short(of)),
        caption: format!(
            "{observed}{band} Curves: each family at its likeliest; the one to use is drawn whole. {}{filters}: {} times, of which {} have ended; \
             {} intervals; seed {}.",
            words::short(&study.log),
            format::count(fit.n),
            format::count(fit.n - fit.right_censored),
            format::level(study.level),
            study.seed
        ),
        alt: alt(fit, times),
    };
    let Some(range) = range(fit) else {
        return sheet::empty(
            words,
            "No family could be fitted: there is nothing to show.",
        );
    };
    sheet::chart(words, HEIGHT, |canvas, at| {
        draw(canvas, at, fit, times, range);
    })
}

fn alt(fit: &TimeFit, times: Times) -> String {
    let all = fit.families.iter().map(|family| {
        format!(
            "{}: median {}, 95 % within {}",
            family.family,
            figure(family.median_seconds.value),
            figure(family.p95_seconds.value)
        )
    });
    format!(
        "{}, as observed and as fitted. Observed median {}. {}.",
        times.title(),
        figure(fit.sample_median_seconds),
        words::sentences(all, 4)
    )
}

fn figure(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| format::NO_DATA.to_owned(), format::duration)
}

/// Shortest and longest time worth showing \[s\].
fn range(fit: &TimeFit) -> Option<(f64, f64)> {
    let curve = &fit.families.first()?.curve;
    let (first, last) = (curve.first()?.0, curve.last()?.0);
    Some((first * 1.3, last / 1.3)).filter(|(low, high)| *low > 0.0 && high > low)
}

fn look(family: &str) -> Colour {
    match family {
        "lognormal" => BLUE,
        "weibull" => GREEN,
        "gamma" => ORANGE,
        _ => VERMILLION,
    }
}

fn draw(canvas: &Canvas, at: Rect, fit: &TimeFit, times: Times, range: (f64, f64)) {
    let plot = Rect {
        x: at.x + 64.0,
        y: at.y + 14.0,
        width: at.width - 64.0 - KEY - 26.0,
        height: at.height - 64.0,
    };
    let across = Scale::new(Spread::Log, range, (plot.x, plot.right()));
    let up = Scale::new(Spread::Linear, (0.0, 1.0), (plot.bottom(), plot.y));
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        axis::tick_left(canvas, plot, up.at(tick), &format!("{:.0} %", tick * 100.0));
    }
    axis::durations_below(canvas, plot, across, range);
    canvas.line(
        (plot.x, plot.bottom()),
        (plot.right(), plot.bottom()),
        AXIS,
        1.0,
    );
    axis::title_below(canvas, plot, times.axis());
    axis::title_left(canvas, plot, plot.x - 58.0, times.share());
    let place = |seconds: f64, share: f64| (across.at(seconds), up.at(share));
    draw_band(canvas, &fit.survival, &place);
    let chosen = |family: &FamilyFit| fit.chosen.as_deref() == Some(family.family.as_str());
    // The one to use comes last, over the others.
    let (last, first): (Vec<&FamilyFit>, Vec<&FamilyFit>) =
        fit.families.iter().partition(|family| chosen(family));
    for family in first.into_iter().chain(last) {
        let within = family
            .curve
            .iter()
            .filter(|(seconds, _)| across.holds(*seconds));
        let points: Vec<(f64, f64)> = within
            .map(|(seconds, share)| place(*seconds, *share))
            .collect();
        let (width, dash) = stroke(chosen(family));
        canvas.dashed(&points, look(&family.family), width, dash);
    }
    draw_steps(canvas, &fit.survival, &place, range.1, fit);
    let beside = Rect {
        x: plot.right() + 26.0,
        y: plot.y + 4.0,
        width: KEY,
        height: plot.height,
    };
    draw_key(canvas, beside, fit);
}

fn stroke(is_chosen: bool) -> (f64, Dash) {
    if is_chosen {
        (2.6, Dash::Solid)
    } else {
        (1.6, Dash::Dashed)
    }
}

/// The observed curve as corners, for shares that hold from one step to the next.
fn corners(
    steps: &[SurvivalStep],
    share: impl Fn(&SurvivalStep) -> f64,
    place: &impl Fn(f64, f64) -> (f64, f64),
) -> Vec<(f64, f64)> {
    let mut points = Vec::new();
    let mut before = 1.0;
    for step in steps {
        points.push(place(step.seconds, before));
        before = share(step);
        points.push(place(step.seconds, before));
    }
    points
}

fn draw_band(canvas: &Canvas, steps: &[SurvivalStep], place: &impl Fn(f64, f64) -> (f64, f64)) {
    if steps.len() < 2 {
        return;
    }
    // From the first step on, before which nothing is known to end.
    let upper = corners(steps, |step| step.high, place);
    let lower = corners(steps, |step| step.low, place);
    let around: Vec<(f64, f64)> = upper
        .into_iter()
        .skip(1)
        .chain(lower.into_iter().skip(1).rev())
        .collect();
    canvas.area(&around, MUTED, BAND);
}

fn draw_steps(
    canvas: &Canvas,
    steps: &[SurvivalStep],
    place: &impl Fn(f64, f64) -> (f64, f64),
    end: f64,
    fit: &TimeFit,
) {
    let (Some(_), Some(last)) = (steps.first(), steps.last()) else {
        return;
    };
    let mut line = vec![place(0.0, 1.0)];
    line.extend(corners(steps, |step| step.survival, place));
    // What has not ended goes on at the last share.
    if fit.right_censored > 0 && last.survival > 0.0 {
        line.push(place(end, last.survival));
    }
    canvas.path(&line, INK, 1.3);
}

fn draw_key(canvas: &Canvas, at: Rect, fit: &TimeFit) {
    let small = Letters::new(SMALL_SIZE, MUTED);
    let entry = |row: usize, name: &str, note: &str| {
        let y = at.y + LINE * row as f64 + 6.0;
        canvas.text_at(name, at.x + 34.0, y, names());
        canvas.text_at(note, at.x + 34.0, y + 15.0, small);
        y
    };
    let mut row = 0;
    if !fit.survival.is_empty() {
        let y = entry(
            row,
            "observed",
            &format!("median {}", figure(fit.sample_median_seconds)),
        );
        canvas.line((at.x, y), (at.x + 26.0, y), INK, 1.3);
        row += 1;
    }
    let least = fit
        .families
        .iter()
        .map(|family| family.aicc)
        .fold(f64::INFINITY, f64::min);
    for family in &fit.families {
        let is_chosen = fit.chosen.as_deref() == Some(family.family.as_str());
        let test = family.goodness.map_or_else(String::new, |tested| {
            format!(", {}", format::p_value(tested.p_value))
        });
        let against = match family.aicc - least {
            0.0 => "lowest AICc".to_owned(),
            more => format!("AICc +{more:.1}"),
        };
        let name = if is_chosen {
            format!("{}: use this", family.family)
        } else {
            family.family.clone()
        };
        let y = entry(row, &name, &format!("{against}{test}"));
        let (width, dash) = stroke(is_chosen);
        canvas.dashed(
            &[(at.x, y), (at.x + 26.0, y)],
            look(&family.family),
            width,
            dash,
        );
        row += 1;
    }
}
