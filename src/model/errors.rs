//! All mistakes of a model file, rendered for people.

use std::fmt;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use super::problem::{Problem, Span};
use super::source::ShownSource;

/// More than this many are counted, not shown.
const MOST_SHOWN: usize = 50;

/// Every mistake that was found in a model file; never empty.
#[derive(Debug)]
pub struct ModelErrors {
    source: ShownSource,
    problems: Vec<Problem>,
}

impl ModelErrors {
    /// Mistakes in the order of their places, each once.
    pub(super) fn new(source: ShownSource, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.span.as_ref().map(|span| span.start));
        let mut seen = std::collections::BTreeSet::new();
        problems.retain(|problem| {
            seen.insert((
                problem.span.as_ref().map(|span| span.start),
                problem.message.clone(),
            ))
        });
        Self { source, problems }
    }

    /// Mistakes of a text under a name.
    pub(super) fn of_text(name: &str, text: &str, problems: Vec<Problem>) -> Self {
        Self::new(ShownSource::new(name, text), problems)
    }

    /// The mistakes, in the order of the file.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Line and column of a problem, both from 1; `None` if it is about the file as a whole.
    #[must_use]
    pub fn position(&self, problem: &Problem) -> Option<(usize, usize)> {
        problem
            .span
            .as_ref()
            .map(|span| self.source.position(span.start))
    }

    /// Renders all mistakes with their lines of the file, with terminal colours or without.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        let theme = if color {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(110)
            .with_links(false)
            .with_context_lines(1);
        let mut shown = String::new();
        for problem in self.problems.iter().take(MOST_SHOWN) {
            let label = problem
                .span
                .as_ref()
                .map(|span| self.source.underlined(span));
            let diagnostic = Shown {
                problem,
                label,
                source: &self.source,
            };
            if handler.render_report(&mut shown, &diagnostic).is_err() {
                shown.push_str(&problem.message);
                shown.push('\n');
            }
            if !problem.hint.is_empty() {
                shown.push_str("  hint: ");
                shown.push_str(&problem.hint);
                shown.push('\n');
            }
            shown.push('\n');
        }
        shown.push_str(&self.summary());
        shown
    }

    fn summary(&self) -> String {
        let name = self.source.name();
        let unseen = self.problems.len().saturating_sub(MOST_SHOWN);
        let rest = if unseen == 0 {
            String::new()
        } else {
            format!(", {unseen} of them not shown")
        };
        match self.problems.len() {
            1 => format!("{name}: 1 problem"),
            count => format!("{name}: {count} problems{rest}"),
        }
    }
}

impl fmt::Display for ModelErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.render(false))
    }
}

impl std::error::Error for ModelErrors {}

/// One mistake in the form that `miette` draws.
#[derive(Debug)]
struct Shown<'a> {
    problem: &'a Problem,
    label: Option<Span>,
    source: &'a ShownSource,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.problem.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.label.as_ref().map(|_| self.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.label.clone()?;
        let text = (!self.problem.expected.is_empty())
            .then(|| format!("expected {}", self.problem.expected));
        Some(Box::new(std::iter::once(LabeledSpan::new(
            text,
            span.start,
            span.len(),
        ))))
    }
}
