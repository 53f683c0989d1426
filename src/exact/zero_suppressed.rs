//! Families of sets of variables, as zero-suppressed decision diagrams: the minimal cut sets of a monotone function.
//!
//! A node stands for sets that may hold one variable: those without it (`low`) and, with it added, those of `high`. Minimal
//! sets follow from the binary decision diagram of the function by Rauzy's decomposition: with F = x ? F₁ : F₀,
//!
//! ```text
//! minimal(F) = minimal(F₀) ∪ x · (minimal(F₁) without what includes a set of minimal(F₀)),
//! ```
//!
//! cut at an order by taking one less of it on the way with x. Sources: Minato (1993), Zero-suppressed BDDs for set
//! manipulation in combinatorial problems, Proc. 30th DAC, 272-277; Rauzy (1993), Reliability Engineering & System Safety
//! 40, 203-211; Rauzy (2001), Mathematical foundations of minimal cutsets, IEEE Trans. Reliability 50, 389-396.

use std::collections::{BinaryHeap, HashMap};

use super::diagram::{Diagram, FALSE, Function, Node, TRUE, TooLarge};

/// A family of sets: the index of its node.
pub(super) type Family = u32;

/// No set.
const NONE: Family = 0;
/// The empty set alone.
const EMPTY: Family = 1;

/// All families made so far.
#[derive(Debug)]
pub(super) struct Families {
    nodes: Vec<Node>,
    ids: HashMap<Node, Family>,
    known: HashMap<(Family, Family), Family>,
    /// Nodes and steps that may still be spent.
    left: usize,
}

/// A step of the work of [`Families::without`].
enum Task {
    Without(Family, Family),
    /// Of what is left with a variable, take out more.
    Then(Family),
    Join(u32, (Family, Family)),
    /// Keeps a result that was found for other families too.
    Keep((Family, Family)),
}

impl Families {
    /// An empty table that may grow to so many nodes.
    pub(super) fn new(max_nodes: usize) -> Self {
        let constant = |at| Node {
            variable: u32::MAX,
            low: at,
            high: at,
        };
        Self {
            nodes: vec![constant(NONE), constant(EMPTY)],
            ids: HashMap::new(),
            known: HashMap::new(),
            left: 20 * max_nodes,
        }
    }

    /// The minimal sets of at most `order` variables that make a monotone function true.
    pub(super) fn minimal(
        &mut self,
        diagram: &Diagram,
        function: Function,
        order: usize,
    ) -> Result<Family, TooLarge> {
        let ids = diagram.nodes_of(&[function]);
        let width = order + 1;
        // [node][order]
        let mut found: Vec<Family> = Vec::with_capacity(ids.len() * width);
        let at = |found: &[Family], function: Function, order: usize| match function {
            FALSE => NONE,
            TRUE => EMPTY,
            _ => found[ids.binary_search(&function).unwrap_or(0) * width + order],
        };
        for &id in &ids {
            let Node {
                variable,
                low,
                high,
            } = diagram.at(id);
            for order in 0..width {
                let low = at(&found, low, order);
                let family = if order == 0 {
                    low
                } else {
                    let high = at(&found, high, order - 1);
                    let high = self.without(high, low)?;
                    self.node(variable, low, high)?
                };
                found.push(family);
            }
        }
        Ok(at(&found, function, order))
    }

    fn node(&mut self, variable: u32, low: Family, high: Family) -> Result<Family, TooLarge> {
        if high == NONE {
            return Ok(low);
        }
        let node = Node {
            variable,
            low,
            high,
        };
        if let Some(&id) = self.ids.get(&node) {
            return Ok(id);
        }
        self.left = self.left.checked_sub(20).ok_or(TooLarge)?;
        let id = self.nodes.len() as Family;
        self.nodes.push(node);
        self.ids.insert(node, id);
        Ok(id)
    }

    fn at(&self, family: Family) -> Node {
        self.nodes[family as usize]
    }

    /// The sets of one family that include no set of another. Works with a stack of its own: diagrams may be deep.
    fn without(&mut self, sets: Family, included: Family) -> Result<Family, TooLarge> {
        let mut tasks = vec![Task::Without(sets, included)];
        let mut results: Vec<Family> = Vec::new();
        while let Some(task) = tasks.pop() {
            match task {
                Task::Without(p, q) => {
                    if let Some(simple) = simplify(p, q) {
                        results.push(simple);
                        continue;
                    }
                    if let Some(&known) = self.known.get(&(p, q)) {
                        results.push(known);
                        continue;
                    }
                    self.left = self.left.checked_sub(1).ok_or(TooLarge)?;
                    let (of, from) = (self.at(p), self.at(q));
                    if of.variable > from.variable {
                        tasks.push(Task::Keep((p, q)));
                        tasks.push(Task::Without(p, from.low));
                        continue;
                    }
                    tasks.push(Task::Join(of.variable, (p, q)));
                    if of.variable < from.variable {
                        tasks.push(Task::Without(of.high, q));
                        tasks.push(Task::Without(of.low, q));
                    } else {
                        tasks.push(Task::Then(from.high));
                        tasks.push(Task::Without(of.high, from.low));
                        tasks.push(Task::Without(of.low, from.low));
                    }
                }
                Task::Then(q) => {
                    let p = results.pop().unwrap_or(NONE);
                    tasks.push(Task::Without(p, q));
                }
                Task::Join(variable, key) => {
                    let high = results.pop().unwrap_or(NONE);
                    let low = results.pop().unwrap_or(NONE);
                    let joined = self.node(variable, low, high)?;
                    self.known.insert(key, joined);
                    results.push(joined);
                }
                Task::Keep(key) => {
                    self.known
                        .insert(key, results.last().copied().unwrap_or(NONE));
                }
            }
        }
        Ok(results.pop().unwrap_or(NONE))
    }

    /// For every node, of the sets that it stands for: how many there are, the sum of their products of `q`, the largest, and the largest
    /// times what it reaches.
    fn weigh(&self, q: &[f64], reach: &[f64]) -> Vec<Weight> {
        let mut weights = vec![
            Weight::default(),
            Weight {
                sets: 1.0,
                sum: 1.0,
                largest: 1.0,
                reaching: 1.0,
            },
        ];
        for node in self.nodes.iter().skip(2) {
            let (low, high) = (weights[node.low as usize], weights[node.high as usize]);
            let reach = reach[node.variable as usize];
            let q = q[node.variable as usize];
            weights.push(Weight {
                sets: low.sets + high.sets,
                sum: q.mul_add(high.sum, low.sum),
                largest: low.largest.max(q * high.largest),
                reaching: low.reaching.max(q * high.most(reach)),
            });
        }
        weights
    }

    /// The sets of a family by falling product of `q` times the least `reach` of their variables, equal ones in a fixed order: at most
    /// so many. A reach is a factor up to 1.
    pub(super) fn by_weight(&self, family: Family, q: &[f64], reach: &[f64], most: usize) -> Sets {
        let weights = self.weigh(q, reach);
        let whole = weights[family as usize];
        let mut sets = Sets {
            heaviest: Vec::new(),
            count: whole.sets,
            sum: whole.sum,
        };
        // Variables chosen so far, each with the one chosen before it.
        let mut chosen: Vec<(u32, usize)> = Vec::new();
        let mut number = 0;
        let mut heap = BinaryHeap::new();
        let mut push = |heap: &mut BinaryHeap<Candidate>, family: Family, begun: Begun| {
            if family != NONE {
                number += 1;
                heap.push(Candidate {
                    bound: begun.product * weights[family as usize].most(begun.reach),
                    number,
                    family,
                    begun,
                });
            }
        };
        let nothing = Begun {
            product: 1.0,
            reach: 1.0,
            last: usize::MAX,
        };
        push(&mut heap, family, nothing);
        while let Some(next) = heap.pop() {
            if sets.heaviest.len() >= most {
                break;
            }
            let begun = next.begun;
            if next.family == EMPTY {
                let mut variables = Vec::new();
                let mut at = begun.last;
                while let Some(&(variable, before)) = chosen.get(at) {
                    variables.push(variable);
                    at = before;
                }
                variables.reverse();
                sets.heaviest.push((variables, begun.product));
                continue;
            }
            let node = self.at(next.family);
            push(&mut heap, node.low, begun);
            chosen.push((node.variable, begun.last));
            let with_it = Begun {
                product: begun.product * q[node.variable as usize],
                reach: begun.reach.min(reach[node.variable as usize]),
                last: chosen.len() - 1,
            };
            push(&mut heap, node.high, with_it);
        }
        sets
    }
}

/// Sets of a family.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sets {
    /// The heaviest first, each with its product.
    pub heaviest: Vec<(Vec<u32>, f64)>,
    /// How many there are in all.
    pub count: f64,
    /// The sum of the products of all.
    pub sum: f64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Weight {
    sets: f64,
    sum: f64,
    largest: f64,
    reaching: f64,
}

impl Weight {
    /// No set that reaches so far at most has more than this, product times reach.
    fn most(self, reach: f64) -> f64 {
        self.reaching.min(reach * self.largest)
    }
}

/// What was chosen of a set so far.
#[derive(Debug, Clone, Copy)]
struct Begun {
    product: f64,
    /// The least of its variables.
    reach: f64,
    last: usize,
}

/// Sets that begin with what was chosen.
struct Candidate {
    /// The most that such a set may have, product times reach.
    bound: f64,
    number: u64,
    family: Family,
    begun: Begun,
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let by_number = other.number.cmp(&self.number);
        self.bound.total_cmp(&other.bound).then(by_number)
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Candidate {}

/// What needs no work. A family of minimal sets that holds the empty one holds no other.
fn simplify(sets: Family, included: Family) -> Option<Family> {
    match (sets, included) {
        (NONE, _) | (_, EMPTY) => Some(NONE),
        (_, NONE) | (EMPTY, _) => Some(sets),
        _ if sets == included => Some(NONE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Minimal true points of a function of few variables, by going through all of them.
    fn by_hand(n: u32, is_true: impl Fn(u32) -> bool, order: u32) -> Vec<Vec<u32>> {
        let minimal = |set: &u32| {
            is_true(*set) && (0..n).all(|v| set >> v & 1 == 0 || !is_true(set & !(1 << v)))
        };
        let mut sets: Vec<Vec<u32>> = (0..1 << n)
            .filter(|set: &u32| set.count_ones() <= order)
            .filter(minimal)
            .map(|set| (0..n).filter(|v| set >> v & 1 == 1).collect())
            .collect();
        sets.sort();
        sets
    }

    #[test]
    fn random_monotone_functions_have_the_minimal_sets_that_a_search_finds() {
        let mut random = 7_u64;
        let mut draw = |below: u64| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (random >> 33) % below
        };
        for case in 0..300 {
            let n = 2 + draw(6) as u32;
            let terms: Vec<u32> = (0..=draw(6))
                .map(|_| 1 + draw((1 << n) - 1) as u32)
                .collect();
            let mut diagram = Diagram::new(10_000);
            let mut function = FALSE;
            for term in &terms {
                let mut all = TRUE;
                for v in (0..n).filter(|v| term >> v & 1 == 1) {
                    let variable = diagram.variable(v).unwrap();
                    all = diagram.and(all, variable).unwrap();
                }
                function = diagram.or(function, all).unwrap();
            }
            let order = 1 + draw(u64::from(n)) as usize;
            let mut families = Families::new(10_000);
            let family = families.minimal(&diagram, function, order).unwrap();
            let q: Vec<f64> = (0..n).map(|v| 0.01 * f64::from(v + 1)).collect();
            let reach: Vec<f64> = (0..n)
                .map(|v| f64::from(1 + (v + case) % 3) / 3.0)
                .collect();
            let found = families.by_weight(family, &q, &reach, usize::MAX);
            let worth: Vec<f64> = (found.heaviest.iter())
                .map(|(set, product)| {
                    let least = set.iter().map(|v| reach[*v as usize]);
                    product * least.fold(1.0, f64::min)
                })
                .collect();
            let falling = worth.windows(2).all(|pair| pair[0] >= pair[1] - 1e-15);
            assert!(falling, "{case}: {worth:?}");
            let mut sets: Vec<Vec<u32>> =
                found.heaviest.iter().map(|(set, _)| set.clone()).collect();
            sets.sort();
            let is_true = |state: u32| terms.iter().any(|term| state & term == *term);
            assert_eq!(sets, by_hand(n, is_true, order as u32), "{case}: {terms:?}");
            assert_eq!(found.count, sets.len() as f64);
            let sum: f64 = found.heaviest.iter().map(|(_, product)| product).sum();
            assert!((found.sum - sum).abs() <= 1e-14 * sum, "{case}");
        }
    }

    #[test]
    fn the_heaviest_sets_come_first_when_not_all_are_asked_for() {
        let mut diagram = Diagram::new(1000);
        let units: Vec<_> = (0..10).map(|v| diagram.variable(v).unwrap()).collect();
        let down = diagram.at_least(3, &units).unwrap();
        let mut families = Families::new(1000);
        let family = families.minimal(&diagram, down, 3).unwrap();
        let q: Vec<f64> = (0..10).map(|v| 0.1 / f64::from(1 + v)).collect();
        let few = families.by_weight(family, &q, &[1.0; 10], 2);
        assert_eq!((few.count, few.heaviest.len()), (120.0, 2));
        assert_eq!(few.heaviest[0].0, [0, 1, 2]);
        assert_eq!(few.heaviest[1].0, [0, 1, 3]);
    }
}
