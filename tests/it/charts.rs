//! Charts: whole documents, honest captions, hostile names inert.

use std::path::PathBuf;

use failscape::chart::{self, Chart};
use failscape::report;
use failscape::results::{
    BaselineReport, BaselineRow, Comparison, DrillInterval, DrillStudy, FigureUnit, GateReport,
    GateVerdict, PhaseLoss, RecommendStudy, Results, Standing, TopologyResult,
};
use failscape::study::recommend::{
    About, Confirmed, Design, Found, Move, MoveKind, Quest, Tried, finalists, recommended,
};

use crate::fixture;

fn variants() -> Vec<(&'static str, Comparison)> {
    vec![
        ("seven", fixture::seven_patterns()),
        ("one", fixture::one_topology()),
        ("twelve", fixture::twelve_topologies()),
        ("zero", fixture::all_zero()),
        ("unpriced", fixture::unpriced()),
        ("hostile", fixture::hostile()),
        ("long", fixture::hostile_and_long()),
        ("extreme", fixture::extreme()),
    ]
}

fn each(check: impl Fn(&str, &Comparison, &Chart)) {
    for (variant, comparison) in variants() {
        for chart in chart::all(&comparison) {
            check(&format!("{variant}/{}", chart.name), &comparison, &chart);
        }
    }
}

#[test]
fn every_variant_has_all_its_charts() {
    for (variant, comparison) in variants() {
        let names: Vec<&str> = chart::all(&comparison)
            .iter()
            .map(|chart| chart.name)
            .collect();
        let expected = [
            "cost-availability",
            "unavailability",
            "downtime",
            "recovery",
            "attribution",
            "cost",
            "timeline",
            "graph",
        ];
        // One topology alone is not set against cost.
        let expected = match comparison.results.topologies.len() {
            0 | 1 => &expected[1..],
            _ => &expected[..],
        };
        assert_eq!(names, expected, "{variant}");
    }
}

/// Phases of downtime have a chart where some topology has them, whatever their number; a wait is named.
#[test]
fn phases_of_downtime_are_drawn() {
    let (_, mut comparison) = variants().remove(0);
    for (at, topology) in comparison.results.topologies.iter_mut().enumerate().skip(1) {
        topology.phases = (0..10)
            .map(|k| PhaseLoss {
                phase: if k == 0 {
                    "waiting-for-dependency".to_owned()
                } else {
                    format!("phase-{k}")
                },
                on: (k == 0).then(|| "dns & <api>".to_owned()),
                share: if k == at % 10 { 0.55 } else { 0.05 },
                unavailability: topology.unavailability.clone(),
            })
            .collect();
    }
    let charts = chart::all(&comparison);
    let drawn = charts.iter().find(|chart| chart.name == "phases").unwrap();
    let first = &comparison.results.topologies[0].name;
    assert!(!drawn.svg.contains(&format!(">{first}<")));
    assert!(drawn.svg.contains("waiting for dns &amp; &lt;api&gt;"));
    assert!(drawn.svg.contains("other phases") && drawn.svg.contains("55 %"));
    assert!(chart::png(&drawn.svg).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn every_chart_is_a_whole_document_and_becomes_a_picture() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("charts");
    for (variant, comparison) in variants() {
        let folder = folder.join(variant);
        std::fs::create_dir_all(&folder).unwrap();
        for chart in chart::all(&comparison) {
            let pixels = chart::png(&chart.svg)
                .unwrap_or_else(|error| panic!("{variant}/{}: {error}", chart.name));
            assert!(pixels.starts_with(b"\x89PNG"));
            std::fs::write(folder.join(format!("{}.svg", chart.name)), &chart.svg).unwrap();
            std::fs::write(folder.join(format!("{}.png", chart.name)), pixels).unwrap();
        }
    }
    let graph = chart::deployment_graph(&fixture::large_layout());
    std::fs::write(folder.join("large.svg"), &graph.svg).unwrap();
    std::fs::write(folder.join("large.png"), chart::png(&graph.svg).unwrap()).unwrap();
}

#[test]
fn every_chart_states_model_trials_seed_and_level() {
    each(|name, comparison, chart| {
        assert!(
            chart.caption.contains("10,000 trials a topology"),
            "{name}: {}",
            chart.caption
        );
        assert!(
            chart.caption.contains("seed 7"),
            "{name}: {}",
            chart.caption
        );
        assert!(
            chart.caption.contains("95 % intervals"),
            "{name}: {}",
            chart.caption
        );
        if comparison.results.model == "online-shop" {
            assert!(
                chart.caption.contains("Model online-shop"),
                "{name}: {}",
                chart.caption
            );
            assert!(chart.svg.contains("online-shop"), "{name}");
        }
        assert!(!chart.title.is_empty() && !chart.alt.is_empty(), "{name}");
    });
}

#[test]
fn no_chart_says_that_something_is_not_a_number() {
    each(|name, _, chart| {
        let drawing = chart.inline();
        for word in [
            "NaN",
            "\"inf",
            ",inf",
            ">inf",
            " inf ",
            "-2147483648",
            "2147483647",
        ] {
            assert!(!drawing.contains(word), "{name} contains {word}");
        }
        assert!(
            chart.svg.len() < 150_000,
            "{name} takes {} bytes",
            chart.svg.len()
        );
    });
}

#[test]
fn hostile_names_are_inert() {
    for chart in chart::all(&fixture::hostile()) {
        for text in [&chart.svg, &chart.inline()] {
            let lower = text.to_lowercase();
            assert!(
                !lower.contains("<script") && !lower.contains("<b ") && !lower.contains("]]>"),
                "{}",
                chart.name
            );
            assert!(!text.contains('\u{1}'), "{}", chart.name);
        }
    }
    let dot = chart::dot(&fixture::hostile().layouts[4]);
    assert!(!dot.contains("<script"), "{dot}");
}

/// Gates of which one is met, one missed and one not decided, and a baseline, about the topologies of a run.
fn asked(results: &Results) -> GateReport {
    let first = results.topologies[0].name.clone();
    let verdict = |standing, found: Option<f64>, note: Option<&str>| GateVerdict {
        gate: format!("{first}:availability>=99%"),
        topology: first.clone(),
        figure: "availability".to_owned(),
        operator: ">=".to_owned(),
        target: 0.99,
        unit: FigureUnit::Share,
        found,
        low: found.map(|found| found - 0.001),
        high: found.map(|found| found + 0.001),
        standing,
        note: note.map(str::to_owned),
    };
    GateReport {
        standing: Standing::Missed,
        gates: vec![
            verdict(Standing::Met, Some(0.995), None),
            verdict(Standing::Missed, Some(0.985), None),
            verdict(Standing::Undecided, None, Some("no outage was seen")),
        ],
        baseline: Some(BaselineReport {
            source: first.clone(),
            tolerance: 0.05,
            rows: vec![BaselineRow {
                topology: first.clone(),
                figure: "unavailability".to_owned(),
                unit: FigureUnit::Share,
                before: 0.002,
                after: 0.001,
                difference: -0.001,
                low: -0.002,
                high: -0.0005,
                method: "independent".to_owned(),
                standing: Standing::Met,
            }],
            new: vec![first],
            missing: Vec::new(),
            notes: Vec::new(),
        }),
    }
}

#[test]
fn the_page_shows_gates_where_something_was_asked() {
    let mut comparison = fixture::seven_patterns();
    let page = report::page(&comparison, &[]).unwrap();
    assert!(!page.contains("id=\"gates\""));
    comparison.results.gate = Some(asked(&comparison.results));
    let page = report::page(&comparison, &[]).unwrap();
    let (_, section) = page.split_once("<section id=\"gates\"").unwrap();
    let (section, _) = section.split_once("</section>").unwrap();
    for word in [
        "Gates: missed: 1 of 4, and 1 undecided.",
        ">met<",
        ">missed<",
        ">undecided<",
        ">better<",
        "no outage was seen",
        "99.5",
        "Against the baseline",
        "worse is more than",
    ] {
        assert!(section.contains(word), "{word}: {section}");
    }
}

#[test]
fn the_page_is_whole_and_makes_no_request() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pages");
    std::fs::create_dir_all(&folder).unwrap();
    for (variant, mut comparison) in variants() {
        comparison.results.gate = Some(asked(&comparison.results));
        let page = report::page(&comparison, &chart::all(&comparison)).unwrap();
        std::fs::write(folder.join(format!("{variant}.html")), &page).unwrap();
        assert!(
            page.contains("default-src 'none'; script-src 'sha256-")
                && !page.contains("unsafe-eval")
                && !page.contains("script-src 'unsafe-inline'"),
            "{variant}"
        );
        assert!(page.len() < 3_000_000, "{variant} has {} bytes", page.len());
        // Two scripts and the data that they draw, all three at the end.
        assert_eq!(page.matches("<script").count(), 3, "{variant}");
        let (words, _) = page.split_once("<script").unwrap();
        for outward in [
            "http://",
            "https://",
            "<link",
            "<iframe",
            "javascript:",
            "@import",
        ] {
            let found = words
                .replace("http://www.w3.org/2000/svg", "")
                .to_lowercase()
                .contains(outward);
            assert!(!found, "{variant} contains {outward}");
        }
        let charts = chart::all(&comparison).len();
        assert_eq!(page.matches("<figure ").count(), charts, "{variant}");
        assert_eq!(page.matches("<figcaption>").count(), charts, "{variant}");
        assert_eq!(
            page.matches("@font-face").count(),
            2,
            "{variant}: the font is carried once"
        );
        assert!(
            !words.contains("NaN") && !words.contains("<th>"),
            "{variant}: every heading says its scope"
        );
    }
}

#[test]
fn the_page_says_what_the_figures_rest_on() {
    let comparison = fixture::seven_patterns();
    let page = report::page(&comparison, &chart::all(&comparison)).unwrap();
    for said in [
        "Which topology should online-shop run on",
        "99.946 %",
        "99.942–99.950 %",
        "seed",
        "10,000",
        "fb617d8",
        "b1946ac92492d2347c6235b4d2611184",
        "bca-gamma",
        "own incident log",
    ] {
        assert!(page.contains(said), "the page does not say {said}");
    }
    let unpriced = fixture::unpriced();
    let page = report::page(&unpriced, &chart::all(&unpriced)).unwrap();
    assert!(page.contains("No topology is recommended, because costs are not priced."));
}

#[test]
fn hostile_names_are_inert_on_the_page() {
    let comparison = fixture::hostile();
    let page = report::page(&comparison, &chart::all(&comparison)).unwrap();
    assert!(
        !page.contains("<script>alert")
            && !page.contains("<b onload")
            && !page.contains("<img src=x"),
        "names are escaped"
    );
    assert!(page.contains("{{7*7}}"), "templates in names are not run");
    assert!(!page.contains('\u{1}') && !page.contains('\u{202e}'));
}

#[test]
fn dot_names_every_call_and_region() {
    let layout = &fixture::seven_patterns().layouts[4];
    let dot = chart::dot(layout);
    assert_eq!(dot.matches("subgraph cluster_").count(), 2);
    assert_eq!(dot.matches(" -> ").count(), 2 * layout.calls.len());
    assert_eq!(dot.matches('{').count(), dot.matches('}').count());
}

/// A study of drills whose intervals have the figures of the topologies of a comparison, the last being never.
fn study(comparison: &Comparison) -> DrillStudy {
    let topologies = &comparison.results.topologies;
    let never = topologies.len() - 1;
    let name = topologies[never].name.clone();
    let intervals = topologies.iter().enumerate().map(|(index, topology)| {
        let days = 7 << index;
        DrillInterval {
            every_hours: (index < never).then_some(24.0 * f64::from(days)),
            label: if index < never {
                format!("every {days}d")
            } else {
                "never".to_owned()
            },
            trials: topology.trials,
            unavailability: topology.unavailability.clone(),
            downtime_minutes_per_year: topology.downtime_minutes_per_year.clone(),
            cost_per_month: topology.cost_per_month.clone(),
        }
    });
    let is_priced =
        |topology: &TopologyResult| topology.cost_per_month.total_with_failure.is_some();
    DrillStudy {
        name,
        pattern: "hot-standby".to_owned(),
        kind: "gameday".to_owned(),
        horizon_hours: 8760.0,
        level: 0.95,
        partial: true,
        intervals: intervals.collect(),
        most_available: never / 2,
        cheapest: topologies.iter().all(is_priced).then_some(0),
        differences: Vec::new(),
    }
}

#[test]
fn the_chart_of_drills_is_whole_whatever_the_figures() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("drills");
    std::fs::create_dir_all(&folder).unwrap();
    for (variant, comparison) in variants() {
        let study = study(&comparison);
        let chart = chart::drills(&comparison.results.model, &study, "USD", 7);
        let pixels = chart::png(&chart.svg).unwrap();
        std::fs::write(folder.join(format!("{variant}.png")), pixels).unwrap();
        let drawing = chart.inline();
        let lower = chart.svg.to_lowercase();
        for word in ["nan", "inf<", "-2147483648", "2147483647", "<script", "]]>"] {
            let found = match word {
                "nan" => drawing.contains("NaN"),
                other => lower.contains(other),
            };
            assert!(!found, "{variant} contains {word}");
        }
        for said in ["seed 7", "95 % intervals", "10,000 trials", "cut short"] {
            assert!(chart.caption.contains(said), "{variant}: {}", chart.caption);
        }
        // One plot without prices, two with them; never has a place of its own in each.
        let plots = if study.cheapest.is_some() { 2 } else { 1 };
        assert_eq!(drawing.matches("\nnever: ").count(), plots, "{variant}");
        assert_eq!(
            chart.caption.contains("not priced"),
            plots == 1,
            "{variant}"
        );
    }
}

/// The topologies of a comparison as changes of the first.
fn changes(comparison: &Comparison) -> RecommendStudy {
    let results = &comparison.results;
    let start = Design::of(&results.topologies[0].name);
    let tried = results
        .topologies
        .iter()
        .enumerate()
        .map(|(index, result)| {
            let other = Move {
                kind: MoveKind::Pattern,
                words: format!("{} instead", result.name),
                slot: "design".to_owned(),
                changes: Vec::new(),
                topology: Some(result.name.clone()),
                not_priced: (index % 2 == 1).then(|| "people".to_owned()),
            };
            let is_start = index == 0;
            Tried {
                design: if is_start {
                    start.clone()
                } else {
                    start.with(&other)
                },
                result: result.clone(),
            }
        });
    let found = Found {
        tried: tried.collect(),
        singles: (1..results.topologies.len()).collect(),
        pairs: Vec::new(),
        pairs_not_played: 3,
        cut_short: true,
    };
    let quest = Quest {
        objectives: results.objectives.clone(),
        changes: 3,
        level: 0.95,
    };
    let chosen = finalists(&found, &quest, 100);
    let again: Vec<TopologyResult> = (chosen.designs.iter())
        .map(|index| found.tried[*index].result.clone())
        .collect();
    let confirmed = Confirmed {
        results: &again,
        differences: &results.differences,
        partial: true,
    };
    let about = About {
        horizon_hours: 8760.0,
        currency: results.currency.clone(),
        search_trials: 400,
        search_seed: 8,
        left_out: Vec::new(),
    };
    recommended(&found, &chosen, &confirmed, &quest, about)
}

#[test]
fn the_chart_and_the_words_of_changes_are_whole_whatever_the_figures() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("changes");
    std::fs::create_dir_all(&folder).unwrap();
    for (variant, comparison) in variants() {
        let study = changes(&comparison);
        let model = &comparison.results.model;
        let chart = chart::changes(model, &study, 7);
        let pixels = chart::png(&chart.svg).unwrap();
        std::fs::write(folder.join(format!("{variant}.png")), pixels).unwrap();
        let text = report::recommend_text(model, &study, 7, 100);
        let markdown = report::recommend_markdown(model, &study, 7);
        report::recommend_csv(&study).unwrap();
        let drawing = chart.inline();
        for shown in [&drawing, &text, &markdown] {
            for word in ["NaN", "2147483648", "2147483647", "\u{202e}", "\u{1}"] {
                assert!(
                    !shown.contains(word),
                    "{variant} contains {word:?}: {shown}"
                );
            }
        }
        assert!(
            !markdown.contains("<script") && !drawing.contains("<script"),
            "{variant}"
        );
        assert!(
            text.contains("cut short before all was tried"),
            "{variant}: {text}"
        );
        if comparison.results.topologies.len() > 1 {
            assert_eq!(study.ranking.len(), comparison.results.topologies.len() - 1);
            for said in ["seed 7", "95 % intervals", "cut short"] {
                assert!(chart.caption.contains(said), "{variant}: {}", chart.caption);
            }
        }
    }
}
