//! Which assumptions matter, by the public command: against values that follow by hand.

use serde_json::Value;

use super::support::number;
use super::sweep::{lost_in_a_year, model, run, study};

fn sensitivity(text: &str, args: &[&str]) -> Value {
    study("sensitivity", text, args)["sensitivity"].take()
}

fn bar<'a>(study: &'a Value, topology: &str, path: &str) -> &'a Value {
    let topologies = study["topologies"].as_array().unwrap();
    let topology = topologies
        .iter()
        .find(|one| one["name"] == topology)
        .unwrap();
    let bars = topology["bars"].as_array().unwrap();
    bars.iter().find(|bar| bar["path"] == path).unwrap()
}

/// One region loses 1 day in 101, and costs $730 a month less than two. What an hour down costs must be 1 / (U1 - U2) for both to
/// cost the same, U2 = U1² where nobody waits: $102 rather than the $60 of the model.
#[test]
fn the_price_at_which_the_choice_changes_is_found() {
    let study = sensitivity(
        &model("100d", "costs: { downtime: $60/h }\n"),
        &["--trials", "150"],
    );
    assert_eq!(study["recommended"], "one");
    let flips = study["flips"].as_array().unwrap();
    let flip = flips
        .iter()
        .find(|flip| flip["path"] == "costs.downtime")
        .unwrap();
    assert_eq!(
        (&flip["from"], &flip["to"]),
        (&Value::from("one"), &Value::from("both"))
    );
    let dollars = |key: &str| -> f64 {
        let text = flip[key].as_str().unwrap();
        text.trim_start_matches('$')
            .trim_end_matches("/h")
            .parse()
            .unwrap()
    };
    let lost = 1.0 / 101.0;
    let exact = 1.0 / (lost - lost * lost);
    // Halved five times: within a 32nd of a factor of 2, and rounded.
    assert!(
        (dollars("at") / exact - 1.0).abs() < 0.03,
        "{}",
        dollars("at")
    );
    assert!(
        dollars("low") <= exact && exact <= dollars("high"),
        "{flip}"
    );
    // What one region loses follows the time to repair: at twice it 2 / 102, at half 0.5 / 100.5.
    let repair = bar(&study, "one", "faults.region.mttr");
    for (end, days) in [("low", 0.5), ("high", 2.0)] {
        let expected = lost_in_a_year(days) - lost_in_a_year(1.0);
        let found = number(repair, &format!("/{end}/unavailability_difference/mean"));
        assert!((found / expected - 1.0).abs() < 1e-6, "{end}: {found}");
    }
    assert_eq!(repair["has_range"], false);
    assert!(study["measurements"].as_array().unwrap().is_empty());
}

/// The same with a time between failures of which only a range is known: what knowing it is worth, worked out by hand.
#[test]
fn what_measuring_is_worth_follows_by_hand() {
    let text = model("{ between: [50d, 200d] }", "costs: { downtime: $60/h }\n");
    let study = sensitivity(&text, &["--only", "faults", "--trials", "2000"]);
    assert_eq!(study["recommended"], "one");
    let measurements = study["measurements"].as_array().unwrap();
    assert_eq!(measurements.len(), 1);
    // One region loses u = 1 / (m + 1) at a mean of m days, two of them u²; the year ends before rare failures have settled, by little.
    let (mu, sigma) = ((100.0_f64).ln(), (4.0_f64).ln() / (2.0 * 1.644_853_6));
    let (mut chance, mut saving, mut all) = (0.0, 0.0, 0.0);
    for step in -4000..=4000 {
        let z = f64::from(step) / 1000.0;
        let weight = (-0.5 * z * z).exp();
        let lost = 1.0 / ((mu + sigma * z).exp() + 1.0);
        let gain = 730.0 * (60.0 * (lost - lost * lost) - 1.0);
        chance += if gain > 0.0 { weight } else { 0.0 };
        saving += gain.max(0.0) * weight;
        all += weight;
    }
    let (chance, saving) = (chance / all, saving / all);
    let found = &measurements[0];
    assert_eq!(found["path"], "faults.region.mtbf");
    let share =
        |key: &str| ["low", "mean", "high"].map(|end| number(found, &format!("/{key}/{end}")));
    let [low, mean, high] = share("another_choice");
    assert!(
        low <= chance && chance <= high && (mean - chance).abs() < 0.06,
        "{low} {mean} {high}: {chance}"
    );
    let [low, mean, high] = share("saving");
    assert!(
        low <= saving && saving <= high && (mean / saving - 1.0).abs() < 0.6,
        "{low} {mean} {high}: {saving}"
    );
    // It is all that is not known.
    let mtbf = bar(&study, "one", "faults.region.mtbf");
    assert_eq!(number(mtbf, "/variance_share/mean"), 1.0);
    assert_eq!(mtbf["low"]["value"], "50d");
    assert_eq!(mtbf["high"]["value"], "200d");
    let spread = &study["topologies"][0]["spread"];
    assert!(number(spread, "/luck/mean") > 0.5, "{spread}");
}

/// The bars of a topology are paired: far sharper than the loss itself is known.
#[test]
fn bars_are_paired_and_files_complete() {
    let folder = tempfile::tempdir().unwrap();
    let text = model("{ between: [50d, 200d] }", "costs: { downtime: $60/h }\n");
    let args = [
        "sensitivity",
        "pair.yaml",
        "-t",
        "one",
        "--factor",
        "1.1",
        "--trials",
        "300",
    ];
    let output = run(folder.path(), &text, &args);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("plays of 300 trials to see what moves most"),
        "{said}"
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(
        printed.contains("is luck") && printed.contains("leave -t out"),
        "{printed}"
    );
    let read = |name: &str| {
        std::fs::read(folder.path().join("output/pair/sensitivity").join(name)).unwrap()
    };
    assert!(read("sensitivity.png").starts_with(b"\x89PNG"));
    assert!(
        String::from_utf8(read("sensitivity.csv"))
            .unwrap()
            .contains("faults.region.mttr")
    );
    let all: Value = serde_json::from_slice(&read("sensitivity.json")).unwrap();
    let study = &all["sensitivity"];
    let half = |value: &Value| number(value, "/high") - number(value, "/low");
    let repair = bar(study, "one", "faults.region.mttr");
    let own = half(&study["topologies"][0]["unavailability"]);
    assert!(
        half(&repair["high"]["unavailability_difference"]) < 0.5 * own,
        "{repair}"
    );
}

#[test]
fn bad_arguments_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = model("100d", "");
    for (args, expected) in [
        (&["--only", "fault"][..], "did you mean"),
        (&["--only", "horizon"], "nothing that could be varied"),
        (&["--factor", "1"], "above 1"),
        (&["-t", "x"], "no topology `x`"),
    ] {
        let all: Vec<&str> = [&["sensitivity", "pair.yaml"], args].concat();
        let output = run(folder.path(), &text, &all);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(expected), "{args:?}: {said}");
    }
}
