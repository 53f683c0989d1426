//! A scenario file as it is written: every key with its place, checked for form only.

use crate::model::decode::{Name, Spanned, Text};
use crate::model::mapping::Table;
use crate::model::raw::EffectWord;
use crate::model::record::record;
use crate::model::values::Seconds;

record! {
    /// Faults at given times: a past outage, or a drill.
    RawScenario is "Scenario" as "a scenario" {
        /// What it is called.
        required "name" name: Name,
        /// Free text.
        optional "description" description: Text,
        /// Where it is told of: title and address.
        optional "source" source: Text,
        /// Length of what is played and shown; default half as long again as the last fault, at least two hours more.
        optional "horizon" horizon: Seconds,
        /// Hour of the day at which it begins, 0 to 24, for daily traffic and people who sleep; default 0.
        optional "hour" hour: f64,
        /// What is known, each with its source.
        optional "known" known: Vec<Text>,
        /// What is assumed, because no source says it.
        optional "assumed" assumed: Vec<Text>,
        /// What stands for a place of the scenario in a model that has none of that name: `us-east-1: primary`.
        optional "places" places: Table<Text>,
        /// What goes wrong.
        required "faults" faults: Vec<Spanned<RawScripted>>,
    }
}

record! {
    /// One fault at a given time.
    RawScripted is "ScriptedFault" as "a fault of a scenario" {
        /// When it strikes, from the beginning.
        optional "at" at: Seconds,
        /// In the place of `at`: how long before the beginning it has struck.
        optional "before" before: Seconds,
        /// How long it lasts; of an occurrence of a fault of the model the default is drawn from its `mttr`.
        optional "lasts" lasts: Seconds,
        /// Where: `us-east-1`, `us-east-1/a`, `service/api`, `us-east-1/service/api`, `link/us-east-1/us-west-2`, `links/us-east-1`, `everywhere`, or by role: `primary`, `secondary`, `primary/first`.
        optional "place" place: Text,
        /// With `to`, in the place of `place`: only calls from this region or zone fail.
        optional "from" from: Text,
        /// With `from`: only calls to this region or zone fail.
        optional "to" to: Text,
        /// An occurrence of this fault of the model.
        optional "fault" fault: Name,
        /// Only these services of a region, a zone or everywhere.
        optional "services" services: Vec<Spanned<Name>>,
        /// What it does to its place; default down.
        optional "effect" effect: EffectWord,
        /// Whether health checks see it; default true.
        optional "detected" detected: bool,
        /// Of a fault that health checks do not see: how long until a person has noticed it; default by nobody.
        optional "noticed" noticed: Seconds,
        /// Free text, shown with it.
        optional "note" note: Text,
    }
}
