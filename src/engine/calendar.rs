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

#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    time: f64,
    slot: u32,
}

impl Calendar {
    /// A calendar in which nothing is pending.
    pub(super) fn new(n_slots: usize) -> Self {
        let n_leaves = n_slots.next_power_of_two().max(2);
        let nodes = (0..2 * n_leaves)
            .map(|i| Node { time: f64::INFINITY, slot: i.saturating_sub(n_leaves) as u32 })
            .collect();
        Self { nodes, n_leaves }
    }

    /// Sets all slots at once; those beyond `times` have nothing pending.
    pub(super) fn fill(&mut self, times: impl Iterator<Item = f64>) {
        let leaves = &mut self.nodes[self.n_leaves..];
        let mut filled = 0;
        for (leaf, time) in leaves.iter_mut().zip(times) {
            leaf.time = time;
            filled += 1;
        }
        for leaf in &mut leaves[filled..] {
            leaf.time = f64::INFINITY;
        }
        for i in (1..self.n_leaves).rev() {
            self.nodes[i] = self.winner_of(i);
        }
    }

    /// The earliest pending time and its slot.
    #[inline]
    pub(super) fn first(&self) -> (f64, u32) {
        let node = self.nodes[1];
        (node.time, node.slot)
    }

    /// Replaces the pending time of a slot; infinity for nothing pending.
    #[inline]
    pub(super) fn set(&mut self, slot: u32, time: f64) {
        let nodes = &mut self.nodes[..];
        let mut i = self.n_leaves + slot as usize;
        nodes[i].time = time;
        while i > 1 {
            // The left node of a pair holds the lower slots and wins ties.
            let (left, right) = (nodes[i & !1], nodes[i | 1]);
            i >>= 1;
            nodes[i] = if right.time < left.time { right } else { left };
        }
    }

    fn winner_of(&self, i: usize) -> Node {
        let (left, right) = (self.nodes[2 * i], self.nodes[2 * i + 1]);
        if right.time < left.time { right } else { left }
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
