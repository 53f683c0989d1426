//! How much work may be spent on a figure: counted, never timed, so that the same plan always gets the same answer.

/// What may be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// What is done many times over: a hundredth of a second at most.
    Glance,
    /// What a run does by the way: a second at most on ordinary models.
    Quick,
    /// What was asked for: up to some minutes.
    Full,
}

/// Bounds on the work for one chain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Limits {
    /// States of the plan, clocks apart.
    pub states: usize,
    /// States of the chain, if it is the plan itself.
    pub nodes: usize,
    /// States of the chain, if times are cut on a mesh.
    pub meshed_nodes: usize,
    /// Operations to take all states out of a chain.
    pub elimination: usize,
    /// Operations of sweeps, if the chain is the plan itself.
    pub sweeps: f64,
    /// Operations of sweeps, if times are cut on a mesh.
    pub meshed_sweeps: f64,
    /// Operations of steps in time.
    pub steps: f64,
}

impl Effort {
    pub(super) fn limits(self) -> Limits {
        match self {
            Self::Glance => Limits {
                states: 300,
                nodes: 3_000,
                meshed_nodes: 600,
                elimination: 30_000,
                sweeps: 1e6,
                meshed_sweeps: 1e6,
                steps: 1e7,
            },
            Self::Quick => Limits {
                states: 2_000,
                nodes: 20_000,
                meshed_nodes: 6_000,
                elimination: 150_000,
                sweeps: 3e7,
                meshed_sweeps: 3e7,
                steps: 1e8,
            },
            Self::Full => Limits {
                states: 1 << 20,
                nodes: 1 << 20,
                meshed_nodes: 40_000,
                elimination: 1_000_000,
                sweeps: 3e10,
                meshed_sweeps: 3e9,
                steps: 1e11,
            },
        }
    }

    /// Relative error of what is solved on a mesh, at which the mesh is fine enough.
    pub(super) fn mesh_error(self) -> f64 {
        match self {
            Self::Glance | Self::Quick => 1e-8,
            Self::Full => 1e-12,
        }
    }

    /// Nodes of a diagram.
    pub(super) fn diagram_nodes(self) -> usize {
        match self {
            Self::Glance | Self::Quick => 200_000,
            Self::Full => 2_000_000,
        }
    }
}
