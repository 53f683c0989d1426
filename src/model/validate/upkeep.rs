//! What happens to standbys while nobody needs them: rot and drills.

use super::Checker;
use super::failover::Layers;
use crate::model::mapping::Field;
use crate::model::raw::DrillWord;
use crate::model::types::{DrillKind, Drills, Renewal};
use crate::model::values::Seconds;

/// How long a standby serves on a game day, unless the model says otherwise \[s\].
const TAKES_SECONDS: f64 = 1800.0;
/// How long nobody is served while traffic is switched, unless the model says otherwise \[s\].
const DISRUPTION_SECONDS: f64 = 60.0;
/// The shortest time between two drills \[s\].
const LEAST_SECONDS: f64 = 3600.0;

impl Checker<'_> {
    /// Hidden faults of the standby; `Some(None)` if there are none.
    pub(super) fn rot(&mut self, layers: &Layers<'_>) -> Option<Option<Renewal>> {
        let Some((span, rot)) = layers.pick(|raw| &raw.rot)? else {
            self.note(layers, layers.has_standby, "rot", "never", "default");
            return Some(None);
        };
        let (mtbf, mttr) = (rot.mtbf.get()?.0.clone(), rot.fix.get()?.0.clone());
        if mtbf.mean() <= 0.0 {
            self.refuse(
                span,
                "a standby rots at once",
                "an `mtbf` above 0s",
                "write for example { mtbf: 120d, fix: 2h }",
            );
            return None;
        }
        Some(Some(Renewal { mtbf, mttr }))
    }

    /// Drills; `Some(None)` if there are none.
    pub(super) fn drills(&mut self) -> Option<Option<Drills>> {
        let Some(raw) = self.raw.drills.optional()? else {
            return Some(None);
        };
        let (span, Seconds(every_seconds)) = raw.every.given()?;
        if *every_seconds < LEAST_SECONDS {
            self.refuse(
                span,
                "drills come without end",
                "at least 1h between two",
                "write for example 90d",
            );
            return None;
        }
        let kind = match self.value_or(&raw.kind, "drills.kind", DrillWord::Gameday, "gameday")? {
            DrillWord::Gameday => DrillKind::Gameday,
            DrillWord::Rotation => DrillKind::Rotation,
        };
        // On a rotation it is the time over which traffic moves; left out, it is switched at once.
        let (takes, shown) = match kind {
            DrillKind::Gameday => (TAKES_SECONDS, "30m"),
            DrillKind::Rotation => (0.0, "0s"),
        };
        let Seconds(takes_seconds) =
            self.value_or(&raw.takes, "drills.takes", Seconds(takes), shown)?;
        let disruption = Seconds(DISRUPTION_SECONDS);
        let Seconds(disruption_seconds) =
            self.value_or(&raw.disruption, "drills.disruption", disruption, "1m")?;
        if takes_seconds + disruption_seconds >= *every_seconds {
            self.refuse(
                span,
                "a drill comes before the last one is over",
                "a longer `every`",
                "write for example 90d",
            );
            return None;
        }
        let cost = match &raw.cost {
            Field::Given(_, amount) => Some(amount.0),
            Field::Absent => {
                self.apply_default("drills.cost", "not priced", "default");
                None
            }
            Field::Wrong => return None,
        };
        Some(Some(Drills {
            every_seconds: *every_seconds,
            kind,
            takes_seconds,
            disruption_seconds,
            cost,
        }))
    }
}
