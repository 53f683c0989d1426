//! A design: a topology of the model file with some changes, and one change as a value.

use crate::model::{Change, ChangeError, Draft, Model};

/// What kind of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveKind {
    /// One more replica of a service.
    Replica,
    /// One more zone in each region.
    Zone,
    /// Another topology of the file, or another pattern.
    Pattern,
    /// Another share of the replicas that a region runs.
    Scale,
    /// More cells in each region.
    Cells,
    /// A loss is noticed sooner.
    Detection,
    /// A failover is decided, repeated or followed by clients sooner.
    Failover,
    /// Drills, or more of them.
    Drill,
    /// A step of the runbook waits for less.
    Runbook,
}

impl MoveKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Replica,
        Self::Zone,
        Self::Pattern,
        Self::Scale,
        Self::Cells,
        Self::Detection,
        Self::Failover,
        Self::Drill,
        Self::Runbook,
    ];

    /// What it is, in words.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Replica => "One more replica of a service",
            Self::Zone => "One more zone in each region",
            Self::Pattern => "Another topology of the file, or another pattern",
            Self::Scale => "Another share of the replicas that a standby or an active region runs",
            Self::Cells => "More cells in each region",
            Self::Detection => "A loss is noticed sooner",
            Self::Failover => "A failover is decided, repeated or followed by clients sooner",
            Self::Drill => "Drills, or more of them",
            Self::Runbook => "A step of the runbook waits for less",
        }
    }

    /// Its name in results and options.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Replica => "replica",
            Self::Zone => "zone",
            Self::Pattern => "pattern",
            Self::Scale => "scale",
            Self::Cells => "cells",
            Self::Detection => "detection",
            Self::Failover => "failover",
            Self::Drill => "drill",
            Self::Runbook => "runbook",
        }
    }

    /// What a design must have for a change of this kind to be possible, in words.
    #[must_use]
    pub const fn takes(self) -> &'static str {
        match self {
            Self::Replica => "a service that a journey requires",
            Self::Zone => "a region whose zones are written down",
            Self::Pattern => "another topology in the file, or regions for another pattern",
            Self::Scale => "a warm standby or active regions, at a share other than the next",
            Self::Cells => {
                "a fault of `hits: cell` or `hits: service-in-cell`, and a topology without a standby"
            }
            Self::Detection => "several regions, and a detection that can be faster",
            Self::Failover => {
                "a standby or several regions, and a decision, a time to live or a repetition that can be faster"
            }
            Self::Drill => "a standby and `failover.rot`, which drills find",
            Self::Runbook => {
                "a `failover.plan` with a step that has `needs`, or `by` a crew that others wait for"
            }
        }
    }
}

/// One change that can be tried on a design.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// What kind of change it is.
    pub kind: MoveKind,
    /// In words: `a third replica of cart`.
    pub words: String,
    /// What it decides; of two changes that decide the same, one is taken.
    pub slot: String,
    /// What becomes of the model.
    pub changes: Vec<Change>,
    /// Another topology of the file that is taken instead.
    pub topology: Option<String>,
    /// What the model does not price about it.
    pub not_priced: Option<String>,
}

impl Move {
    /// Whether both can be made: they decide different things, and neither takes another topology or pattern.
    #[must_use]
    pub fn goes_with(&self, other: &Self) -> bool {
        let is_pattern = |each: &Self| each.kind == MoveKind::Pattern;
        self.slot != other.slot && !is_pattern(self) && !is_pattern(other)
    }
}

/// A topology with changes, in the order in which they are made.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// The topology of the file.
    pub topology: String,
    /// What is changed in it.
    pub moves: Vec<Move>,
}

impl Design {
    /// A topology as the file has it.
    #[must_use]
    pub fn of(topology: &str) -> Self {
        Self {
            topology: topology.to_owned(),
            moves: Vec::new(),
        }
    }

    /// The same with one change more.
    #[must_use]
    pub fn with(&self, more: &Move) -> Self {
        let mut design = self.clone();
        if let Some(topology) = &more.topology {
            design.topology.clone_from(topology);
        }
        design.moves.push(more.clone());
        design
    }

    /// Whether a change decides what another of its changes has decided. Replicas may be added one by one.
    #[must_use]
    pub fn has_decided(&self, more: &Move) -> bool {
        let is_same = |each: &Move| each.slot == more.slot && each.kind != MoveKind::Replica;
        self.moves.iter().any(is_same)
    }

    /// Changes, those not counted that take another topology of the file.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.moves
            .iter()
            .filter(|each| each.topology.is_none())
            .count()
    }

    /// Whether all that it changes is in the totals of its costs.
    #[must_use]
    pub fn is_priced(&self) -> bool {
        self.moves.iter().all(|each| each.not_priced.is_none())
    }

    /// In words: `hot-standby with a third replica of cart`.
    #[must_use]
    pub fn label(&self) -> String {
        let words: Vec<&str> = (self.moves.iter())
            .filter(|each| each.topology.is_none())
            .map(|each| each.words.as_str())
            .collect();
        if words.is_empty() {
            self.topology.clone()
        } else {
            format!("{} with {}", self.topology, words.join(" + "))
        }
    }

    /// The model in which its topology is that design.
    pub fn model(&self, draft: &Draft) -> Result<Model, ChangeError> {
        let changes: Vec<Change> = (self.moves.iter())
            .flat_map(|each| each.changes.iter().cloned())
            .collect();
        draft.with(&changes)
    }

    /// What becomes of the model file in the end, as `path=value`: what a later change replaces is left out.
    #[must_use]
    pub fn set(&self) -> Vec<String> {
        let all: Vec<&Change> = self.moves.iter().flat_map(|each| &each.changes).collect();
        let last = all.iter().enumerate().filter(|(index, change)| {
            let later = &all[index + 1..];
            !later
                .iter()
                .any(|later| later.path() == change.path() && later.replaces())
        });
        last.map(|(_, change)| change.to_string()).collect()
    }

    /// What tells it from others: the order of its changes does not.
    #[must_use]
    pub fn key(&self) -> String {
        let mut set: Vec<String> = (self.moves.iter())
            .flat_map(|each| each.changes.iter().map(ToString::to_string))
            .collect();
        set.sort_unstable();
        format!("{}\n{}", self.topology, set.join("\n"))
    }
}
