//! The page of a played scenario: what goes wrong, what users see of it on each topology, and what is known and assumed of it.
//!
//! Of the same parts as the report page (`html`): its style, its scripts and its policy. What stands in the tables is what the terminal
//! shows (`inject`). askama escapes every string; what is put in unescaped is made by [`crate::chart`], which escapes for itself.

use askama::Template;
use serde_json::{Value, json};

use super::format::{self, printable};
use super::html::PageError;
use super::html_script;
use super::html_spaces::unbroken;
use super::inject;
use super::live::{self, Behind};
use crate::chart::{self, Chart};
use crate::results::{InjectedTopology, Injection, JourneyTimeline};

/// Most that the charts of a page may take as data \[bytes\]: a page stays below 3 MB.
const MOST_DATA: usize = 1_400_000;
/// Journeys that have a chart of their own.
const JOURNEYS: usize = 6;

/// What a page says of where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct PlayedModel<'a> {
    /// Name of the model.
    pub name: &'a str,
    /// Its hash.
    pub hash: &'a str,
    /// Version of the program.
    pub version: &'a str,
}

/// The whole page, `index.html`; with charts if `still` is there: that of what users see.
pub fn injection_page(
    model: PlayedModel<'_>,
    injection: &Injection,
    still: Option<&Chart>,
) -> Result<String, PageError> {
    Ok(Page::new(model, injection, still).render()?)
}

#[derive(Template)]
#[template(path = "report/inject.html")]
struct Page {
    model: String,
    scenario: String,
    description: Option<String>,
    version: String,
    fonts: &'static str,
    dark_charts: String,
    policy: String,
    library: &'static str,
    script: &'static str,
    drawn: String,
    answer: Vec<String>,
    about: String,
    partial: bool,
    faults: Table,
    tables: Vec<Table>,
    notes: Vec<String>,
    figures: Vec<Figure>,
    source: Option<String>,
    known: Vec<String>,
    assumed: Vec<String>,
    made: Vec<(&'static str, String)>,
}

struct Table {
    title: String,
    headings: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

/// A figure, and lines below it: its interval, and what belongs to it.
struct Cell {
    main: String,
    below: Vec<String>,
}

struct Figure {
    name: String,
    title: String,
    caption: String,
    /// The same as a still picture; `None` where another figure shows it.
    svg: Option<String>,
    behind: Option<Behind>,
    is_live: bool,
}

impl Page {
    fn new(model: PlayedModel<'_>, injection: &Injection, still: Option<&Chart>) -> Self {
        let scenario = &injection.scenario;
        let (figures, charts) = still.map_or_else(
            || (Vec::new(), json!({})),
            |still| figures(model.name, injection, still),
        );
        let texts = |all: &[String]| all.iter().map(|text| printable(text)).collect();
        Page {
            model: printable(model.name),
            scenario: printable(&scenario.name),
            description: scenario.description.as_deref().map(printable),
            version: printable(model.version),
            fonts: chart::FONT_FACES,
            dark_charts: chart::dark_rules(),
            policy: html_script::policy(),
            library: html_script::LIBRARY,
            script: html_script::SCRIPT,
            drawn: html_script::embedded(&json!({
                "topologies": live::injected_topologies(injection),
                "charts": charts,
            })),
            answer: answer(injection),
            about: unbroken(&inject::about(injection)),
            partial: injection.partial,
            faults: faults(injection),
            tables: tables(injection),
            notes: (inject::notes(injection).iter())
                .map(|note| unbroken(&printable(note)))
                .collect(),
            figures,
            source: scenario.source.as_deref().map(printable),
            known: texts(&scenario.known),
            assumed: texts(&scenario.assumed),
            made: made(model, injection),
        }
    }
}

/// Which topology loses least and which most.
fn answer(injection: &Injection) -> Vec<String> {
    let lost = |topology: &&InjectedTopology| topology.requests_lost.mean;
    let all = &injection.topologies;
    let by_loss = |a: &&InjectedTopology, b: &&InjectedTopology| lost(a).total_cmp(&lost(b));
    let (Some(least), Some(most)) = (all.iter().min_by(by_loss), all.iter().max_by(by_loss)) else {
        return vec!["No topology was played.".to_owned()];
    };
    let loses = |topology: &InjectedTopology| {
        let what = if injection.rate_per_second.is_some() {
            " requests"
        } else {
            " of service for all users"
        };
        format!(
            "{} and is down for {}",
            with_spread(&inject::requests(&topology.requests_lost, injection), what),
            with_spread(&inject::time(&topology.down_seconds), "")
        )
    };
    let mut said = vec![match all.len() {
        1 => format!("{} loses {}.", printable(&least.name), loses(least)),
        _ => format!(
            "Of {} topologies {} loses least: {}.",
            all.len(),
            printable(&least.name),
            loses(least)
        ),
    }];
    if lost(&least) < lost(&most) {
        let worst: Vec<String> = (all.iter())
            .filter(|topology| lost(topology) == lost(&most))
            .map(|topology| printable(&topology.name))
            .collect();
        let (lose, each) = if worst.len() == 1 {
            ("loses", "")
        } else {
            ("lose", ", each")
        };
        said.push(format!(
            "{} {lose} most: {}{each}.",
            worst.join(" and "),
            loses(most)
        ));
    }
    said.iter().map(|text| unbroken(text)).collect()
}

/// A figure of a table as words of a sentence: what it counts, then its interval in brackets.
fn with_spread(cell: &str, what: &str) -> String {
    match cell.split_once('\n') {
        Some((main, spread)) => format!("{main}{what} ({spread})"),
        None => format!("{cell}{what}"),
    }
}

fn faults(injection: &Injection) -> Table {
    let rows = (1..)
        .zip(&injection.scenario.faults)
        .map(|(number, fault)| {
            let cell = |main: String| Cell {
                main: unbroken(&printable(&main)),
                below: Vec::new(),
            };
            let before = fault.at_seconds < 0.0;
            let at = format::duration(fault.at_seconds.abs());
            vec![
                cell(format!("{number}. {}", fault.place)),
                cell(fault.effect.clone()),
                cell(if before { format!("{at} before") } else { at }),
                cell(
                    fault
                        .lasts_seconds
                        .map_or_else(|| "drawn".to_owned(), format::duration),
                ),
                cell(fault.note.clone().unwrap_or_default()),
            ]
        });
    Table {
        title: "What goes wrong, and when".to_owned(),
        headings: ["Where", "What", "From", "For", "Note"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
    }
}

/// What the terminal shows as tables, each under what it tells.
fn tables(injection: &Injection) -> Vec<Table> {
    let all = [
        ("What users lose", Some(inject::losses(injection))),
        (
            "The difference, in the same trials",
            inject::differences(injection),
        ),
        ("How the first failover goes", inject::steps(injection)),
        ("Each journey", inject::journey_table(injection)),
        (
            "What is lost, by what the failover is doing",
            inject::phase_table(injection),
        ),
    ];
    let named = all
        .into_iter()
        .filter_map(|(title, rows)| Some((title, rows?)));
    named
        .map(|(title, rows)| Table {
            title: title.to_owned(),
            headings: rows[0].iter().map(|heading| capital(heading)).collect(),
            rows: rows[1..]
                .iter()
                .map(|row| row.iter().map(|cell| lines(cell)).collect())
                .collect(),
        })
        .collect()
}

fn lines(cell: &str) -> Cell {
    let mut lines = cell.lines().map(|line| unbroken(&printable(line)));
    Cell {
        main: lines.next().unwrap_or_default(),
        below: lines.collect(),
    }
}

fn capital(text: &str) -> String {
    let text = printable(text);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The still picture with its strips of phases; what users see over time, drawn by the page; and each journey, the most lost first.
fn figures(model: &str, injection: &Injection, still: &Chart) -> (Vec<Figure>, Value) {
    let mut drawn = serde_json::Map::new();
    let mut figures = vec![Figure {
        name: still.name.to_owned(),
        title: still.title.clone(),
        caption: unbroken(&still.caption),
        svg: Some(still.inline()),
        behind: None,
        is_live: false,
    }];
    let mut size = 0;
    let mut push = |name: String, title: String, svg: Option<String>, live: live::Live| {
        size += live.data.to_string().len();
        if size > MOST_DATA {
            return;
        }
        drawn.insert(name.clone(), live.data);
        figures.push(Figure {
            name,
            title,
            caption: unbroken(&caption(model, injection)),
            svg,
            behind: Some(live.behind),
            is_live: true,
        });
    };
    let all = live::success(injection, |topology| Some(&topology.all));
    push(
        "success".to_owned(),
        "Requests that succeed, moment by moment".to_owned(),
        None,
        all,
    );
    for (number, name) in (1..).zip(journeys(injection)) {
        let of = |topology: &InjectedTopology| topology.journeys.get(name).cloned();
        let alone = only(injection, name, of);
        push(
            format!("journey-{number}"),
            format!("What users of {} see", format::truncated(name, 60)),
            Some(chart::injection(model, &alone).inline()),
            live::success(injection, |topology| topology.journeys.get(name)),
        );
    }
    (figures, Value::Object(drawn))
}

/// Journeys with a chart of their own: none where one is all there are.
fn journeys(injection: &Injection) -> Vec<&str> {
    let Some(first) = injection.topologies.first() else {
        return Vec::new();
    };
    if first.journeys.len() < 2 {
        return Vec::new();
    }
    let lost = |name: &str| -> f64 {
        let of = |topology: &InjectedTopology| Some(topology.journeys.get(name)?.down_seconds.mean);
        injection.topologies.iter().filter_map(of).sum()
    };
    let mut names: Vec<&str> = first.journeys.keys().map(String::as_str).collect();
    // Stable: those that are down as long stay as in the file.
    names.sort_by(|a, b| lost(b).total_cmp(&lost(a)));
    names.truncate(JOURNEYS);
    names
}

/// A scenario as the users of one journey live it.
fn only(
    injection: &Injection,
    name: &str,
    of: impl Fn(&InjectedTopology) -> Option<JourneyTimeline>,
) -> Injection {
    let mut alone = injection.clone();
    alone.scenario.name = format!("{name}, {}", injection.scenario.name);
    for topology in &mut alone.topologies {
        if let Some(journey) = of(topology) {
            topology.requests_lost = journey.requests_lost.clone();
            topology.down_seconds = journey.down_seconds.clone();
            topology.all = journey;
        }
    }
    alone
}

fn caption(model: &str, injection: &Injection) -> String {
    let most = injection.topologies.iter().map(|topology| topology.trials);
    let band = if injection.topologies.iter().all(|topology| topology.exact) {
        "Nothing is drawn: the lines are exact."
    } else {
        "Lines: mean over the trials; areas: its interval."
    };
    format!(
        "{band} Model {}: {}; seed {}; {} intervals.",
        printable(model),
        format::trials(most.max().unwrap_or_default()),
        injection.seed,
        format::level(injection.level)
    )
}

fn made(model: PlayedModel<'_>, injection: &Injection) -> Vec<(&'static str, String)> {
    let background = match injection.background.as_str() {
        "random" => "everything else fails as the model says",
        _ => "everything else is healthy",
    };
    let drawn = injection.topologies.iter().map(|topology| {
        let trials = if topology.exact {
            "exact".to_owned()
        } else {
            format::trials(topology.trials)
        };
        format!("{}: {trials}", printable(&topology.name))
    });
    vec![
        ("Model", printable(model.name)),
        ("Hash of the model", printable(model.hash)),
        ("Background", background.to_owned()),
        ("Trials", drawn.collect::<Vec<_>>().join(", ")),
        ("Seed", injection.seed.to_string()),
        ("Intervals", format::level(injection.level)),
        (
            "Figures",
            "inject.json, inject.csv, timeline.csv and differences.csv, beside this page"
                .to_owned(),
        ),
        ("Program", format!("failscape {}", printable(model.version))),
    ]
}
