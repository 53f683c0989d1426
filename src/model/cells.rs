//! What one cell of a region runs of a service.

use super::types::{CellUse, Model, Service, ServiceKind, TopologySpec};

/// Replicas and needs of a service in one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellPart {
    /// Replicas.
    pub replicas: u32,
    /// Usable replicas that it needs.
    pub needs: u32,
}

impl Service {
    /// What one of so many cells of a region at a scale runs of a service, as it serves; `None` for those that have no replicas.
    ///
    /// A region at scale s has R = ⌈s · `replicas`⌉ and needs M = ⌈s · `needs`⌉. Of what is counted by load, a cell needs
    /// m = ⌈M / cells⌉ and has ⌈m · R / M⌉: at least as many spare ones for each that is needed as the region had, so that it stands the
    /// loss of the same share of them. What has data, or one primary, has its number for redundancy and not for load: each
    /// cell runs all of it, with its part of the data. What all cells share is in the first of them.
    #[must_use]
    pub fn part_of_cell(&self, scale: f64, cells: u32) -> Option<CellPart> {
        let ServiceKind::Replicated {
            replicas,
            needs,
            ref takeover,
        } = self.kind
        else {
            return None;
        };
        let at_scale = |replicas: u32, needs: u32| CellPart {
            replicas: scaled(replicas, scale),
            needs: scaled(needs, scale),
        };
        let whole = at_scale(replicas, needs);
        Some(match self.cells {
            _ if cells == 1 => whole,
            CellUse::Shared => whole,
            CellUse::Given {
                replicas, needs, ..
            } => at_scale(replicas, needs),
            CellUse::Own if takeover.is_some() || self.data.is_some() => whole,
            CellUse::Own => {
                let needs = whole.needs.div_ceil(cells);
                let replicas = u64::from(needs) * u64::from(whole.replicas);
                CellPart {
                    replicas: replicas.div_ceil(u64::from(whole.needs)) as u32,
                    needs,
                }
            }
        })
    }

    /// Price of one replica \[currency/h\], where each region has so many cells.
    #[must_use]
    pub fn price_with_cells(&self, cells: u32) -> Option<f64> {
        match self.cells {
            CellUse::Given { price_per_hour, .. } if cells > 1 => {
                price_per_hour.or(self.price_per_hour)
            }
            _ => self.price_per_hour,
        }
    }

    /// Data that one of so many cells of a region has of it \[byte\]: its part, or all of it in what the cells share.
    #[must_use]
    pub fn bytes_of_cell(&self, cells: u32) -> f64 {
        let all = self.data.map_or(0.0, |data| data.size_bytes);
        if self.is_shared() {
            all
        } else {
            all / f64::from(cells)
        }
    }

    /// Whether all cells of a region use the same replicas of it.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.cells == CellUse::Shared
    }
}

/// `ceil(scale * count)`, forgiving the last bits of the product: 30 % of 10 is 3, not 4.
#[must_use]
pub fn scaled(count: u32, scale: f64) -> u32 {
    let exact = f64::from(count) * scale;
    ((exact - 1e-9 * exact.max(1.0)).ceil() as u32).clamp(1, count.max(1))
}

/// Replicas of all services in all cells of one region of a topology.
pub(super) fn replicas_of_region(model: &Model, spec: &TopologySpec) -> u64 {
    let services = model.services.values();
    let replicas = services.map(|service| {
        let part = service.part_of_cell(spec.scale, spec.cells);
        let copies = if service.is_shared() { 1 } else { spec.cells };
        part.map_or(0, |part| u64::from(part.replicas) * u64::from(copies))
    });
    replicas.sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

    use super::*;
    use crate::model::types::Service;

    fn service(replicas: u32, needs: u32) -> Service {
        Service {
            kind: ServiceKind::Replicated {
                replicas,
                needs,
                takeover: None,
            },
            calls: Vec::new(),
            price_per_hour: None,
            data: None,
            slo: None,
            sla: None,
            cells: CellUse::Own,
        }
    }

    #[test]
    fn a_cell_stands_the_loss_of_the_same_share_of_its_replicas_as_the_region() {
        for (replicas, needs) in [(6, 4), (30, 20), (2, 1), (3, 2), (7, 7), (9, 6), (1, 1)] {
            for cells in 1..20 {
                let part = service(replicas, needs).part_of_cell(1.0, cells).unwrap();
                assert!(part.needs * cells >= needs, "carries its share");
                assert!(
                    part.replicas * needs >= part.needs * replicas,
                    "as redundant"
                );
            }
        }
        let part = service(6, 4).part_of_cell(1.0, 4).unwrap();
        assert_eq!((part.replicas, part.needs), (2, 1));
        let part = service(30, 20).part_of_cell(1.0, 10).unwrap();
        assert_eq!((part.replicas, part.needs), (3, 2));
    }

    #[test]
    fn one_cell_is_the_region() {
        for scale in [0.1, 0.5, 0.6, 1.0] {
            let part = service(6, 4).part_of_cell(scale, 1).unwrap();
            assert_eq!(
                (part.replicas, part.needs),
                (scaled(6, scale), scaled(4, scale))
            );
        }
    }
}
