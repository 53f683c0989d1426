//! Charts: whole documents, honest captions, hostile names inert.

use std::path::PathBuf;

use failscape::chart::{self, Chart};
use failscape::results::Comparison;

use crate::fixture;

fn variants() -> Vec<(&'static str, Comparison)> {
    vec![
        ("seven", fixture::seven_patterns()),
        ("one", fixture::one_topology()),
        ("twelve", fixture::twelve_topologies()),
        ("zero", fixture::all_zero()),
        ("unpriced", fixture::unpriced()),
        ("hostile", fixture::hostile()),
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
fn every_variant_has_all_eight_charts() {
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
        assert_eq!(names, expected, "{variant}");
    }
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
        for word in ["NaN", ">inf", "\"inf", "-2147483648", "2147483647"] {
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

#[test]
fn dot_names_every_call_and_region() {
    let layout = &fixture::seven_patterns().layouts[4];
    let dot = chart::dot(layout);
    assert_eq!(dot.matches("subgraph cluster_").count(), 2);
    assert_eq!(dot.matches(" -> ").count(), 2 * layout.calls.len());
    assert_eq!(dot.matches('{').count(), dot.matches('}').count());
}
