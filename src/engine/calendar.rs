//! The pending events: one time for each slot, the earliest found by a winner tree.
//!
//! Every unit has exactly one pending event and every timer at most one, so a slot's time is replaced in place along
//! one path to the root. Ties go to the lowest slot, which is place order.

/// A winner (tournament) tree over a fixed number of slots.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    /// Node `i` has children `2i` and `2i + 1`; leaves begin at `n_leaves`. Node 1 is the winner.
    nodes: Vec<Node>,
    n_leaves: usize,
}

/// A pending event. Times are never negative, so their bits are ordered as they are: whole numbers compare faster.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    time_bits: u64,
    slot: u32,
}

/// Nothing pending.
const NEVER: u64 = f64::INFINITY.to_bits();

impl Calendar {
    /// A calendar in which nothing is pending.
    pub(super) fn new(n_slots: usize) -> Self {
        let n_leaves = n_slots.next_power_of_two().max(2);
        let slot = |node: usize| node.saturating_sub(n_leaves) as u32;
        let nodes = (0..2 * n_leaves).map(|node| Node {
            time_bits: NEVER,
            slot: slot(node),
        });
        Self {
            nodes: nodes.collect(),
            n_leaves,
        }
    }

    /// Sets all slots at once; those beyond `times` have nothing pending.
    pub(super) fn fill(&mut self, times: impl Iterator<Item = f64>) {
        let leaves = &mut self.nodes[self.n_leaves..];
        let mut n_filled = 0;
        for (leaf, time) in leaves.iter_mut().zip(times) {
            leaf.time_bits = time.to_bits();
            n_filled += 1;
        }
        for leaf in &mut leaves[n_filled..] {
            leaf.time_bits = NEVER;
        }
        for i in (1..self.n_leaves).rev() {
            let (left, right) = (self.nodes[2 * i], self.nodes[2 * i + 1]);
            let right_wins = right.time_bits < left.time_bits;
            self.nodes[i] = if right_wins { right } else { left };
        }
    }

    /// The earliest pending time and its slot.
    #[inline]
    pub(super) fn first(&self) -> (f64, u32) {
        let node = self.nodes[1];
        (f64::from_bits(node.time_bits), node.slot)
    }

    /// Replaces the pending time of a slot; infinity for nothing pending.
    #[inline]
    pub(super) fn set(&mut self, slot: u32, time: f64) {
        debug_assert!(time >= 0.0, "an event has a time");
        let nodes = &mut self.nodes[..];
        let mut i = self.n_leaves + slot as usize;
        let mut carried = Node {
            time_bits: time.to_bits(),
            slot,
        };
        nodes[i] = carried;
        while i > 1 {
            let sibling = nodes[i ^ 1];
            // Ties go to the left, which holds the lower slots: a right node must be strictly earlier.
            let is_right = (i & 1) as u64;
            if sibling.time_bits < carried.time_bits + is_right {
                carried = sibling;
            }
            i >>= 1;
            nodes[i] = carried;
        }
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
