//! The structure function as a network of threshold gates.
//!
//! Each gate counts its inputs that are down and is itself down while more of them are down than it tolerates: an AND of
//! requirements tolerates none, k-of-n tolerates n - k. One number for each gate says both: its *spare*, how many more
//! inputs may go down. A gate is down iff its spare is negative. A failure or repair changes one gate and travels only
//! as far as something changes.

/// Index of a gate.
pub type GateId = u32;

/// Marks an edge target as the index of an observer rather than of a gate.
const OBSERVER: u32 = 1 << 31;

/// The wiring, immutable.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Network {
    /// Spare of each gate when nothing is wrong.
    pub initial: Vec<i32>,
    /// Where the edges of gate `g` begin: `[2g]` those always followed, `[2g + 1]` those of the service layer.
    offsets: Vec<u32>,
    targets: Vec<u32>,
    /// The only gate that a gate feeds within each [`Reach`], if it feeds no other and nobody observes it; else [`MANY`].
    only: Vec<[GateId; 2]>,
}

/// Several targets, or none, or an observer among them.
const MANY: GateId = GateId::MAX;

/// Which edges a change travels along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Only towards journeys and health.
    Journeys,
    /// Towards every service too.
    Services,
}

impl Network {
    /// Tells a gate that one more of its inputs is down. Observers of gates that went down are added to `changes`.
    #[inline]
    pub fn lower(
        &self,
        spare: &mut [i32],
        gate: GateId,
        reach: Reach,
        wave: &mut Vec<GateId>,
        changes: &mut Vec<u32>,
    ) {
        self.tell::<true>(spare, gate, reach, wave, changes);
    }

    /// Tells a gate that one of its inputs is up again. Observers of gates that came up are added to `changes`.
    #[inline]
    pub fn raise(
        &self,
        spare: &mut [i32],
        gate: GateId,
        reach: Reach,
        wave: &mut Vec<GateId>,
        changes: &mut Vec<u32>,
    ) {
        self.tell::<false>(spare, gate, reach, wave, changes);
    }

    /// Follows gates that feed one other only; most changes end on that way.
    #[inline]
    fn tell<const DOWN: bool>(
        &self,
        spare: &mut [i32],
        mut gate: GateId,
        reach: Reach,
        wave: &mut Vec<GateId>,
        changes: &mut Vec<u32>,
    ) {
        while crosses::<DOWN>(&mut spare[gate as usize]) {
            let only = self.only[gate as usize][reach as usize];
            if only == MANY {
                self.travel::<DOWN>(spare, gate, reach, wave, changes);
                return;
            }
            gate = only;
        }
    }

    #[inline(never)]
    fn travel<const DOWN: bool>(
        &self,
        spare: &mut [i32],
        gate: GateId,
        reach: Reach,
        wave: &mut Vec<GateId>,
        changes: &mut Vec<u32>,
    ) {
        let mut next = Some(gate);
        while let Some(gate) = next {
            for &target in self.edges(gate, reach) {
                if target & OBSERVER != 0 {
                    changes.push(target & !OBSERVER);
                    continue;
                }
                // Most gates feed one other only: no need to come back to them.
                let mut gate = target;
                while crosses::<DOWN>(&mut spare[gate as usize]) {
                    let only = self.only[gate as usize][reach as usize];
                    if only == MANY {
                        wave.push(gate);
                        break;
                    }
                    gate = only;
                }
            }
            next = wave.pop();
        }
    }

    #[inline]
    fn edges(&self, gate: GateId, reach: Reach) -> &[u32] {
        let begin = self.offsets[2 * gate as usize] as usize;
        let end = match reach {
            Reach::Journeys => self.offsets[2 * gate as usize + 1],
            Reach::Services => self.offsets[2 * gate as usize + 2],
        };
        &self.targets[begin..end as usize]
    }

    /// The gates that feed each gate along the edges always followed. An input that is fed twice counts twice.
    #[must_use]
    pub fn inputs(&self) -> Vec<Vec<GateId>> {
        self.inputs_within(Reach::Journeys)
    }

    /// The gates that feed each gate within a reach. An input that is fed twice counts twice.
    #[must_use]
    pub fn inputs_within(&self, reach: Reach) -> Vec<Vec<GateId>> {
        let n = self.initial.len();
        let mut inputs: Vec<Vec<GateId>> = vec![Vec::new(); n];
        for gate in 0..n as u32 {
            for &target in self.edges(gate, reach) {
                if target & OBSERVER == 0 {
                    inputs[target as usize].push(gate);
                }
            }
        }
        inputs
    }

    /// The gates observed within a reach, each with its observer.
    #[must_use]
    pub fn observed(&self, reach: Reach) -> Vec<(GateId, u32)> {
        let observers = |gate: GateId| {
            let targets = self.edges(gate, reach).iter();
            targets
                .filter(|target| **target & OBSERVER != 0)
                .map(move |target| (gate, target & !OBSERVER))
        };
        (0..self.initial.len() as u32).flat_map(observers).collect()
    }

    /// Marks every gate from which one of `goals` can be reached along the edges always followed.
    #[must_use]
    pub fn upstream_of(&self, goals: &[GateId]) -> Vec<bool> {
        self.upstream_within(goals, Reach::Journeys)
    }

    /// Marks every gate from which one of `goals` can be reached within a reach.
    #[must_use]
    pub fn upstream_within(&self, goals: &[GateId], reach: Reach) -> Vec<bool> {
        let feeders = self.inputs_within(reach);
        let mut seen = vec![false; self.initial.len()];
        let mut todo = goals.to_vec();
        while let Some(gate) = todo.pop() {
            if !std::mem::replace(&mut seen[gate as usize], true) {
                todo.extend(&feeders[gate as usize]);
            }
        }
        seen
    }
}

/// One input more, or less, that is down: whether the gate goes down, or comes up, by it.
#[inline]
fn crosses<const DOWN: bool>(spare: &mut i32) -> bool {
    if DOWN {
        *spare -= 1;
        *spare == -1
    } else {
        *spare += 1;
        *spare == 0
    }
}

/// Wires a network.
#[derive(Debug, Default)]
pub struct NetworkBuilder {
    tolerances: Vec<i32>,
    journeys: Vec<Vec<u32>>,
    services: Vec<Vec<u32>>,
}

impl NetworkBuilder {
    /// Adds a gate that is down while more than `tolerance` of its inputs are.
    ///
    /// # Panics
    ///
    /// On the 2^31st gate.
    pub fn gate(&mut self, tolerance: u32) -> GateId {
        let id = self.tolerances.len() as u32;
        assert!(id < OBSERVER, "a network has fewer than 2^31 gates");
        self.tolerances.push(tolerance as i32);
        self.journeys.push(Vec::new());
        self.services.push(Vec::new());
        id
    }

    /// Makes `from` an input of `to`.
    pub fn feed(&mut self, from: GateId, to: GateId, reach: Reach) {
        self.edges(reach)[from as usize].push(to);
    }

    /// Reports changes of a gate to an observer.
    pub fn observe(&mut self, gate: GateId, observer: u32, reach: Reach) {
        self.edges(reach)[gate as usize].push(observer | OBSERVER);
    }

    fn edges(&mut self, reach: Reach) -> &mut [Vec<u32>] {
        match reach {
            Reach::Journeys => &mut self.journeys,
            Reach::Services => &mut self.services,
        }
    }

    /// Finishes the network, with the gates in `down` told that one of their inputs is down from the start.
    #[must_use]
    pub fn finish(self, down: &[GateId]) -> Network {
        let mut network = Network {
            initial: self.tolerances,
            ..Network::default()
        };
        for (journeys, services) in self.journeys.iter().zip(&self.services) {
            let only = |edges: &[u32]| match edges {
                [only] if only & OBSERVER == 0 => *only,
                _ => MANY,
            };
            let alone = services.is_empty();
            network
                .only
                .push([only(journeys), if alone { only(journeys) } else { MANY }]);
            network.offsets.push(network.targets.len() as u32);
            network.targets.extend(journeys);
            network.offsets.push(network.targets.len() as u32);
            network.targets.extend(services);
        }
        network.offsets.push(network.targets.len() as u32);
        let mut spare = std::mem::take(&mut network.initial);
        for &gate in down {
            network.lower(
                &mut spare,
                gate,
                Reach::Services,
                &mut Vec::new(),
                &mut Vec::new(),
            );
        }
        network.initial = spare;
        network
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_three_goes_down_with_the_second_loss_and_tells_its_observer() {
        let mut builder = NetworkBuilder::default();
        let service = builder.gate(1);
        builder.observe(service, 5, Reach::Journeys);
        let network = builder.finish(&[]);
        let mut spare = network.initial.clone();
        let (mut wave, mut changes) = (Vec::new(), Vec::new());
        network.lower(
            &mut spare,
            service,
            Reach::Journeys,
            &mut wave,
            &mut changes,
        );
        assert!(changes.is_empty());
        network.lower(
            &mut spare,
            service,
            Reach::Journeys,
            &mut wave,
            &mut changes,
        );
        assert_eq!(changes, [5]);
        network.raise(
            &mut spare,
            service,
            Reach::Journeys,
            &mut wave,
            &mut changes,
        );
        assert_eq!(changes, [5, 5]);
    }
}
