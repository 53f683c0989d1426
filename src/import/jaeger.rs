//! Traces as Jaeger's API and its pages export them: `data`, each trace with `spans` and `processes`.

use serde_json::Value;

use super::facts::{has, items, text, text_at};
use super::otlp::{kind_of_name, peer};
use super::spans::{Span, SpanKind, Spans};

/// Adds the spans of a document.
pub(super) fn read(document: &Value, spans: &mut Spans) {
    if has(document, "spans") {
        read_trace(document, spans);
    }
    let listed = document.as_array().into_iter().flatten();
    for trace in items(document, "data").chain(listed) {
        read_trace(trace, spans);
    }
}

fn read_trace(trace: &Value, spans: &mut Spans) {
    for value in items(trace, "spans") {
        let process = match text(value, "processID") {
            Some(id) => &trace["processes"][id],
            None => &value["process"],
        };
        let Some(name) = text(process, "serviceName").filter(|name| !name.trim().is_empty()) else {
            spans.nameless += 1;
            continue;
        };
        let service = spans.service(name);
        let of_process = |key| tag(process, key);
        let instance = of_process("service.instance.id")
            .or_else(|| of_process("k8s.pod.name"))
            .or_else(|| of_process("hostname"))
            .or_else(|| of_process("host.name"));
        spans.seen(
            service,
            instance,
            of_process("cloud.region"),
            of_process("cloud.availability_zone"),
        );
        spans.all.push(read_span(value, service));
    }
}

fn read_span(span: &Value, service: usize) -> Span {
    let trace = text(span, "traceID").unwrap_or("");
    let reference = |reference: &Value| {
        let trace = text(reference, "traceID").unwrap_or(trace);
        Some((trace.to_owned(), text(reference, "spanID")?.to_owned()))
    };
    let of_type = |wanted: &'static str| {
        items(span, "references")
            .filter(move |value| text_at(value, &["refType"]) == Some(wanted))
            .filter_map(reference)
    };
    let parent = of_type("CHILD_OF").next().or_else(|| {
        let parent = text(span, "parentSpanID").filter(|id| !id.is_empty())?;
        Some((trace.to_owned(), parent.to_owned()))
    });
    let kind = tag(span, "span.kind").map_or(SpanKind::Internal, kind_of_name);
    Span {
        service,
        id: (
            trace.to_owned(),
            text(span, "spanID").unwrap_or("").to_owned(),
        ),
        parent,
        follows: of_type("FOLLOWS_FROM").collect(),
        kind,
        start: span
            .get("startTime")
            .and_then(Value::as_f64)
            .map(|time| time / 1e6),
        peer: peer(|key| tag(span, key)),
    }
}

/// The text of a tag.
fn tag<'a>(owner: &'a Value, key: &str) -> Option<&'a str> {
    let found = items(owner, "tags").find(|tag| text(tag, "key") == Some(key))?;
    text(found, "value")
}
