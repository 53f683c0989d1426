//! Variables of `.env` files, and their use in the texts of compose files.
//!
//! Values stay in memory: they are compared with names of services and never written.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::error::ImportError;
use super::source::Source;

/// Longest text that variables may make of another \[byte\].
const MAX_TEXT: usize = 100_000;
/// Greatest depth of variables in the defaults of others.
const MAX_DEPTH: usize = 8;

/// Refuses a file of variables that stands where a description of services should.
pub(super) fn refuse_variables(source: &Source) -> Result<(), ImportError> {
    let lines = source.text.lines().map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !says_nothing(line)).collect();
    let sets_one = |line: &&&str| {
        let (name, value) = parts(line);
        is_name(name) && value.is_some()
    };
    // A value may go over lines of which none looks like a variable.
    let set = lines.iter().filter(sets_one).count();
    let begins_so = lines.first().is_some_and(|line| sets_one(&line));
    if !begins_so || 2 * set < lines.len() {
        return Ok(());
    }
    Err(ImportError::new(
        format!("{} sets variables and describes no services", source.name),
        format!(
            "give the compose file that uses them, and this file beside it: failscape import compose.yaml --env {}; \
             import takes compose files, Kubernetes manifests, traces, dependency graphs and Terraform plans",
            source.name
        ),
    ))
}

fn says_nothing(line: &str) -> bool {
    line.is_empty() || line.starts_with('#')
}

/// The name that a line sets, and to what.
fn parts(line: &str) -> (&str, Option<&str>) {
    let line = line.strip_prefix("export ").unwrap_or(line);
    match line.split_once('=') {
        Some((name, value)) => (name.trim(), Some(value)),
        None => (line.trim(), None),
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

/// Variables by name.
#[derive(Debug, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    /// Variables that were asked for and are not there.
    missing: Cell<usize>,
}

impl Environment {
    /// Adds the variables of a file; later ones win.
    pub fn add(&mut self, source: &Source) -> Result<(), ImportError> {
        for (number, line) in source.text.lines().enumerate() {
            let line = line.trim();
            if says_nothing(line) {
                continue;
            }
            let (name, value) = parts(line);
            if !is_name(name) {
                return Err(ImportError::new(
                    format!("{}, line {}: this is no variable", source.name, number + 1),
                    "write NAME=value, one a line; comments begin with #",
                ));
            }
            let value = self.value(value.unwrap_or("").trim());
            self.variables.insert(name.to_owned(), value);
        }
        Ok(())
    }

    /// A value as it is written: quoted ones end at their quote, others at a comment.
    fn value(&self, written: &str) -> String {
        if let Some(rest) = written.strip_prefix('\'') {
            return rest.split('\'').next().unwrap_or("").to_owned();
        }
        if let Some(rest) = written.strip_prefix('"') {
            return self.filled(rest.split('"').next().unwrap_or(""));
        }
        let end = written.find(" #").unwrap_or(written.len());
        self.filled(written[..end].trim_end())
    }

    /// The value of a variable, if it is there.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let value = self.variables.get(name).map(String::as_str);
        if value.is_none() {
            self.missing.set(self.missing.get() + 1);
        }
        value
    }

    /// How many times a variable was asked for that is not there.
    pub(super) fn missing(&self) -> usize {
        self.missing.get()
    }

    /// A text with its variables filled in as compose does: `$A`, `${A}`, `${A:-default}`, `${A:+other}`, `$$`.
    pub(super) fn filled(&self, text: &str) -> String {
        let mut filled = String::new();
        self.fill(text, &mut filled, 0);
        filled
    }

    fn fill(&self, text: &str, filled: &mut String, depth: usize) {
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            filled.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if filled.len() > MAX_TEXT || depth > MAX_DEPTH {
                return;
            }
            if let Some(after) = rest.strip_prefix('$') {
                filled.push('$');
                rest = after;
            } else if let Some(after) = rest.strip_prefix('{') {
                let Some(end) = closing(after) else {
                    filled.push_str("${");
                    rest = after;
                    continue;
                };
                self.fill_braced(&after[..end], filled, depth);
                rest = &after[end + 1..];
            } else {
                let end = name_end(rest);
                if end == 0 {
                    filled.push('$');
                } else if let Some(value) = self.get(&rest[..end]) {
                    filled.push_str(value);
                }
                rest = &rest[end..];
            }
        }
        filled.push_str(rest);
    }

    /// What stands for `A`, `A:-default`, `A-default`, `A:+other`, `A+other`, `A:?why` or `A?why`.
    fn fill_braced(&self, inner: &str, filled: &mut String, depth: usize) {
        let (name, rest) = inner.split_at(name_end(inner));
        let (empty_counts, rest) = match rest.strip_prefix(':') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let value = self.variables.get(name).map(String::as_str);
        let value = value.filter(|value| !(empty_counts && value.is_empty()));
        match (rest.chars().next(), value) {
            (Some('+'), Some(_)) | (Some('-'), None) => self.fill(&rest[1..], filled, depth + 1),
            (Some('+'), None) => {}
            (_, Some(value)) => filled.push_str(value),
            (_, None) => self.missing.set(self.missing.get() + 1),
        }
    }
}

/// Where the name at the start of a text ends.
fn name_end(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(text.len())
}

/// Where the brace that is open at the start of a text is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(text: &str) -> Environment {
        let mut environment = Environment::default();
        let source = Source {
            name: "x.env".to_owned(),
            text: text.to_owned(),
        };
        environment.add(&source).unwrap();
        environment
    }

    #[test]
    fn variables_are_filled_in_as_compose_does() {
        let env = environment(
            "# a comment\nexport HOST=cart\nPORT=7070 # inline\nADDR=${HOST}:${PORT}\nQ=\"a #b\"\nS='$HOST'\nE=\n",
        );
        assert_eq!(env.filled("http://${ADDR}/x"), "http://cart:7070/x");
        assert_eq!(env.filled("$Q $S $$HOST"), "a #b $HOST $HOST");
        assert_eq!(
            env.filled("${E:-d}${E-d}${NO:-${HOST}}${HOST:+x}"),
            "dcartx"
        );
        assert_eq!(env.missing(), 0);
        assert_eq!(env.filled("${NO}$NO-${unclosed"), "-${unclosed");
        assert_eq!(env.missing(), 2);
    }

    #[test]
    fn values_cannot_grow_without_end() {
        let mut text = String::from("A0=xxxxxxxxxx\n");
        for n in 1..20 {
            let before = n - 1;
            let triple = ["${A", &before.to_string(), "}"].concat().repeat(3);
            text.extend(["A", &n.to_string(), "=", &triple, "\n"]);
        }
        let env = environment(&text);
        assert!(env.filled("$A19").len() <= 4 * MAX_TEXT);
    }
}
