//! What the regions of a standby pattern run, and what they carry.

use super::Movement;
use crate::engine::serving::Serving;
use crate::engine::trial::Simulator;

impl Simulator<'_> {
    /// Brings the region that is to serve to full scale.
    pub(super) fn bring_up(&mut self, region: usize) {
        let (state, _) = self.standby();
        if !std::mem::replace(&mut state.full[region], true) {
            let is_first = self.n_full(region) == 1;
            self.scale_up(self.in_cell(region), is_first);
            self.refresh_capacities();
        }
    }

    /// A region that no longer serves goes back to standing by.
    pub(super) fn release(&mut self, region: usize) {
        let (state, plan) = self.standby();
        if state.full[region] && !plan.full_when_standing_by {
            state.full[region] = false;
            let is_last = self.n_full(region) == 0;
            self.scale_down(self.in_cell(region), is_last);
            self.refresh_capacities();
        }
    }

    /// How many cells of a region run at full scale.
    fn n_full(&self, region: usize) -> usize {
        match &self.serving {
            Serving::Standby(cells) => cells.iter().filter(|cell| cell.full[region]).count(),
            Serving::Single | Serving::ActiveActive(_) => 0,
        }
    }

    /// Traffic is switched to the region that stands by, for a while or for good.
    pub(in crate::engine) fn serve_from_standby(&mut self, for_good: bool) {
        let home = self.standby().0.home;
        self.bring_up(1 - home);
        let (state, _) = self.standby();
        state.serving = 1 - home;
        if for_good {
            state.home = 1 - home;
            self.release(home);
        }
    }

    /// The roles of the regions are swapped, and traffic moves to the new primary over some time: on its way home, as in a failback.
    pub(in crate::engine) fn move_to_standby(&mut self, seconds: f64) {
        let home = 1 - self.standby().0.home;
        self.bring_up(home);
        let (state, _) = self.standby();
        state.serving = home;
        state.home = home;
        state.movement = Movement::Back;
        self.redirect_to(home, seconds);
        self.refresh_capacities();
    }

    /// Each region carries what its scale allows: nothing while traffic is being switched, or while it is mended.
    pub(in crate::engine) fn refresh_capacities(&mut self) {
        for region in 0..2 {
            let at = self.in_cell(region);
            let plan = &self.plan.regions[at];
            let (state, _) = self.standby();
            let serves_nobody = state.disruption.is_some() || state.is_mended(region);
            let capacity = if serves_nobody {
                0.0
            } else if state.full[region] {
                plan.full_capacity
            } else {
                plan.standby_capacity
            };
            self.world.capacity[at] = capacity;
        }
        self.touch_world();
    }
}
