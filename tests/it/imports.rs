//! `import`: what it refuses and how, what it never copies, and what hostile names do to it.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use failscape::import::{self, Options, Source};
use failscape::model::{self, CallKind};
use serde_json::{Value, json};

fn fixture(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/import")
        .join(file)
}

struct Ran {
    code: i32,
    model: String,
    said: String,
}

/// Runs `import` in a folder that holds these files.
fn run_with(files: &[(&str, &[u8])], args: &[&str], input: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let output = Command::cargo_bin("failscape")
        .unwrap()
        .current_dir(folder.path())
        .arg("import")
        .args(args)
        .write_stdin(input)
        .output()
        .unwrap();
    Ran {
        code: output.status.code().unwrap(),
        model: String::from_utf8(output.stdout).unwrap(),
        said: String::from_utf8(output.stderr).unwrap(),
    }
}

fn run(text: &str, args: &[&str]) -> Ran {
    run_with(&[], &[&["-"], args].concat(), text)
}

/// What is said about a file that cannot be imported.
fn refusal(name: &str, bytes: &[u8], args: &[&str]) -> String {
    let ran = run_with(&[(name, bytes)], &[&[name], args].concat(), "");
    assert_eq!((ran.code, ran.model.as_str()), (2, ""), "{}", ran.said);
    assert!(ran.said.contains("hint:"), "{}", ran.said);
    ran.said
}

#[test]
fn files_that_cannot_be_read_are_refused_with_the_reason() {
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00";
    assert!(refusal("a.json.gz", gzip, &[]).contains("gunzip -c"));
    assert!(refusal("tf.plan", b"PK\x03\x04rest", &[]).contains("terraform show -json"));
    assert!(refusal("a.yaml", b"\xff\xfea\0", &[]).contains("UTF-16"));
    assert!(refusal("a.yaml", b"a: \xff\xfe\n", &[]).contains("line 1 has an invalid byte"));
    assert!(refusal("a.json", b"{\"a\0\": 1}", &[]).contains("binary"));
    assert!(refusal("a.yaml", b" \n\n", &[]).contains("empty"));
    assert!(refusal("a.yaml", b"# nothing\n", &[]).contains("holds nothing"));
    // Neither what is in it nor a lesson in YAML.
    for (name, text, args) in [
        (
            ".env",
            "# keys\nDB_HOST=db\nexport KEY=\"abc: hunter2\"\n",
            &[][..],
        ),
        (
            "vars",
            "KEY='-----BEGIN\nhunter2\n'\nB=\n",
            &["--from", "compose"],
        ),
    ] {
        let said = refusal(name, text.as_bytes(), args);
        assert!(said.contains("sets variables"), "{said}");
        assert!(said.contains(&format!("--env {name}")), "{said}");
        assert!(
            !said.contains("hunter2") && !said.contains("YAML"),
            "{said}"
        );
    }
    // A text with an equals sign is none.
    assert!(refusal("a.yaml", b"a: b=c: [\n", &[]).contains("YAML"));
    let missing = run_with(&[], &["none.yaml"], "");
    assert!(
        missing.code == 2 && missing.said.contains("no file none.yaml"),
        "{}",
        missing.said
    );
    let folder = run_with(&[], &["."], "");
    assert!(folder.said.contains("is a directory"), "{}", folder.said);
}

#[test]
fn texts_that_are_broken_are_refused_with_their_place_and_without_their_words() {
    let cut = refusal(
        "a.json",
        b"{\n \"resourceSpans\": [\n  {\"hunter2\": \"hunt",
        &[],
    );
    assert!(
        cut.contains("cut off") && cut.contains("line 3, column"),
        "{cut}"
    );
    let wrong = refusal("a.json", b"{\"data\": [\n {hunter2: 1}]}", &[]);
    assert!(
        wrong.contains("line 2, column 3: this is not JSON"),
        "{wrong}"
    );
    let deep = "[".repeat(5_000);
    assert!(refusal("a.json", deep.as_bytes(), &[]).contains("nested too deeply"));
    let yaml = refusal("a.yaml", b"services:\n  a: [hunter2\n  b: }\n", &[]);
    assert!(yaml.contains("line 3") || yaml.contains("line 2"), "{yaml}");
    let helm = refusal("a.yaml", b"kind: {{ .Values.hunter2 }}\n", &[]);
    assert!(helm.contains("helm template"), "{helm}");
    let laughs: String = (1..40).fold("a0: &a0 [hunter2]\n".to_owned(), |text, n| {
        let before = format!("*a{}", n - 1);
        format!("{text}a{n}: &a{n} [{before}, {before}, {before}, {before}]\n")
    });
    let laughs = refusal("a.yaml", laughs.as_bytes(), &[]);
    assert!(laughs.contains("aliases"), "{laughs}");
    for said in [cut, wrong, yaml, helm, laughs] {
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn formats_that_are_not_known_are_named_where_that_is_possible() {
    let said = |text: &str| refusal("a.json", text.as_bytes(), &[]);
    assert!(said(r#"{"hunter2": 1, "b": 2}"#).contains("a mapping with 2 keys, of no format"));
    assert!(!said(r#"{"hunter2": 1, "b": 2}"#).contains("hunter2"));
    assert!(said("[1, 2]").contains("a list of 2 entries"));
    assert!(
        said(r#"{"version": 4, "terraform_version": "1.9", "resources": []}"#)
            .contains("terraform show -json FILE")
    );
    assert!(said(r#"{"format_version": "1.0"}"#).contains("empty state"));
    assert!(
        said(r#"{"format_version": "2.0", "terraform_version": "3.0", "values": {}}"#)
            .contains("expected version 0 or 1")
    );
    assert!(said(r#"{"@level": "info", "@message": "x"}"#).contains("terraform plan -out"));
    assert!(said(r#"{"resourceMetrics": []}"#).contains("metrics or logs"));
    assert!(said(r#"{"data": [], "total": 0}"#).contains("without traces or dependencies"));
    assert!(said("model: x\nservices: {}\nfaults: {}\n").contains("a model already"));
    assert!(said(r#"{"resourceSpans": []}"#).contains("no services"));
    assert!(said("services: {}").contains("no services"));
    // An adjacency list is taken for one only where the user says so.
    let lists = r#"{"web": ["db"], "db": []}"#;
    assert!(said(lists).contains("of no format"));
    let ran = run(lists, &["--from", "dependencies"]);
    assert!(ran.code == 0 && ran.model.contains("- db "), "{}", ran.said);
    let wrong = refusal("a.json", b"{\"services\": 1}", &["--from", "dependencies"]);
    assert!(wrong.contains("no graph"), "{wrong}");
}

#[test]
fn a_graph_among_several_is_named() {
    let text =
        r#"{"one": {"nodes": ["a"], "edges": [["a", "b"]]}, "two": {"edges": [["c", "d"]]}}"#;
    let said = refusal("a.json", text.as_bytes(), &[]);
    assert!(
        said.contains("2 graphs") && said.contains("one, two"),
        "{said}"
    );
    assert!(refusal("a.json", text.as_bytes(), &["--graph", "three"]).contains("no graph three"));
    let ran = run(text, &["--graph", "two"]);
    assert!(
        ran.model.contains("model: two\n") && !ran.model.contains("  a:"),
        "{}",
        ran.model
    );
    let single = refusal("a.json", b"[[\"a\", \"b\"]]", &["--graph", "x"]);
    assert!(single.contains("which has no name"), "{single}");
}

#[test]
fn nothing_is_overwritten_unless_asked_for() {
    let graph: (&str, &[u8]) = ("graph.json", b"[[\"a\", \"b\"]]");
    let old: (&str, &[u8]) = ("old.yaml", b"precious");
    let ran = run_with(&[graph, old], &["graph.json", "-o", "old.yaml"], "");
    assert!(
        ran.code == 2 && ran.said.contains("--force"),
        "{}",
        ran.said
    );
    let ran = run_with(
        &[graph, old],
        &["graph.json", "-o", "old.yaml", "--force"],
        "",
    );
    assert!(
        ran.code == 0 && ran.said.contains("wrote old.yaml"),
        "{}",
        ran.said
    );
    let own = run_with(
        &[graph],
        &["graph.json", "-o", "./graph.json", "--force"],
        "",
    );
    assert!(
        own.code == 2 && own.said.contains("one of the files to import"),
        "{}",
        own.said
    );
    assert_eq!(run_with(&[graph], &["graph.json", "--force"], "").code, 2);
    let quiet = run_with(&[graph], &["graph.json", "-q"], "");
    assert!(quiet.code == 0 && quiet.said.is_empty() && quiet.model.contains("- b "));
}

#[test]
fn cycles_are_broken_at_the_least_frequent_call() {
    let graph = json!([
        { "parent": "web", "child": "a", "callCount": 100 },
        { "parent": "a", "child": "b", "callCount": 50 },
        { "parent": "b", "child": "c", "callCount": 7 },
        { "parent": "c", "child": "a", "callCount": 60 },
        { "parent": "c", "child": "c", "callCount": 9 },
        { "parent": "c", "child": "b", "callCount": 3 },
    ]);
    let ran = run(&graph.to_string(), &[]);
    let model = model::load_str("x", &ran.model, None).unwrap();
    let optional: Vec<(&str, usize)> = model
        .services
        .iter()
        .map(|(name, service)| {
            (
                name.as_str(),
                service
                    .calls
                    .iter()
                    .filter(|call| call.kind == CallKind::Optional)
                    .count(),
            )
        })
        .filter(|(_, n)| *n > 0)
        .collect();
    // c -> b closes b -> c -> b, and b -> c, the weaker of what is left, closes a -> b -> c -> a: one cut there is enough.
    assert_eq!(optional, [("b", 1)], "{}", ran.model);
    assert!(
        ran.said
            .contains("b -> c is made optional, the least frequent of"),
        "{}",
        ran.said
    );
}

#[test]
fn large_knots_are_untied_in_time() {
    let names: Vec<String> = (0..120).map(|n| format!("s{n}")).collect();
    let mut edges = vec![json!(["web", "s0"])];
    for from in &names {
        edges.extend(
            names
                .iter()
                .filter(|to| *to != from)
                .map(|to| json!([from, to])),
        );
    }
    let start = std::time::Instant::now();
    let ran = run(&Value::from(edges).to_string(), &["-q"]);
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert!(start.elapsed().as_secs() < 60);
    let model = model::load_str("x", &ran.model, None).unwrap();
    let calls: usize = model
        .services
        .values()
        .map(|service| service.calls.len())
        .sum();
    assert_eq!(calls, 1 + 120 * 119);
}

#[test]
fn more_than_a_model_can_hold_is_refused() {
    let copies = r#"{"nodes": [{"name": "a", "replicas": 1000000}], "edges": [["a", "b"]]}"#;
    assert!(refusal("a.json", copies.as_bytes(), &[]).contains("a has 1000000 copies"));
    let edges: Vec<Value> = (0..6_000).map(|n| json!([format!("a{n}"), "b"])).collect();
    assert!(
        refusal("a.json", Value::from(edges).to_string().as_bytes(), &[]).contains("at most 5000")
    );
}

/// Names that would leave their place if they were not data.
fn hostile() -> Vec<String> {
    let mut names: Vec<String> = [
        "a\nfaults: {}",
        "x: y",
        "# no",
        "{a}",
        "[b]",
        "\u{202e}evil",
        "*x",
        "&a",
        "null",
        "yes",
        "1e9",
        "0x10",
        "é 漢字",
        "\"quoted\"",
        "it's",
        "back\\slash",
        "<script>alert(1)</script>",
        "=cmd()",
        "- -",
        "%dir",
        "@at",
        "`tick`",
        "|",
        "> fold",
        "?",
        "!tag",
        "~",
        "tab\tin",
        "\u{1b}[2J",
        "a\r\nb",
        "nul\u{0}l",
        "--- ",
        "...",
        "everything",
        "web\u{85}x",
        "\u{2028}line",
        "\u{feff}bom",
        "../../etc/passwd",
        "a b  c",
        " edge ",
    ]
    .map(str::to_owned)
    .to_vec();
    names.push("x".repeat(10_000));
    names.push("y: ".repeat(4_000));
    names
}

#[test]
fn hostile_names_stay_names() {
    let names = hostile();
    let edges: Vec<Value> = names
        .windows(2)
        .map(|pair| json!([pair[0], pair[1]]))
        .collect();
    let services: serde_json::Map<String, Value> = names
        .iter()
        .map(|name| (name.clone(), json!({ "image": "x" })))
        .collect();
    let spans: Vec<Value> = names
        .iter()
        .map(|name| {
            json!({ "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": name } }] },
                    "scopeSpans": [{ "spans": [{ "traceId": "1", "spanId": "2", "kind": 2 }] }] })
        })
        .collect();
    let workloads: Vec<Value> = names
        .iter()
        .map(|name| {
            json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": name },
                    "spec": { "template": { "spec": { "containers": [] } } } })
        })
        .collect();
    let resources: Vec<Value> = names
        .iter()
        .map(
            |name| json!({ "mode": "managed", "type": "aws_instance", "name": name, "values": {} }),
        )
        .collect();
    let texts = [
        Value::from(edges),
        json!({ "services": services }),
        json!({ "resourceSpans": spans }),
        json!({ "apiVersion": "v1", "kind": "List", "items": workloads }),
        json!({ "format_version": "1.0", "terraform_version": "1", "values": { "root_module": { "resources": resources } } }),
    ];
    for text in texts {
        let ran = run(&text.to_string(), &["--name", "a\nb: # \u{1b}[2J"]);
        assert_eq!(ran.code, 0, "{}", ran.said);
        let model = model::load_str("x", &ran.model, None).unwrap();
        // Each name is one service; where no calls are known, one more requires them all.
        let own = model.services.len()
            - usize::from(
                !text.is_array()
                    && model
                        .services
                        .values()
                        .any(|service| !service.calls.is_empty()),
            );
        assert_eq!(own, names.len(), "{}", ran.model);
        for shown in [&ran.model, &ran.said] {
            assert!(
                !shown.chars().any(|c| c.is_control() && c != '\n'),
                "{shown}"
            );
            assert!(!shown.contains('\u{202e}') && !shown.contains(&"x".repeat(200)));
        }
        assert_eq!(
            ran.model
                .lines()
                .filter(|line| line.starts_with("faults:"))
                .count(),
            1
        );
    }
}

/// A place in a document: keys, `*` for the entries of lists, and the key of an attribute in brackets.
type Place = Vec<String>;

/// Every text and every key of a value, each with its place and with what the value is once it is replaced.
fn planted(value: &Value, place: &Place, secret: &str) -> Vec<(String, Value)> {
    let step = |name: String| {
        let mut place = place.clone();
        place.push(name);
        place
    };
    match value {
        Value::String(_) => vec![(place.join("."), Value::from(secret))],
        Value::Array(list) => {
            let mut all = Vec::new();
            for (at, entry) in list.iter().enumerate() {
                let key = entry.get("key").and_then(Value::as_str);
                let name = key.map_or_else(|| "*".to_owned(), |key| format!("[{key}]"));
                for (place, changed) in planted(entry, &step(name), secret) {
                    let mut list = list.clone();
                    list[at] = changed;
                    all.push((place, Value::from(list)));
                }
            }
            all
        }
        Value::Object(map) => {
            let mut all = Vec::new();
            for (key, entry) in map {
                let renamed: serde_json::Map<String, Value> = map
                    .iter()
                    .map(|(other, entry)| {
                        (
                            if other == key {
                                secret.to_owned()
                            } else {
                                other.clone()
                            },
                            entry.clone(),
                        )
                    })
                    .collect();
                all.push((step("{key}".to_owned()).join("."), Value::from(renamed)));
                for (place, changed) in planted(entry, &step(key.clone()), secret) {
                    let mut map = map.clone();
                    map.insert(key.clone(), changed);
                    all.push((place, Value::from(map)));
                }
            }
            all
        }
        _ => Vec::new(),
    }
}

/// The places of a file from which a planted text reaches the model or what is said about it.
fn leaks(file: &str, documents: usize, secret: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(fixture(file)).unwrap();
    let all: Vec<Value> = if file.ends_with("jsonl") {
        let lines = text.lines().filter(|line| !line.is_empty());
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    } else {
        serde_saphyr::from_multiple(&text).unwrap()
    };
    let all = Value::from(all[..all.len().min(documents)].to_vec());
    let mut places = BTreeSet::new();
    for (place, changed) in planted(&all, &Place::new(), secret) {
        let lines = changed.as_array().unwrap().iter();
        let text = lines
            .map(|value| format!("{value}\n"))
            .collect::<Vec<_>>()
            .concat();
        let source = Source::from_reader("planted.json", text.as_bytes()).unwrap();
        let shown = match import::import(&[source], &Options::default()) {
            Ok(imported) => imported.model + &imported.summary.text(),
            Err(error) => error.message + &error.hint,
        };
        if shown.contains(secret) {
            places.insert(place.trim_start_matches("*.").to_owned());
        }
    }
    places
}

/// Wherever a secret stands, it is not copied, but from the places of names, which are few and listed here.
#[test]
fn only_names_of_services_reach_the_model() {
    let expected = |places: &[&str]| {
        places
            .iter()
            .map(|place| (*place).to_owned())
            .collect::<BTreeSet<_>>()
    };
    for secret in [
        "hunter2secret",
        "postgres://user:hunter2secret@host:5432/db",
    ] {
        assert_eq!(
            leaks("shop.kubernetes.yaml", 100, secret),
            expected(&["metadata.name", "items.*.metadata.name"])
        );
        assert_eq!(
            leaks("shop.compose.yaml", 1, secret),
            expected(&["services.{key}"])
        );
        let resource = "resourceSpans.*.resource.attributes.[service.name].value.stringValue";
        let peer =
            "resourceSpans.*.scopeSpans.*.spans.*.attributes.[peer.service].value.stringValue";
        assert_eq!(
            leaks("shop.otlp.jsonl", 2, secret),
            expected(&[resource, peer])
        );
        assert_eq!(
            leaks("ride.jaeger.json", 1, secret),
            expected(&[
                "data.*.processes.p1.serviceName",
                "data.*.processes.p2.serviceName",
                "data.*.processes.p3.serviceName"
            ])
        );
        assert_eq!(
            leaks("calls.jaeger-dependencies.json", 1, secret),
            expected(&["data.*.parent", "data.*.child"])
        );
        for file in ["web.state.json", "clouds.plan.json"] {
            for place in leaks(file, 1, secret) {
                let is_name = place.ends_with("resources.*.name")
                    || place.ends_with("child_modules.*.address");
                assert!(is_name, "{file}: {place}");
            }
        }
    }
}

#[test]
fn secrets_do_not_reach_the_terminal_either() {
    let files = [
        "shop.kubernetes.yaml",
        "shop.compose.yaml",
        "shop.otlp.jsonl",
        "ride.jaeger.json",
        "web.state.json",
        "clouds.plan.json",
    ];
    for file in files {
        let env = fixture("shop.env");
        let path = fixture(file);
        let ran = run_with(
            &[],
            &[path.to_str().unwrap(), "--env", env.to_str().unwrap()],
            "",
        );
        assert_eq!(ran.code, 0, "{}", ran.said);
        for secret in [
            "a-password",
            "a-token",
            "a-user",
            "a-tag",
            "a-key",
            "a-variable",
            "an-output",
            "an-annotation",
            "a-bucket",
            "123456789012",
            "alice",
            "db-1.internal",
            "10.0.0.7",
            "partner.example",
            "SELECT",
            "elb.amazonaws",
        ] {
            assert!(
                !ran.model.contains(secret) && !ran.said.contains(secret),
                "{file}: {secret}"
            );
        }
    }
    let wrong = run_with(
        &[
            ("x.env", b"hunter2 secret\n"),
            ("c.yaml", b"services: { a: {} }"),
        ],
        &["c.yaml", "--env", "x.env"],
        "",
    );
    assert!(
        wrong.code == 2 && wrong.said.contains("x.env, line 1"),
        "{}",
        wrong.said
    );
    assert!(!wrong.said.contains("hunter2"), "{}", wrong.said);
}

#[test]
fn json_holds_the_model_and_what_there_is_to_say() {
    let graph = "[[\"a\", \"b\"], [\"b\", \"c\"], [\"c\", \"b\"]]";
    let ran = run(graph, &["--format", "json"]);
    let all: Value = serde_json::from_str(&ran.model).unwrap();
    assert_eq!(all["model"], run(graph, &[]).model);
    let lines = |section: &str| all["summary"][section].as_array().unwrap().len();
    assert_eq!((lines("cycles"), lines("left_out")), (1, 0));
    for section in ["known", "assumed", "unknown"] {
        assert!(lines(section) > 1, "{section}");
        for line in all["summary"][section].as_array().unwrap() {
            assert!(ran.said.contains(line.as_str().unwrap()), "{line}");
        }
    }
}

#[test]
fn the_standard_input_is_read_and_the_model_goes_to_the_standard_output() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let ran = run("[[\"web\", \"cart\"], [\"cart\", \"redis\"]]", &[]);
    file.write_all(ran.model.as_bytes()).unwrap();
    let model = model::load(file.path()).unwrap();
    assert_eq!(
        model.services.keys().collect::<Vec<_>>(),
        ["web", "cart", "redis"]
    );
    assert_eq!(model.name, "imported");
    assert_eq!(model.journeys.keys().collect::<Vec<_>>(), ["web"]);
    assert!(ran.said.contains("could not be known"), "{}", ran.said);
}
