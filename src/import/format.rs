//! Which kind of description a document is: told from its content, unless the user says.

use serde_json::Value;

use super::error::ImportError;
use super::facts::{has, items, text};
use super::source::Source;

/// A kind of description that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Manifests of Kubernetes.
    Kubernetes,
    /// A compose file.
    Compose,
    /// Traces in the JSON encoding of OTLP.
    Otlp,
    /// Traces as the API and the pages of Jaeger export them.
    Jaeger,
    /// Edges between services.
    Dependencies,
    /// What `terraform show -json` prints of a state or a plan.
    Terraform,
}

impl Format {
    /// What it is, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Kubernetes => "Kubernetes manifests",
            Self::Compose => "a compose file",
            Self::Otlp => "OTLP traces",
            Self::Jaeger => "Jaeger traces",
            Self::Dependencies => "a dependency graph",
            Self::Terraform => "a Terraform state or plan",
        }
    }

    /// The format of the documents of a file.
    pub(super) fn of(source: &Source, documents: &[Value]) -> Result<Self, ImportError> {
        documents
            .iter()
            .find_map(Self::of_document)
            .ok_or_else(|| unknown(&source.name, documents))
    }

    fn of_document(value: &Value) -> Option<Self> {
        if has(value, "apiVersion") && has(value, "kind") {
            return Some(Self::Kubernetes);
        }
        if is_otlp(value) {
            return Some(Self::Otlp);
        }
        if is_jaeger(value) {
            return Some(Self::Jaeger);
        }
        if has(value, "format_version")
            && ["values", "planned_values", "terraform_version"]
                .iter()
                .any(|key| has(value, key))
        {
            return Some(Self::Terraform);
        }
        if super::dependencies::is_graph(value) {
            return Some(Self::Dependencies);
        }
        let is_compose = value.get("services").is_some_and(Value::is_object)
            && !has(value, "faults")
            && !has(value, "model");
        is_compose.then_some(Self::Compose)
    }
}

fn is_otlp(value: &Value) -> bool {
    ["resourceSpans", "resource_spans", "batches"]
        .iter()
        .any(|key| value.get(key).is_some_and(Value::is_array))
        || value.get("trace").is_some_and(is_otlp)
}

fn is_jaeger(value: &Value) -> bool {
    let is_trace = |trace: &Value| has(trace, "spans") && has(trace, "processes");
    is_trace(value)
        || items(value, "data").any(is_trace)
        || value
            .as_array()
            .is_some_and(|list| list.iter().any(is_trace))
}

/// Says what a file seems to be that cannot be imported.
fn unknown(name: &str, documents: &[Value]) -> ImportError {
    let Some(first) = documents.first() else {
        return ImportError::new(
            format!("{name} holds nothing"),
            "check how it was made: the command may have failed",
        );
    };
    if has(first, "services") && (has(first, "faults") || has(first, "model")) {
        return ImportError::new(
            format!("{name} is a model already"),
            format!("failscape check {name}"),
        );
    }
    if has(first, "terraform_version") && has(first, "resources") {
        return ImportError::new(
            format!("{name} is a state file as terraform stores it"),
            "print it in its documented form: terraform show -json FILE > state.json",
        );
    }
    if has(first, "format_version") {
        return ImportError::new(
            format!("{name} is what terraform shows of an empty state"),
            "run terraform show -json where the state is, or of a saved plan: terraform show -json PLAN",
        );
    }
    if text(first, "@level").is_some() {
        return ImportError::new(
            format!("{name} is the log of a terraform run"),
            "save the plan and show it: terraform plan -out PLAN && terraform show -json PLAN > plan.json",
        );
    }
    if ["resourceMetrics", "resourceLogs"]
        .iter()
        .any(|key| has(first, key))
    {
        return ImportError::new(
            format!("{name} holds metrics or logs of OTLP and no traces"),
            "export the traces: what calls what is only in them",
        );
    }
    if first.get("data").is_some_and(Value::is_array) {
        return ImportError::new(
            format!("{name} is an answer without traces or dependencies"),
            "ask for a longer time, or name a service that had traffic",
        );
    }
    ImportError::new(
        format!("{name} is {}, of no format that is known", shape(first)),
        "expected Kubernetes manifests, a compose file, traces of OTLP or Jaeger as JSON, a dependency graph as JSON, \
         or the output of terraform show -json; --from FORMAT says which it is",
    )
}

/// What a value is, without any word of it.
pub(super) fn shape(value: &Value) -> String {
    match value {
        Value::Object(map) => format!("a mapping with {} keys", map.len()),
        Value::Array(list) => format!("a list of {} entries", list.len()),
        _ => "a plain text".to_owned(),
    }
}
