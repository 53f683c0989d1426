//! The points at which distributions are tallied.

/// Points of the exceedance curve \[min/year\]: round numbers, and the downtime that each whole number of nines allows.
pub const EXCEEDANCE_MINUTES: [f64; 49] = [
    0.0, 0.01, 0.02, 0.05, 0.052_56, 0.1, 0.2, 0.3, 0.4, 0.5, 0.5256, 1.0, 2.0, 3.0, 5.0, 5.256,
    10.0, 15.0, 20.0, 30.0, 45.0, 52.56, 60.0, 90.0, 120.0, 180.0, 240.0, 300.0, 360.0, 480.0,
    525.6, 600.0, 720.0, 1080.0, 1440.0, 2160.0, 2880.0, 4320.0, 5256.0, 7200.0, 10_080.0,
    14_400.0, 20_160.0, 30_240.0, 43_200.0, 52_560.0, 86_400.0, 131_400.0, 262_800.0,
];

/// Points of the recovery curve \[s\]: round times, nearly even on a log scale.
pub const RECOVERY_SECONDS: [f64; 52] = [
    1.0,
    2.0,
    3.0,
    5.0,
    7.0,
    10.0,
    15.0,
    20.0,
    30.0,
    45.0, // seconds
    60.0,
    90.0,
    120.0,
    150.0,
    180.0,
    240.0,
    300.0,
    420.0,
    600.0,
    720.0,
    900.0,
    1200.0,
    1500.0,
    1800.0,
    2700.0, // minutes
    3600.0,
    5400.0,
    7200.0,
    9000.0,
    10_800.0,
    14_400.0,
    18_000.0,
    21_600.0,
    28_800.0,
    43_200.0,
    64_800.0, // hours
    86_400.0,
    129_600.0,
    172_800.0,
    259_200.0,
    345_600.0,
    432_000.0,
    604_800.0,
    864_000.0,
    1_209_600.0,
    1_814_400.0,
    2_592_000.0,
    5_184_000.0,
    7_776_000.0,
    15_552_000.0,
    31_536_000.0,
    315_360_000.0, // days, years
];

/// How many values fell beyond how many points of [`EXCEEDANCE_MINUTES`].
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct ExceedanceCounts {
    /// At index i, the values that exceed exactly i points; empty until a value is added.
    beyond: Vec<u64>,
}

impl ExceedanceCounts {
    pub(super) fn add(&mut self, minutes: f64) {
        if self.beyond.is_empty() {
            self.beyond.resize(EXCEEDANCE_MINUTES.len() + 1, 0);
        }
        let exceeded = EXCEEDANCE_MINUTES.partition_point(|point| *point < minutes);
        self.beyond[exceeded] += 1;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        if self.beyond.is_empty() {
            self.beyond.clone_from(&other.beyond);
        } else {
            self.beyond
                .iter_mut()
                .zip(&other.beyond)
                .for_each(|(mine, theirs)| *mine += theirs);
        }
    }

    /// Each point with the number of values strictly above it.
    pub(super) fn exceeding(&self) -> impl Iterator<Item = (f64, u64)> {
        EXCEEDANCE_MINUTES
            .iter()
            .enumerate()
            .map(|(index, minutes)| (*minutes, self.beyond.iter().skip(index + 1).sum()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_rise() {
        assert!(EXCEEDANCE_MINUTES.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(RECOVERY_SECONDS.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn nines_are_among_the_points() {
        for nines in 1..=7 {
            let minutes = super::super::YEAR_MINUTES * 10_f64.powi(-nines);
            assert!(
                EXCEEDANCE_MINUTES
                    .iter()
                    .any(|point| (point / minutes - 1.0).abs() < 1e-9),
                "{nines} nines"
            );
        }
    }

    #[test]
    fn a_value_at_a_point_does_not_exceed_it() {
        let mut counts = ExceedanceCounts::default();
        for minutes in [60.0, 60.5, 1e-9] {
            counts.add(minutes);
        }
        let at = |minutes: f64| {
            counts
                .exceeding()
                .find(|(point, _)| *point == minutes)
                .unwrap()
                .1
        };
        assert_eq!((at(0.0), at(45.0), at(60.0), at(90.0)), (3, 2, 1, 0));
    }
}
