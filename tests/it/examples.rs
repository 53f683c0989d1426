//! What is printed to be copied: the examples of every `--help`, and the workflow of docs/ci.md, played in folders where nothing else is.

use std::path::Path;
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;

/// What plays every reference case takes minutes, and `tests/it/verify.rs` plays them.
const TOO_LONG: [&str; 1] = ["failscape verify"];
/// What needs a program that is not here.
const NEEDS_MORE: [&str; 3] = ["kubectl ", "docker ", "terraform "];
/// Trials of what is tried here: names, files and options are as printed.
const FEW: &str = "20";

/// Runs a line of a shell in a folder, the program on its path.
fn shell(line: &str, folder: &Path, set: &[(&str, &str)]) -> Output {
    let program = cargo_bin("failscape");
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", program.parent().unwrap().display());
    Command::new("bash")
        .args(["-e", "-c", line])
        .current_dir(folder)
        .env("PATH", path)
        .envs(set.iter().copied())
        .output()
        .unwrap()
}

fn help(command: &[&str]) -> String {
    let output = Command::new(cargo_bin("failscape"))
        .args(command)
        .arg("--help")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Subcommands as the help of one lists them.
fn subcommands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = listed
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// The lines to be copied below `Example:`, each joined where the help breaks it.
fn examples(help: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in help.lines().skip_while(|line| !line.starts_with("Example")) {
        let Some(text) = line.strip_prefix("  ") else {
            is_open = false;
            continue;
        };
        let begins = [
            "failscape ",
            "printf ",
            "echo ",
            "kubectl ",
            "docker ",
            "terraform ",
        ];
        let goes_on = all.last().is_some_and(|last| last.ends_with("&&"));
        if begins.iter().any(|word| text.starts_with(word)) && !(is_open && goes_on) {
            all.push(text.trim().to_owned());
        } else if let (true, Some(last)) = (is_open, all.last_mut()) {
            last.push(' ');
            last.push_str(text.trim());
        }
        is_open = true;
    }
    all
}

/// The same with few trials, nothing worked out beside them, and less time where it says how long it may take.
fn quick(example: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in example.split(' ') {
        let last = words.last().copied();
        words.push(match last {
            Some("--max-time") => "1s",
            Some("--trials") => FEW,
            _ => word,
        });
    }
    quick_plays(&words.join(" "))
}

/// Plays without what is worked out, which takes seconds where the program is not optimised.
fn quick_plays(line: &str) -> String {
    let plain = |line: String, command: &str| {
        line.replace(
            &format!("failscape {command} "),
            &format!("failscape {command} --estimator plain "),
        )
    };
    let line = plain(plain(line.to_owned(), "compare"), "run");
    line.replace(
        "failscape sensitivity ",
        "failscape sensitivity --max-time 2s ",
    )
    .replace("failscape recommend ", "failscape recommend --max-time 2s ")
    .replace("failscape verify C", "failscape verify --trials 20 C")
}

/// Every command that `--help` names has an example, and all of them work where there is no file but those they make.
#[test]
fn every_example_of_the_help_works_in_an_empty_folder() {
    let mut commands: Vec<Vec<String>> = vec![Vec::new()];
    for name in subcommands(&help(&[])) {
        commands.push(vec![name.clone()]);
        for below in subcommands(&help(&[&name])) {
            commands.push(vec![name.clone(), below]);
        }
    }
    assert!(commands.len() > 20, "{commands:?}");
    let mut played = 0;
    for command in &commands {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let found = examples(&help(&words));
        assert!(!found.is_empty(), "no example in the help of {words:?}");
        let here = tempfile::tempdir().unwrap();
        for example in found {
            let is_left_out = TOO_LONG.contains(&example.as_str())
                || NEEDS_MORE.iter().any(|word| example.starts_with(word));
            if is_left_out {
                continue;
            }
            // Examples of one help may follow on each other; none may need a file to be away.
            let output = shell(&quick(&example), here.path(), &[]);
            let code = output.status.code();
            let is_gated = example.contains("--gate ") && matches!(code, Some(3 | 4));
            assert!(
                code == Some(0) || is_gated,
                "{example}\nends with {code:?}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            played += 1;
        }
    }
    assert!(played > 35, "{played}");
}

/// The steps of the workflow in docs/ci.md that run a shell, word by word but for the trials.
fn workflow_steps() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci.md");
    let text = std::fs::read_to_string(page).unwrap();
    let yaml = text.split("```yaml").nth(1).unwrap();
    let yaml = yaml.split("```").next().unwrap();
    let blocks = yaml.split("run: |\n").skip(1);
    let step = |block: &str| {
        let lines: Vec<&str> = block
            .lines()
            .take_while(|line| line.starts_with("          "))
            .map(str::trim_start)
            .collect();
        quick_plays(&lines.join("\n").replace("20000", FEW))
    };
    blocks.map(step).collect()
}

/// A repository as a job of a pull request sees it: the main branch at `origin/main`, the change checked out.
fn repository(folder: &Path, change: &str) {
    let script = format!(
        "git init -q --bare origin.git && git clone -q origin.git repo && cd repo && git checkout -q -b main && \
         git config user.email job@example.org && git config user.name job && failscape -q init model.yaml && git add . && \
         git commit -q -m main && git push -q origin main && git checkout -q -b change && {change} && git commit -q --allow-empty -a -m change"
    );
    let output = shell(&script, folder, &[]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_workflow_of_the_documents_passes_what_is_no_worse_and_fails_what_is_dearer() {
    let steps = workflow_steps();
    assert_eq!(steps.len(), 2, "{steps:?}");
    for (change, code) in [
        ("true", 0),
        ("sed -i 's/replicas: 6/replicas: 8/' model.yaml", 3),
    ] {
        let here = tempfile::tempdir().unwrap();
        repository(here.path(), change);
        let repo = here.path().join("repo");
        let summary = here.path().join("summary.md");
        let set = [
            ("GITHUB_BASE_REF", "main"),
            ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
        ];
        // Jobs that run at once on one machine would meet in /tmp.
        let own = |step: &str| step.replace("/tmp/", &format!("{}/", here.path().display()));
        let before = shell(&own(&steps[0]), &repo, &set);
        assert_eq!(before.status.code(), Some(0), "{change}");
        let after = shell(&own(&steps[1]), &repo, &set);
        let said = String::from_utf8_lossy(&after.stderr).into_owned();
        assert_eq!(after.status.code(), Some(code), "{change}: {said}");
        let summary = std::fs::read_to_string(&summary).unwrap();
        assert!(summary.contains("cost.total&lt;=40000"), "{summary}");
        assert_eq!(summary.contains("| worse |"), code == 3, "{summary}");
        assert!(repo.join("design/index.html").exists());
    }
}
