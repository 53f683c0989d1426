//! Which rows are asked for: `severity=high`, `region!=us-east-1`, `service~ec2`, `status_code>=2`.

use super::error::{FitError, quoted, quoted_list, similar};
use super::table::{Row, Table};

/// A condition on a column, as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// The condition as the user wrote it.
    pub text: String,
    column: String,
    test: Test,
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    OneOf(Vec<String>),
    NoneOf(Vec<String>),
    Contains(String),
    /// Numbers that compare so with this one.
    Number(Compare, f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compare {
    AtLeast,
    AtMost,
    Above,
    Below,
}

impl std::str::FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const EXPECTED: &str =
            "write COLUMN=VALUE, such as severity=high; also !=, ~ (contains), >=, <=, > and <";
        let at = text.find(['=', '!', '~', '<', '>']).ok_or(EXPECTED)?;
        let (column, rest) = text.split_at(at);
        let operators = ["!=", ">=", "<=", "=", "~", ">", "<"];
        let operator = operators.into_iter().find(|own| rest.starts_with(own));
        let operator = operator.ok_or(EXPECTED)?;
        let value = rest[operator.len()..].trim();
        if column.trim().is_empty() {
            return Err(EXPECTED.to_owned());
        }
        let values = || {
            value
                .split(',')
                .map(|one| one.trim().to_lowercase())
                .collect()
        };
        let number = |compare| {
            let number: f64 = value.parse().map_err(|_| {
                format!("{operator} compares numbers, and {} is none", quoted(value))
            })?;
            Ok::<Test, String>(Test::Number(compare, number))
        };
        let test = match operator {
            "=" => Test::OneOf(values()),
            "!=" => Test::NoneOf(values()),
            "~" => Test::Contains(value.to_lowercase()),
            ">=" => number(Compare::AtLeast)?,
            "<=" => number(Compare::AtMost)?,
            ">" => number(Compare::Above)?,
            _ => number(Compare::Below)?,
        };
        Ok(Self {
            text: text.trim().to_owned(),
            column: column.trim().to_owned(),
            test,
        })
    }
}

/// All conditions of a question, ready for the rows of a table.
#[derive(Debug)]
pub(super) struct Filters<'a> {
    all: Vec<(usize, &'a Filter)>,
}

impl<'a> Filters<'a> {
    /// Finds the columns, and makes sure that values to be equal to exist.
    pub(super) fn new(table: &Table, filters: &'a [Filter]) -> Result<Self, FitError> {
        let mut all = Vec::new();
        for filter in filters {
            let column = table.column(&filter.column)?;
            if let Test::OneOf(values) = &filter.test {
                exists(table, column, values)?;
            }
            all.push((column, filter));
        }
        Ok(Self { all })
    }

    /// Whether a row is asked for.
    pub(super) fn hold(&self, row: &Row<'_>) -> bool {
        self.all.iter().all(|(column, filter)| {
            let cell = row.cell(*column);
            match &filter.test {
                Test::OneOf(values) => values.contains(&cell.to_lowercase()),
                Test::NoneOf(values) => !values.contains(&cell.to_lowercase()),
                Test::Contains(part) => cell.to_lowercase().contains(part),
                Test::Number(compare, bound) => cell.parse::<f64>().is_ok_and(|x| match compare {
                    Compare::AtLeast => x >= *bound,
                    Compare::AtMost => x <= *bound,
                    Compare::Above => x > *bound,
                    Compare::Below => x < *bound,
                }),
            }
        })
    }
}

/// Values of a column that are kept to be shown.
const SHOWN: usize = 200;

/// An error for a value that stands nowhere in the column: most likely it is misspelt.
fn exists(table: &Table, column: usize, values: &[String]) -> Result<(), FitError> {
    let mut missing: Vec<&String> = values.iter().collect();
    let mut seen: Vec<String> = Vec::new();
    table.each_row(|row| {
        let cell = row.cell(column);
        missing.retain(|value| **value != cell.to_lowercase());
        if seen.len() < SHOWN && !cell.is_empty() && !seen.iter().any(|own| *own == cell) {
            seen.push(cell.into_owned());
        }
        Ok(!missing.is_empty())
    })?;
    let Some(value) = missing.first() else {
        return Ok(());
    };
    let known = || seen.iter().map(String::as_str);
    let hint = match similar(value, known()) {
        Some(near) => format!("did you mean {}?", quoted(near)),
        None => format!("its values are {}", quoted_list(known())),
    };
    Err(FitError::new(
        format!(
            "no row has {} in column {}",
            quoted(value),
            quoted(&table.names[column])
        ),
        hint,
    ))
}
