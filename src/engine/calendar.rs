//! The pending events: one time for each slot, the earliest found by a winner tree.
//!
//! Every unit has exactly one pending event and every timer at most one, so a slot's time is replaced in place along
//! one path to the root. Ties go to the lowest slot, which is place order.

/// Children of a node.
const ARITY: usize = 4;

/// Nothing pending.
const NEVER: u64 = f64::INFINITY.to_bits();

/// A winner (tournament) tree over a fixed number of slots.
///
/// Only times are kept: the winner is found by following its time down from the root, on the path that its replacement
/// is about to climb. Times are never negative, so their bits are ordered as they are, and whole numbers compare faster.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    /// All levels, leaves first; each is padded to whole groups of [`ARITY`] with times that never come.
    times: Vec<u64>,
    /// Where each level begins; the last level is the winner alone.
    levels: Vec<usize>,
}

impl Calendar {
    /// A calendar in which nothing is pending.
    pub(super) fn new(n_slots: usize) -> Self {
        let (mut levels, mut n_times, mut width) = (Vec::new(), 0, n_slots.max(1));
        while width > 1 || levels.is_empty() {
            levels.push(n_times);
            width = width.div_ceil(ARITY);
            n_times += width * ARITY;
        }
        levels.push(n_times);
        let times = vec![NEVER; n_times + 1];
        Self { times, levels }
    }

    /// Sets all slots at once; those beyond `times` have nothing pending.
    pub(super) fn fill(&mut self, times: impl Iterator<Item = f64>) {
        let leaves = &mut self.times[..self.levels[1]];
        let mut n_filled = 0;
        for (leaf, time) in leaves.iter_mut().zip(times) {
            *leaf = time.to_bits();
            n_filled += 1;
        }
        leaves[n_filled..].fill(NEVER);
        for level in 1..self.levels.len() {
            let (below, above) = (self.levels[level - 1], self.levels[level]);
            for group in 0..(above - below) / ARITY {
                self.times[above + group] = earliest(&self.times, below + group * ARITY);
            }
        }
    }

    /// The earliest pending time and its slot; of equals, the lowest slot.
    #[inline]
    pub(super) fn first(&self) -> (f64, u32) {
        let first = self.times[self.times.len() - 1];
        let mut position = 0;
        for &level in self.levels.iter().rev().skip(1) {
            position *= ARITY;
            let siblings = &self.times[level + position..level + position + ARITY];
            let not = |child: usize| usize::from(siblings[child] != first);
            position += not(0) * (1 + not(1) * (1 + not(2)));
        }
        (f64::from_bits(first), position as u32)
    }

    /// Replaces the pending time of a slot; infinity for nothing pending.
    #[inline]
    pub(super) fn set(&mut self, slot: u32, time: f64) {
        debug_assert!(time >= 0.0, "an event has a time");
        let times = &mut self.times[..];
        let mut position = slot as usize;
        times[position] = time.to_bits();
        let mut below = 0;
        for &above in &self.levels[1..] {
            let group = position / ARITY;
            times[above + group] = earliest(times, below + group * ARITY);
            position = group;
            below = above;
        }
    }
}

/// The earliest time of a group of siblings.
#[inline]
fn earliest(times: &[u64], group: usize) -> u64 {
    let siblings = &times[group..group + ARITY];
    let (left, right) = (siblings[0].min(siblings[1]), siblings[2].min(siblings[3]));
    left.min(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_in_order_of_time_then_slot() {
        let mut calendar = Calendar::new(5);
        calendar.fill([5.0, 3.0, 3.0, 9.0, 1.0].into_iter());
        let mut order = Vec::new();
        while calendar.first().0.is_finite() {
            let (time, slot) = calendar.first();
            order.push((time, slot));
            calendar.set(slot, f64::INFINITY);
        }
        assert_eq!(order, [(1.0, 4), (3.0, 1), (3.0, 2), (5.0, 0), (9.0, 3)]);
    }

    #[test]
    fn a_slot_that_is_not_first_can_be_moved() {
        let mut calendar = Calendar::new(3);
        calendar.fill([5.0, 6.0, 7.0].into_iter());
        calendar.set(2, 1.0);
        assert_eq!(calendar.first(), (1.0, 2));
        calendar.set(2, 6.0);
        calendar.set(0, 6.0);
        assert_eq!(calendar.first(), (6.0, 0));
    }
}
