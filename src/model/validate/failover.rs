//! The failover of each topology: its own keys, the model's, and the defaults of its pattern.

use indexmap::IndexMap;

use super::Checker;
use super::data::restore_seconds;
use super::designs::Design;
use crate::model::Distribution;
use crate::model::distribution::Z95;
use crate::model::mapping::Field;
use crate::model::problem::quoted;
use crate::model::raw::{
    DrillWord, ProbesFromWord, RawDecide, RawDetect, RawFailback, RawFailover, RawReroute,
    TimeOrNever,
};
use crate::model::types::{Backups, Detect, Failback, Failover, Pattern, Reroute, Return, Service};
use crate::model::values::{Seconds, SecondsOrNever, Share, Times};
use crate::units::format_duration;

const PROBE_SECONDS: f64 = 10.0;
const MISSES: u32 = 3;
const TTL_SECONDS: f64 = 60.0;
const RETRY_SECONDS: f64 = 30.0 * 60.0;
const WAIT_SECONDS: f64 = 3600.0;
const TAKES_SECONDS: f64 = 300.0;

impl Pattern {
    /// The 5 % to 95 % range of its default `activate` \[s\].
    fn activate_range(self) -> Option<(f64, f64)> {
        match self {
            Self::SingleAz | Self::MultiAz | Self::ActiveActive => None,
            Self::BackupRestore => Some((3600.0, 4.0 * 3600.0)),
            Self::PilotLight => Some((15.0 * 60.0, 60.0 * 60.0)),
            Self::WarmStandby => Some((3.0 * 60.0, 15.0 * 60.0)),
            Self::HotStandby => Some((30.0, 5.0 * 60.0)),
        }
    }
}

/// The lognormal time whose 5 % and 95 % quantiles are given.
fn lognormal_range(low: f64, high: f64) -> Distribution {
    Distribution::Lognormal {
        mu: (low * high).sqrt().ln(),
        sigma: (high / low).ln() / (2.0 * Z95),
    }
}

/// The keys of a topology's failover over those of the model's.
pub(super) struct Layers<'a> {
    own: Option<&'a RawFailover>,
    model: Option<&'a RawFailover>,
    pub(super) path: String,
    /// Whether the pattern uses the keys of a standby, and those of any move of traffic.
    pub(super) has_standby: bool,
    moves_traffic: bool,
}

impl<'a> Layers<'a> {
    /// The failover of the topology, then that of the model, as far as they are given.
    pub(super) fn nearest_first(&self) -> impl Iterator<Item = &'a RawFailover> {
        [self.own, self.model].into_iter().flatten()
    }

    /// The key as it applies: `Some(None)` if neither gives it, `None` if it is wrong.
    pub(super) fn pick<T>(
        &self,
        field: impl Fn(&'a RawFailover) -> &'a Field<T>,
    ) -> Option<Option<(&'a crate::model::problem::Span, &'a T)>> {
        for layer in self.nearest_first() {
            match field(layer) {
                Field::Given(span, value) => return Some(Some((span, value))),
                Field::Wrong => return None,
                Field::Absent => {}
            }
        }
        Some(None)
    }
}

impl Checker<'_> {
    /// `None` if something in it is wrong.
    pub(super) fn failover(
        &mut self,
        design: &Design<'_>,
        services: Option<&IndexMap<String, Service>>,
        backups: Option<&Backups>,
    ) -> Option<Failover> {
        let raw = self.raw;
        let own = match design.raw.map(|topology| &topology.failover) {
            Some(Field::Wrong) => return None,
            Some(field) => field.get(),
            None => None,
        };
        if raw.failover.is_present() && raw.failover.get().is_none() {
            return None;
        }
        let has_standby = design.pattern.has_standby();
        let layers = Layers {
            own,
            model: raw.failover.get(),
            path: format!("topologies.{}.failover", design.name),
            has_standby,
            moves_traffic: has_standby || design.pattern == Pattern::ActiveActive,
        };
        let detect = self.detect(&layers);
        let hold_down = Self::hold_down(&layers);
        let probed_from_standby = self.probed_from_standby(&layers);
        let false_alarm = self.false_alarm(&layers);
        let rot = self.rot(&layers);
        let decide = self.decide(&layers);
        let plan = if has_standby {
            self.runbook(&layers)?
        } else {
            Vec::new()
        };
        let activate = if plan.is_empty() {
            self.activate(&layers, design, services, backups)
        } else {
            Some((Distribution::Fixed(0.0), 0.0))
        };
        let reroute = self.reroute(&layers);
        let success = self.success(&layers);
        let retry = self.retry(&layers);
        let failback = self.failback(&layers);
        let (activate, restore_seconds) = activate?;
        let failover = Failover {
            detect: detect?,
            hold_down_seconds: hold_down?,
            probed_from_standby: probed_from_standby?,
            false_alarm: false_alarm?,
            rot: rot?,
            decide: decide?,
            activate,
            restore_seconds,
            plan,
            reroute: reroute?,
            success: success?,
            retry_seconds: retry?,
            failback: failback?,
        };
        self.check_probes_from_standby(&layers, &failover)?;
        self.check_retries(&layers, design, &failover)?;
        Some(failover)
    }

    /// Notes a default of the failover of a topology that uses it.
    pub(super) fn note(
        &mut self,
        layers: &Layers<'_>,
        is_used: bool,
        key: &str,
        value: impl Into<String>,
        why: &str,
    ) {
        if is_used {
            self.apply_default(format!("{}.{key}", layers.path), value, why);
        }
    }

    fn detect(&mut self, layers: &Layers<'_>) -> Option<Detect> {
        let Some((_, detect)) = layers.pick(|raw| &raw.detect)? else {
            self.note(
                layers,
                layers.moves_traffic,
                "detect",
                "{ probe: 10s, misses: 3, timeout: 0s, hold_down: 0s }",
                "default",
            );
            return Some(Detect::Probe {
                period_seconds: PROBE_SECONDS,
                misses: MISSES,
                timeout_seconds: 0.0,
            });
        };
        let probe = match detect {
            RawDetect::Drawn(time) => return Some(Detect::Drawn(time.0.clone())),
            RawDetect::Probe(probe) => probe,
        };
        if probe.probe.is_absent() {
            self.note(
                layers,
                layers.moves_traffic,
                "detect.probe",
                "10s",
                "default",
            );
        }
        if probe.misses.is_absent() {
            self.note(
                layers,
                layers.moves_traffic,
                "detect.misses",
                "3",
                "default",
            );
        }
        for (key, field) in [("timeout", &probe.timeout), ("hold_down", &probe.hold_down)] {
            if field.is_absent() {
                let key = format!("detect.{key}");
                self.note(layers, layers.moves_traffic, &key, "0s", "default");
            }
        }
        let (Seconds(period_seconds), misses, Seconds(timeout_seconds)) = (
            probe.probe.or(Seconds(PROBE_SECONDS))?,
            probe.misses.or(Times(MISSES))?.0,
            probe.timeout.or(Seconds(0.0))?,
        );
        if let (Some((span, _)), true) = (probe.probe.given(), period_seconds <= 0.0) {
            self.refuse(
                span,
                "`probe` is zero",
                "a duration above 0",
                "write for example 10s",
            );
        }
        if let (Some((span, _)), 0) = (probe.misses.given(), misses) {
            self.refuse(
                span,
                "`misses` is zero",
                "at least 1",
                "write for example 3",
            );
        }
        Some(Detect::Probe {
            period_seconds,
            misses,
            timeout_seconds,
        })
    }

    fn hold_down(layers: &Layers<'_>) -> Option<f64> {
        match layers.pick(|raw| &raw.detect)? {
            Some((_, RawDetect::Probe(probe))) => {
                probe.hold_down.or(Seconds(0.0)).map(|Seconds(s)| s)
            }
            Some((_, RawDetect::Drawn(_))) | None => Some(0.0),
        }
    }

    fn probed_from_standby(&mut self, layers: &Layers<'_>) -> Option<bool> {
        let word = match layers.pick(|raw| &raw.detect)? {
            Some((_, RawDetect::Probe(probe))) => probe.from.optional()?,
            Some((_, RawDetect::Drawn(_))) | None => None,
        };
        if word.is_none() {
            self.note(
                layers,
                layers.has_standby,
                "detect.from",
                "outside",
                "default",
            );
        }
        Some(layers.has_standby && word == Some(ProbesFromWord::Standby))
    }

    /// Who stands by has to be the same region always, where the other is seen from it.
    fn check_probes_from_standby(
        &mut self,
        layers: &Layers<'_>,
        failover: &Failover,
    ) -> Option<()> {
        let drills = self.raw.drills.get();
        let rotates =
            drills.is_some_and(|drills| matches!(drills.kind.get(), Some(DrillWord::Rotation)));
        let swaps = if failover.failback == Failback::Never {
            "`failback: never` swaps the roles of the regions"
        } else if rotates {
            "drills of `kind: rotation` swap the roles of the regions"
        } else {
            return Some(());
        };
        if !failover.probed_from_standby {
            return Some(());
        }
        let (span, _) = layers.pick(|raw| &raw.detect)??;
        self.refuse(
            span,
            format!("probes come from the standby, and {swaps}"),
            "a standby that is the same region always",
            "write for example `failback: { wait: 1h }`, or leave `from: standby` out",
        );
        None
    }

    fn false_alarm(&mut self, layers: &Layers<'_>) -> Option<Distribution> {
        match layers.pick(|raw| &raw.false_alarm)? {
            None => {
                self.note(
                    layers,
                    layers.has_standby,
                    "false_alarm",
                    "never",
                    "default",
                );
                Some(Distribution::Never)
            }
            Some((_, TimeOrNever::Never)) => Some(Distribution::Never),
            Some((span, TimeOrNever::Drawn(time))) if time.0.mean() <= 0.0 => {
                self.refuse(
                    span,
                    "false alarms come without end",
                    "a time above 0s",
                    "write for example 1y, or never",
                );
                None
            }
            Some((_, TimeOrNever::Drawn(time))) => Some(time.0.clone()),
        }
    }

    fn decide(&mut self, layers: &Layers<'_>) -> Option<Distribution> {
        match layers.pick(|raw| &raw.decide)? {
            None => {
                self.note(layers, layers.has_standby, "decide", "automatic", "default");
                Some(Distribution::Fixed(0.0))
            }
            Some((_, RawDecide::Automatic)) => Some(Distribution::Fixed(0.0)),
            Some((_, RawDecide::Drawn(time))) => Some(time.0.clone()),
        }
    }

    /// Activation, and the time to restore data that is added to it.
    fn activate(
        &mut self,
        layers: &Layers<'_>,
        design: &Design<'_>,
        services: Option<&IndexMap<String, Service>>,
        backups: Option<&Backups>,
    ) -> Option<(Distribution, f64)> {
        let given = layers.pick(|raw| &raw.activate)?;
        let Some((low, high)) = design.pattern.activate_range() else {
            return Some((Distribution::Fixed(0.0), 0.0));
        };
        if let Some((_, time)) = given {
            return Some((time.0.clone(), 0.0));
        }
        let range = format!("{} to {}", format_duration(low), format_duration(high));
        let why = format!(
            "default of `{}`: lognormal, 5 % to 95 %",
            design.pattern.name()
        );
        let restore = if design.pattern == Pattern::BackupRestore {
            let cells = design.raw.and_then(|raw| raw.cells.get());
            let cells = cells.map_or(1, |cells| cells.0.max(1));
            restore_seconds(services?.values(), *backups?, cells)
        } else {
            0.0
        };
        let shown = if restore > 0.0 {
            format!("{range}, and {} to restore", format_duration(restore))
        } else {
            range
        };
        self.note(layers, true, "activate", shown, &why);
        Some((lognormal_range(low, high), restore))
    }

    fn reroute(&mut self, layers: &Layers<'_>) -> Option<Reroute> {
        match layers.pick(|raw| &raw.reroute)? {
            None => {
                self.note(
                    layers,
                    layers.moves_traffic,
                    "reroute",
                    "{ ttl: 60s, stuck: 0% }",
                    "default",
                );
                Some(Reroute::Ttl {
                    seconds: TTL_SECONDS,
                    stuck: 0.0,
                })
            }
            Some((_, RawReroute::Ttl(ttl))) => {
                if ttl.stuck.is_absent() {
                    self.note(
                        layers,
                        layers.moves_traffic,
                        "reroute.stuck",
                        "0%",
                        "default",
                    );
                }
                let Share(stuck) = ttl.stuck.or(Share(0.0))?;
                if let (Some((span, _)), true) = (ttl.stuck.given(), stuck >= 1.0) {
                    let message = "all clients are stuck: traffic never moves";
                    self.refuse(span, message, "below 100%", "write for example 2%");
                    return None;
                }
                Some(Reroute::Ttl {
                    seconds: ttl.ttl.get()?.0,
                    stuck,
                })
            }
            Some((_, RawReroute::Drawn(time))) => Some(Reroute::Drawn(time.0.clone())),
        }
    }

    fn success(&mut self, layers: &Layers<'_>) -> Option<f64> {
        if let Some((_, Share(success))) = layers.pick(|raw| &raw.success)? {
            return Some(*success);
        }
        self.note(layers, layers.has_standby, "success", "100%", "default");
        Some(1.0)
    }

    fn retry(&mut self, layers: &Layers<'_>) -> Option<Option<f64>> {
        match layers.pick(|raw| &raw.retry)? {
            None => {
                self.note(layers, layers.has_standby, "retry", "30m", "default");
                Some(Some(RETRY_SECONDS))
            }
            Some((_, SecondsOrNever::Never)) => Some(None),
            Some((_, SecondsOrNever::Seconds(seconds))) => Some(Some(*seconds)),
        }
    }

    fn failback(&mut self, layers: &Layers<'_>) -> Option<Failback> {
        let back = match layers.pick(|raw| &raw.failback)? {
            None => {
                let shown = "{ wait: 1h, disruption: 0s, success: 100%, takes: 5m, drain: false }, at any hour";
                self.note(layers, layers.has_standby, "failback", shown, "default");
                return Some(Failback::After(Return {
                    wait_seconds: WAIT_SECONDS,
                    hours: None,
                    disruption_seconds: 0.0,
                    success: 1.0,
                    takes_seconds: TAKES_SECONDS,
                    drain: false,
                }));
            }
            Some((_, RawFailback::Never)) => return Some(Failback::Never),
            Some((_, RawFailback::Back(back))) => back,
        };
        let left_out = [
            ("wait", back.wait.is_absent(), "1h"),
            ("hours", back.hours.is_absent(), "at any time"),
            ("disruption", back.disruption.is_absent(), "0s"),
            ("success", back.success.is_absent(), "100%"),
            ("takes", back.takes.is_absent(), "5m"),
            ("drain", back.drain.is_absent(), "false"),
        ];
        for (key, is_absent, value) in left_out {
            if is_absent {
                let key = format!("failback.{key}");
                self.note(layers, layers.has_standby, &key, value, "default");
            }
        }
        let back = Return {
            wait_seconds: back.wait.or(Seconds(WAIT_SECONDS))?.0,
            hours: back.hours.optional()?,
            disruption_seconds: back.disruption.or(Seconds(0.0))?.0,
            success: back.success.or(Share(1.0))?.0,
            takes_seconds: back.takes.or(Seconds(TAKES_SECONDS))?.0,
            drain: back.drain.or(false)?,
        };
        self.check_failbacks(layers, &back)?;
        Some(Failback::After(back))
    }

    /// Failbacks that take no time and fail would be repeated without end.
    fn check_failbacks(&mut self, layers: &Layers<'_>, back: &Return) -> Option<()> {
        let takes = back.wait_seconds + back.disruption_seconds;
        if !layers.has_standby || back.success >= 1.0 || takes > 0.0 {
            return Some(());
        }
        let (span, _) = layers.pick(|raw| &raw.failback)??;
        self.refuse(
            span,
            "failbacks that fail are repeated at once, in no time",
            "a `wait` above 0s",
            "write for example { wait: 1h, success: 95% }",
        );
        None
    }

    /// Attempts that take no time and fail would be repeated without end.
    fn check_retries(
        &mut self,
        layers: &Layers<'_>,
        design: &Design<'_>,
        failover: &Failover,
    ) -> Option<()> {
        let steps = failover.plan.iter().map(|step| step.takes.mean());
        let takes = failover.activate.mean()
            + failover.restore_seconds
            + steps.sum::<f64>()
            + failover.retry_seconds.unwrap_or(f64::INFINITY);
        let succeeds =
            failover.success >= 1.0 && failover.plan.iter().all(|step| step.success >= 1.0);
        if !layers.has_standby || succeeds || takes > 0.0 {
            return Some(());
        }
        let span = layers
            .pick(|raw| &raw.retry)?
            .map_or(design.span, |(span, _)| span);
        let message = format!(
            "failed attempts of topology {} are repeated at once, in no time",
            quoted(design.name)
        );
        self.refuse(
            span,
            message,
            "a `retry` above 0s",
            "write for example 30m, or never",
        );
        None
    }
}
