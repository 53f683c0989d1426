//! A plain table for terminals: no frame, one rule under the header, as wide as the terminal at most.

use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ContentArrangement, LineStyle, Table, TableStyle,
};

use super::summary::Mark;

/// Widest line of prose \[columns\].
pub(crate) const PROSE: u16 = 100;

/// An empty table with a header.
pub(crate) fn table<'a>(headers: impl IntoIterator<Item = &'a str>) -> Table {
    let mut table = Table::new();
    table
        .load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')))
        .enforce_styling()
        .set_header(
            headers
                .into_iter()
                .map(|text| Cell::new(text).add_attribute(Attribute::Bold)),
        );
    table
}

/// Whether a table fits without breaking a text, with columns one apart.
pub(crate) fn fits(table: &Table, width: u16) -> bool {
    let widths = table.column_max_content_widths();
    widths.iter().map(|width| width + 1).sum::<u16>() <= width + 1
}

/// The table as text, every column but the first aligned as asked for. Columns keep their width where that fits, close
/// up where it does not, and break their texts only then.
pub(crate) fn rendered(mut table: Table, alignment: CellAlignment, width: u16) -> String {
    table.set_width(width);
    let widths = table.column_max_content_widths();
    let content: u16 = widths.iter().sum();
    let gaps = u16::try_from(widths.len())
        .unwrap_or(u16::MAX)
        .saturating_sub(1);
    let gap = if content + 2 * gaps <= width { 2 } else { 1 };
    let arrangement = if content + gap * gaps <= width {
        ContentArrangement::Disabled
    } else {
        ContentArrangement::Dynamic
    };
    table.set_content_arrangement(arrangement);
    for (at, column) in table.column_iter_mut().enumerate() {
        // The style itself sets columns one apart.
        column.set_padding((0, if at < usize::from(gaps) { gap - 1 } else { 0 }));
        if at > 0 {
            column.set_cell_alignment(alignment);
        }
    }
    let mut text = table.trim_fmt();
    text.push('\n');
    text
}

/// A cell coloured by how its figure stands to an objective.
pub(crate) fn marked(text: String, mark: Mark) -> Cell {
    match mark {
        Mark::NotJudged => Cell::new_owned(text),
        Mark::Met => Cell::new_owned(text).fg(Color::Green),
        Mark::Missed => Cell::new_owned(text).fg(Color::Red),
        Mark::Undecided => Cell::new_owned(text).fg(Color::Yellow),
    }
}
