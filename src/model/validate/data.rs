//! Data: its copies, and the backups that are left when copies are of no use.

use super::Checker;
use crate::model::Distribution;
use crate::model::distribution::Z95;
use crate::model::mapping::Field;
use crate::model::problem::quoted;
use crate::model::raw::{EffectWord, ModeWord, RawFault};
use crate::model::types::{Backups, Fault, Replication, Scope, Service};
use crate::model::values::{ByteRate, Seconds};
use crate::units::{SECONDS_PER_DAY, format_duration};

const RESTORE_BYTES_PER_SECOND: f64 = 200e6;
/// The lag that is assumed where none is given: its median and its 95 % quantile \[s\].
const LAG_MEDIAN: f64 = 1.0;
const LAG_P95: f64 = 20.0;
/// More than one backup a second is taken for a mistake.
const LEAST_SECONDS: f64 = 1.0;

/// Time to restore the data of these services from backups, where each of so many cells restores its part \[s\].
pub(super) fn restore_seconds<'s>(
    services: impl IntoIterator<Item = &'s Service>,
    backups: Backups,
    cells: u32,
) -> f64 {
    let bytes = services
        .into_iter()
        .map(|service| service.bytes_of_cell(cells));
    bytes.sum::<f64>() / backups.restore_bytes_per_second
}

impl Checker<'_> {
    pub(super) fn replication(&mut self) -> Option<Replication> {
        let raw = match &self.raw.replication {
            Field::Given(_, raw) => Some(raw),
            Field::Absent => None,
            Field::Wrong => return None,
        };
        let mode = match raw {
            Some(raw) => raw.mode.optional()?,
            None => None,
        };
        if mode.is_none() && self.has_data() {
            self.apply_default("replication.mode", "async", "default");
        }
        let lag = raw.map(|raw| &raw.lag);
        if let (Some(ModeWord::Sync), Some((span, _))) = (mode, lag.and_then(Field::given)) {
            self.refuse(
                span,
                "copies with `mode: sync` are never behind",
                "no `lag`",
                "remove `lag`, or write mode: async",
            );
            return None;
        }
        if mode == Some(ModeWord::Sync) {
            return Some(Replication::Sync);
        }
        let lag = match lag {
            Some(lag) => lag.optional()?,
            None => None,
        };
        if lag.is_none() && self.has_data() {
            let shown = "lognormal, median 1s, p95 20s";
            self.apply_default("replication.lag", shown, "default");
        }
        Some(Replication::Async {
            lag: lag.map_or(
                Distribution::Lognormal {
                    mu: LAG_MEDIAN.ln(),
                    sigma: (LAG_P95 / LAG_MEDIAN).ln() / Z95,
                },
                |time| time.0,
            ),
        })
    }

    pub(super) fn backups(&mut self) -> Option<Backups> {
        let raw = match &self.raw.backups {
            Field::Given(_, raw) => Some(raw),
            Field::Absent => None,
            Field::Wrong => return None,
        };
        let every = raw.map_or(Some(None), |raw| raw.every.optional())?;
        if every.is_none() && self.has_data() {
            self.apply_default("backups.every", "24h", "default");
        }
        let restore = raw.map_or(Some(None), |raw| raw.restore.optional())?;
        let restores = self.restores();
        if restore.is_none() && restores {
            self.apply_default("backups.restore", "200MB/s", "default");
        }
        let (Seconds(every_seconds), ByteRate(restore_bytes_per_second)) = (
            every.unwrap_or(Seconds(SECONDS_PER_DAY)),
            restore.unwrap_or(ByteRate(RESTORE_BYTES_PER_SECOND)),
        );
        if every_seconds < LEAST_SECONDS {
            self.refuse(
                raw?.every.given()?.0,
                format!("backups every {}", format_duration(every_seconds)),
                "at least 1s",
                "write for example 24h, or replicate instead",
            );
            return None;
        }
        if restore_bytes_per_second <= 0.0 {
            self.refuse(
                raw?.restore.given()?.0,
                "a restore at this rate never ends",
                "a rate above 0",
                "write for example 200MB/s",
            );
            return None;
        }
        Some(Backups {
            are_described: raw.is_some(),
            every_seconds,
            restore_bytes_per_second,
        })
    }

    /// Whether some service has data.
    fn has_data(&self) -> bool {
        self.raw.services.get().is_some_and(|services| {
            let mut services = services.iter();
            services.any(|(_, _, service)| service.data.is_present())
        })
    }

    /// Checks a fault that corrupts data, and narrows it to the services that have some.
    pub(super) fn corrupt(&mut self, name: &str, raw: &RawFault, fault: &mut Fault) {
        if !matches!(fault.hits, Scope::Service | Scope::Everywhere) {
            let span = raw.hits.given().map(|(span, _)| span);
            let message = format!(
                "fault {} corrupts data, which is copied to every replica and region",
                quoted(name)
            );
            if let Some(span) = span {
                let hint = "write `hits: service`";
                self.refuse(span, message, "`hits: service` or `hits: everywhere`", hint);
            }
            return;
        }
        let Some(services) = self.raw.services.get() else {
            return;
        };
        let with_data: Vec<String> = services
            .iter()
            .filter(|(_, _, service)| service.data.is_present())
            .map(|(name, _, _)| name.to_owned())
            .filter(|name| {
                fault
                    .services
                    .as_ref()
                    .is_none_or(|named| named.contains(name))
            })
            .collect();
        let all = fault.services.as_ref().map_or(1, Vec::len);
        if with_data.len() < all {
            if let Some((span, _)) = raw.effect.given() {
                let message = format!("fault {} corrupts data where there is none", quoted(name));
                let hint = "write for example data: { size: 500GB, writes: 2MB/s } at the service";
                self.refuse(span, message, "services with `data`", hint);
            }
            return;
        }
        fault.services = Some(with_data);
    }

    /// Whether anything is ever restored from backups.
    fn restores(&self) -> bool {
        let corrupts = self.raw.faults.get().is_some_and(|faults| {
            let mut faults = faults.iter();
            faults.any(|(_, _, fault)| matches!(fault.effect.get(), Some(EffectWord::Corrupt)))
        });
        self.has_data() && (corrupts || self.rebuilds_from_backups())
    }

    /// Whether some topology recovers from backups.
    fn rebuilds_from_backups(&self) -> bool {
        use crate::model::raw::PatternWord;
        let Some(topologies) = self.raw.topologies.get() else {
            return true;
        };
        let mut topologies = topologies.iter();
        topologies.any(|(_, _, topology)| {
            topology.pattern.get() == Some(&PatternWord::BackupRestore)
                && topology
                    .failover
                    .get()
                    .is_none_or(|own| own.activate.is_absent())
        }) && self
            .raw
            .failover
            .get()
            .is_none_or(|failover| failover.activate.is_absent())
    }
}
