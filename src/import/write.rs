//! A system as a model in the model language, every line with where it is from.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::journeys::Journeys;
use super::names::{list, printable, quoted};
use super::summary::{Summary, shown};
use super::system::{Call, CallKind, Evidence, Kind, Part, System};

/// Column at which comments begin, where there is room.
const COMMENT_COLUMN: usize = 44;
/// Names of zones where none are known.
const ZONES: [&str; 3] = ["a", "b", "c"];

/// What is assumed of failures. Zone and region outages are as long as those that AWS reported of EC2 in us-east-1.
const FAULTS: [(&str, &str); 4] = [
    (
        "replica-failure",
        "{ hits: replica, mtbf: 60d, mttr: 5m, source: \"assumed\" }",
    ),
    (
        "bad-deploy",
        "{ hits: service-in-region, mtbf: 1y, mttr: 20m, source: \"assumed\" }",
    ),
    (
        "zone-outage",
        "{ hits: zone, mtbf: 5y, mttr: { lognormal: { median: 71m, p95: 525m } }, source: \"assumed\" }",
    ),
    (
        "region-outage",
        "{ hits: region, mtbf: 4y, mttr: { lognormal: { median: 71m, p95: 525m } }, source: \"assumed\" }",
    ),
];

/// The text of the model.
pub(super) fn model(
    name: &str,
    origin: &str,
    system: &System,
    journeys: &Journeys,
    summary: &Summary,
) -> String {
    let mut page = Page::default();
    page.head(origin, summary);
    page.line(0, &format!("model: {}", quoted(name)), "");
    page.blank();
    page.regions(system);
    page.blank();
    page.services(system, journeys);
    page.blank();
    page.journeys(system, journeys);
    page.blank();
    page.faults(system);
    page.blank();
    page.line(0, "# No `topologies`: all seven patterns are compared, over the regions in their order. Write down the one that runs today:", "");
    page.line(
        0,
        "# topologies: { today: { pattern: multi-az, regions: [ … ] } }",
        "",
    );
    page.0
}

#[derive(Default)]
struct Page(String);

impl Page {
    /// A line with a comment. Neither can begin another line.
    fn line(&mut self, indent: usize, text: &str, comment: &str) {
        let text = format!("{:indent$}{text}", "");
        let comment = printable(comment, 2_000);
        if comment.is_empty() {
            let _ = writeln!(self.0, "{}", text.trim_end());
        } else {
            let _ = writeln!(self.0, "{text:<COMMENT_COLUMN$} # {comment}");
        }
    }

    fn comment(&mut self, indent: usize, text: &str) {
        let text = printable(text, 2_000);
        let _ = writeln!(self.0, "{:indent$}# {text}", "");
    }

    fn blank(&mut self) {
        self.0.push('\n');
    }

    fn head(&mut self, origin: &str, summary: &Summary) {
        self.comment(
            0,
            &format!(
                "Imported by failscape {} from {origin}.",
                env!("CARGO_PKG_VERSION")
            ),
        );
        for (title, lines) in summary.sections() {
            self.0.push_str("#\n");
            self.comment(0, &format!("{}:", capital(title)));
            for line in lines {
                self.comment(0, &format!("- {line}"));
            }
        }
        self.blank();
    }

    fn regions(&mut self, system: &System) {
        self.line(0, "regions:", "");
        let assumed = ZONES.join(", ");
        for (name, zones) in &system.regions {
            if zones.is_empty() {
                self.line(
                    2,
                    &format!("{}: {{ zones: [{assumed}] }}", quoted(name)),
                    "from the file; its zones are assumed",
                );
            } else {
                let zones: Vec<String> = zones.iter().map(|zone| quoted(zone)).collect();
                self.line(
                    2,
                    &format!("{}: {{ zones: [{}] }}", quoted(name), zones.join(", ")),
                    "from the file",
                );
            }
        }
        let numbered: &[&str] = match system.regions.len() {
            0 => &["region-1", "region-2"],
            1 => &["second-region"],
            _ => &[],
        };
        for name in numbered {
            self.line(2, &format!("{name}: {{ zones: [{assumed}] }}"), "assumed");
        }
    }

    fn services(&mut self, system: &System, journeys: &Journeys) {
        self.line(0, "services:", "");
        let calls = system.calls_by_caller();
        for (name, part) in &system.parts {
            match &part.kind {
                Kind::External => self.external(name, part),
                Kind::AnyOf(members) => self.any_of(name, members),
                Kind::Replicated => {
                    let own = calls.get(name.as_str()).map(Vec::as_slice);
                    self.replicated(name, part, own, system);
                }
            }
        }
        if let Some(everything) = &journeys.everything {
            self.everything(everything, system);
        }
    }

    fn external(&mut self, name: &str, part: &Part) {
        let text = format!(
            "{}: {{ external: true, mtbf: 90d, mttr: 30m }}",
            quoted(name)
        );
        self.line(2, &text, "mtbf and mttr are assumed");
        for remark in &part.remarks {
            self.comment(4, remark);
        }
    }

    fn any_of(&mut self, name: &str, members: &[String]) {
        let members: Vec<String> = members.iter().map(|member| quoted(member)).collect();
        self.line(2, &format!("{}:", quoted(name)), "");
        self.line(
            4,
            "replicas: 0",
            "a name for several workloads behind one Service: any of them will do",
        );
        self.line(
            4,
            &format!("calls: [ {{ any: [{}] }} ]", members.join(", ")),
            "",
        );
    }

    fn replicated(
        &mut self,
        name: &str,
        part: &Part,
        calls: Option<&[(&str, &Call)]>,
        system: &System,
    ) {
        self.line(2, &format!("{}:", quoted(name)), "");
        for remark in &part.remarks {
            self.comment(4, remark);
        }
        if part.makes_load {
            self.comment(4, "makes requests for a test: no journey needs it");
        }
        if !part.regions.is_empty() && system.regions.len() > 1 {
            self.comment(
                4,
                &format!("seen in {}", list(part.regions.iter().map(String::as_str))),
            );
        }
        let (replicas, why) = match &part.replicas {
            Some((n, why)) => (*n, why.clone()),
            None => (1, "assumed: not in the files".to_owned()),
        };
        self.line(4, &format!("replicas: {replicas}"), &why);
        let (needs, why) = match &part.needs {
            Some((n, why)) => ((*n).min(replicas), why.clone()),
            None if replicas == 1 => (1, String::new()),
            None => (1, "assumed: one copy carries the load".to_owned()),
        };
        if replicas > 1 || part.needs.is_some() {
            self.line(4, &format!("needs: {needs}"), &why);
        }
        if let Some(data) = &part.data {
            match data.size {
                Some(size) => self.line(
                    4,
                    &format!("data: {{ size: {} }}", size_text(size)),
                    &format!("{}; the size is that from the file", data.why),
                ),
                None => self.line(
                    4,
                    "data: { size: 10GB }",
                    &format!("{}; the size is assumed", data.why),
                ),
            }
        }
        if part.takes_over && replicas > 1 {
            self.line(
                4,
                "takeover: 90s",
                "assumed: one copy is primary, another takes over",
            );
        }
        if !part.starts_after.is_empty() {
            let names: Vec<&str> = part.starts_after.iter().map(String::as_str).collect();
            self.comment(
                4,
                &format!(
                    "starts after {}: an order, and no calls by that alone",
                    names.join(", ")
                ),
            );
        }
        if let Some(calls) = calls {
            self.calls(calls);
        }
    }

    fn calls(&mut self, calls: &[(&str, &Call)]) {
        self.line(4, "calls:", "");
        for (to, call) in calls {
            let text = match call.kind {
                CallKind::Required => format!("- {}", quoted(to)),
                CallKind::Optional => format!("- {{ service: {}, kind: optional }}", quoted(to)),
                CallKind::Async => format!("- {{ service: {}, kind: async }}", quoted(to)),
            };
            self.line(6, &text, &reason(call));
        }
    }

    /// A service of logic only that requires all others.
    fn everything(&mut self, name: &str, system: &System) {
        let members: BTreeSet<&String> = system
            .parts
            .values()
            .filter_map(|part| match &part.kind {
                Kind::AnyOf(members) => Some(members),
                _ => None,
            })
            .flatten()
            .collect();
        let watchers = system.watchers();
        self.line(2, &format!("{}:", quoted(name)), "");
        self.line(
            4,
            "replicas: 0",
            "assumed: as no calls are known, a request needs all of these",
        );
        self.line(4, "calls:", "");
        for (part_name, part) in &system.parts {
            if part.makes_load || members.contains(part_name) {
                continue;
            }
            if part.is_aside || watchers.contains(part_name.as_str()) {
                let text = format!("- {{ service: {}, kind: optional }}", quoted(part_name));
                self.line(6, &text, "assumed: requests do without it");
            } else {
                self.line(6, &format!("- {}", quoted(part_name)), "");
            }
        }
    }

    fn journeys(&mut self, system: &System, journeys: &Journeys) {
        self.line(0, "journeys:", "");
        if let Some(everything) = &journeys.everything {
            self.line(
                2,
                &format!("all: {{ entry: {} }}", quoted(everything)),
                "assumed",
            );
            return;
        }
        let total: u64 = journeys
            .list
            .iter()
            .filter_map(|journey| journey.requests)
            .sum();
        // The largest takes what is left, so that shares add up to one.
        let largest = journeys
            .list
            .iter()
            .max_by_key(|journey| journey.requests)
            .map(|journey| &journey.entry);
        for journey in &journeys.list {
            let entry = quoted(&journey.entry);
            match journey.requests {
                Some(n) if total > 0 => {
                    let share = if Some(&journey.entry) == largest {
                        String::new()
                    } else {
                        let share = (n as f64 / total as f64 * 1e6).floor().max(1.0) / 1e6;
                        format!(", share: {share}")
                    };
                    self.line(
                        2,
                        &format!("{entry}: {{ entry: {entry}{share} }}"),
                        &format!("{}: {n} of {total} requests", journey.why),
                    );
                }
                _ => self.line(2, &format!("{entry}: {{ entry: {entry} }}"), &journey.why),
            }
        }
        if let Some(traffic) = system.traffic {
            let rate = traffic.requests as f64 / traffic.seconds;
            self.comment(0, &format!("traffic: {{ rate: {}/s }}   # {} requests within {:.0} s of the traces; how many were not sampled is not known", rate_text(rate), traffic.requests, traffic.seconds));
        }
    }

    fn faults(&mut self, system: &System) {
        let runs = system
            .parts
            .values()
            .any(|part| part.kind == Kind::Replicated);
        self.line(
            0,
            "faults:",
            "all assumed: no file says how often things fail",
        );
        for (name, text) in FAULTS {
            let is_of_services = matches!(name, "replica-failure" | "bad-deploy");
            if runs || !is_of_services {
                self.line(2, &format!("{name}: {text}"), "");
            }
        }
    }
}

/// Why a call is there, and why it is of its kind.
fn reason(call: &Call) -> String {
    let mut why = match call.evidence {
        Evidence::Seen => format!("{} in the traces", calls_text(call.count)),
        Evidence::Stated if call.count.is_some() => {
            format!("{} in the file", calls_text(call.count))
        }
        Evidence::Stated => "stated in the file".to_owned(),
        Evidence::Address if call.kind == CallKind::Async => {
            "telemetry, by the name of the variable that holds its address".to_owned()
        }
        Evidence::Address => "a variable holds its address".to_owned(),
        Evidence::StartOrder => "start order, taken for a call".to_owned(),
    };
    if let Some(cycle) = &call.cycle {
        let _ = write!(
            why,
            "; optional only because it closes the cycle {}",
            shown(cycle)
        );
    }
    why
}

fn calls_text(count: Option<u64>) -> String {
    match count {
        Some(1) => "1 call".to_owned(),
        Some(n) => format!("{n} calls"),
        None => "seen".to_owned(),
    }
}

/// A size in a unit that the model language knows, never 0.
fn size_text(bytes: u64) -> String {
    let bytes = bytes as f64;
    let (unit, size) = match bytes {
        b if b >= 1e12 => ("TB", b / 1e12),
        b if b >= 1e9 => ("GB", b / 1e9),
        b if b >= 1e6 => ("MB", b / 1e6),
        b => ("KB", (b / 1e3).max(0.001)),
    };
    format!("{}{unit}", (size * 1000.0).round() / 1000.0)
}

/// A rate with three digits that matter.
fn rate_text(rate: f64) -> String {
    let digits = (2 - rate.log10().floor() as i32).clamp(0, 9) as usize;
    format!("{rate:.digits$}")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}
