//! Files that cannot be a model at all, and models that are too large, too deep, or changed at random.

#![allow(
    clippy::unwrap_used,
    clippy::format_push_string,
    clippy::format_collect
)] // Tests may fail and be slow.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use failscape::model;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// What is said about a file, which must be said at once.
fn refusal(path: &Path) -> String {
    let start = Instant::now();
    let errors = model::load(path).expect_err("a bad file").to_string();
    assert!(start.elapsed() < Duration::from_secs(10), "{errors}");
    errors
}

/// What is said about a file with these bytes.
fn refusal_of(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.yaml");
    fs::write(&path, bytes).unwrap();
    refusal(&path)
}

/// A model that loads, with the parts of the language that it has most of.
const VALID: &str = model::STARTER;

#[test]
fn a_missing_file_and_a_directory_are_named() {
    let folder = tempfile::tempdir().unwrap();
    assert!(refusal(&folder.path().join("none.yaml")).contains("no file"));
    assert!(refusal(folder.path()).contains("is a directory"));
}

#[test]
fn binary_and_wrongly_encoded_files_are_refused() {
    assert!(refusal_of(b"\x7fELF\x02\x01\x01\x00\x00").contains("is a binary file"));
    assert!(refusal_of(b"model: shop\nname: \xff\xfe\n").contains("line 2 has an invalid byte"));
    assert!(refusal_of(b"\xff\xfem\x00o\x00").contains("UTF-16"));
    assert!(refusal_of(b"").contains("empty"));
    assert!(refusal_of(b"\n\n").contains("empty"));
}

#[test]
fn a_file_of_200_megabytes_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.yaml");
    fs::File::create(&path)
        .unwrap()
        .set_len(200_000_000)
        .unwrap();
    let start = Instant::now();
    assert!(refusal(&path).contains("has 200 MB; a model has at most 16 MB"));
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[cfg(unix)]
#[test]
fn what_is_not_a_regular_file_is_refused() {
    assert!(refusal(Path::new("/dev/zero")).contains("is not a regular file"));
}

#[test]
fn control_characters_never_reach_the_terminal() {
    for text in [
        "model: \"a\\u001b[2Jb\"\n",
        "model: a\x1b[2Jb\n",
        "model: x\n\x1b[2J: 3\n",
        "model: \u{202e}abc\nfoo: 1\n",
    ] {
        let shown = refusal_of(text.as_bytes());
        assert!(!shown.contains(['\x1b', '\u{202e}']), "{shown}");
    }
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = String::from("model: bomb\na0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert!(refusal_of(text.as_bytes()).contains("more than 500000 values"));
    let mut merges = String::from("model: bomb\nm0: &m0 { a: 1, b: 2, c: 3 }\n");
    for level in 1..40 {
        merges.push_str(&format!(
            "m{level}: &m{level} {{ <<: [*m{0}, *m{0}], x{level}: [*m{0}, *m{0}] }}\n",
            level - 1
        ));
    }
    assert!(refusal_of(merges.as_bytes()).contains("more than 500000 values"));
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [("[", "]"), ("{ a: ", "}"), ("- ", "")] {
        let text = format!(
            "model: deep\nx: {}1{}\n",
            open.repeat(100_000),
            close.repeat(100_000)
        );
        assert!(!refusal_of(text.as_bytes()).is_empty());
    }
    let mut block = String::new();
    for depth in 0..2000 {
        block.push_str(&format!("{}a:\n", " ".repeat(depth)));
    }
    assert!(refusal_of(block.as_bytes()).contains("nested too deeply"));
    let chain: String = (1..5000)
        .map(|n| format!("a{n}: &a{n} [*a{}]\n", n - 1))
        .collect();
    assert!(
        refusal_of(format!("model: deep\na0: &a0 [1]\n{chain}").as_bytes())
            .contains("nested too deeply")
    );
}

#[test]
fn one_very_long_line_is_cut_around_the_mistake() {
    let names: Vec<String> = (0..100_000)
        .map(|n| format!("\"s{n}\": {{\"replicas\": 1}}"))
        .collect();
    let text = format!(
        "{{\"model\": \"wide\", \"services\": {{{}, \"z\": {{\"replica\": 2}}}}}}",
        names.join(", ")
    );
    let shown = refusal_of(text.as_bytes());
    assert!(
        shown.contains("did you mean `replicas`?"),
        "{}",
        &shown[..2000.min(shown.len())]
    );
    assert!(shown.len() < 20_000);
}

#[test]
fn a_long_chain_of_services_is_checked_without_overflow() {
    let mut text =
        String::from("model: chain\nregions: { east: { zones: 3 } }\nfaults: {}\nservices:\n");
    for n in 0..20_000 {
        text.push_str(&format!("  s{n}: {{ calls: [s{}] }}\n", n + 1));
    }
    text.push_str("  s20000: {}\n");
    model::load_str("chain", &text, None).unwrap();
    text.push_str("  back: { calls: [s0] }\n");
    let shown = model::load_str(
        "chain",
        &text.replace("s20000: {}", "s20000: { calls: [back] }"),
        None,
    )
    .unwrap_err()
    .to_string();
    assert!(
        shown.contains("required calls form a cycle: `s0 -> s1 -> "),
        "{}",
        &shown[..500]
    );
}

#[test]
fn thousands_of_mistakes_are_counted_not_all_shown() {
    let mut text =
        String::from("model: x\nregions: { east: { zones: 3 } }\nfaults: {}\nservices:\n");
    for n in 0..3000 {
        text.push_str(&format!("  s{n}: {{ replica: 1, calls: [nobody] }}\n"));
    }
    let shown = refusal_of(text.as_bytes());
    assert!(
        shown
            .trim_end()
            .ends_with("6000 problems, 5950 of them not shown"),
        "{}",
        &shown[shown.len() - 200..]
    );
}

#[cfg(unix)]
#[test]
fn observed_times_are_read_only_from_below_the_folder_of_the_model() {
    let folder = tempfile::tempdir().unwrap();
    let (inside, outside) = (
        folder.path().join("inside"),
        folder.path().join("outside.csv"),
    );
    fs::create_dir_all(inside.join("data")).unwrap();
    for path in [&outside, &inside.join("data/times.csv")] {
        fs::write(path, "n,repair\n1,12m\n2,3h\n").unwrap();
    }
    std::os::unix::fs::symlink(&outside, inside.join("link.csv")).unwrap();
    let model_with = |file: &str| {
        let path = inside.join("model.yaml");
        let mut text = fs::File::create(&path).unwrap();
        write!(
            text,
            "model: x\nregions: {{ e: {{ zones: 1 }} }}\nservices: {{ a: {{}} }}\n"
        )
        .unwrap();
        writeln!(
            text,
            "faults: {{ f: {{ hits: zone, mtbf: 1y, mttr: {{ empirical: \"{file}#repair\" }} }} }}"
        )
        .unwrap();
        model::load(&path)
    };
    let first = model_with("data/times.csv").unwrap();
    assert_eq!(
        first.faults["f"].renewal.mttr,
        model::Distribution::Empirical([720.0, 10_800.0].into())
    );
    assert!(
        model_with("link.csv")
            .unwrap_err()
            .to_string()
            .contains("outside")
    );
    assert!(
        model_with("data/../../outside.csv")
            .unwrap_err()
            .to_string()
            .contains("outside")
    );
    fs::write(inside.join("data/times.csv"), "n,repair\n1,13m\n").unwrap();
    assert_ne!(
        first.hash,
        model_with("data/times.csv").unwrap().hash,
        "the hash covers the observed times"
    );
}

#[test]
fn errors_are_coloured_only_on_request() {
    let errors = model::load_str("x", "model: 1\n", None).unwrap_err();
    assert!(errors.render(true).contains('\x1b'));
    assert!(!errors.render(false).contains('\x1b'));
}

/// A change of a text at a place.
#[derive(Debug, Clone)]
enum Change {
    Remove(usize),
    Insert(String),
    Copy(usize),
    SwapLines,
}

fn change() -> impl Strategy<Value = Change> {
    let tokens = [
        "{",
        "}",
        "[",
        "]",
        ":",
        ": ",
        ",",
        "-",
        "\n",
        "  ",
        "\t",
        "&a ",
        "*a",
        "<<: ",
        "!x ",
        "\"",
        "'",
        "#",
        "0",
        "-1",
        "1e999",
        "99999999999999999999",
        "0s",
        "90",
        "1y",
        "%",
        "150%",
        "$",
        "never",
        "null",
        "~",
        "true",
        "replicas",
        "| ",
        "> ",
        "\u{feff}",
        "\u{0}",
        "é",
        "漢",
        "\r\n",
        "---\n",
        "? ",
        "mtbf",
        "lognormal",
        "NaN",
        ".inf",
        "1ms",
    ];
    prop_oneof![
        (1..40usize).prop_map(Change::Remove),
        proptest::sample::select(tokens.to_vec())
            .prop_map(|token| Change::Insert(token.to_owned())),
        (1..60usize).prop_map(Change::Copy),
        Just(Change::SwapLines),
    ]
}

fn apply(text: &mut String, change: &Change, at: f64) {
    let at = text.floor_char_boundary((at * text.len() as f64) as usize);
    match change {
        Change::Remove(length) => {
            let end = text.floor_char_boundary((at + length).min(text.len()));
            text.replace_range(at..end.max(at), "");
        }
        Change::Insert(token) => text.insert_str(at, token),
        Change::Copy(length) => {
            let end = text
                .floor_char_boundary((at + length).min(text.len()))
                .max(at);
            let copy = text[at..end].to_owned();
            let to = text.floor_char_boundary(text.len() - at);
            text.insert_str(to, &copy);
        }
        Change::SwapLines => {
            let mut lines: Vec<&str> = text.lines().collect();
            let count = lines.len().max(1);
            if count > 1 {
                lines.swap(at % count, at / 7 % count);
            }
            *text = lines.join("\n");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn a_model_changed_at_random_loads_or_is_refused_with_places(
        changes in proptest::collection::vec((change(), 0.0..1.0f64), 1..6),
    ) {
        let mut text = VALID.to_owned();
        for (change, at) in &changes {
            apply(&mut text, change, *at);
        }
        if let Err(errors) = model::load_str("changed.yaml", &text, None) {
            prop_assert!(!errors.problems().is_empty());
            let shown = errors.render(false);
            prop_assert!(!shown.contains("cannot be used"), "{}\n{}", shown, text);
            prop_assert!(errors.problems().iter().all(|problem| !problem.hint.is_empty()), "{}", shown);
        }
    }
}
