//! The dependency graph as deployed, in Graphviz's language.

use std::fmt::Write as _;

use crate::results::{Layout, LayoutCall, LayoutRegion};

/// A directed graph in DOT: a cluster for each region, external services outside.
///
/// Names stand only inside quoted labels, with quotes and backslashes escaped, so none can end its string or be read as an
/// escape of Graphviz.
#[must_use]
pub fn dot(layout: &Layout) -> String {
    let mut text = format!(
        "digraph deployment {{\n  label={};\n  rankdir=LR;\n  compound=true;\n  node [shape=box, style=rounded];\n",
        quoted(&format!("{} ({})", layout.topology, layout.pattern))
    );
    for (r, region) in layout.regions.iter().enumerate() {
        push_region(&mut text, layout, r, region);
    }
    for (s, service) in layout
        .services
        .iter()
        .enumerate()
        .filter(|(_, service)| service.kind == "external")
    {
        push(
            &mut text,
            format_args!(
                "  e{s} [label={}, shape=component];\n",
                quoted(&service.name)
            ),
        );
    }
    for r in 0..layout.regions.len() {
        for call in &layout.calls {
            push_call(&mut text, layout, r, call);
        }
    }
    text.push_str("}\n");
    text
}

fn push_region(text: &mut String, layout: &Layout, r: usize, region: &LayoutRegion) {
    let title = format!(
        "{} ({}): zones {}",
        region.name,
        region.role,
        region.zones.join(", ")
    );
    let style = if region.role == "standby" {
        "dashed"
    } else {
        "solid"
    };
    push(
        text,
        format_args!(
            "  subgraph cluster_{r} {{\n    label={};\n    style={style};\n",
            quoted(&title)
        ),
    );
    for (s, service) in layout
        .services
        .iter()
        .enumerate()
        .filter(|(_, service)| service.kind != "external")
    {
        let running: &[u32] = region.running.get(s).map_or(&[], Vec::as_slice);
        let zones = region
            .zones
            .iter()
            .zip(running)
            .map(|(zone, replicas)| format!("{zone}: {replicas}"));
        let runs = zones.collect::<Vec<_>>().join("  ");
        let idle = if running.iter().sum::<u32>() == 0 {
            ", style=\"rounded,dashed\""
        } else {
            ""
        };
        let shape = if service.stateful {
            ", shape=cylinder"
        } else {
            ""
        };
        let label = if service.kind == "virtual" {
            service.name.clone()
        } else {
            format!("{}\n{runs}", service.name)
        };
        push(
            text,
            format_args!("    r{r}_s{s} [label={}{idle}{shape}];\n", quoted(&label)),
        );
    }
    text.push_str("  }\n");
}

fn push_call(text: &mut String, layout: &Layout, r: usize, call: &LayoutCall) {
    let node = |service: usize| {
        layout.services.get(service).map(|s| {
            if s.kind == "external" {
                format!("e{service}")
            } else {
                format!("r{r}_s{service}")
            }
        })
    };
    let (Some(from), Some(to)) = (node(call.from), node(call.to)) else {
        return;
    };
    if from.starts_with('e') && r > 0 {
        return;
    }
    let style = match call.kind.as_str() {
        "required" => "solid",
        "optional" => "dashed",
        "async" => "dotted",
        _ => "bold",
    };
    push(
        text,
        format_args!(
            "  {from} -> {to} [style={style}, tooltip={}];\n",
            quoted(&call.kind)
        ),
    );
}

/// Writing into memory does not fail.
fn push(text: &mut String, what: std::fmt::Arguments) {
    let _ = text.write_fmt(what);
}

/// A string of DOT.
fn quoted(text: &str) -> String {
    let mut safe = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => safe.push_str("\\\""),
            '\\' => safe.push_str("\\\\"),
            '\n' => safe.push_str("\\n"),
            // Graphviz reads character references in labels.
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe.push('"');
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_its_string() {
        assert_eq!(
            quoted("a\" ]; b\\N<i>&\n"),
            "\"a\\\" ]; b\\\\N&lt;i&gt;&amp;\\n\""
        );
    }
}
