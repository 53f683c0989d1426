//! Merges batches along a fixed tree, so that parts of a run played apart join to the same bits.
//!
//! Floating-point sums depend on the order in which they are added. Here batch i is leaf i of a binary tree, and two
//! nodes are merged only where they are the two halves of the node above: what a node holds depends on its batches
//! alone. A list of batches keeps the fewest whole nodes that cover it, about one for each binary digit of their
//! number, whether it starts with the first batch or with a later one.

use serde::{Deserialize, Serialize};

use crate::estimate::{PairTally, Tally};

/// What can be gathered from parts.
pub(super) trait Merge {
    /// Adds what came after.
    fn merge(&mut self, later: &Self);
}

impl Merge for Tally {
    fn merge(&mut self, later: &Self) {
        Self::merge(self, later);
    }
}

impl Merge for PairTally {
    fn merge(&mut self, later: &Self) {
        Self::merge(self, later);
    }
}

/// What consecutive batches came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct MergeTree<T> {
    nodes: Vec<Node<T>>,
}

/// What the batches from `first`, two to the power of `level` of them, came to; `first` is a multiple of that number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Node<T> {
    first: u64,
    level: u32,
    value: T,
}

impl<T: Merge> MergeTree<T> {
    /// No batches.
    pub(super) fn new() -> Self {
        Self { nodes: Vec::new() }
    }

    /// Adds a batch by its number; batches follow each other.
    pub(super) fn push(&mut self, batch: u64, value: T) {
        let leaf = Node {
            first: batch,
            level: 0,
            value,
        };
        self.push_node(leaf);
    }

    /// Adds the batches of `later`, which follow those here.
    pub(super) fn append(&mut self, later: Self) {
        for node in later.nodes {
            self.push_node(node);
        }
    }

    fn push_node(&mut self, mut node: Node<T>) {
        while let Some(mut left) = self.nodes.pop_if(|left| left.is_left_half_beside(&node)) {
            left.value.merge(&node.value);
            left.level += 1;
            node = left;
        }
        self.nodes.push(node);
    }

    /// Everything, from `start`: the nodes in order.
    pub(super) fn fold<U>(&self, start: U, merge: impl Fn(&mut U, &T)) -> U {
        self.nodes.iter().fold(start, |mut sum, node| {
            merge(&mut sum, &node.value);
            sum
        })
    }

    /// What is held, node by node.
    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.nodes.iter().map(|node| &node.value)
    }
}

impl<T> Node<T> {
    /// Whether this and `right` are the halves of one node.
    fn is_left_half_beside(&self, right: &Self) -> bool {
        let batches = 1_u64.checked_shl(self.level).unwrap_or(0);
        self.level == right.level
            && self.first.checked_add(batches) == Some(right.first)
            && self.first & batches == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Merging is writing down the order of merging.
    #[derive(Debug, Clone, PartialEq)]
    struct Order(String);

    impl Merge for Order {
        fn merge(&mut self, later: &Self) {
            self.0 = format!("({} {})", self.0, later.0);
        }
    }

    fn of(batches: std::ops::Range<u64>) -> MergeTree<Order> {
        let mut tree = MergeTree::new();
        batches.for_each(|batch| tree.push(batch, Order(batch.to_string())));
        tree
    }

    #[test]
    fn halves_are_merged_and_nothing_else() {
        let orders = |tree: &MergeTree<Order>| -> Vec<String> {
            tree.values().map(|order| order.0.clone()).collect()
        };
        assert_eq!(orders(&of(0..5)), ["((0 1) (2 3))", "4"]);
        assert_eq!(orders(&of(3..8)), ["3", "((4 5) (6 7))"]);
        assert_eq!(orders(&of(1..3)), ["1", "2"]);
    }

    #[test]
    fn any_parts_join_to_the_whole() {
        for n in 0..40 {
            let whole = of(0..n);
            for first in 0..=n {
                for second in first..=n {
                    let mut joined = of(0..first);
                    joined.append(of(first..second));
                    joined.append(of(second..n));
                    assert_eq!(joined, whole, "{first} and {second} of {n}");
                }
            }
        }
    }

    #[test]
    fn few_nodes_cover_many_batches() {
        for (batches, nodes) in [(0..1 << 12, 1), (0..(1 << 12) - 1, 12), (1..1 << 12, 12)] {
            assert_eq!(of(batches).nodes.len(), nodes);
        }
    }
}
