//! What is valid and yet hardly meant: rates and times that a slip of the unit would give, promises that cannot be kept.

use super::promises::broken_promises;
use super::{Distribution, Model, Renewal, ServiceKind};
use crate::units::format_duration;

/// Failures that come faster than this are likely minutes that were meant to be months \[s\].
const OFTEN: f64 = 3600.0;

/// Something of a model that is hardly meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Where, as a path of keys: `faults.host`.
    pub path: String,
    /// What is odd about it.
    pub what: String,
    /// What may have been meant.
    pub hint: String,
}

/// All that is odd about a model, in the order of its faults and services; then promises, and what has no effect in it.
#[must_use]
pub fn doubts(model: &Model) -> Vec<Doubt> {
    let faults = model.faults.iter();
    let faults = faults.map(|(name, fault)| (format!("faults.{name}"), &fault.renewal));
    let externals = model.services.iter().filter_map(|(name, service)| {
        let ServiceKind::External { failure, .. } = &service.kind else {
            return None;
        };
        Some((format!("services.{name}"), failure.as_ref()?))
    });
    faults
        .chain(externals)
        .filter_map(|(path, renewal)| doubt(path, renewal))
        .chain(broken_promises(model))
        .chain(model.unused.iter().cloned())
        .collect()
}

/// The promises of a model that cannot be kept, or that another contradicts.
#[must_use]
pub fn doubtful_promises(model: &Model) -> Vec<Doubt> {
    broken_promises(model)
}

fn doubt(path: String, renewal: &Renewal) -> Option<Doubt> {
    let [life, repair] = [&renewal.mtbf, &renewal.mttr].map(Distribution::mean);
    let [each, long] = [life, repair].map(format_duration);
    let (what, hint) = if repair.is_finite() && repair >= life {
        let down = 100.0 * repair / (life + repair);
        (
            format!(
                "is down {down:.0} % of the time: it fails {each} after each repair, which takes {long}"
            ),
            "mtbf is the time in service until a failure, mttr the time until it is mended",
        )
    } else if life < OFTEN {
        (
            format!("fails every {each} in service"),
            "m is a minute and not a month; write 30d for one",
        )
    } else {
        return None;
    };
    Some(Doubt {
        path,
        what,
        hint: hint.to_owned(),
    })
}
