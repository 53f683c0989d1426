//! How much work may be spent on a figure: counted, never timed, so that the same plan always gets the same answer.

use super::elimination::Most;

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
    /// Operations to take all states out of a chain …
    pub elimination: usize,
    /// … until so many are left, which are done as a table.
    pub table: usize,
    /// Operations of sweeps, if the chain is the plan itself.
    pub sweeps: f64,
    /// Operations of sweeps, if times are cut on a mesh.
    pub meshed_sweeps: f64,
    /// Operations of steps in time.
    pub steps: f64,
    /// Whether the steady state is worked out too.
    pub long_run: bool,
}

impl Limits {
    /// What may be done to take states out before anything else is tried.
    pub(super) fn taking_out_at_once(&self) -> Most {
        Most {
            work: self.elimination.min(1_000_000),
            rest: self.table.min(60),
        }
    }

    /// What may be done to take states out.
    pub(super) fn taking_out(&self) -> Most {
        Most {
            work: self.elimination,
            rest: self.table,
        }
    }
}

impl Effort {
    pub(super) fn limits(self) -> Limits {
        match self {
            Self::Glance => Limits {
                states: 300,
                nodes: 3_000,
                meshed_nodes: 600,
                elimination: 30_000,
                table: 20,
                sweeps: 1e6,
                meshed_sweeps: 1e6,
                steps: 1e7,
                long_run: false,
            },
            Self::Quick => Limits {
                states: 2_000,
                nodes: 20_000,
                meshed_nodes: 6_000,
                elimination: 150_000,
                table: 60,
                sweeps: 3e7,
                meshed_sweeps: 3e7,
                steps: 1e8,
                long_run: false,
            },
            Self::Full => Limits {
                states: 1 << 20,
                nodes: 1 << 20,
                meshed_nodes: 200_000,
                elimination: 20_000_000,
                table: 800,
                sweeps: 3e10,
                meshed_sweeps: 3e9,
                steps: 1e11,
                long_run: true,
            },
        }
    }

    /// For a figure beside others that were worked out another way, in a moment.
    pub(super) fn limits_beside(self) -> Limits {
        const STATES: usize = 1 << 14;
        match self {
            Self::Glance | Self::Quick => self.limits(),
            Self::Full => Limits {
                states: STATES,
                nodes: STATES,
                meshed_nodes: STATES,
                sweeps: 1e9,
                meshed_sweeps: 1e9,
                ..self.limits()
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
