//! Which promises of services cannot be kept, whatever happens to the services themselves: what they require promises less.
//!
//! A service is up only while all that it requires is. If those keep just what they promise and fail independently, it is up for the product
//! of their promises at most. A promise covers what its service requires, so a service that is required along several paths, or by
//! several of those, must count once: of each promise only the *own part* is taken, s / (product of the own parts of all that the
//! service requires), at most 1. The ceiling of a service is the product of the own parts of all promises in the closure of its required calls, each once. What
//! promises nothing is passed through, as if it never failed by itself: the ceiling is an upper bound. A group of which k must be up counts as
//! the chance of that among independent members.

use std::collections::BTreeMap;

use super::{
    CallKind, CallTargets, Doubt, Model, Pattern, Renewal, Service, ServiceKind, TopologySpec,
};
use crate::units::format_percentage;

/// Difference of two shares that is none.
const ROUNDING: f64 = 1e-12;

/// Services times parts of closures beyond which closures would take too much memory.
const MOST_PARTS: usize = 5_000_000;

/// Something that a service requires and that promises something, or a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// A service by its index.
    Service(usize),
    /// A call of a service to a group, by their indices.
    Group(usize, usize),
}

/// The parts of the closure of each service's required calls, with what each is worth.
struct Closures<'a> {
    model: &'a Model,
    worth: BTreeMap<Part, f64>,
    parts: Vec<Option<Vec<Part>>>,
}

impl<'a> Closures<'a> {
    fn new(model: &'a Model) -> Self {
        let mut closures = Self {
            model,
            worth: BTreeMap::new(),
            parts: vec![None; model.services.len()],
        };
        for index in callees_first(model) {
            closures.close(index);
        }
        closures
    }

    fn service(&self, index: usize) -> &'a Service {
        &self.model.services[index]
    }

    /// Finds the parts of a service, those of its callees being known.
    fn close(&mut self, index: usize) {
        let mut parts = Vec::new();
        for (at, call) in self.service(index).calls.iter().enumerate() {
            if call.kind != CallKind::Required {
                continue;
            }
            match &call.targets {
                CallTargets::One(name) => {
                    let callee = self.model.services.get_index_of(name);
                    if let Some(callee) = callee {
                        parts.extend(self.parts[callee].iter().flatten());
                        if promise(self.service(callee)).is_some() {
                            parts.push(Part::Service(callee));
                        }
                    }
                }
                CallTargets::AtLeast(needed, names) => {
                    let members = names
                        .iter()
                        .filter_map(|name| self.model.services.get_index_of(name));
                    let members: Vec<f64> = members.map(|member| self.available(member)).collect();
                    let part = Part::Group(index, at);
                    self.worth
                        .insert(part, at_least(*needed as usize, &members));
                    parts.push(part);
                }
            }
        }
        parts.sort_unstable();
        parts.dedup();
        let ceiling = self.product(&parts);
        if let Some(promise) = promise(self.service(index)) {
            let own = (promise / ceiling).min(1.0);
            self.worth.insert(Part::Service(index), own);
        }
        self.parts[index] = Some(parts);
    }

    fn product(&self, parts: &[Part]) -> f64 {
        parts
            .iter()
            .filter_map(|part| self.worth.get(part))
            .product()
    }

    /// What a service can be at most, if it never failed by itself.
    fn ceiling(&self, index: usize) -> f64 {
        self.product(self.parts[index].as_deref().unwrap_or_default())
    }

    /// What may be counted on of a service.
    fn available(&self, index: usize) -> f64 {
        promise(self.service(index)).unwrap_or_else(|| self.ceiling(index))
    }

    /// Names of what limits a service, the weakest first, with what each promises.
    fn limits(&self, index: usize) -> Vec<(String, f64)> {
        let parts = self.parts[index].iter().flatten();
        let mut limits: Vec<(String, f64)> = parts
            .map(|part| match part {
                Part::Service(service) => (self.name(*service), self.available(*service)),
                Part::Group(service, _) => {
                    let worth = self.worth.get(part).copied().unwrap_or(1.0);
                    (
                        format!("a group that {} requires", self.name(*service)),
                        worth,
                    )
                }
            })
            .filter(|(_, promise)| *promise < 1.0)
            .collect();
        limits.sort_by(|a, b| a.1.total_cmp(&b.1));
        limits
    }

    fn name(&self, index: usize) -> String {
        let named = self.model.services.get_index(index);
        named.map_or_else(String::new, |(name, _)| name.clone())
    }
}

/// Promises and groups that a closure may hold; none if nothing is promised.
fn parts_at_most(model: &Model) -> usize {
    let promises = model
        .services
        .values()
        .filter(|service| promise(service).is_some())
        .count();
    if promises == 0 {
        return 0;
    }
    let calls = model.services.values().flat_map(|service| &service.calls);
    let groups = calls.filter(|call| matches!(call.targets, CallTargets::AtLeast(..)));
    promises + groups.count()
}

/// What may be counted on of a service: of an external one what its provider promises.
fn promise(service: &Service) -> Option<f64> {
    service.sla.or(service.slo)
}

/// Chance that at least so many of independent services are up.
fn at_least(needed: usize, members: &[f64]) -> f64 {
    let mut up = vec![0.0; members.len() + 1];
    up[0] = 1.0;
    for (index, available) in members.iter().enumerate() {
        for count in (0..=index).rev() {
            up[count + 1] += up[count] * available;
            up[count] *= 1.0 - available;
        }
    }
    up.iter().skip(needed).sum::<f64>().min(1.0)
}

/// Services by index, each after all that it requires: required calls have no cycle.
fn callees_first(model: &Model) -> Vec<usize> {
    let mut order = Vec::new();
    let mut seen = vec![false; model.services.len()];
    for start in 0..model.services.len() {
        let mut open = vec![(start, false)];
        while let Some((index, done)) = open.pop() {
            if done {
                order.push(index);
                continue;
            }
            if seen[index] {
                continue;
            }
            seen[index] = true;
            open.push((index, true));
            let required = model.services[index].calls.iter();
            let required = required.filter(|call| call.kind == CallKind::Required);
            for call in required {
                let names: &[String] = match &call.targets {
                    CallTargets::One(name) => std::slice::from_ref(name),
                    CallTargets::AtLeast(_, names) => names,
                };
                let callees = names
                    .iter()
                    .filter_map(|name| model.services.get_index_of(name));
                open.extend(
                    callees
                        .filter(|callee| !seen[*callee])
                        .map(|callee| (callee, false)),
                );
            }
        }
    }
    order
}

/// The promises of a model that cannot be kept, or that another contradicts.
pub(super) fn broken_promises(model: &Model) -> Vec<Doubt> {
    let parts = parts_at_most(model);
    if parts.saturating_mul(model.services.len()) > MOST_PARTS {
        return vec![Doubt {
            path: "services".to_owned(),
            what: format!(
                "promise {parts} times: too often to hold each against all that it requires"
            ),
            hint: "give an `slo` to fewer of them; those of the trials are shown all the same"
                .to_owned(),
        }];
    }
    let closures = Closures::new(model);
    let services = model.services.iter().enumerate();
    let mut doubts: Vec<Doubt> = services
        .flat_map(|(index, (name, service))| {
            let of_provider = of_provider(name, service);
            let of_callees = service
                .slo
                .and_then(|slo| of_callees(&closures, index, &format!("services.{name}.slo"), slo));
            of_provider.into_iter().chain(of_callees)
        })
        .collect();
    for (name, journey) in &model.journeys {
        let entry = model.services.get_index_of(&journey.entry);
        if let Some((slo, entry)) = journey.slo.zip(entry) {
            let path = format!("journeys.{name}.slo");
            let own = promise(closures.service(entry)).filter(|own| *own + ROUNDING < slo);
            doubts.extend(match own {
                Some(own) => Some(Doubt {
                    what: format!(
                        "is {}, and its entry {} promises {} only",
                        percentage(slo),
                        journey.entry,
                        percentage(own)
                    ),
                    hint: format!("no request succeeds while its entry is down: lower it to {}, or raise that of the entry", percentage(own)),
                    path,
                }),
                None => of_callees(&closures, entry, &path, slo),
            });
        }
    }
    doubts.extend(of_the_whole(model, &closures));
    doubts
}

fn percentage(share: f64) -> String {
    // Rounded down, so that what is advised can be kept.
    let floor = (share * 1e5).floor() / 1e5;
    if (share - floor).abs() < ROUNDING || floor >= 0.999_99 {
        format_percentage(share)
    } else {
        format_percentage(floor)
    }
}

/// A promise against those of what its service requires.
fn of_callees(closures: &Closures<'_>, index: usize, path: &str, slo: f64) -> Option<Doubt> {
    let ceiling = closures.ceiling(index);
    if slo <= ceiling + ROUNDING {
        return None;
    }
    let limits = closures.limits(index);
    let listed = |limits: &[(String, f64)]| {
        let listed: Vec<String> = (limits.iter().take(4))
            .map(|(name, promise)| format!("{name} {}", percentage(*promise)))
            .collect();
        let more = limits.len().saturating_sub(4);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!("{}{more}", listed.join(", "))
    };
    let weaker: Vec<(String, f64)> = limits
        .iter()
        .filter(|(_, promise)| *promise + ROUNDING < slo)
        .cloned()
        .collect();
    let (what, hint) = if weaker.is_empty() {
        (
            format!(
                "is {}, and what it requires keeps {} together if failures are independent ({}; each counted once)",
                percentage(slo),
                percentage(ceiling),
                listed(&limits)
            ),
            format!(
                "it can be kept only if they do better than they promise: lower it to {}, or make a call optional",
                percentage(ceiling)
            ),
        )
    } else {
        (
            format!(
                "is {}, above what it requires promises: {}",
                percentage(slo),
                listed(&weaker)
            ),
            format!(
                "it cannot be kept if they keep just what they promise: lower it to {}, or make the calls optional",
                percentage(ceiling)
            ),
        )
    };
    Some(Doubt {
        path: path.to_owned(),
        what,
        hint,
    })
}

/// What is wanted of an external service, promised by its provider, and said of its failures.
fn of_provider(name: &str, service: &Service) -> Option<Doubt> {
    let ServiceKind::External { failure, .. } = &service.kind else {
        return None;
    };
    if let (Some(slo), Some(sla)) = (service.slo, service.sla)
        && slo > sla + ROUNDING
    {
        return Some(Doubt {
            path: format!("services.{name}.slo"),
            what: format!(
                "is {}, and its provider promises {} only (`sla`)",
                percentage(slo),
                percentage(sla)
            ),
            hint: "count on what is promised, or on what you have measured".to_owned(),
        });
    }
    let Renewal { mtbf, mttr } = failure.as_ref()?;
    let (life, repair) = (mtbf.mean(), mttr.mean());
    let up = if life.is_infinite() {
        1.0
    } else {
        life / (life + repair)
    };
    let promise = promise(service)?;
    (up + ROUNDING < promise).then(|| Doubt {
        path: format!("services.{name}"),
        what: format!(
            "promises {}, but is up {} of the time by its mtbf and mttr",
            percentage(promise),
            percentage(up)
        ),
        hint:
            "either its provider breaks the promise, or the times are not those that were measured"
                .to_owned(),
    })
}

/// The objectives of the whole model.
fn of_the_whole(model: &Model, closures: &Closures<'_>) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let serves_from_two = |spec: &TopologySpec| spec.pattern == Pattern::ActiveActive;
    if model.objectives.balance.is_some() && !model.topologies.values().any(serves_from_two) {
        doubts.push(Doubt {
            path: "objectives.slo".to_owned(),
            what: "wants a balance between regions, and no topology serves from two".to_owned(),
            hint: "the balance is that of active-active topologies: add one, or remove it"
                .to_owned(),
        });
    }
    let (slo, sla) = (model.objectives.slo, model.objectives.sla.as_ref());
    let journeys = model.journeys.values().map(|journey| {
        let entry = model.services.get_index_of(&journey.entry);
        let entry = entry.map_or(1.0, |entry| closures.available(entry));
        journey.share * entry
    });
    let most: f64 = journeys.sum();
    if let Some(slo) = slo
        && slo.target > most + ROUNDING
    {
        doubts.push(Doubt {
            path: "objectives.slo".to_owned(),
            what: format!(
                "wants {}, and the promises of the journeys' entries, weighted by shares, come to {} at most",
                percentage(slo.target),
                percentage(most)
            ),
            hint: "raise the promises of the entries and of what they require, or lower the target".to_owned(),
        });
    }
    if let (Some(slo), Some(sla)) = (slo, sla)
        && sla.target > slo.target + ROUNDING
    {
        doubts.push(Doubt {
            path: "objectives.sla".to_owned(),
            what: format!(
                "promises customers {}, more than the {} of your own SLO",
                percentage(sla.target),
                percentage(slo.target)
            ),
            hint: "an SLO is the tighter of the two, so that it warns before refunds are due"
                .to_owned(),
        });
    }
    doubts
}
