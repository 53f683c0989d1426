//! Reduced ordered binary decision diagrams: a Boolean function of many units as a graph in which equal parts are shared.
//!
//! A node asks about one variable and leads on to `low` (the variable is false: the unit is up) or `high` (true: down).
//! Every function has one node only, so that equal functions are equal numbers, and the probability of a function of
//! independent variables is one pass over its nodes,
//!
//! ```text
//! P(node) = (1 - q) P(low) + q P(high),
//! ```
//!
//! in which nothing is subtracted: small probabilities keep their relative accuracy. A unit that several services share is
//! one variable, however many paths lead to it. Sources: Bryant (1986), IEEE Trans. Computers C-35, 677-691; Rauzy (1993),
//! Reliability Engineering & System Safety 40, 203-211.

use std::collections::HashMap;

/// A function: the index of its node.
pub(super) type Function = u32;

/// Never: the system is up whatever the units do.
pub(super) const FALSE: Function = 0;
/// Always.
pub(super) const TRUE: Function = 1;

/// Variable of the two constants: behind all others.
const NO_VARIABLE: u32 = u32::MAX;

/// Results of `choose` kept at most, before they are forgotten and worked out again.
const KEPT: usize = 4_000_000;

/// One question and where its answers lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Node {
    /// Position of the variable in the order.
    pub variable: u32,
    /// If it is false.
    pub low: Function,
    /// If it is true.
    pub high: Function,
}

/// All functions made so far.
#[derive(Debug)]
pub(super) struct Diagram {
    nodes: Vec<Node>,
    ids: HashMap<Node, Function>,
    chosen: HashMap<(Function, Function, Function), Function>,
    /// Nodes, and steps of work, that may still be spent.
    nodes_left: usize,
    steps_left: usize,
}

/// A diagram has grown beyond its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

/// A step of the work of [`Diagram::choose`].
enum Task {
    Choose(Function, Function, Function),
    Join(u32, (Function, Function, Function)),
}

impl Diagram {
    /// An empty diagram that may grow to so many nodes.
    pub(super) fn new(max_nodes: usize) -> Self {
        let constant = |at| Node {
            variable: NO_VARIABLE,
            low: at,
            high: at,
        };
        Self {
            nodes: vec![constant(FALSE), constant(TRUE)],
            ids: HashMap::new(),
            chosen: HashMap::new(),
            nodes_left: max_nodes,
            steps_left: 20 * max_nodes,
        }
    }

    /// The function that is true iff a variable is.
    pub(super) fn variable(&mut self, variable: u32) -> Result<Function, TooLarge> {
        self.node(variable, FALSE, TRUE)
    }

    /// The node of a function.
    pub(super) fn at(&self, function: Function) -> Node {
        self.nodes[function as usize]
    }

    fn node(&mut self, variable: u32, low: Function, high: Function) -> Result<Function, TooLarge> {
        if low == high {
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
        self.nodes_left = self.nodes_left.checked_sub(1).ok_or(TooLarge)?;
        let id = self.nodes.len() as Function;
        self.nodes.push(node);
        self.ids.insert(node, id);
        Ok(id)
    }

    /// If `test`, then `yes`, else `no`. Works with a stack of its own: diagrams may be deep.
    pub(super) fn choose(
        &mut self,
        test: Function,
        yes: Function,
        no: Function,
    ) -> Result<Function, TooLarge> {
        let mut tasks = vec![Task::Choose(test, yes, no)];
        let mut results: Vec<Function> = Vec::new();
        while let Some(task) = tasks.pop() {
            match task {
                Task::Choose(test, yes, no) => {
                    if let Some(simple) = simplify(test, yes, no) {
                        results.push(simple);
                        continue;
                    }
                    if let Some(&known) = self.chosen.get(&(test, yes, no)) {
                        results.push(known);
                        continue;
                    }
                    self.steps_left = self.steps_left.checked_sub(1).ok_or(TooLarge)?;
                    let nodes = [test, yes, no].map(|function| self.at(function));
                    let variable = nodes
                        .iter()
                        .map(|node| node.variable)
                        .min()
                        .unwrap_or(NO_VARIABLE);
                    let [test_low, yes_low, no_low] =
                        [(test, 0), (yes, 1), (no, 2)].map(|(function, index)| {
                            let node: Node = nodes[index];
                            if node.variable == variable {
                                node.low
                            } else {
                                function
                            }
                        });
                    let [test_high, yes_high, no_high] =
                        [(test, 0), (yes, 1), (no, 2)].map(|(function, index)| {
                            let node: Node = nodes[index];
                            if node.variable == variable {
                                node.high
                            } else {
                                function
                            }
                        });
                    tasks.push(Task::Join(variable, (test, yes, no)));
                    tasks.push(Task::Choose(test_high, yes_high, no_high));
                    tasks.push(Task::Choose(test_low, yes_low, no_low));
                }
                Task::Join(variable, key) => {
                    let high = results.pop().unwrap_or(FALSE);
                    let low = results.pop().unwrap_or(FALSE);
                    let joined = self.node(variable, low, high)?;
                    if self.chosen.len() >= KEPT {
                        self.chosen.clear();
                    }
                    self.chosen.insert(key, joined);
                    results.push(joined);
                }
            }
        }
        Ok(results.pop().unwrap_or(FALSE))
    }

    /// Both.
    pub(super) fn and(&mut self, a: Function, b: Function) -> Result<Function, TooLarge> {
        self.choose(a, b, FALSE)
    }

    /// One of two, or both.
    pub(super) fn or(&mut self, a: Function, b: Function) -> Result<Function, TooLarge> {
        self.choose(a, TRUE, b)
    }

    /// Whether at least `least` of some functions are true, by dynamic programming from the last to the first:
    /// at least k of the rest = if the first, then at least k - 1 of those after it, else at least k of them.
    pub(super) fn at_least(
        &mut self,
        least: usize,
        functions: &[Function],
    ) -> Result<Function, TooLarge> {
        let mut functions = functions.to_vec();
        // Those that are asked first come last: each step then adds on top of what there is.
        functions.sort_by_key(|&function| std::cmp::Reverse(self.at(function).variable));
        // counts[k]: at least k of those taken so far.
        let mut counts = vec![FALSE; least + 1];
        counts[0] = TRUE;
        for function in functions {
            for k in (1..=least).rev() {
                counts[k] = self.choose(function, counts[k - 1], counts[k])?;
            }
        }
        Ok(counts[least])
    }

    /// The nodes of some functions, every node after those that it leads to, constants left out.
    pub(super) fn nodes_of(&self, functions: &[Function]) -> Vec<Function> {
        let mut seen = vec![false; self.nodes.len()];
        let mut todo = functions.to_vec();
        let mut found = Vec::new();
        while let Some(function) = todo.pop() {
            if function > TRUE && !std::mem::replace(&mut seen[function as usize], true) {
                let node = self.at(function);
                todo.extend([node.low, node.high]);
                found.push(function);
            }
        }
        // A node is made after those that it leads to.
        found.sort_unstable();
        found
    }

    /// Whether a function never turns false by a variable turning true: for every node, `low` implies `high`.
    pub(super) fn is_monotone(&mut self, function: Function) -> Result<bool, TooLarge> {
        for id in self.nodes_of(&[function]) {
            let Node { low, high, .. } = self.at(id);
            if self.choose(high, FALSE, low)? != FALSE {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Choices that need no work.
fn simplify(test: Function, yes: Function, no: Function) -> Option<Function> {
    match (test, yes, no) {
        (TRUE, _, _) => Some(yes),
        (FALSE, _, _) => Some(no),
        (_, TRUE, FALSE) => Some(test),
        _ if yes == no => Some(yes),
        _ if test == yes && no == FALSE => Some(test),
        _ if test == no && yes == TRUE => Some(test),
        _ => None,
    }
}

/// Some functions made ready to be evaluated many times.
#[derive(Debug)]
pub(super) struct Evaluator {
    /// Nodes with their edges as positions in `values`; 0 and 1 are the constants.
    nodes: Vec<Node>,
    /// Position of each function asked for.
    roots: Vec<usize>,
}

impl Evaluator {
    /// Takes the nodes of some functions out of a diagram.
    pub(super) fn new(diagram: &Diagram, functions: &[Function]) -> Self {
        let ids = diagram.nodes_of(functions);
        let position = |function: Function| {
            if function <= TRUE {
                function as usize
            } else {
                2 + ids.binary_search(&function).unwrap_or(0)
            }
        };
        let place = |function: Function| position(function) as u32;
        let nodes = ids
            .iter()
            .map(|&id| {
                let node = diagram.at(id);
                Node {
                    variable: node.variable,
                    low: place(node.low),
                    high: place(node.high),
                }
            })
            .collect();
        Self {
            nodes,
            roots: functions
                .iter()
                .map(|&function| position(function))
                .collect(),
        }
    }

    /// The probability of each function, `q` being those of the variables. `values` is kept between calls.
    pub(super) fn probabilities<'a>(
        &'a self,
        q: &[f64],
        values: &'a mut Vec<f64>,
    ) -> impl Iterator<Item = f64> + 'a {
        values.clear();
        values.extend([0.0, 1.0]);
        for node in &self.nodes {
            let q = q[node.variable as usize];
            let value = (1.0 - q) * values[node.low as usize] + q * values[node.high as usize];
            values.push(value);
        }
        self.roots.iter().map(|&root| values[root])
    }

    /// Adds to `importance` that of each variable for the functions asked for at `roots`, each with its weight: by how much the
    /// weighted sum of their probabilities grows if the variable is true rather than false (Birnbaum's measure). `values` are those
    /// of `probabilities`.
    ///
    /// The chance to arrive at a node is handed down from the roots; a node contributes that chance times
    /// P(high) - P(low) to its variable.
    pub(super) fn importance(
        &self,
        roots: impl IntoIterator<Item = (usize, f64)>,
        q: &[f64],
        values: &[f64],
        arrivals: &mut Vec<f64>,
        importance: &mut [f64],
    ) {
        arrivals.clear();
        arrivals.resize(values.len(), 0.0);
        for (root, weight) in roots {
            arrivals[self.roots[root]] += weight;
        }
        for (index, node) in self.nodes.iter().enumerate().rev() {
            let arrival = arrivals[index + 2];
            if arrival > 0.0 {
                let q = q[node.variable as usize];
                let (low, high) = (node.low as usize, node.high as usize);
                importance[node.variable as usize] += arrival * (values[high] - values[low]);
                arrivals[low] += arrival * (1.0 - q);
                arrivals[high] += arrival * q;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probability(diagram: &Diagram, function: Function, q: &[f64]) -> f64 {
        let mut values = Vec::new();
        Evaluator::new(diagram, &[function])
            .probabilities(q, &mut values)
            .next()
            .unwrap()
    }

    #[test]
    fn two_of_three_meets_its_polynomial() {
        let mut diagram = Diagram::new(100);
        let units: Vec<_> = (0..3).map(|v| diagram.variable(v).unwrap()).collect();
        let down = diagram.at_least(2, &units).unwrap();
        let q = [0.1, 0.2, 0.3];
        let expected = 0.1 * 0.2 + 0.1 * 0.3 + 0.2 * 0.3 - 2.0 * 0.1 * 0.2 * 0.3;
        assert!((probability(&diagram, down, &q) - expected).abs() < 1e-16);
        assert!(diagram.is_monotone(down).unwrap());
    }

    #[test]
    fn what_two_paths_share_counts_once() {
        // (a or s) and (b or s) = s or (a and b); a naive product would square what s contributes.
        let mut diagram = Diagram::new(100);
        let [a, b, s] = [0, 1, 2].map(|v| diagram.variable(v).unwrap());
        let (left, right) = (diagram.or(a, s).unwrap(), diagram.or(b, s).unwrap());
        let both = diagram.and(left, right).unwrap();
        let q = [1e-3, 2e-3, 1e-6];
        let expected = 1e-6 + (1.0 - 1e-6) * 2e-6;
        let value = probability(&diagram, both, &q);
        assert!((value / expected - 1.0).abs() < 1e-14);
        let naive = probability(&diagram, left, &q) * probability(&diagram, right, &q);
        assert!(value > 1.4 * naive);
    }

    #[test]
    fn importance_is_the_derivative() {
        let mut diagram = Diagram::new(100);
        let units: Vec<_> = (0..4).map(|v| diagram.variable(v).unwrap()).collect();
        let down = diagram.at_least(3, &units).unwrap();
        let evaluator = Evaluator::new(&diagram, &[down]);
        let q = [0.1, 0.2, 0.3, 0.4];
        let (mut values, mut arrivals, mut importance) = (Vec::new(), Vec::new(), vec![0.0; 4]);
        let _ = evaluator.probabilities(&q, &mut values).count();
        evaluator.importance([(0, 1.0)], &q, &values, &mut arrivals, &mut importance);
        for unit in 0..4 {
            let at = |value: f64| {
                let mut q = q;
                q[unit] = value;
                probability(&diagram, down, &q)
            };
            assert!((importance[unit] - (at(1.0) - at(0.0))).abs() < 1e-15);
        }
    }

    #[test]
    fn exclusive_or_is_not_monotone_and_equal_functions_are_equal_numbers() {
        let mut diagram = Diagram::new(100);
        let [a, b] = [0, 1].map(|v| diagram.variable(v).unwrap());
        let not_b = diagram.choose(b, FALSE, TRUE).unwrap();
        let differ = diagram.choose(a, not_b, b).unwrap();
        assert!(!diagram.is_monotone(differ).unwrap());
        let not_a = diagram.choose(a, FALSE, TRUE).unwrap();
        assert_eq!(differ, diagram.choose(b, not_a, a).unwrap());
    }

    #[test]
    fn a_diagram_that_grows_too_large_is_given_up() {
        let mut diagram = Diagram::new(10);
        let units: Vec<_> = (0..8).map(|v| diagram.variable(v).unwrap()).collect();
        assert_eq!(diagram.at_least(4, &units), Err(TooLarge));
    }
}
