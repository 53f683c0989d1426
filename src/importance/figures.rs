//! Importance of parts without sampling, where the plan allows it.

use super::elements::Candidate;
use crate::exact::{Accuracy, Effort, Figure, ProductForm, Refusal, Route, solve_chain};
use crate::montecarlo::Down;
use crate::plan::Plan;
use crate::results::{ElementImportance, Known, RareSampling};

pub(super) use crate::estimate::YEAR_MINUTES;

/// The figures of a plan and its parts.
pub(super) struct Figures {
    pub route: &'static str,
    pub trials: u64,
    pub partial: bool,
    pub unavailability: Known,
    pub elements: Vec<ElementImportance>,
    /// How far samples of busy periods can be trusted, where such were played.
    pub rare: Option<RareSampling>,
}

/// Works all parts out by the first route that can.
pub(super) fn worked_out(plan: &Plan, candidates: &[Candidate]) -> Result<Figures, String> {
    let why_not = match by_product_form(plan, candidates) {
        Ok(figures) => return Ok(figures),
        Err(refusal) => refusal.reason,
    };
    by_chain(plan, candidates).map_err(|_| why_not)
}

fn by_product_form(plan: &Plan, candidates: &[Candidate]) -> Result<Figures, Refusal> {
    let refused = |reason: String| Refusal {
        route: Route::ProductForm,
        reason,
    };
    let mut form = ProductForm::new(plan)?;
    let base = form.unavailability().map_err(refused)?;
    let elements = candidates.iter().map(|candidate| {
        let perfect = if candidate.reaches {
            form.with_clocks_of(&plan.with_perfect(candidate.element))?
        } else {
            base
        };
        let down = match &candidate.down {
            Down::Played(variant) => Some(form.of_variant(variant)?),
            known => of_known(known, base),
        };
        Ok(element(candidate, base, perfect, down))
    });
    let elements = elements.collect::<Result<_, String>>().map_err(refused)?;
    Ok(figures(Route::ProductForm, base, elements))
}

fn by_chain(plan: &Plan, candidates: &[Candidate]) -> Result<Figures, Refusal> {
    let solve = |plan: &Plan| solve_chain(plan, Effort::Glance).map(|solved| solved.unavailability);
    let base = solve(plan)?;
    let elements = candidates.iter().map(|candidate| {
        let perfect = if candidate.reaches {
            solve(&plan.with_perfect(candidate.element))?
        } else {
            base
        };
        let down = match &candidate.down {
            Down::Played(variant) => Some(solve(variant)?),
            known => of_known(known, base),
        };
        Ok(element(candidate, base, perfect, down))
    });
    let elements = elements.collect::<Result<_, Refusal>>()?;
    Ok(figures(Route::MarkovChain, base, elements))
}

fn of_known(down: &Down, base: Figure) -> Option<Figure> {
    match down {
        Down::All => Some(Figure {
            value: 1.0,
            error: 0.0,
            accuracy: Accuracy::Exact,
        }),
        Down::Same => Some(base),
        Down::Undefined | Down::Played(_) => None,
    }
}

fn figures(route: Route, base: Figure, elements: Vec<ElementImportance>) -> Figures {
    Figures {
        route: route.name(),
        trials: 0,
        partial: false,
        unavailability: known(base.value, base.error, &[base]),
        elements,
        rare: None,
    }
}

fn element(
    candidate: &Candidate,
    base: Figure,
    perfect: Figure,
    down: Option<Figure>,
) -> ElementImportance {
    let saved = base.value - perfect.value;
    // Errors of the two are about the same, and mostly in common; they are added nevertheless.
    let saved_error = if base == perfect {
        0.0
    } else {
        base.error + perfect.error
    };
    let share = ratio(saved, saved_error, base);
    ElementImportance {
        kind: candidate.kind.to_owned(),
        name: candidate.name.clone(),
        cells_hit: candidate.cells_hit,
        minutes_saved_per_year: scaled(&known(saved, saved_error, &[base, perfect]), YEAR_MINUTES),
        fussell_vesely: share,
        risk_achievement_worth: down.map(|down| ratio(down.value, down.error, base)),
        birnbaum: down.map(|down| {
            known(
                down.value - perfect.value,
                down.error + perfect.error,
                &[down, perfect],
            )
        }),
        unavailability_if_perfect: known(perfect.value, perfect.error, &[perfect]),
        unavailability_if_down: down.map(|down| known(down.value, down.error, &[down])),
    }
}

/// A figure over the unavailability.
fn ratio(value: f64, error: f64, base: Figure) -> Known {
    if base.value <= 0.0 {
        return Known {
            value: None,
            low: None,
            high: None,
            method: "nothing is lost".to_owned(),
        };
    }
    let ratio = value / base.value;
    known(
        ratio,
        (error + ratio.abs() * base.error) / base.value,
        &[base],
    )
}

fn known(value: f64, error: f64, from: &[Figure]) -> Known {
    let is_exact = from.iter().all(|figure| figure.accuracy == Accuracy::Exact);
    let accuracy = if is_exact {
        Accuracy::Exact
    } else {
        Accuracy::Numerical
    };
    Known {
        value: Some(value),
        low: Some(value - error),
        high: Some(value + error),
        method: accuracy.name().to_owned(),
    }
}

/// A figure in another unit.
pub(super) fn scaled(known: &Known, factor: f64) -> Known {
    let times = |value: Option<f64>| value.map(|value| value * factor);
    Known {
        value: times(known.value),
        low: times(known.low),
        high: times(known.high),
        method: known.method.clone(),
    }
}
