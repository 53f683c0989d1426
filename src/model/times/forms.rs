//! The keys of each form of a time, and its JSON Schema.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::Time;
use crate::model::record::record;
use crate::model::values::{Seconds, Share};

record! {
    /// Exponential with a mean.
    Exponential is "Exponential" as "an exponential time" {
        /// Mean.
        required "mean" mean: Seconds,
    }
}

record! {
    /// Equally likely between two times.
    Uniform is "Uniform" as "a uniform time" {
        /// Shortest.
        required "from" from: Seconds,
        /// Longest.
        required "to" to: Seconds,
    }
}

record! {
    /// Lognormal, by `median` and `p95`, by `mean` and `cv`, or by `mean` and `p95`.
    Lognormal is "Lognormal" as "a lognormal time" {
        /// Half of the times are shorter.
        optional "median" median: Seconds,
        /// Mean.
        optional "mean" mean: Seconds,
        /// 95 % of the times are shorter. With a mean, at most 3.86 times that; the smaller spread of the two that fit is taken.
        optional "p95" p95: Seconds,
        /// Coefficient of variation: standard deviation over mean.
        optional "cv" cv: f64,
    }
}

record! {
    /// Weibull, by `shape` and `scale` or `mean`.
    Weibull is "Weibull" as "a Weibull time" {
        /// Below 1: failures become rarer with age; above 1: more frequent.
        required "shape" shape: f64,
        /// 63.2 % of the times are shorter.
        optional "scale" scale: Seconds,
        /// Mean, instead of the scale.
        optional "mean" mean: Seconds,
    }
}

record! {
    /// Gamma.
    Gamma is "Gamma" as "a gamma time" {
        /// Shape; a standard deviation of mean / sqrt(shape).
        required "shape" shape: f64,
        /// Mean.
        required "mean" mean: Seconds,
    }
}

record! {
    /// The sum of equal exponential stages.
    Erlang is "Erlang" as "an Erlang time" {
        /// Number of stages.
        required "stages" stages: u32,
        /// Mean of their sum.
        required "mean" mean: Seconds,
    }
}

record! {
    /// Triangular.
    Triangular is "Triangular" as "a triangular time" {
        /// Shortest.
        required "low" low: Seconds,
        /// Likeliest.
        required "mode" mode: Seconds,
        /// Longest.
        required "high" high: Seconds,
    }
}

record! {
    /// One of several times.
    MixturePart is "MixturePart" as "a part of a mixture" {
        /// Its share; all add up to 100 %.
        required "weight" weight: Share,
        /// The time.
        required "of" of: Time,
    }
}

impl JsonSchema for Time {
    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let duration = generator.subschema_for::<Seconds>();
        let one = |form: &str, description: &str, schema: Schema| {
            json_schema!({
                "type": "object",
                "description": description,
                "properties": { (form): schema },
                "required": [form],
                "additionalProperties": false,
            })
        };
        let durations = json_schema!({ "type": "array", "items": duration.clone(), "minItems": 1 });
        let range = json_schema!({ "type": "array", "items": duration.clone(), "minItems": 2, "maxItems": 2 });
        let file = json_schema!({ "type": "string", "examples": ["incidents.csv#minutes"] });
        let forms = [
            one(
                "exponential",
                "Exponential with a mean.",
                generator.subschema_for::<Exponential>(),
            ),
            one("fixed", "Always the same.", duration.clone()),
            one(
                "uniform",
                "Equally likely between two times.",
                generator.subschema_for::<Uniform>(),
            ),
            one(
                "lognormal",
                "Skewed to long times, as most repairs are.",
                generator.subschema_for::<Lognormal>(),
            ),
            one(
                "weibull",
                "Failures that depend on age.",
                generator.subschema_for::<Weibull>(),
            ),
            one(
                "gamma",
                "Gamma, by shape and mean.",
                generator.subschema_for::<Gamma>(),
            ),
            one(
                "erlang",
                "A sum of exponential stages.",
                generator.subschema_for::<Erlang>(),
            ),
            one(
                "triangular",
                "Shortest, likeliest and longest.",
                generator.subschema_for::<Triangular>(),
            ),
            one(
                "empirical",
                "Observed times: a list, or a column of a CSV file.",
                json_schema!({ "anyOf": [durations, file] }),
            ),
            one(
                "mixture",
                "One of several times.",
                generator.subschema_for::<Vec<MixturePart>>(),
            ),
            one(
                "never",
                "It never happens.",
                json_schema!({ "const": true }),
            ),
            one(
                "between",
                "A mean that is not well known: a 90 % range, drawn once for each trial.",
                range,
            ),
        ];
        let mut mean = duration;
        mean.insert("description".into(), "Exponential with this mean.".into());
        let mut any = vec![mean];
        any.extend(forms);
        json_schema!({
            "description": "A time that is drawn: a mean (exponential), or a named distribution.",
            "anyOf": any,
        })
    }
}
