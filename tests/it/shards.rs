//! Shards of a run join to the same bytes as the run, and a wrong set is named.

use std::path::{Path, PathBuf};

use assert_cmd::Command;

const TRIALS: &str = "3000";

const MODEL: &str = "
model: split
regions: { r: { zones: 2 }, s: { zones: 2 } }
services:
  web: { replicas: 4, needs: 3, price: $0.10/h, calls: [db] }
  db: { replicas: 2, price: $0.20/h }
faults:
  process: { hits: replica, mtbf: 3d, mttr: 20m }
  host: { hits: replica, mtbf: 20d, mttr: 2h }
  region: { hits: region, mtbf: { between: [50d, 500d] }, mttr: 5h }
topologies:
  one: { pattern: multi-az, regions: [r] }
  two: { pattern: hot-standby, regions: [r, s] }
objectives: { slo: { target: 99.9%, window: 30d }, rto: 1h }
costs: { downtime: $1000/h }
";

fn failscape(here: &Path, args: &[&str]) -> std::process::Output {
    let mut command = Command::cargo_bin("failscape").unwrap();
    command.current_dir(here).args(args).output().unwrap()
}

/// Runs a command that must end with `code`; what it says on stderr.
fn said(here: &Path, args: &[&str], code: i32) -> String {
    let output = failscape(here, args);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{args:?}: {text}");
    text
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.yaml"), MODEL).unwrap();
    folder
}

/// Plays a shard of the model into `parts`; its file.
fn shard(here: &Path, shard: &str, more: &[&str]) -> PathBuf {
    let args = ["compare", "model.yaml", "--trials", TRIALS, "-o", "parts"];
    let text = said(here, &[&args[..], &["--shard", shard], more].concat(), 0);
    assert!(text.contains(&format!("shard {shard}: ")), "{text}");
    let (number, of) = shard.split_once('/').unwrap();
    here.join(format!("parts/shard-{number}-of-{of}.bin"))
}

/// Plays all four shards.
fn four(here: &Path) -> [PathBuf; 4] {
    [1, 2, 3, 4].map(|number| shard(here, &format!("{number}/4"), &[]))
}

const MERGE: [&str; 7] = [
    "merge",
    "parts",
    "--model",
    "model.yaml",
    "--no-charts",
    "-o",
    "merged",
];

/// What is in a folder, but for run.json, which differs from run to run.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .filter(|(name, _)| name != "run.json")
        .collect();
    files.sort();
    files
}

#[test]
fn shards_join_to_the_bytes_of_one_run() {
    let here = folder();
    let here = here.path();
    let args = ["compare", "model.yaml", "--trials", TRIALS, "-o"];
    let one = failscape(here, &[&args[..], &["whole"]].concat());
    // In any order, on any number of threads.
    for (part, threads) in [("3/4", "1"), ("1/4", "2"), ("4/4", "5"), ("2/4", "1")] {
        shard(here, part, &["--threads", threads]);
    }
    let merge = ["merge", "parts", "--model", "model.yaml", "-o", "merged"];
    let merged = failscape(here, &merge);
    assert!(merged.status.success());
    assert_eq!(merged.stdout, one.stdout);
    let (expected, found) = (
        contents(&here.join("whole")),
        contents(&here.join("merged")),
    );
    let names = |files: &[(String, Vec<u8>)]| -> Vec<String> {
        files.iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&found), names(&expected));
    assert!(names(&found).contains(&"timeline.svg".to_owned()));
    for ((name, expected), (_, found)) in expected.iter().zip(&found) {
        assert!(expected == found, "{name} differs");
    }
}

#[test]
fn one_topology_in_depth_can_be_split_too_and_some_shards_may_be_empty() {
    let here = folder();
    let here = here.path();
    let run = ["run", "model.yaml", "-t", "two", "--trials", "100"];
    let more = ["--no-charts", "--confidence", "99%"];
    let one = failscape(here, &[&run[..], &more, &["-o", "whole"]].concat());
    for part in ["1/3", "2/3", "3/3"] {
        let out = ["-o", "parts", "--shard", part];
        said(here, &[&run[..], &more, &out].concat(), 0);
    }
    let files: Vec<String> = (1..=3)
        .map(|number| format!("parts/shard-{number}-of-3.bin"))
        .collect();
    let mut merge = vec!["merge"];
    merge.extend(files.iter().rev().map(String::as_str));
    merge.extend(["--model", "model.yaml", "--no-charts"]);
    let merged = failscape(here, &merge);
    assert_eq!(merged.stdout, one.stdout);
    // Where `run` would have written it.
    assert_eq!(
        contents(&here.join("output/split/two")),
        contents(&here.join("whole"))
    );
}

#[test]
fn a_shard_that_was_stopped_goes_on() {
    let here = folder();
    let here = here.path();
    let untouched = std::fs::read(shard(here, "2/2", &[])).unwrap();
    std::fs::remove_dir_all(here.join("parts")).unwrap();
    let args = ["compare", "model.yaml", "--trials", TRIALS, "-o", "parts"];
    let stopped = ["--shard", "2/2", "--max-time", "1ms"];
    let text = said(here, &[&args[..], &stopped].concat(), 1);
    assert!(
        text.contains("not finished") && text.contains("goes on"),
        "{text}"
    );
    let path = here.join("parts/shard-2-of-2.bin");
    assert!(!path.exists());
    // A shard beside it is none of its business.
    let text = said(here, &[&args[..], &["--shard", "1/2"]].concat(), 0);
    assert!(!text.contains("checkpoint"), "{text}");
    let text = said(here, &[&args[..], &["--shard", "2/2"]].concat(), 0);
    assert!(text.contains("resuming after "), "{text}");
    // The same but for the time that it took, and with it the checksum.
    assert_eq!(std::fs::read(path).unwrap().len(), untouched.len());
    said(here, &MERGE, 0);
}

#[test]
fn a_missing_or_repeated_shard_is_named() {
    let here = folder();
    let here = here.path();
    let files = four(here);
    std::fs::copy(&files[0], here.join("parts/shard-copy.bin")).unwrap();
    let text = said(here, &MERGE, 2);
    assert!(
        text.contains("shard 1/4 is there twice") && text.contains("shard-copy.bin"),
        "{text}"
    );
    std::fs::remove_file(&files[1]).unwrap();
    std::fs::remove_file(&files[3]).unwrap();
    let text = said(here, &MERGE, 2);
    assert!(text.contains("missing: shard 2/4, shard 4/4"), "{text}");
    assert!(text.contains("hint:"), "{text}");
    assert!(!here.join("merged").exists(), "nothing is written");
}

#[test]
fn shards_are_known_by_their_content_and_other_files_are_named() {
    let here = folder();
    let here = here.path();
    let files = four(here);
    let renamed = here.join("parts/third of four.dat");
    std::fs::rename(&files[2], &renamed).unwrap();
    std::fs::rename(&files[0], here.join("parts/a")).unwrap();
    std::fs::write(here.join("parts/notes.txt"), "not at all").unwrap();
    std::fs::write(here.join("parts/.hidden"), "nor this").unwrap();
    let text = said(here, &MERGE, 0);
    assert!(
        text.contains("left out of parts, as it is no shard: notes.txt")
            && !text.contains("hidden"),
        "{text}"
    );
    // Damaged under a name of its own.
    let sound = std::fs::read(&renamed).unwrap();
    std::fs::write(&renamed, &sound[..sound.len() - 1]).unwrap();
    let text = said(here, &MERGE, 1);
    assert!(
        text.contains("third of four.dat") && text.contains("cut short"),
        "{text}"
    );
    // So damaged that it is none, and therefore missing.
    std::fs::write(&renamed, &sound[1..]).unwrap();
    let text = said(here, &MERGE, 2);
    assert!(
        text.contains("notes.txt, third of four.dat") && text.contains("missing: shard 3/4"),
        "{text}"
    );
}

#[test]
fn a_damaged_shard_is_named() {
    let here = folder();
    let here = here.path();
    let files = four(here);
    let sound = std::fs::read(&files[2]).unwrap();
    let mut flipped = sound.clone();
    flipped[sound.len() - 1] ^= 0x40;
    for (bytes, words) in [
        (&sound[..sound.len() / 2], "cut short"),
        (&flipped, "checksum"),
        (b"not at all", "is no shard"),
    ] {
        std::fs::write(&files[2], bytes).unwrap();
        let text = said(here, &MERGE, 1);
        assert!(
            text.contains("shard-3-of-4.bin") && text.contains(words),
            "{text}"
        );
    }
    let text = said(here, &["merge", "nowhere.bin"], 1);
    assert!(text.contains("nowhere.bin"), "{text}");
}

#[test]
fn a_shard_of_another_run_is_named_with_what_differs() {
    let here = folder();
    let here = here.path();
    four(here);
    shard(here, "1/4", &["--seed", "7"]);
    let text = said(here, &MERGE, 2);
    assert!(
        text.contains("shard-1-of-4.bin") && text.contains("seed 7, not 1"),
        "{text}"
    );
    std::fs::remove_file(here.join("parts/shard-1-of-4.bin")).unwrap();
    shard(here, "1/5", &[]);
    let text = said(here, &MERGE, 2);
    assert!(
        text.contains("shard-1-of-5.bin") && text.contains("one of 5 shards, not of 4"),
        "{text}"
    );
    std::fs::remove_file(here.join("parts/shard-1-of-5.bin")).unwrap();

    let edited = MODEL.replace("mttr: 5h", "mttr: 6h");
    std::fs::write(here.join("model.yaml"), &edited).unwrap();
    shard(here, "1/4", &[]);
    let text = said(here, &MERGE, 2);
    assert!(
        text.contains("shard-1-of-4.bin") && text.contains("hash of the model"),
        "{text}"
    );

    // All shards alike, but of another model than is given.
    std::fs::write(here.join("model.yaml"), MODEL).unwrap();
    shard(here, "1/4", &[]);
    std::fs::write(here.join("model.yaml"), &edited).unwrap();
    let text = said(here, &MERGE, 2);
    assert!(text.contains("hash of the model"), "{text}");
    let text = said(here, &["merge", "parts"], 2);
    assert!(
        text.contains("model split, not") && text.contains("model.yaml"),
        "{text}"
    );
}

#[test]
fn levels_that_differ_are_asked_about() {
    let here = folder();
    let here = here.path();
    shard(here, "1/2", &["--confidence", "99%"]);
    shard(here, "2/2", &[]);
    let text = said(here, &MERGE, 2);
    assert!(text.contains("99 %") && text.contains("95 %"), "{text}");
    said(here, &[&MERGE[..], &["--confidence", "90%"]].concat(), 0);
    let results = std::fs::read_to_string(here.join("merged/results.json")).unwrap();
    assert!(results.contains("\"confidence\": 0.9,"));
}

#[test]
fn shards_need_a_number_of_trials() {
    let here = folder();
    let here = here.path();
    for args in [
        &["--shard", "1/4"][..],
        &["--shard", "5/4", "--trials", "100"],
        &["--shard", "0/4", "--trials", "100"],
        &["--shard", "1/4", "--trials", "100", "--precision", "5%"],
    ] {
        said(here, &[&["compare", "model.yaml"][..], args].concat(), 2);
    }
    let text = said(here, &["merge", "."], 2);
    assert!(text.contains("no shards"), "{text}");
}
