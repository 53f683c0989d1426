//! The pending events: one time for each slot, the earliest found by a winner tree.
//!
//! Every unit has exactly one pending event and every timer at most one, so a slot's time is replaced in place along
//! one path to the root. Ties go to the lowest slot, which is place order.

use std::hint::select_unpredictable;

/// Nothing pending.
const NEVER: u64 = f64::INFINITY.to_bits();

/// A winner (tournament) tree over a fixed number of slots, padded to a power of two.
///
/// Nodes are numbered from the root, 1, to the leaves, `n..2n`; the children of node `k` are `2k` and `2k + 1`. Every
/// node holds its winner, so that a replacement reads one sibling on each level, at places known from the start.
/// Times are never negative, so their bits are ordered as they are, and whole numbers compare faster.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    times: Vec<u64>,
    slots: Vec<u32>,
}

impl Calendar {
    /// A calendar in which nothing is pending.
    pub(super) fn new(n_slots: usize) -> Self {
        let n_leaves = n_slots.next_power_of_two();
        let mut calendar = Self {
            times: vec![NEVER; 2 * n_leaves],
            slots: vec![0; 2 * n_leaves],
        };
        for (slot, leaf) in (0..).zip(&mut calendar.slots[n_leaves..]) {
            *leaf = slot;
        }
        calendar.fill(std::iter::empty());
        calendar
    }

    /// Sets all slots at once; those beyond `times` have nothing pending.
    pub(super) fn fill(&mut self, times: impl Iterator<Item = f64>) {
        let n_leaves = self.times.len() / 2;
        let mut n_filled = 0;
        for (leaf, time) in self.times[n_leaves..].iter_mut().zip(times) {
            *leaf = time.to_bits();
            n_filled += 1;
        }
        self.times[n_leaves + n_filled..].fill(NEVER);
        for node in (1..n_leaves).rev() {
            let (left, right) = (2 * node, 2 * node + 1);
            let winner = select_unpredictable(self.times[right] < self.times[left], right, left);
            self.times[node] = self.times[winner];
            self.slots[node] = self.slots[winner];
        }
    }

    /// The earliest pending time and its slot; of equals, the lowest slot.
    #[inline]
    pub(super) fn first(&self) -> (f64, u32) {
        (f64::from_bits(self.times[1]), self.slots[1])
    }

    /// Number of slots, padding included.
    pub(super) fn slots(&self) -> u32 {
        self.times.len() as u32 / 2
    }

    /// The pending time of a slot; infinite if nothing is pending.
    pub(super) fn time_of(&self, slot: u32) -> f64 {
        f64::from_bits(self.times[self.times.len() / 2 + slot as usize])
    }

    /// Replaces the pending time of a slot; infinity for nothing pending.
    #[inline]
    pub(super) fn set(&mut self, slot: u32, time: f64) {
        debug_assert!(time >= 0.0, "an event has a time");
        let n_nodes = self.times.len();
        // Two slices of one length: one check of bounds serves both.
        let (times, slots) = (&mut self.times[..n_nodes], &mut self.slots[..n_nodes]);
        let (mut time, mut slot) = (time.to_bits(), slot);
        let mut node = n_nodes / 2 + slot as usize;
        while node > 1 {
            times[node] = time;
            slots[node] = slot;
            let (sibling, is_right) = (node ^ 1, node as u64 & 1);
            // A left sibling wins ties. Which wins is a toss: a branch would be mispredicted.
            let loses = times[sibling] < time + is_right;
            time = select_unpredictable(loses, times[sibling], time);
            slot = select_unpredictable(loses, slots[sibling], slot);
            node /= 2;
        }
        times[1] = time;
        slots[1] = slot;
    }
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

    /// A tree of 27 slots against a plain search, with many equal times.
    #[test]
    fn the_winner_is_the_earliest_of_the_lowest_slots() {
        let mut times: Vec<f64> = (0..27).map(|slot| f64::from(slot * 7 % 5)).collect();
        let mut calendar = Calendar::new(times.len());
        calendar.fill(times.iter().copied());
        for step in 0..500_u32 {
            let (time, slot) = calendar.first();
            let earliest = times.iter().copied().fold(f64::INFINITY, f64::min);
            assert_eq!(time, earliest);
            assert_eq!(
                Some(slot as usize),
                times.iter().position(|t| *t == earliest)
            );
            let (moved, later) = (step * 11 % 27, f64::from(step / 9 + step * 13 % 7));
            times[slot as usize] = later;
            calendar.set(slot, later);
            times[moved as usize] = later + 1.0;
            calendar.set(moved, later + 1.0);
        }
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
