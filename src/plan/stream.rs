//! Named random streams: every draw comes from a stream named by trial, component and purpose.
//!
//! Components are named by words (`host`, `us-east-1`, `catalog`, `2`), never by position in a file or a plan. So every
//! topology of a model lives through the same faults, reordering a file changes nothing, and adding a service leaves
//! the others' faults as they were. The generator is `SplitMix64` (Steele, Lea and Flood 2014,
//! doi:10.1145/2660193.2660195), started at the mixed name: eight bytes of state, so that a million streams stay near the
//! processor, and ready at once. A stream is a stretch of one cycle of 2^64 numbers; a run uses a vanishing part of it.

use rand::SeedableRng;
use rand_xoshiro::SplitMix64;

/// The generator of one stream.
pub type StreamRng = SplitMix64;

/// Name of a component, mixed to 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct StreamKey(u64);

/// What a stream is drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Lives and repairs of a fault's clock, in turn.
    Renewal = 1,
    /// Repairs of what a shock or a cascade struck.
    Strike,
    /// Whether a failure spreads.
    Spread,
    /// Times and success of takeovers.
    Takeover,
    /// Time until a loss is detected.
    Detect,
    /// Time of the decision.
    Decide,
    /// Time to activate.
    Activate,
    /// Whether an activation succeeds.
    Success,
    /// Time until clients have moved.
    Reroute,
    /// Which waiting repair a crew takes up, and the time until it sets out.
    Dispatch,
    /// Work of a step of the runbook.
    Step,
    /// Whether a step succeeds.
    StepSuccess,
    /// Times between false alarms.
    FalseAlarm,
    /// Time until a standby has rotted.
    Rot,
    /// Time to mend it.
    Mend,
    /// Whether a drill works.
    Drill,
    /// Time until people who sleep begin.
    Wake,
    /// What a range is in a trial.
    Range,
    /// Whether a failback succeeds.
    Failback,
    /// How far a copy of the data is behind.
    Lag,
    /// Whether a probe of the canary fails.
    Canary,
}

impl StreamKey {
    /// Mixes the words of a name.
    #[must_use]
    pub fn of(words: &[&str]) -> Self {
        // FNV-1a over the words with a separator that no name contains, then a full mix.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for word in words {
            for byte in word.bytes().chain([0]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
        Self(mix(hash))
    }

    /// The name of a thing within this one.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(mix(self.0 ^ other.0.rotate_left(32)))
    }
}

/// Everything that names a stream apart from its component: seed and trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrialKey(u64);

impl TrialKey {
    /// The key of a trial.
    #[must_use]
    pub fn new(seed: u64, trial: u64) -> Self {
        Self(mix(mix(seed ^ 0x6a09_e667_f3bc_c908)
            .wrapping_add(trial.wrapping_mul(0x9e37_79b9_7f4a_7c15))))
    }

    /// The stream of a component for a purpose.
    #[inline]
    #[must_use]
    pub fn stream(self, component: StreamKey, purpose: Purpose) -> StreamRng {
        let name = (self.0 ^ component.0)
            .wrapping_add((purpose as u64).wrapping_mul(0xd1b5_4a32_d192_ed03));
        StreamRng::seed_from_u64(mix(name))
    }

    /// The stream of the `n`-th occasion of a component and purpose, for draws that are few.
    #[must_use]
    pub fn occasion(self, component: StreamKey, purpose: Purpose, n: u64) -> StreamRng {
        self.stream(
            StreamKey(mix(component
                .0
                .wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)))),
            purpose,
        )
    }
}

/// The finalizer of `SplitMix64` (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195).
#[inline]
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;

    /// A changed stream changes every result ever published: this pins them.
    #[test]
    fn streams_are_pinned() {
        let (trial, host) = (TrialKey::new(7, 3), StreamKey::of(&["host", "a", "b"]));
        let renewal = trial.stream(host, Purpose::Renewal).next_u64();
        let detect = trial.occasion(host, Purpose::Detect, 2).next_u64();
        assert_eq!(
            (renewal, detect),
            (12_294_241_686_567_231_546, 13_066_959_643_810_682_645)
        );
    }

    #[test]
    fn word_borders_count() {
        assert_ne!(StreamKey::of(&["ab", "c"]), StreamKey::of(&["a", "bc"]));
    }
}
