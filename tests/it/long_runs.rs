//! Nothing is lost: runs that are killed, stopped or split come to the same bytes as one that was left alone.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use assert_cmd::Command;

/// Most time that a file may take to appear: far more than any machine needs.
const PATIENCE: Duration = Duration::from_mins(2);

/// Three rounds of batches and a part of a fourth.
const TRIALS: &str = "3000";

/// Enough to be killed at: some seconds of work.
const MANY_TRIALS: &str = "12000";

/// A folder with a model of two topologies in it.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.yaml"), MODEL).unwrap();
    folder
}

const MODEL: &str = "
model: long
regions: { r: { zones: 3 }, s: { zones: 3 } }
services:
  web: { replicas: 6, needs: 4, price: $0.10/h, calls: [db] }
  db: { replicas: 3, needs: 2, price: $0.20/h, data: { size: 10GB, writes: 1KB/s } }
faults:
  process: { hits: replica, mtbf: 3d, mttr: 20m }
  host: { hits: replica, mtbf: 20d, mttr: 2h }
  zone: { hits: zone, mtbf: 100d, mttr: 3h }
  region: { hits: region, mtbf: 200d, mttr: 5h }
topologies:
  one: { pattern: multi-az, regions: [r] }
  two: { pattern: hot-standby, regions: [r, s] }
objectives: { slo: { target: 99.9%, window: 30d }, sla: { target: 99%, window: 30d, credits: [{ below: 99%, refund: 10% }] }, rto: 1h }
costs: { downtime: $1000/h }
";

fn failscape(here: &Path, args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("failscape").unwrap();
    command.current_dir(here).args(args);
    command
}

/// Runs a command that must end with `code`; what it says on stderr.
fn said(here: &Path, args: &[&str], code: i32) -> String {
    let output = failscape(here, args).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{args:?}: {text}");
    text
}

/// `compare` on the model into a folder, without charts, with what else is wanted.
fn compare<'a>(output: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["compare", "model.yaml", "--no-charts", "-o", output];
    args.extend_from_slice(more);
    args
}

fn results(here: &Path, output: &str) -> String {
    std::fs::read_to_string(here.join(output).join("results.json")).unwrap()
}

/// results.json of a run that is left alone.
fn whole(here: &Path, more: &[&str]) -> String {
    let text = said(here, &compare("whole", more), 0);
    assert!(!text.contains("resuming"), "{text}");
    assert!(
        checkpoints(here, "whole").is_empty(),
        "a complete run keeps no checkpoint"
    );
    results(here, "whole")
}

fn checkpoints(here: &Path, output: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(here.join(output)) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with("checkpoint-") && name.ends_with(".bin")
        })
        .collect();
    paths.sort();
    paths
}

/// Plays the first round of a run and stops; its checkpoint.
fn stopped(here: &Path, output: &str, more: &[&str]) -> PathBuf {
    let before = checkpoints(here, output);
    let mut args = compare(output, more);
    args.extend(["--max-time", "1ms"]);
    let text = said(here, &args, 0);
    assert!(text.contains("the same command goes on"), "{text}");
    let mut after = checkpoints(here, output);
    after.retain(|path| !before.contains(path));
    assert_eq!(after.len(), 1, "{after:?}");
    after.remove(0)
}

/// Starts a run, and kills it as soon as it has kept something.
fn killed(here: &Path, output: &str, more: &[&str]) {
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("failscape"))
        .args(compare(output, more))
        .args(["--checkpoint-every", "1ms", "--threads", "1"])
        .current_dir(here)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while checkpoints(here, output).is_empty() {
        assert!(started.elapsed() < PATIENCE, "no checkpoint appeared");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!here.join(output).join("results.json").exists());
}

#[test]
fn a_killed_run_goes_on_to_the_same_bytes() {
    for settings in [&["--trials", MANY_TRIALS][..], &["--precision", "4%"]] {
        let here = folder();
        let here = here.path();
        let expected = whole(here, settings);
        killed(here, "killed", settings);
        let text = said(here, &compare("killed", settings), 0);
        assert!(text.contains("resuming after "), "{text}");
        assert_eq!(results(here, "killed"), expected, "{settings:?}");
        assert!(checkpoints(here, "killed").is_empty());
    }
}

#[test]
fn a_run_stopped_again_and_again_comes_to_the_same_bytes() {
    let here = folder();
    let here = here.path();
    let expected = whole(here, &["--trials", TRIALS]);
    stopped(here, "stopped", &["--trials", TRIALS]);
    let mut threads = (1..=3).cycle().map(|threads: u32| threads.to_string());
    for stop in 0.. {
        assert!(stop < 1000, "it never ends");
        let threads = threads.next().unwrap();
        let more = [
            "--trials",
            TRIALS,
            "--max-time",
            "1ms",
            "--threads",
            &threads,
        ];
        said(here, &compare("stopped", &more), 0);
        if checkpoints(here, "stopped").is_empty() {
            assert!(stop > 0, "it was stopped at least twice");
            break;
        }
        assert!(results(here, "stopped").contains("\"partial\": true"));
    }
    assert_eq!(results(here, "stopped"), expected);
}

#[test]
fn fresh_starts_anew() {
    let here = folder();
    let here = here.path();
    let settings = ["--trials", TRIALS, "--fresh"];
    let expected = whole(here, &settings);
    stopped(here, "out", &["--trials", TRIALS]);
    let text = said(here, &compare("out", &settings), 0);
    assert!(!text.contains("resuming"), "{text}");
    assert_eq!(results(here, "out"), expected);
    assert!(checkpoints(here, "out").is_empty());
}

#[test]
fn a_damaged_checkpoint_is_named_and_not_used() {
    let here = folder();
    let here = here.path();
    let settings = ["--trials", TRIALS, "--max-time", "1ms"];
    let path = stopped(here, "out", &settings[..2]);
    let first_round = results(here, "out");
    let sound = std::fs::read(&path).unwrap();
    let mut flipped = sound.clone();
    flipped[sound.len() / 2] ^= 1;
    let mut format = sound.clone();
    let digit = format.iter().position(u8::is_ascii_digit).unwrap();
    format[digit] = b'7';
    for (bytes, words) in [
        (&sound[..sound.len() - 1], "cut short"),
        (&sound[..10], "is no checkpoint"),
        (&flipped, "checksum"),
        (&format, "format 7"),
        (b"", "is no checkpoint"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let text = said(here, &compare("out", &settings), 0);
        let name = path.file_name().unwrap().to_string_lossy();
        assert!(text.contains(words) && text.contains(&*name), "{text}");
        assert!(!text.contains("resuming"), "{text}");
        assert_eq!(results(here, "out"), first_round, "{words}");
    }
    let text = said(here, &compare("out", &settings), 0);
    assert!(text.contains("resuming"), "it was replaced: {text}");
}

#[test]
fn a_checkpoint_of_another_run_is_named_and_left_alone() {
    let here = folder();
    let here = here.path();
    let settings = ["--trials", TRIALS];
    let other = stopped(here, "out", &settings);
    let kept = std::fs::read(&other).unwrap();

    let text = said(here, &compare("out", &["--trials", "50"]), 0);
    assert!(text.contains("trials 3,000, not 50"), "{text}");
    let text = said(here, &compare("out", &["--trials", "50", "--seed", "2"]), 0);
    assert!(text.contains("seed 1, not 2"), "{text}");
    std::fs::write(
        here.join("model.yaml"),
        MODEL.replace("mttr: 5h", "mttr: 6h"),
    )
    .unwrap();
    let text = said(here, &compare("out", &settings), 0);
    assert!(text.contains("hash of the model"), "{text}");
    std::fs::write(here.join("model.yaml"), MODEL).unwrap();
    let run = ["run", "model.yaml", "-t", "two", "--no-charts", "-o", "out"];
    let text = said(here, &[&run[..], &settings].concat(), 0);
    assert!(text.contains("topologies one, two, not two"), "{text}");
    assert_eq!(std::fs::read(&other).unwrap(), kept);

    // Under the name of this run, too, it is recognised.
    let mine = stopped(here, "mine", &["--trials", TRIALS, "--seed", "2"]);
    std::fs::copy(&other, &mine).unwrap();
    let more = ["--trials", TRIALS, "--seed", "2", "--max-time", "1ms"];
    let text = said(here, &compare("mine", &more), 0);
    assert!(text.contains("seed 1, not 2"), "{text}");

    // What is left alone can still be gone on from.
    let text = said(here, &compare("out", &settings), 0);
    assert!(text.contains("resuming"), "{text}");
    assert_eq!(results(here, "out"), whole(here, &settings));
}

#[test]
fn a_run_that_saves_trials_plays_them_all() {
    let here = folder();
    let here = here.path();
    stopped(here, "out", &["--trials", TRIALS]);
    let more = ["--trials", TRIALS, "--save-trials", "trials.csv"];
    let text = said(here, &compare("out", &more), 0);
    assert!(text.contains("starts anew"), "{text}");
    let rows = std::fs::read_to_string(here.join("trials.csv")).unwrap();
    assert_eq!(rows.lines().count(), 1 + 2 * 3000);
}

#[test]
fn results_that_cannot_be_written_cost_no_trial() {
    let here = folder();
    let here = here.path();
    let settings = ["--trials", TRIALS];
    // A folder where a file should go.
    std::fs::create_dir_all(here.join("out/results.json")).unwrap();
    let text = said(here, &compare("out", &settings), 1);
    assert!(
        text.contains("results.json") && text.contains("the same command goes on"),
        "{text}"
    );
    std::fs::remove_dir(here.join("out/results.json")).unwrap();
    let text = said(here, &compare("out", &settings), 0);
    assert!(text.contains("resuming after 3,000 trials"), "{text}");
    assert_eq!(results(here, "out"), whole(here, &settings));
    assert!(checkpoints(here, "out").is_empty());
}
