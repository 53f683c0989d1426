//! The dependency graph as deployed: regions side by side, in each the services by depth of call, with what runs where.

use super::boxes::{
    self, Bend, PADDING, curve, draw_call, draw_external, draw_frame, draw_outline, draw_zones,
    fainter, stroke_of,
};
use super::canvas::{Canvas, Rect};
use super::layers::{self, Slot};
use super::letters::Letters;
use super::sheet::{self, Chart, Words};
use super::theme::{AXIS, BLUE, Dash, GREEN, INK, MARGIN, MUTED, PAPER, SMALL_SIZE, WIDTH};
use super::words;
use crate::results::format;
use crate::results::{Layout, LayoutRegion, Results};

/// Size of a service's box \[px\].
const BOX: (f64, f64) = (118.0, 38.0);
/// Room between columns and between rows of boxes \[px\].
const GAP: (f64, f64) = (32.0, 12.0);
/// Room above the boxes of a region for its name \[px\].
const HEAD: f64 = 46.0;
/// Room between regions \[px\].
const BETWEEN: f64 = 22.0;
/// Room between the regions and the external services below \[px\].
const BELOW: f64 = 44.0;
/// Height of the key \[px\].
const KEY: f64 = 30.0;
/// Regions stand below each other once a row would be wider \[px\].
const WIDEST: f64 = 1560.0;
/// Most boxes in a column.
const TALLEST: usize = 12;

/// The deployment of one topology.
#[must_use]
pub fn deployment_graph(layout: &Layout) -> Chart {
    chart(layout, None)
}

/// The same, saying what the figures beside it rest on.
pub(super) fn chart(layout: &Layout, results: Option<&Results>) -> Chart {
    let plan = Plan::new(layout);
    let basis = results.map_or_else(String::new, |results| format!(" {}", words::basis(results)));
    let words = Words {
        name: "graph",
        title: format!("What runs where in {}", words::short(&layout.topology)),
        caption: format!(
            "Pattern {}. Numbers in a box: replicas that run in each zone when nothing is wrong, zones in order; dashed \
             boxes run none. Hatched: standby. Calls to external services are drawn from the first region only.{basis}",
            words::short(&layout.pattern)
        ),
        alt: alt(layout),
    };
    if layout.regions.is_empty() || layout.services.is_empty() {
        return sheet::empty(words, "This topology deploys no service.");
    }
    sheet::chart_of_width(words, plan.width, plan.height, |canvas, at| {
        plan.draw(canvas, at);
    })
}

fn alt(layout: &Layout) -> String {
    let regions = layout.regions.iter().map(|region| {
        let replicas: u32 = region.running.iter().flatten().sum();
        let zones = if region.zones.len() == 1 {
            "1 zone".to_owned()
        } else {
            format!("{} zones", region.zones.len())
        };
        format!(
            "{} ({}), {zones}, {} replicas running",
            words::short(&region.name),
            region.role,
            format::count(u64::from(replicas))
        )
    });
    let services = layout.services.len();
    format!(
        "{services} services and {} calls among them. {}.",
        layout.calls.len(),
        words::sentences(regions, 8)
    )
}

/// Where everything stands, before it is drawn.
struct Plan<'a> {
    layout: &'a Layout,
    columns: Vec<Vec<Slot>>,
    externals: Vec<usize>,
    /// Names of the services as they fit into a box.
    names: Vec<String>,
    /// Corners of the regions' boxes relative to the drawing.
    corners: Vec<(f64, f64)>,
    region: (f64, f64),
    width: f64,
    height: f64,
}

impl<'a> Plan<'a> {
    fn new(layout: &'a Layout) -> Self {
        let is_external = |i: usize| layout.services[i].kind == "external";
        let (externals, inside): (Vec<usize>, Vec<usize>) =
            (0..layout.services.len()).partition(|&i| is_external(i));
        let calls: Vec<(usize, usize)> = layout
            .calls
            .iter()
            .map(|call| (call.from, call.to))
            .collect();
        let columns = layers::columns(&inside, &calls, TALLEST);
        let tall = columns
            .iter()
            .map(|column| column_height(column))
            .fold(BOX.1, f64::max);
        let wide = columns.len() as f64 * (BOX.0 + GAP.0) - GAP.0 + 2.0 * PADDING;
        let region = (wide.max(170.0), HEAD + tall + PADDING);
        let n = layout.regions.len().max(1);
        let per_row = (((WIDEST + BETWEEN) / (region.0 + BETWEEN)) as usize).clamp(1, n.min(3));
        let width = (per_row as f64 * (region.0 + BETWEEN) - BETWEEN + 2.0 * MARGIN).max(WIDTH);
        // External services stand below the first row, whose first region's calls are drawn.
        let below = if externals.is_empty() {
            0.0
        } else {
            BELOW + externals.len().div_ceil(externals_per_row(width)) as f64 * (BOX.1 + GAP.1)
        };
        let corner = |i: usize| {
            let (row, column) = (i / per_row, i % per_row);
            let beyond = if row > 0 { below } else { 0.0 };
            (
                column as f64 * (region.0 + BETWEEN),
                KEY + beyond + row as f64 * (region.1 + BETWEEN),
            )
        };
        let height =
            KEY + below + n.div_ceil(per_row) as f64 * (region.1 + BETWEEN) - BETWEEN + 4.0;
        let names: Vec<&str> = layout
            .services
            .iter()
            .map(|service| service.name.as_str())
            .collect();
        Plan {
            layout,
            names: Letters::new(SMALL_SIZE, INK).fit_all(&names, BOX.0 - 13.0),
            columns,
            externals,
            corners: (0..n).map(corner).collect(),
            region,
            width,
            height,
        }
    }

    fn draw(&self, canvas: &Canvas, at: Rect) {
        boxes::draw_key(canvas, at, self.layout);
        for (region, frame) in self.frames(at) {
            draw_frame(canvas, frame, region);
            self.draw_calls(canvas, frame, region);
        }
        self.draw_external_calls(canvas, at);
        for (region, frame) in self.frames(at) {
            for (slot, place) in self.places(frame) {
                if let Slot::Node(service) = slot {
                    self.draw_service(canvas, place, service, region);
                }
            }
        }
        for (i, &service) in self.externals.iter().enumerate() {
            draw_external(canvas, self.external_place(at, i), &self.names[service]);
        }
    }

    fn frames(&self, at: Rect) -> impl Iterator<Item = (&LayoutRegion, Rect)> {
        self.layout
            .regions
            .iter()
            .zip(&self.corners)
            .map(move |(region, corner)| {
                (
                    region,
                    Rect {
                        x: at.x + corner.0,
                        y: at.y + corner.1,
                        width: self.region.0,
                        height: self.region.1,
                    },
                )
            })
    }

    /// Places of services and of passing calls within a region's frame, column by column.
    fn places(&self, frame: Rect) -> impl Iterator<Item = (Slot, Rect)> + '_ {
        let room = frame.height - HEAD - PADDING;
        self.columns
            .iter()
            .enumerate()
            .flat_map(move |(c, column)| {
                let x = frame.x + PADDING + c as f64 * (BOX.0 + GAP.0);
                let spare = (room - column_height(column)) / (column.len() + 1) as f64;
                let mut y = frame.y + HEAD + spare;
                column.iter().map(move |&slot| {
                    let place = Rect {
                        x,
                        y,
                        width: BOX.0,
                        height: slot_height(slot),
                    };
                    y += place.height + GAP.1 + spare;
                    (slot, place)
                })
            })
    }

    fn place(&self, frame: Rect, service: usize) -> Option<Rect> {
        self.places(frame)
            .find(|(slot, _)| *slot == Slot::Node(service))
            .map(|(_, place)| place)
    }

    fn external_place(&self, at: Rect, i: usize) -> Rect {
        let per_row = externals_per_row(self.width);
        Rect {
            x: at.x + (i % per_row) as f64 * (BOX.0 + GAP.0 / 2.0),
            y: at.y + KEY + self.region.1 + BELOW + (i / per_row) as f64 * (BOX.1 + GAP.1),
            width: BOX.0,
            height: BOX.1 - 8.0,
        }
    }

    fn draw_calls(&self, canvas: &Canvas, frame: Rect, region: &LayoutRegion) {
        let faint = region.role == "standby";
        for (i, call) in self.layout.calls.iter().enumerate() {
            let (Some(from), Some(to)) = (self.place(frame, call.from), self.place(frame, call.to))
            else {
                continue;
            };
            let (colour, dash) = stroke_of(&call.kind);
            let colour = if faint { fainter(colour) } else { colour };
            let by: Vec<Rect> = self
                .places(frame)
                .filter(|(slot, _)| *slot == Slot::Passing(i))
                .map(|(_, place)| place)
                .collect();
            draw_call(canvas, from, &by, to, (colour, dash));
        }
    }

    /// Calls out of the first region: along the channel beside the caller's column, down to the row of externals.
    fn draw_external_calls(&self, canvas: &Canvas, at: Rect) {
        let Some((_, frame)) = self.frames(at).next() else {
            return;
        };
        for call in &self.layout.calls {
            let Some(i) = self
                .externals
                .iter()
                .position(|&service| service == call.to)
            else {
                continue;
            };
            let Some(from) = self.place(frame, call.from) else {
                continue;
            };
            let to = self.external_place(at, i);
            let (colour, dash) = stroke_of(&call.kind);
            let channel = from.right() + GAP.0 * 0.3 + (i % 5) as f64 * 3.0;
            let start = (from.right(), from.y + from.height / 2.0);
            let end = (to.x + to.width / 2.0, to.y);
            let points = [
                curve(start, (channel, from.bottom() + 8.0), Bend::IntoVertical),
                curve(
                    (channel, frame.bottom() + 4.0),
                    (end.0, end.1 - 5.0),
                    Bend::Vertical,
                ),
            ]
            .concat();
            canvas.dashed(&points, fainter(colour), 1.1, dash);
            canvas.arrow_tip(end, (0.0, 1.0), 6.0, colour);
        }
    }

    fn draw_service(&self, canvas: &Canvas, at: Rect, service: usize, region: &LayoutRegion) {
        let described = &self.layout.services[service];
        let running: &[u32] = region.running.get(service).map_or(&[], Vec::as_slice);
        let is_entry = self
            .layout
            .entries
            .iter()
            .any(|(_, entry)| *entry == service);
        let idle = running.iter().sum::<u32>() == 0;
        canvas.rect(at.x, at.y, at.width, at.height, PAPER);
        if described.kind == "virtual" {
            let (colour, width) = if is_entry { (BLUE, 1.8) } else { (AXIS, 1.0) };
            draw_outline(canvas, at, colour, width, Dash::Dotted);
        } else if idle {
            draw_outline(canvas, at, AXIS, 1.0, Dash::Dashed);
        } else {
            canvas.frame(
                at,
                if is_entry { BLUE } else { AXIS },
                if is_entry { 1.8 } else { 1.0 },
            );
        }
        if described.stateful {
            canvas.rect(
                at.x,
                at.y,
                4.0,
                at.height,
                if idle { fainter(GREEN) } else { GREEN },
            );
        }
        let letters = Letters::new(
            SMALL_SIZE,
            if idle && described.kind != "virtual" {
                MUTED
            } else {
                INK
            },
        );
        canvas.text_at(&self.names[service], at.x + 9.0, at.y + 11.5, letters);
        if described.kind == "virtual" {
            canvas.text_at(
                "logic only",
                at.x + 9.0,
                at.y + 27.0,
                Letters::new(10.0, MUTED),
            );
        } else {
            draw_zones(
                canvas,
                Rect {
                    x: at.x + 9.0,
                    y: at.y + 20.5,
                    width: at.width - 14.0,
                    height: 13.0,
                },
                running,
            );
        }
    }
}

fn externals_per_row(width: f64) -> usize {
    ((width - 2.0 * MARGIN) / (BOX.0 + GAP.0 / 2.0)).max(1.0) as usize
}

fn slot_height(slot: Slot) -> f64 {
    match slot {
        Slot::Node(_) => BOX.1,
        Slot::Passing(_) => 2.0,
    }
}

fn column_height(column: &[Slot]) -> f64 {
    column
        .iter()
        .map(|&slot| slot_height(slot) + GAP.1)
        .sum::<f64>()
        - GAP.1
}
