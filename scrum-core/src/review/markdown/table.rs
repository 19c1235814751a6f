//! Rows of tables and their cells.

use super::line::{LineKind, MarkdownLine};

/// Rows of a table that neither begin nor end with a bar: those around a row of dashes and bars.
pub(super) fn rows_without_edges(all: &mut [MarkdownLine<'_>]) {
    let is_row = |line: &MarkdownLine<'_>| {
        matches!(line.kind, LineKind::Text | LineKind::Item) && line.text.contains('|')
    };
    for at in 1..all.len() {
        if !is_delimiter(&all[at].text) || !all[at - 1].text.contains('|') {
            continue;
        }
        all[at - 1].kind = LineKind::Row;
        all[at].kind = LineKind::Row;
        for line in all[at + 1..].iter_mut().take_while(|line| is_row(line)) {
            line.kind = LineKind::Row;
        }
    }
}

/// The cells of a table's row.
pub(in crate::review) fn cells(row: &str) -> Vec<String> {
    let inner = row.trim().trim_start_matches('|');
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for c in inner.chars() {
        match c {
            '|' if !escaped => cells.push(String::new()),
            c => {
                if let Some(cell) = cells.last_mut() {
                    cell.push(c);
                }
            }
        }
        escaped = c == '\\';
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

/// Whether a row is the dashes below a table's header.
pub(in crate::review) fn is_delimiter(row: &str) -> bool {
    row.contains(['-', '='])
        && row
            .chars()
            .all(|c| matches!(c, '|' | '+' | '-' | '=' | ':' | ' ' | '\t'))
}
