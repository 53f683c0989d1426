//! A check of the engine against itself: at the end of a trial every gate must stand where the states of units,
//! takeovers and regions put it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::serving::Serving;
use super::trial::{Record, Simulator};
use super::units::Condition;
use crate::model::{Model, load, load_str};
use crate::plan::{Idle, NO_GATE, Reach, compile};
use crate::topology::expand;

impl Simulator<'_> {
    /// Compares gates and crews, kept up to date event by event, with their values worked out from scratch.
    fn audit(&self) {
        let plan = self.plan;
        let mut spare = plan.network.initial.clone();
        let mut shift = |gate: u32, downs: i32| {
            let (wave, changes) = (&mut Vec::new(), &mut Vec::new());
            for _ in 0..downs {
                plan.network
                    .lower(&mut spare, gate, self.reach, wave, changes);
            }
            for _ in downs..0 {
                plan.network
                    .raise(&mut spare, gate, self.reach, wave, changes);
            }
        };
        let mut idle_as_down = vec![0; plan.units.len()];
        for (index, region) in plan.regions.iter().enumerate() {
            let Serving::Standby(cells) = &self.serving else {
                continue;
            };
            let began_full = index % 2 == 0 || region.switches.is_empty();
            let cell_is_full = cells[index / 2].is_full(index % 2);
            for switch in &region.switches {
                let any_is_full = cells.iter().any(|cell| cell.is_full(index % 2));
                let is_full = if switch.is_shared {
                    any_is_full
                } else {
                    cell_is_full
                };
                let came_up = i32::from(is_full) - i32::from(began_full);
                shift(switch.gate, came_up * -switch.slack);
                for &unit in &switch.units {
                    assert_eq!(self.condition[unit as usize] == Condition::Off, !is_full);
                    // Down at the start already, in a region that began by standing by.
                    idle_as_down[unit as usize] =
                        i32::from(switch.idle == Idle::Down && !began_full);
                    if switch.idle == Idle::Down && !is_full {
                        idle_as_down[unit as usize] -= 1;
                    }
                }
            }
            if region.idle_gate != NO_GATE {
                let was_full = index % 2 == 0;
                shift(
                    region.idle_gate,
                    i32::from(was_full) - i32::from(cell_is_full),
                );
            }
        }
        for (index, unit) in plan.units.iter().enumerate() {
            let failed = matches!(
                self.condition_of(index as u32),
                Condition::Down | Condition::Waiting | Condition::Unnoticed
            );
            if unit.gate != NO_GATE {
                shift(unit.gate, i32::from(failed) - idle_as_down[index]);
            }
        }
        for (index, pool) in plan.pools.iter().enumerate() {
            shift(pool.gate, i32::from(self.is_taking_over(index as u32)));
        }
        if let Some(gray) = &plan.gray {
            for fault in gray.faults.iter().filter(|fault| fault.is_learnt()) {
                let is_known = !self.is_up(fault.known);
                assert!(!is_known || !self.is_up(fault.gate));
                shift(fault.known, i32::from(is_known));
            }
            for (region, &gate) in gray.health.iter().enumerate() {
                let is_good = self.is_good_enough(gray, region);
                assert_eq!(is_good, self.is_up(gate));
                shift(gate, i32::from(!is_good));
            }
        }
        assert_eq!(spare, self.spare, "{} at {}", plan.names.topology, self.now);
        self.audit_crews();
    }
}

fn play_and_audit(model: &Model, trials: u64) {
    for (name, spec) in &model.topologies {
        let plan = compile(model, &expand(model, name, spec));
        let mut simulator = Simulator::new(&plan, 1);
        for trial in 0..trials {
            let outcome = simulator.simulate(trial, Record::Scores).clone();
            // Nothing is remembered of the trials before.
            let mut alone = Simulator::new(&plan, 1);
            assert_eq!(outcome, *alone.simulate(trial, Record::Scores));
            assert!(simulator.reach == Reach::Services || plan.service_stride > 1);
            simulator.audit();
        }
    }
}

#[test]
fn gates_stand_where_units_put_them_in_shipped_models_and_cases() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["models", "models/reference"] {
        for file in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = file.unwrap().path();
            if path
                .extension()
                .is_some_and(|extension| extension == "yaml")
            {
                play_and_audit(&load(&path).unwrap(), 5);
            }
        }
    }
}

/// Links that fail, as further faults.
const CUTS: &str = "
  fibre: { hits: zone-link, mtbf: 2d, mttr: 6h, crew: people }
  firewall: { hits: zone-link, from: b, to: a, mtbf: 4d, mttr: 5h }
  cable: { hits: region-link, mtbf: 3d, mttr: 5h }";

/// Gray faults, as further faults, and a canary.
const GRAY: &str = "
  slow: { hits: replica, mtbf: 2d, mttr: 3h, effect: { errors: 30% }, detected: false, noticed: 2h, crew: people }
  unseen: { hits: replica, services: [web], mtbf: 2d, mttr: 3h, effect: { errors: 20% }, detected: false }
  weak: { hits: zone, mtbf: 2d, mttr: 5h, effect: { capacity: 50%, errors: 40% } }
canary: { every: 20m }";

/// Keys of a failover whose runbook waits for people and for what it needs.
const RUNBOOK: &str = "
  plan:
    - { step: approve, takes: 30m, by: people }
    - { step: promote, takes: 20m, success: 60%, needs: [pay] }
  rot: { mtbf: 4d, fix: 5h }
  false_alarm: 6d
  detect: { probe: 10m, misses: 2, timeout: 5m }
drills: { every: 9d, kind: gameday, takes: 30m, disruption: 1m }";

/// A crew that takes a time to set out.
const DISPATCH: &str = ", dispatch: { lognormal: { median: 20m, p95: 2h } }";

#[test]
fn gates_stand_where_units_put_them_when_everything_fails_often() {
    let patterns = [
        "multi-az",
        "backup-restore",
        "pilot-light",
        "warm-standby",
        "hot-standby",
        "active-active",
    ];
    for (pattern, failback, cross, (cuts, dispatch, activation)) in patterns
        .iter()
        .flat_map(|p| {
            [
                "never",
                "{ wait: 1h, takes: 3h }",
                "{ wait: 0s, takes: 0s }",
            ]
            .map(|f| (p, f))
        })
        .flat_map(|(p, f)| [false, true].map(|c| (p, f, c)))
        .flat_map(|(p, f, c)| {
            let activate = "\n  activate: 30m\n  success: 60%";
            [
                ("", "", activate),
                (CUTS, DISPATCH, activate),
                (GRAY, DISPATCH, activate),
                ("", DISPATCH, RUNBOOK),
            ]
            .map(|extra| (p, f, c, extra))
        })
    {
        let (regions, cross) = match *pattern {
            "multi-az" => ("[r0]", String::new()),
            _ => ("[r0, r1]", format!(", cross_region_calls: {cross}")),
        };
        let text = format!(
            "
model: often
horizon: 60d
regions: {{ r0: {{ zones: 2 }}, r1: {{ zones: 3 }} }}
services:
  web: {{ replicas: 5, needs: 3, calls: [db, {{ any: [cache, pay] }}] }}
  db: {{ replicas: 3, takeover: 1h, takeover_on: any, dormancy: 30%, data: {{ size: 1GB, writes: 1MB/s }} }}
  cache: {{ replicas: 2, takeover: 20m, takeover_success: 50% }}
  pay: {{ external: true, in: r1, mtbf: 3d, mttr: 6h }}
journeys: {{ all: {{ entry: web }} }}
faults:
  host: {{ hits: replica, mtbf: 2d, mttr: 6h, crew: people }}
  disk: {{ hits: replica, services: [db], mtbf: 3d, mttr: 3h, crew: people, spreads: {{ to: region, probability: 30% }} }}
  zone: {{ hits: zone, mtbf: 5d, mttr: 5h }}
  region: {{ hits: region, mtbf: 8d, mttr: 9h }}
  rack: {{ hits: zone, mtbf: 5d, mttr: 4h, strikes: replicas, crew: people }}{cuts}
crews: {{ people: {{ size: 2, order: random{dispatch} }} }}
topologies: {{ t: {{ pattern: {pattern}, regions: {regions}{cross} }} }}
failover:
  retry: 20m
  reroute: {{ ttl: 30m }}
  failback: {failback}{activation}
"
        );
        play_and_audit(&load_str("often", &text, None).unwrap(), 40);
    }
}

#[test]
fn gates_stand_where_units_put_them_in_cells() {
    let designs = [
        "multi-az, regions: [r0]",
        "active-active, regions: [r0, r1]",
        "active-active, regions: [r0, r1], cross_region_calls: true",
        "backup-restore, regions: [r0, r1]",
        "pilot-light, regions: [r0, r1], cross_region_calls: true, failover: { failback: never }",
        "warm-standby, regions: [r0, r1], failover: { failback: never }",
        "warm-standby, regions: [r0, r1]",
        "hot-standby, regions: [r0, r1]",
    ];
    let cases = designs
        .iter()
        .flat_map(|design| ["own", "shared"].map(|use_of_db| (design, use_of_db)))
        .flat_map(|(design, use_of_db)| {
            [(GRAY, "", ""), ("", CUTS, RUNBOOK)]
                .map(|(gray, cuts, failover)| (design, use_of_db, gray, cuts, failover))
        });
    for (design, use_of_db, gray, cuts, failover) in cases {
        let failover = if design.contains("standby") || design.contains("pilot") {
            failover
        } else {
            ""
        };
        // Each has thousands of events.
        let trials = if cuts.is_empty() && failover.is_empty() {
            12
        } else {
            4
        };
        let cables = if cuts.is_empty() {
            "\n  cable: { hits: region-link, mtbf: 3d, mttr: 5h }"
        } else {
            cuts
        };
        let text = format!(
            "
model: cells
horizon: 60d
regions: {{ r0: {{ zones: 2 }}, r1: {{ zones: 3 }} }}
services:
  web: {{ replicas: 5, needs: 3, calls: [db, {{ any: [cache, pay] }}] }}
  db: {{ replicas: 3, cells: {use_of_db}, takeover: 1h, takeover_on: any, dormancy: 30%, data: {{ size: 1GB, writes: 1MB/s }}, calls: [cache] }}
  cache: {{ replicas: 2, per_cell: {{ replicas: 2 }}, takeover: 20m, takeover_success: 50% }}
  pay: {{ external: true, in: r1, mtbf: 3d, mttr: 6h }}
journeys: {{ all: {{ entry: web }} }}
crews: {{ people: {{ size: 2, order: random, dispatch: 20m }} }}
topologies: {{ t: {{ pattern: {design}, cells: 3 }} }}
failover:
  reroute: 30m{failover}
faults:
  host: {{ hits: replica, mtbf: 2d, mttr: 6h, crew: people }}
  disk: {{ hits: replica, services: [db], mtbf: 3d, mttr: 3h, crew: people, spreads: {{ to: cell, probability: 30% }} }}
  bug: {{ hits: service-in-cell, mtbf: 3d, mtbf_per: region, mttr: 5h, crew: people }}
  poison: {{ hits: cell, mtbf: 5d, mttr: 5h }}
  storm: {{ hits: cell, mtbf: 5d, mttr: 4h, strikes: replicas, crew: people }}
  zone: {{ hits: zone, mtbf: 5d, mttr: 5h }}
  rack: {{ hits: service-in-zone, mtbf: 5d, mttr: 5h }}
  region: {{ hits: region, mtbf: 8d, mttr: 9h }}{cables}{gray}
"
        );
        play_and_audit(&load_str("cells", &text, None).unwrap(), trials);
    }
}

/// All units are of the simplest kind here: nothing but the runbook has to do with people.
#[test]
fn people_at_work_on_a_runbook_are_free_when_the_next_trial_begins() {
    let text = "
model: people
horizon: 60d
regions: { east: { zones: 1 }, west: { zones: 1 } }
services: { web: {} }
crews: { on-call: { size: 1 } }
faults: { region: { hits: region, mtbf: 5d, mttr: 12h } }
failover: { plan: [ { step: approve, takes: 12h, by: on-call } ] }
topologies: { hot: { pattern: hot-standby } }
";
    play_and_audit(&load_str("people", text, None).unwrap(), 40);
}
