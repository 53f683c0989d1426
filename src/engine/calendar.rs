//! The pending events: one time for each slot, the earliest found by a winner tree.
//!
//! Every unit has exactly one pending event and every timer at most one, so a slot's time is replaced in place along
//! one path to the root. Ties go to the lowest slot, which is place order.

/// Children of a node: four of them fill a cache line.
const ARITY: usize = 4;

/// A winner (tournament) tree over a fixed number of slots.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    /// All levels, leaves first; each is padded to whole groups of [`ARITY`] with times that never come.
    nodes: Vec<Node>,
    /// Where each level begins; the last level is the winner alone.
    levels: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    time: f64,
    slot: u32,
}

/// Nothing pending.
const NEVER: Node = Node {
    time: f64::INFINITY,
    slot: u32::MAX,
};

impl Calendar {
    /// A calendar in which nothing is pending.
    pub(super) fn new(n_slots: usize) -> Self {
        let (mut levels, mut n_nodes, mut width) = (Vec::new(), 0, n_slots.max(1));
        while width > 1 || levels.is_empty() {
            levels.push(n_nodes);
            width = width.div_ceil(ARITY);
            n_nodes += width * ARITY;
        }
        levels.push(n_nodes);
        let mut nodes = vec![NEVER; n_nodes + 1];
        for (slot, node) in nodes.iter_mut().enumerate().take(n_slots) {
            node.slot = slot as u32;
        }
        Self { nodes, levels }
    }

    /// Sets all slots at once; those beyond `times` have nothing pending.
    pub(super) fn fill(&mut self, times: impl Iterator<Item = f64>) {
        let n_leaves = self.levels[1];
        let mut times = times.chain(std::iter::repeat(f64::INFINITY));
        for (leaf, time) in self.nodes[..n_leaves].iter_mut().zip(&mut times) {
            leaf.time = time;
        }
        for level in 1..self.levels.len() {
            let (below, above) = (self.levels[level - 1], self.levels[level]);
            for group in 0..(above - below) / ARITY {
                self.nodes[above + group] = winner(&self.nodes, below + group * ARITY);
            }
        }
    }

    /// The earliest pending time and its slot.
    #[inline]
    pub(super) fn first(&self) -> (f64, u32) {
        let node = self.nodes[self.nodes.len() - 1];
        (node.time, node.slot)
    }

    /// Replaces the pending time of a slot; infinity for nothing pending.
    #[inline]
    pub(super) fn set(&mut self, slot: u32, time: f64) {
        let nodes = &mut self.nodes[..];
        let mut position = slot as usize;
        nodes[position].time = time;
        let mut below = 0;
        for &above in &self.levels[1..] {
            let group = position / ARITY;
            nodes[above + group] = winner(nodes, below + group * ARITY);
            position = group;
            below = above;
        }
    }
}

/// The first of a group of siblings: the earliest, of equals the lowest slot.
#[inline]
fn winner(nodes: &[Node], group: usize) -> Node {
    let siblings = &nodes[group..group + ARITY];
    let first = if siblings[1].time < siblings[0].time {
        siblings[1]
    } else {
        siblings[0]
    };
    let second = if siblings[3].time < siblings[2].time {
        siblings[3]
    } else {
        siblings[2]
    };
    if second.time < first.time {
        second
    } else {
        first
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
