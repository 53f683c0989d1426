//! What a state is a state of: all that its numbers depend on.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::model::Model;
use crate::montecarlo::{Estimator, RunSettings, Shard, State};
use crate::results::format::{count, level, printable, significant};

/// All that the tallies of a run depend on. Threads, time limits and output do not change them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Name of the model.
    model: String,
    /// Digest of the model and of the files that it reads.
    model_hash: String,
    /// Version of the program and the commit that it was built from, as far as known.
    program: String,
    seed: u64,
    /// Names of the topologies played, in order.
    topologies: Vec<String>,
    /// Trials of each topology, if fixed.
    trials: Option<u64>,
    /// When a topology stops before that.
    stop: Option<Stop>,
    /// How means are estimated.
    estimator: Estimator,
    /// Trials of a batch.
    batch_size: u64,
    /// Which part of the run it is.
    shard: Option<Shard>,
}

/// The precision at which a topology stops, and the level of the interval that it is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    precision: Option<f64>,
    of_differences: Option<f64>,
    confidence: f64,
}

impl Identity {
    /// The identity of a run that this program makes, or of one shard of it.
    #[must_use]
    pub fn new(
        model: &Model,
        topologies: &[&str],
        settings: &RunSettings,
        shard: Option<Shard>,
        state: &State,
    ) -> Self {
        Self {
            model: model.name.clone(),
            model_hash: model.hash.clone(),
            program: program(),
            seed: settings.seed,
            topologies: topologies.iter().map(|&name| name.to_owned()).collect(),
            trials: settings.trials,
            stop: (settings.precision.or(settings.precision_of_differences)).map(|_| Stop {
                precision: settings.precision,
                of_differences: settings.precision_of_differences,
                confidence: settings.confidence,
            }),
            estimator: settings.estimator,
            batch_size: state.batch_size(),
            shard,
        }
    }

    /// Seed of all randomness.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Names of the topologies played.
    #[must_use]
    pub fn topologies(&self) -> &[String] {
        &self.topologies
    }

    /// Trials of each topology, if fixed.
    #[must_use]
    pub fn trials(&self) -> Option<u64> {
        self.trials
    }

    /// How means are estimated.
    #[must_use]
    pub fn estimator(&self) -> Estimator {
        self.estimator
    }

    /// Which part of the run it is.
    #[must_use]
    pub fn shard(&self) -> Option<Shard> {
        self.shard
    }

    /// The same as another part, or as the whole for `None`.
    #[must_use]
    pub fn with_shard(&self, shard: Option<Shard>) -> Self {
        Self {
            shard,
            ..self.clone()
        }
    }

    /// Whether it was made by this version of the program, so that its state can be read.
    #[must_use]
    pub fn is_of_this_program(&self) -> bool {
        self.program == program()
    }

    /// What here is other than in `wanted`, in words: `seed 7, not 1`.
    #[must_use]
    pub fn differences(&self, wanted: &Self) -> Vec<String> {
        let trials = |trials: Option<u64>| trials.map_or("no limit".to_owned(), count);
        let shard = |shard: Option<Shard>| {
            shard.map_or("the whole run".to_owned(), |shard| format!("shard {shard}"))
        };
        let mut found = self.other_model(&wanted.model, &wanted.model_hash);
        found.extend(
            [
                other("program", &self.program, &wanted.program),
                other("seed", &self.seed, &wanted.seed),
                other(
                    "topologies",
                    &self.topologies.join(", "),
                    &wanted.topologies.join(", "),
                ),
                other("trials", &trials(self.trials), &trials(wanted.trials)),
                other("precision", &precision(self.stop), &precision(wanted.stop)),
                other("estimator", &self.estimator, &wanted.estimator),
                other("trials in a batch", &self.batch_size, &wanted.batch_size),
                other("part", &shard(self.shard), &shard(wanted.shard)),
            ]
            .into_iter()
            .flatten(),
        );
        found
    }

    /// What here is other than a model, or than this program, in words.
    #[must_use]
    pub fn differences_from(&self, model: &Model) -> Vec<String> {
        let mut found = self.other_model(&model.name, &model.hash);
        found.extend(other("program", &self.program, &program()));
        found
    }

    fn other_model(&self, name: &str, hash: &str) -> Vec<String> {
        let short = |hash: &str| hash.chars().take(12).collect::<String>();
        let names = other("model", &self.model, &name.to_owned());
        let hashes = || other("hash of the model", &short(&self.model_hash), &short(hash));
        names.or_else(hashes).into_iter().collect()
    }

    /// Eight digits that are other for another identity.
    #[must_use]
    pub fn digits(&self) -> String {
        let bytes = postcard::to_stdvec(self).unwrap_or_default();
        let digest = Sha256::digest(bytes);
        let number = digest
            .iter()
            .take(4)
            .fold(0, |number: u32, byte| number << 8 | u32::from(*byte));
        format!("{number:08x}")
    }
}

/// `what here, not there`, where these differ.
fn other<T: PartialEq + std::fmt::Display>(what: &str, here: &T, there: &T) -> Option<String> {
    (here != there).then(|| printable(&format!("{what} {here}, not {there}")))
}

fn precision(stop: Option<Stop>) -> String {
    stop.map_or("not asked for".to_owned(), |stop| {
        let percent = |share: f64| format!("{} %", significant(share * 100.0, 6));
        let of_topologies = stop.precision.map(percent);
        let of_differences = stop
            .of_differences
            .map(|share| format!("{} of differences", percent(share)));
        let both: Vec<String> = of_topologies.into_iter().chain(of_differences).collect();
        format!("{} at {}", both.join(" and "), level(stop.confidence))
    })
}

/// Version and commit of this program.
fn program() -> String {
    let version = env!("CARGO_PKG_VERSION");
    option_env!("FAILSCAPE_COMMIT").map_or_else(
        || version.to_owned(),
        |commit| format!("{version} ({commit})"),
    )
}
