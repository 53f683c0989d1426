//! Sections of a model that are right and have no effect, because nothing in the model uses them.

use super::Checker;
use crate::model::Doubt;
use crate::model::types::{Detection, Effect, Model};

impl Checker<'_> {
    /// What is given and has no effect.
    pub(super) fn unused(&self, model: &Model) -> Vec<Doubt> {
        let raw = self.raw;
        let has_standby = (model.topologies.values()).any(|spec| spec.pattern.has_standby());
        let has_data = (model.services.values()).any(|service| service.data.is_some());
        let of_standbys = raw.failover.get().filter(|_| !has_standby);
        let of_standbys: Vec<(&str, bool)> = of_standbys.map_or_else(Vec::new, |failover| {
            vec![
                ("failover.decide", failover.decide.is_present()),
                ("failover.activate", failover.activate.is_present()),
                ("failover.plan", failover.plan.is_present()),
                ("failover.success", failover.success.is_present()),
                ("failover.retry", failover.retry.is_present()),
                ("failover.false_alarm", failover.false_alarm.is_present()),
                ("failover.failback", failover.failback.is_present()),
                ("failover.rot", failover.rot.is_present()),
            ]
        });
        let no_standby = (
            "has no effect: no topology has a standby",
            "standbys are those of backup-restore, pilot-light, warm-standby and hot-standby",
        );
        let no_data = (
            "has no effect: no service has `data`",
            "write `data: { size: 500GB, writes: 2MB/s }` in the services that keep data",
        );
        let no_gray = (
            "has no effect: there is nothing that health checks do not see",
            "it finds faults with `detected: false` that fail requests: `effect: { errors: 20% }`",
        );
        let with = |(what, hint): (&str, &str), (path, is_unused): (&str, bool)| {
            is_unused.then(|| Doubt {
                path: path.to_owned(),
                what: what.to_owned(),
                hint: hint.to_owned(),
            })
        };
        let standbys = [("drills", raw.drills.is_present() && !has_standby)];
        let data = [
            ("replication", raw.replication.is_present()),
            ("backups", raw.backups.is_present()),
            ("objectives.rpo", model.objectives.rpo_seconds.is_some()),
        ];
        let canary = [("canary", raw.canary.is_present() && !goes_unseen(model))];
        let of_standbys = of_standbys.into_iter().chain(standbys);
        let of_data = data
            .into_iter()
            .map(|(path, given)| (path, given && !has_data));
        (of_standbys.filter_map(|section| with(no_standby, section)))
            .chain(of_data.filter_map(|section| with(no_data, section)))
            .chain(
                canary
                    .into_iter()
                    .filter_map(|section| with(no_gray, section)),
            )
            .collect()
    }
}

/// Whether a fault fails requests and is not seen by health checks.
fn goes_unseen(model: &Model) -> bool {
    let mut faults = model.faults.values();
    faults.any(|fault| {
        let is_unseen = matches!(fault.detection, Detection::Unseen { .. });
        let fails = match fault.effect {
            Effect::Gray(effect) => effect.errors > 0.0,
            Effect::Down => true,
            Effect::Corrupt | Effect::Unnoticed => false,
        };
        is_unseen && fails
    })
}
