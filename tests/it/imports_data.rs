//! `import` on real files: the calls that it finds against those that others found, and the whole way to a comparison.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use failscape::model::{self, CallKind, CallTargets, Model, ServiceKind};
use serde_json::Value;

type Edges = BTreeSet<(String, String)>;

fn graphs(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/graphs")
        .join(file)
}

fn fixtures(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/import")
        .join(file)
}

/// Imports files into a model, which is loaded. Returns it with what was said.
fn imported(files: &[PathBuf], args: &[&str]) -> (Model, String) {
    let output = Command::cargo_bin("failscape")
        .unwrap()
        .arg("import")
        .args(files)
        .args(args)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let text = String::from_utf8(output.stdout).unwrap();
    (model::load_str("imported", &text, None).unwrap(), said)
}

fn edges(model: &Model) -> Edges {
    let mut edges = Edges::new();
    for (from, service) in &model.services {
        for call in &service.calls {
            if let CallTargets::One(to) = &call.targets {
                edges.insert((from.clone(), to.clone()));
            }
        }
    }
    edges
}

/// The edges that were found by other means.
fn reference(graph: &str) -> Edges {
    let text = std::fs::read_to_string(graphs("service_graphs.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let listed = all[graph]["edges"].as_array().unwrap().clone();
    let end = |edge: &Value, at: usize| edge[at].as_str().unwrap().to_owned();
    listed
        .iter()
        .map(|edge| (end(edge, 0), end(edge, 1)))
        .collect()
}

fn pairs(listed: &[(&str, &str)]) -> Edges {
    listed
        .iter()
        .map(|(from, to)| ((*from).to_owned(), (*to).to_owned()))
        .collect()
}

#[test]
fn manifests_have_the_calls_of_their_address_variables() {
    let (model, said) = imported(&[graphs("online-boutique.kubernetes-manifests.yaml")], &[]);
    // The only address of which the file has no Service: the assistant is deployed by another one.
    let absent = pairs(&[("frontend", "shoppingassistantservice")]);
    let expected: Edges = &reference("online-boutique") - &absent;
    assert_eq!(edges(&model), expected);
    assert_eq!(model.services.len(), 12);
    assert!(
        said.contains("addresses lead that name no Service"),
        "{said}"
    );
    assert_eq!(model.journeys.keys().collect::<Vec<_>>(), ["frontend"]);
    let text = std::fs::read_to_string(graphs("service_graphs.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    for (name, n) in all["online-boutique"]["replicas"].as_object().unwrap() {
        let ServiceKind::Replicated { replicas, .. } = model.services[name].kind else {
            panic!("{name}")
        };
        assert_eq!(u64::from(replicas), n.as_u64().unwrap(), "{name}");
    }
}

/// Edges that the reference takes from `depends_on` alone: no variable of the caller names the callee.
const STARTED_BEFORE: [(&str, &str); 4] = [
    ("flagd-ui", "flagd"),
    ("frontend", "image-provider"),
    ("frontend", "quote"),
    ("load-generator", "frontend"),
];

/// Edges by variables that the reference does not read: `*_HOST`, and the endpoint of telemetry.
const BY_OTHER_VARIABLES: [(&str, &str); 8] = [
    ("email", "flagd"),
    ("flagd", "otel-collector"),
    ("frontend-proxy", "flagd"),
    ("frontend-proxy", "image-provider"),
    ("frontend-proxy", "otel-collector"),
    ("load-generator", "otel-collector"),
    ("otel-collector", "image-provider"),
    ("telemetry-docs", "otel-collector"),
];

#[test]
fn a_compose_file_with_its_variables_has_the_calls_of_the_reference() {
    let file = [graphs("opentelemetry-demo.compose.yaml")];
    let env = graphs("opentelemetry-demo.env.txt");
    let env = env.to_str().unwrap();
    let (model, _) = imported(&file, &["--env", env]);
    let known = reference("opentelemetry-demo");
    let found = edges(&model);
    assert_eq!(&known - &found, pairs(&STARTED_BEFORE));
    assert_eq!(&found - &known, pairs(&BY_OTHER_VARIABLES));
    let (model, _) = imported(&file, &["--env", env, "--depends-on-as-calls"]);
    assert_eq!(edges(&model), &known | &pairs(&BY_OTHER_VARIABLES));
    assert_eq!(
        model.journeys.keys().collect::<Vec<_>>(),
        ["frontend-proxy"]
    );
    // Telemetry is sent away: no request waits for it.
    let calls = &model.services["cart"].calls;
    let collector = calls
        .iter()
        .find(|call| call.targets == CallTargets::One("otel-collector".to_owned()));
    assert_eq!(collector.unwrap().kind, CallKind::Async);
}

#[test]
fn compose_files_without_call_edges_say_so_and_show_the_order_of_starts() {
    for (file, graph, services) in [
        (
            "deathstarbench-hotel.docker-compose.yml",
            "deathstarbench-hotel",
            24,
        ),
        (
            "deathstarbench-socialnetwork.docker-compose.yml",
            "deathstarbench-socialnetwork",
            27,
        ),
        ("train-ticket.docker-compose.yml", "train-ticket", 68),
    ] {
        let (model, said) = imported(&[graphs(file)], &[]);
        assert!(
            said.contains("the files hold no call edges"),
            "{file}: {said}"
        );
        // One service of logic only requires all others.
        assert_eq!(model.services.len(), services + 1, "{file}");
        assert_eq!(model.services["everything"].calls.len(), services, "{file}");
        assert_eq!(model.services["everything"].kind, ServiceKind::Virtual);
        let (model, _) = imported(&[graphs(file)], &["--depends-on-as-calls"]);
        assert_eq!(edges(&model), reference(graph), "{file}");
    }
}

#[test]
fn a_graph_with_cycles_keeps_all_edges_and_loads() {
    let (model, said) = imported(
        &[graphs("service_graphs.json")],
        &["--graph", "train-ticket-calls"],
    );
    assert_eq!(edges(&model), reference("train-ticket-calls"));
    let optional: Vec<&str> = model
        .services
        .iter()
        .filter(|(_, service)| {
            service
                .calls
                .iter()
                .any(|call| call.kind == CallKind::Optional)
        })
        .map(|(name, _)| name.as_str())
        .collect();
    // The two cycles of the graph run through ts-seat-service; one call of each is enough.
    assert_eq!(optional.len(), 2, "{optional:?}");
    assert!(
        said.contains("ts-seat-service -> ts-travel-service -> ts-seat-service"),
        "{said}"
    );
}

#[test]
fn whatever_is_imported_can_be_compared() {
    let all = [
        graphs("online-boutique.kubernetes-manifests.yaml"),
        graphs("opentelemetry-demo.compose.yaml"),
        graphs("deathstarbench-hotel.docker-compose.yml"),
        graphs("train-ticket.docker-compose.yml"),
        fixtures("shop.kubernetes.yaml"),
        fixtures("shop.compose.yaml"),
        fixtures("shop.otlp.jsonl"),
        fixtures("ride.jaeger.json"),
        fixtures("calls.jaeger-dependencies.json"),
        fixtures("web.state.json"),
        fixtures("clouds.plan.json"),
    ];
    for file in all {
        let folder = tempfile::tempdir().unwrap();
        let run = |args: &[&str]| {
            let output = Command::cargo_bin("failscape")
                .unwrap()
                .current_dir(folder.path())
                .args(args)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{}: {said}", file.display());
            assert!(!said.contains("warning"), "{}: {said}", file.display());
            String::from_utf8(output.stdout).unwrap()
        };
        run(&["import", file.to_str().unwrap(), "-o", "model.yaml", "-q"]);
        assert!(run(&["check", "model.yaml"]).contains("7 topologies"));
        let json = run(&[
            "compare",
            "model.yaml",
            "--trials",
            "200",
            "--threads",
            "1",
            "--no-charts",
            "--format",
            "json",
            "-q",
        ]);
        let results: Value = serde_json::from_str(&json).unwrap();
        for topology in results["topologies"].as_array().unwrap() {
            let mean = topology["unavailability"]["mean"].as_f64().unwrap();
            assert!(mean > 0.0 && mean < 0.5, "{}: {mean}", file.display());
        }
    }
}

/// The model of one fixture without its first line, which holds the version.
fn shown(file: &str, args: &[&str]) -> String {
    let output = Command::cargo_bin("failscape")
        .unwrap()
        .arg("import")
        .arg(fixtures(file))
        .args(args)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn models_of_all_formats_read_as_they_should() {
    insta::assert_snapshot!("import_kubernetes", shown("shop.kubernetes.yaml", &[]));
    insta::assert_snapshot!(
        "import_compose",
        shown(
            "shop.compose.yaml",
            &["--env", fixtures("shop.env").to_str().unwrap()]
        )
    );
    insta::assert_snapshot!("import_otlp", shown("shop.otlp.jsonl", &[]));
    insta::assert_snapshot!("import_jaeger", shown("ride.jaeger.json", &[]));
    insta::assert_snapshot!(
        "import_dependencies",
        shown("calls.jaeger-dependencies.json", &[])
    );
    insta::assert_snapshot!("import_state", shown("web.state.json", &[]));
    insta::assert_snapshot!("import_plan", shown("clouds.plan.json", &[]));
}

#[test]
fn files_of_several_formats_are_joined_by_the_names_of_services() {
    let files = [
        fixtures("shop.otlp.jsonl"),
        fixtures("shop.kubernetes.yaml"),
    ];
    let (model, _) = imported(&files, &[]);
    let ServiceKind::Replicated {
        replicas, needs, ..
    } = model.services["orders"].kind
    else {
        panic!("orders")
    };
    // Copies are those of the manifests, whatever the traces happened to meet; calls are those of both.
    assert_eq!((replicas, needs), (4, 3));
    let edges = edges(&model);
    assert!(edges.is_superset(&pairs(&[
        ("web", "cart"),
        ("orders", "mailer"),
        ("orders", "orders-db"),
        ("web", "reviews")
    ])));
    // Where requests come in was seen.
    assert_eq!(model.journeys.keys().collect::<Vec<_>>(), ["web", "admin"]);
    // The order of the files makes no difference to what is known.
    let (turned, _) = imported(&[files[1].clone(), files[0].clone()], &[]);
    assert_eq!(self::edges(&turned), edges);
    assert_eq!(
        turned.services["orders"].kind,
        model.services["orders"].kind
    );
}

#[test]
fn manifests_in_several_files_are_one_cluster() {
    let text =
        std::fs::read_to_string(graphs("online-boutique.kubernetes-manifests.yaml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (n, document) in text.split("\n---\n").enumerate() {
        let path = folder.path().join(format!("{n}.yaml"));
        std::fs::write(&path, document).unwrap();
        if document.contains("kind:") {
            files.push(path);
        }
    }
    assert!(files.len() > 20);
    let (whole, _) = imported(&[graphs("online-boutique.kubernetes-manifests.yaml")], &[]);
    let (joined, _) = imported(&files, &[]);
    assert_eq!(edges(&joined), edges(&whole));
}
