//! Traces in the JSON encoding of OTLP, as collectors and Tempo write them.
//!
//! Attributes that are read: `service.name`, `service.instance.id`, `k8s.pod.name`, `host.name`, `cloud.region`,
//! `cloud.availability_zone` of resources; `peer.service`, `db.system(.name)`, `messaging.system`, `server.address`,
//! `net.peer.name` of spans.

use serde_json::Value;

use super::facts::{items, text};
use super::spans::{Peer, Span, SpanKind, Spans, system_name};

/// Adds the spans of a document.
pub(super) fn read(document: &Value, spans: &mut Spans) {
    if let Some(trace) = document.get("trace") {
        read(trace, spans);
    }
    for key in ["resourceSpans", "resource_spans", "batches"] {
        for batch in items(document, key) {
            read_batch(batch, spans);
        }
    }
}

fn read_batch(batch: &Value, spans: &mut Spans) {
    let scopes = ["scopeSpans", "scope_spans", "instrumentationLibrarySpans"]
        .into_iter()
        .flat_map(|key| items(batch, key))
        .flat_map(|scope| items(scope, "spans"));
    let resource = &batch["resource"];
    let attribute = |key| attribute(resource, key);
    let Some(name) = attribute("service.name").filter(|name| !name.trim().is_empty()) else {
        spans.nameless += scopes.count();
        return;
    };
    let service = spans.service(name);
    let instance = attribute("service.instance.id")
        .or_else(|| attribute("k8s.pod.name"))
        .or_else(|| attribute("host.name"));
    spans.seen(
        service,
        instance,
        attribute("cloud.region"),
        attribute("cloud.availability_zone"),
    );
    for span in scopes {
        spans.all.push(read_span(span, service));
    }
}

fn read_span(span: &Value, service: usize) -> Span {
    let field = |camel, snake| {
        text(span, camel)
            .or_else(|| text(span, snake))
            .unwrap_or("")
    };
    let trace = field("traceId", "trace_id").to_ascii_lowercase();
    let id = field("spanId", "span_id").to_ascii_lowercase();
    let parent = field("parentSpanId", "parent_span_id").to_ascii_lowercase();
    // An id of zeros is none.
    let has_parent = parent.bytes().any(|byte| byte != b'0');
    let link = |link: &Value| {
        let field = |camel, snake| text(link, camel).or_else(|| text(link, snake));
        Some((
            field("traceId", "trace_id")?.to_ascii_lowercase(),
            field("spanId", "span_id")?.to_ascii_lowercase(),
        ))
    };
    let kind = kind(span.get("kind"));
    // What a consumer links to are the messages that it handles; links of others are of any meaning.
    let follows = if kind == SpanKind::Consumer {
        items(span, "links").filter_map(link).collect()
    } else {
        Vec::new()
    };
    let start = span
        .get("startTimeUnixNano")
        .or_else(|| span.get("start_time_unix_nano"));
    Span {
        service,
        parent: has_parent.then(|| (trace.clone(), parent)),
        id: (trace, id),
        follows,
        kind,
        start: start.and_then(nanoseconds).map(|time| time / 1e9),
        peer: peer(|key| attribute(span, key)),
    }
}

/// Numbers or names, as writers differ.
fn kind(value: Option<&Value>) -> SpanKind {
    match value {
        Some(Value::Number(number)) => match number.as_u64() {
            Some(2) => SpanKind::Server,
            Some(3) => SpanKind::Client,
            Some(4) => SpanKind::Producer,
            Some(5) => SpanKind::Consumer,
            _ => SpanKind::Internal,
        },
        Some(Value::String(name)) => kind_of_name(name.trim_start_matches("SPAN_KIND_")),
        _ => SpanKind::Internal,
    }
}

/// The kind of a name, in whatever letters.
pub(super) fn kind_of_name(name: &str) -> SpanKind {
    match name.to_ascii_lowercase().as_str() {
        "server" => SpanKind::Server,
        "client" => SpanKind::Client,
        "producer" => SpanKind::Producer,
        "consumer" => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}

fn nanoseconds(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
    .filter(|time: &f64| time.is_finite() && *time > 0.0)
}

/// What the attributes of a span say of the other end.
pub(super) fn peer<'a>(attribute: impl Fn(&str) -> Option<&'a str>) -> Peer {
    let first = |keys: &[&str]| keys.iter().find_map(|key| attribute(key));
    let database = first(&["db.system.name", "db.system", "db.type"]);
    let queue = first(&["messaging.system"]);
    Peer {
        service: first(&["peer.service", "service.peer.name"])
            .filter(|name| !name.trim().is_empty())
            .map(str::to_owned),
        database: database.map(|name| system_name(name).unwrap_or("database")),
        queue: queue.map(|name| system_name(name).unwrap_or("queue")),
        address: first(&[
            "server.address",
            "net.peer.name",
            "network.peer.address",
            "peer.address",
        ])
        .map(str::to_owned),
    }
}

/// The text of an attribute.
fn attribute<'a>(owner: &'a Value, key: &str) -> Option<&'a str> {
    let found = items(owner, "attributes").find(|attribute| text(attribute, "key") == Some(key))?;
    let value = found.get("value")?;
    text(value, "stringValue").or_else(|| text(value, "string_value"))
}
