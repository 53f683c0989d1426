//! Observed times from a CSV file beside the model: `file.csv#column`.

use std::path::{Component, Path, PathBuf};

use super::decode::Reader;
use super::problem::{Problem, quoted, quoted_list, similar};
use super::source::read_text;
use super::yaml::Node;
use crate::units::parse_duration;

const EXPECTED: &str = "a file and a column, such as incidents.csv#repair";

/// Reads the column that a scalar names \[s\]; `None` if it cannot be had, which is then recorded.
pub(super) fn read_column(node: &Node, reader: &mut Reader) -> Option<Vec<f64>> {
    let (text, _) = reader.scalar(
        node,
        EXPECTED,
        "write \"incidents.csv#repair\" or [12m, 40m]",
    )?;
    let (file, column) = match text.split_once('#') {
        Some((file, column)) if !file.is_empty() && !column.trim().is_empty() => {
            (file, column.trim())
        }
        _ => {
            let message = format!("{} names no column", quoted(text));
            reader.refuse(
                &node.span,
                &message,
                EXPECTED,
                format!("write {}", quoted(&format!("{text}#column"))),
            );
            return None;
        }
    };
    match locate(file, reader.folder.as_deref())
        .and_then(|path| read_text(&path))
        .and_then(|csv| parse(&csv, file, column))
    {
        Ok(values) => {
            reader.files.push((text.to_owned(), values.clone()));
            Some(values)
        }
        Err(problem) => {
            reader.refuse(&node.span, &problem.message, EXPECTED, problem.hint);
            None
        }
    }
}

/// Path of a file below the folder of the model; anything that leads out of it is refused.
fn locate(file: &str, folder: Option<&Path>) -> Result<PathBuf, Problem> {
    let Some(folder) = folder else {
        return Err(Problem::of_file(
            "files cannot be read here",
            "write the times as a list: [12m, 40m, 3h]",
        ));
    };
    let outside = || {
        let hint = "put the file into the folder of the model or below it, and name it from there";
        Problem::of_file(
            format!("{} is outside of the model's folder", quoted(file)),
            hint,
        )
    };
    let relative = Path::new(file);
    let stays_below = relative
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !stays_below || file.contains('\\') {
        return Err(outside());
    }
    let path = folder.join(relative);
    let missing = |_| {
        Problem::of_file(
            format!("no file {} beside the model", quoted(file)),
            "check its name",
        )
    };
    let real = path.canonicalize().map_err(missing)?;
    let root = folder.canonicalize().map_err(missing)?;
    if real.starts_with(root) {
        Ok(real)
    } else {
        Err(outside())
    }
}

/// The durations in a column of a CSV text.
fn parse(csv: &str, file: &str, column: &str) -> Result<Vec<f64>, Problem> {
    let file = quoted(file);
    let unreadable = |error: csv::Error| {
        Problem::of_file(
            format!("{file} is not CSV: {error}"),
            "check commas and quotes",
        )
    };
    let mut rows = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(csv.as_bytes());
    let headers = rows.headers().map_err(unreadable)?.clone();
    let Some(at) = headers
        .iter()
        .position(|name| name.trim_start_matches('\u{feff}') == column)
    else {
        let hint = match similar(column, headers.iter()) {
            Some(name) => format!("did you mean {}?", quoted(name)),
            None => format!("its columns are {}", quoted_list(headers.iter())),
        };
        return Err(Problem::of_file(
            format!("{file} has no column {}", quoted(column)),
            hint,
        ));
    };
    let mut values = Vec::new();
    for row in rows.records() {
        let row = row.map_err(unreadable)?;
        let line = row.position().map_or(0, csv::Position::line);
        let cell = row.get(at).unwrap_or_default();
        let value = parse_duration(cell).map_err(|error| {
            Problem::of_file(
                format!("{file}, line {line}, column {}: {error}", quoted(column)),
                error.hint,
            )
        })?;
        values.push(value);
    }
    if values.is_empty() {
        return Err(Problem::of_file(
            format!("{file} has no rows"),
            "add a row for each observed time",
        ));
    }
    Ok(values)
}
