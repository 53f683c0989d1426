//! Columns for a call graph: callers left of what they call, crossings few.

/// Sweeps to and fro that untangle the order within columns.
const SWEEPS: usize = 10;

/// What stands at a place of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// A node.
    Node(usize),
    /// A call, by index, that passes on its way to a later column.
    Passing(usize),
}

/// What stands where: columns of slots, top to bottom.
///
/// A node stands right of the last of its callers (calls that close a cycle are ignored); a column of more than `tallest`
/// nodes is split. A call that skips columns has a slot in each of them, so that its line does not hide behind boxes. Within a
/// column slots are ordered by the mean height of their neighbours.
pub(super) fn columns(nodes: &[usize], calls: &[(usize, usize)], tallest: usize) -> Vec<Vec<Slot>> {
    let n = nodes
        .iter()
        .chain(calls.iter().flat_map(|(from, to)| [from, to]))
        .max()
        .map_or(0, |&last| last + 1);
    let mut columns = split(by_depth(nodes, calls), calls, tallest.max(1));
    let column_of = |columns: &[Vec<usize>], node: usize| {
        columns.iter().position(|column| column.contains(&node))
    };
    // Passing calls are numbered after the nodes: each step of a call is then an edge between neighbouring columns.
    let (mut passing, mut steps) = (Vec::new(), Vec::new());
    for (call, &(from, to)) in calls.iter().enumerate() {
        let (Some(start), Some(end)) = (column_of(&columns, from), column_of(&columns, to)) else {
            continue;
        };
        let mut last = from;
        for column in columns.iter_mut().take(end).skip(start + 1) {
            let id = n + passing.len();
            passing.push(call);
            column.push(id);
            steps.push((last, id));
            last = id;
        }
        steps.push((last, to));
    }
    for sweep in 0..SWEEPS {
        untangle(&mut columns, &steps, sweep % 2 == 0);
    }
    let slot = |id: usize| {
        if id < n {
            Slot::Node(id)
        } else {
            Slot::Passing(passing[id - n])
        }
    };
    columns
        .into_iter()
        .map(|column| column.into_iter().map(slot).collect())
        .collect()
}

fn by_depth(nodes: &[usize], calls: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let depth = depths(nodes, calls);
    let deepest = nodes.iter().map(|node| depth(*node)).max().unwrap_or(0);
    (0..=deepest)
        .map(|d| {
            nodes
                .iter()
                .copied()
                .filter(|&node| depth(node) == d)
                .collect()
        })
        .collect()
}

/// Splits tall columns, neighbours of the same nodes staying together.
fn split(
    mut columns: Vec<Vec<usize>>,
    calls: &[(usize, usize)],
    tallest: usize,
) -> Vec<Vec<usize>> {
    for sweep in 0..SWEEPS {
        untangle(&mut columns, calls, sweep % 2 == 0);
    }
    columns
        .into_iter()
        .flat_map(|column| {
            let parts = column.len().div_ceil(tallest).max(1);
            let size = column.len().div_ceil(parts).max(1);
            column
                .chunks(size)
                .map(<[usize]>::to_vec)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Length of the longest path of calls that leads to each node.
fn depths(nodes: &[usize], calls: &[(usize, usize)]) -> impl Fn(usize) -> usize {
    let forward = without_cycles(nodes, calls);
    let count = nodes.iter().max().map_or(0, |&last| last + 1);
    let mut depth = vec![0_usize; count];
    for _ in 0..nodes.len() {
        let mut changed = false;
        for &(from, to) in &forward {
            if depth[to] < depth[from] + 1 {
                depth[to] = depth[from] + 1;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    move |node| depth.get(node).copied().unwrap_or(0)
}

/// The calls among `nodes`, less those that lead back to a caller of their own.
fn without_cycles(nodes: &[usize], calls: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut kept: Vec<(usize, usize)> = Vec::new();
    for &(from, to) in calls {
        let among = from != to && nodes.contains(&from) && nodes.contains(&to);
        if among && !reaches(&kept, to, from) {
            kept.push((from, to));
        }
    }
    kept
}

fn reaches(calls: &[(usize, usize)], from: usize, to: usize) -> bool {
    let mut seen = vec![from];
    let mut next = 0;
    while let Some(&node) = seen.get(next) {
        next += 1;
        for &(_, callee) in calls.iter().filter(|(caller, _)| *caller == node) {
            if callee == to {
                return true;
            }
            if !seen.contains(&callee) {
                seen.push(callee);
            }
        }
    }
    from == to
}

fn untangle(columns: &mut [Vec<usize>], calls: &[(usize, usize)], rightwards: bool) {
    let order: Vec<usize> = if rightwards {
        (0..columns.len()).collect()
    } else {
        (0..columns.len()).rev().collect()
    };
    for c in order {
        let height = |node: usize| -> Option<f64> {
            let (_, column) = columns
                .iter()
                .enumerate()
                .find(|(_, column)| column.contains(&node))?;
            let row = column.iter().position(|&other| other == node)?;
            Some((row as f64 + 0.5) / column.len() as f64)
        };
        let mut wanted: Vec<(usize, f64)> = columns[c]
            .iter()
            .map(|&node| {
                let neighbours: Vec<f64> = calls
                    .iter()
                    .filter_map(|&(from, to)| match (rightwards, from == node, to == node) {
                        (true, _, true) => height(from),
                        (false, true, _) => height(to),
                        _ => None,
                    })
                    .collect();
                let own = height(node).unwrap_or(0.5);
                let mean = neighbours.iter().sum::<f64>() / neighbours.len().max(1) as f64;
                (node, if neighbours.is_empty() { own } else { mean })
            })
            .collect();
        wanted.sort_by(|a, b| a.1.total_cmp(&b.1));
        columns[c] = wanted.into_iter().map(|(node, _)| node).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callees_stand_right_of_their_callers() {
        let calls = [(0, 1), (1, 2), (0, 2), (2, 3)];
        let found = columns(&[0, 1, 2, 3], &calls, 9);
        assert_eq!(found[0], [Slot::Node(0)]);
        assert!(found[1].contains(&Slot::Node(1)) && found[1].contains(&Slot::Passing(2)));
        assert_eq!(found[2..], [vec![Slot::Node(2)], vec![Slot::Node(3)]]);
    }

    #[test]
    fn a_cycle_of_calls_still_has_columns() {
        let found = columns(&[0, 1, 2], &[(0, 1), (1, 2), (2, 0), (1, 1)], 9);
        assert_eq!(found.into_iter().flatten().count(), 3);
    }

    #[test]
    fn tall_columns_are_split() {
        let found = columns(&(0..25).collect::<Vec<_>>(), &[], 10);
        assert!(found.iter().all(|column| column.len() <= 10));
        assert_eq!(found.into_iter().flatten().count(), 25);
    }
}
