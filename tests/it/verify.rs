//! `failscape verify`: the table passes, a wrong reference fails, and scripts can rely on its form.

use std::collections::BTreeSet;
use std::path::Path;

use assert_cmd::Command;
use failscape::engine::TrialOutcome;
use failscape::montecarlo::{Observer, Progress};
use failscape::report::{verification, verification_markdown};
use failscape::verify::{Case, Played, Row, Table, Verdict, VerifySettings, library, verify};
use serde_json::Value;

/// Plays to the end.
struct Patient;

impl Observer for Patient {
    fn progress(&mut self, _progress: &Progress) {}
    fn should_stop(&mut self) -> bool {
        false
    }
    fn trial(&mut self, _trial: u64, _topology: usize, _outcome: &TrialOutcome) {}
    fn wants_trials(&self) -> bool {
        false
    }
}

fn case(name: &str) -> Case {
    let mut cases = library().cases.iter();
    cases.find(|case| case.name() == name).unwrap().clone()
}

fn rows(case: &Case, trials: Option<u64>) -> Vec<Row> {
    let settings = VerifySettings {
        trials,
        seed: None,
        threads: 1,
        level: library().level(),
    };
    match verify(library(), case, &settings, &mut Patient).unwrap() {
        Played::Rows(rows) => rows,
        Played::Stopped => panic!("nobody stops it"),
    }
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("failscape").unwrap();
    command.arg("verify").args(args);
    command
}

fn stdout(args: &[&str]) -> String {
    let output = command(args).assert().success().get_output().clone();
    String::from_utf8(output.stdout).unwrap()
}

/// What a user gets who types no option. One choice of a seed in a thousand fails.
#[test]
fn nothing_in_the_whole_table_differs() {
    let table: Value = serde_json::from_str(&stdout(&["--format", "json"])).unwrap();
    let rows = table["rows"].as_array().unwrap();
    let n_checks: usize = library().cases.iter().map(|case| case.checks.len()).sum();
    assert_eq!(rows.len(), n_checks);
    assert_eq!(table["counts"]["pass"], n_checks, "{}", table["counts"]);
    // Fewer would mean that something is now refused.
    let exact = rows.iter().filter(|row| !row["exact"].is_null()).count();
    assert_eq!(exact, 123);
    assert!(rows.iter().all(|row| !row["simulated"].is_null()));
}

#[test]
fn the_trials_of_a_case_tell_enough_to_pass() {
    for name in ["c05-3-of-5-2-crews", "c19-fixed", "c21-both"] {
        for row in rows(&case(name), None) {
            assert_eq!(row.verdict, Verdict::Pass, "{row:?}");
            let simulated = row.simulated.unwrap();
            assert!(simulated.tells && simulated.low < simulated.high);
        }
    }
}

#[test]
fn a_wrong_reference_fails_either_way() {
    let mut wrong = case("c05-1-of-3-1-crew");
    wrong.checks[0].value *= 1.05;
    wrong.checks[1].value *= 1.0 + 1e-8;
    let rows_of_wrong = rows(&wrong, None);
    let (unavailability, outages) = (&rows_of_wrong[0], &rows_of_wrong[1]);
    assert!(!unavailability.exact.as_ref().unwrap().agrees);
    assert!(!unavailability.simulated.as_ref().unwrap().agrees);
    assert!(unavailability.simulated.as_ref().unwrap().apart < -4.0);
    // Sampling cannot see the eighth digit; what was worked out does.
    assert!(!outages.exact.as_ref().unwrap().agrees);
    assert!(outages.simulated.as_ref().unwrap().agrees);
    assert!(rows_of_wrong.iter().all(|row| row.verdict == Verdict::Fail));

    // No route follows this one: sampling alone must see it.
    let mut wrong = case("rot-never-drilled");
    for check in &mut wrong.checks {
        check.value *= 1.25;
    }
    for row in rows(&wrong, None) {
        assert!(row.exact.is_none() && row.not_exact.is_some());
        assert_eq!(row.verdict, Verdict::Fail, "{row:?}");
    }
}

#[test]
fn what_few_trials_cannot_tell_is_said_and_is_no_failure() {
    let text = stdout(&["c24-fixed", "--trials", "20"]);
    assert!(text.contains("too wide to tell"), "{text}");
    assert!(!text.contains("FAIL"), "{text}");
}

#[test]
fn a_name_that_there_is_not_is_an_error_of_usage() {
    for (args, hint) in [
        (vec!["c42"], "did you mean"),
        (vec!["--print", "c24-fixd"], "did you mean `c24-fixed`?"),
        (vec!["nonsense"], "--list"),
    ] {
        let output = command(&args).assert().code(2).get_output().clone();
        assert!(String::from_utf8_lossy(&output.stderr).contains(hint));
    }
    command(&["--list", "--trials", "5"]).assert().code(2);
}

#[test]
fn json_has_the_documented_keys() {
    let text = stdout(&["C14", "--trials", "1000", "--format", "json"]);
    let table: Value = serde_json::from_str(&text).unwrap();
    let keys =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(
        keys(&table),
        [
            "schema",
            "version",
            "commit",
            "false_alarm",
            "level",
            "counts",
            "rows"
        ]
    );
    assert_eq!(
        keys(&table["counts"]),
        ["pass", "fail", "wide", "unanswered"]
    );
    let row = &table["rows"][0];
    assert_eq!(
        keys(row),
        [
            "case",
            "system",
            "figure",
            "path",
            "source",
            "derivation",
            "kind",
            "reference",
            "precision",
            "near",
            "exact",
            "not_exact",
            "simulated",
            "verdict"
        ]
    );
    assert_eq!(
        keys(&row["exact"]),
        ["value", "error", "accuracy", "route", "agrees"]
    );
    assert_eq!(
        keys(&row["simulated"]),
        [
            "mean", "low", "high", "level", "n", "interval", "apart", "agrees", "tells"
        ]
    );
    assert_eq!(row["verdict"], "pass");
}

#[test]
fn the_same_seed_gives_the_same_table_on_any_number_of_threads() {
    let with = |threads: &str| {
        stdout(&[
            "c24-fixed",
            "c19-fixed",
            "--trials",
            "3000",
            "--seed",
            "7",
            "--threads",
            threads,
        ])
    };
    assert_eq!(with("1"), with("3"));
}

#[test]
fn the_list_and_the_models_are_at_hand() {
    let list = stdout(&["--list"]);
    for case in &library().cases {
        assert!(list.contains(case.name()));
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/reference/c24-fixed.yaml");
    assert_eq!(
        stdout(&["--print", "C24-fixed"]),
        std::fs::read_to_string(file).unwrap()
    );
}

/// A text without the codes of colours.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut in_code = false;
    for c in text.chars() {
        match c {
            '\u{1b}' => in_code = true,
            'm' if in_code => in_code = false,
            c if !in_code => plain.push(c),
            _ => {}
        }
    }
    plain
}

#[test]
fn the_table_keeps_within_the_terminal_and_names_every_case() {
    let names = [
        "c05-4-of-6-1-crew",
        "c21-coverage",
        "c24-fixed",
        "c26-fixed",
        "probe-and-ttl",
    ];
    let all = names.iter().flat_map(|name| rows(&case(name), Some(300)));
    let table = Table::new(all.collect(), library().level());
    for width in [50, 80, 100, 160] {
        let text = plain(&verification(&table, library(), width));
        for line in text.lines() {
            assert!(
                line.chars().count() <= usize::from(width),
                "{width}: {line}"
            );
        }
        for name in names {
            assert_eq!(text.lines().filter(|line| *line == name).count(), 1);
        }
        let is_table = text.lines().any(|line| line.ends_with("apart"));
        assert_eq!(is_table, width >= 80);
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(words.join(" ").contains("in the source, the reference is"));
    }
    let markdown = verification_markdown(&table, library());
    let columns: BTreeSet<usize> = markdown
        .lines()
        .filter(|line| line.starts_with('|'))
        .map(|line| line.matches('|').count())
        .collect();
    assert_eq!(columns, BTreeSet::from([8]));
}
