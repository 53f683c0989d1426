//! A model file as it is written: every key of the language, with its place, checked for form only.
//!
//! What the keys mean together is checked by [`super::validate`].

mod designs;
mod faults;
mod money;
mod services;
mod slo;
mod sources;

pub(super) use designs::*;
pub(super) use faults::*;
pub(super) use money::*;
pub(super) use services::*;
pub(super) use slo::*;
pub(super) use sources::*;

use super::decode::{Name, Text};
use super::mapping::Table;
use super::record::record;
use super::values::Seconds;

record! {
    /// A service, the places that it can run in, the ways that they fail, and the topologies to compare.
    RawModel is "Model" as "a model" {
        /// Name of the model, shown with every result.
        required "model" model: Name,
        /// Free text for the report.
        optional "description" description: Text,
        /// Scored length of one trial; default 1y.
        optional "horizon" horizon: Seconds,
        /// Time before it that is simulated, but not scored; default 0s.
        optional "warm_up" warm_up: Seconds,
        /// The one currency of the model, a code or a sign; default that of the first amount of money, else USD.
        optional "currency" currency: Text,
        /// Where things can run: regions and their zones.
        required "regions" regions: Table<RawRegion>,
        /// What runs: the services and what they call.
        required "services" services: Table<RawService>,
        /// What users do; default the service that nobody calls, or those, with equal shares.
        optional "journeys" journeys: Table<RawJourney>,
        /// What goes wrong.
        required "faults" faults: Table<RawFault>,
        /// Probes of every journey from outside, which find faults that health checks do not see; default none.
        optional "canary" canary: RawCanary,
        /// People who repair; a fault without a crew is repaired at once.
        optional "crews" crews: Table<RawCrew>,
        /// The designs to compare; default all seven patterns over the model's regions.
        optional "topologies" topologies: Table<RawTopology>,
        /// How traffic is moved; any topology may override keys of it.
        optional "failover" failover: RawFailover,
        /// How data is copied to other regions.
        optional "replication" replication: RawReplication,
        /// What backup-restore falls back on.
        optional "backups" backups: RawBackups,
        /// Game days; default none.
        optional "drills" drills: RawDrills,
        /// What is wanted.
        optional "objectives" objectives: RawObjectives,
        /// Requests of the users.
        optional "traffic" traffic: RawTraffic,
        /// Prices that belong to no single service.
        optional "costs" costs: RawCosts,
        /// Where numbers come from, by the keys that lead to them; what has none is shown as assumed.
        optional "sources" sources: RawSources,
    }
}
