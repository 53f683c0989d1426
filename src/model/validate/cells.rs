//! Cells: how many each region of a topology has, what one runs of a service, and the faults that hit them one by one.

use super::designs::Design;
use super::{Checker, Existence};
use crate::model::problem::quoted;
use crate::model::raw::{CellsWord, MtbfPerWord, RawFault, RawPerCell, RawService};
use crate::model::types::{CellUse, Model, Scope};
use crate::model::values::{CountOrShare, Times};

/// Most cells of one region.
const MAX_CELLS: u32 = 1000;
/// Most replicas of all services in all cells of one region.
const MAX_REPLICAS: u64 = 1_000_000;

impl Checker<'_> {
    /// How many cells each region of a topology has.
    pub(super) fn cells(&mut self, design: &Design<'_>) -> Option<u32> {
        let Some(raw) = design.raw else {
            return Some(1);
        };
        let path = format!("topologies.{}.cells", design.name);
        let Times(cells) = self.value_or(&raw.cells, &path, Times(1), "1")?;
        let Some((span, _)) = raw.cells.given() else {
            return Some(cells);
        };
        let of = || format!("topology {}", quoted(design.name));
        if cells == 0 {
            let message = format!("{} has no cell", of());
            let hint = "write 1, or leave it out, for regions that are not split";
            self.refuse(span, message, "at least 1", hint);
            return None;
        }
        if cells > MAX_CELLS {
            let message = format!("{} has {cells} cells in each region", of());
            let expected = format!("at most {MAX_CELLS}");
            let hint = "real systems have a few dozen at most";
            self.refuse(span, message, &expected, hint);
            return None;
        }
        Some(cells)
    }

    /// What a service is to the cells of a region.
    pub(super) fn cell_use(&mut self, name: &str, raw: &RawService) -> Option<CellUse> {
        let Existence::Replicated(_) = raw.existence() else {
            return Some(CellUse::Own);
        };
        let is_shared = raw.cells.optional()? == Some(CellsWord::Shared);
        let per_cell = raw.per_cell.optional()?;
        let has_cells = (self.raw.topologies.get()).is_some_and(|topologies| {
            let mut all = topologies.iter();
            all.any(|(_, _, topology)| topology.cells.get().is_some_and(|cells| cells.0 > 1))
        });
        if has_cells && raw.cells.is_absent() {
            self.apply_default(format!("services.{name}.cells"), "own", "default");
        }
        if let (Some((span, _)), true) = (raw.per_cell.given(), is_shared) {
            let message = format!(
                "all cells share service {}, but `per_cell` is given",
                quoted(name)
            );
            let hint = "remove it, or write `cells: own`";
            self.refuse(span, message, "no `per_cell`", hint);
            return None;
        }
        match per_cell {
            Some(given) => self.per_cell(name, &given),
            None if is_shared => Some(CellUse::Shared),
            None => {
                if has_cells {
                    self.apply_default(
                        format!("services.{name}.per_cell"),
                        "its part of what a region runs, with the redundancy of the whole",
                        "default",
                    );
                }
                Some(CellUse::Own)
            }
        }
    }

    fn per_cell(&mut self, name: &str, raw: &RawPerCell) -> Option<CellUse> {
        let (span, replicas) = raw.replicas.given()?;
        let of = format!("a cell of service {}", quoted(name));
        if *replicas == 0 {
            let message = format!("{of} has no replica");
            let hint = "write 1 or more, or `cells: shared` for a service that all cells use";
            self.refuse(span, message, "at least 1", hint);
            return None;
        }
        let needs = self.value_or(
            &raw.needs,
            &format!("services.{name}.per_cell.needs"),
            CountOrShare::Count(1),
            "1",
        )?;
        let needs = match needs {
            CountOrShare::Share(share) => super::services::needs_of_share(share, *replicas),
            CountOrShare::Count(needs) => needs,
        };
        if let (Some((span, _)), false) = (raw.needs.given(), (1..=*replicas).contains(&needs)) {
            let message = format!("{of} needs {needs} of {replicas} replicas");
            let hint = "write a number between 1 and the replicas of a cell";
            self.refuse(span, message, "from 1 to the number of replicas", hint);
            return None;
        }
        let price = raw.price.optional()?;
        if price.is_none() {
            let path = format!("services.{name}.per_cell.price");
            self.apply_default(path, "that of the service", "default");
        }
        Some(CellUse::Given {
            replicas: *replicas,
            needs,
            price_per_hour: price.map(|price| price.0),
        })
    }

    /// Whether the time to failure of a fault is that of all cells of a region together.
    pub(super) fn spread_over_cells(
        &mut self,
        name: &str,
        raw: &RawFault,
        scope: Scope,
    ) -> Option<bool> {
        let per = raw.mtbf_per.optional()?;
        let hits_cells = matches!(scope, Scope::Cell | Scope::ServiceInCell);
        if let (Some((span, _)), false) = (raw.mtbf_per.given(), hits_cells) {
            let message = format!(
                "fault {} of `hits: {}` has `mtbf_per`, and hits no cells one by one",
                quoted(name),
                scope.name()
            );
            let hint = "remove it, or write `hits: cell` or `hits: service-in-cell`";
            self.refuse(span, message, "no `mtbf_per`", hint);
            return None;
        }
        if hits_cells && per.is_none() {
            self.apply_default(format!("faults.{name}.mtbf_per"), "cell", "default");
        }
        Some(per == Some(MtbfPerWord::Region))
    }

    /// What would be too large of topologies with several cells.
    pub(super) fn check_cells(&mut self, model: &Model) {
        for (name, spec) in &model.topologies {
            let raw = self.raw.topologies.get().and_then(|all| all.get(name));
            let Some((span, _)) = raw.and_then(|raw| raw.cells.given()) else {
                continue;
            };
            if spec.cells < 2 {
                continue;
            }
            let replicas: u64 = crate::model::cells::replicas_of_region(model, spec);
            if replicas > MAX_REPLICAS {
                let message = format!(
                    "topology {} has {replicas} replicas in all cells of one region",
                    quoted(name)
                );
                let hint = "write fewer cells, or let one replica stand for many, such as a rack";
                let expected = "at most 1000000 replicas in a region";
                self.refuse(span, message, expected, hint);
            }
        }
    }
}
