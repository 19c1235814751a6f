//! The table of a bundle's reviewers.

use std::io;

use super::{Paint, TextPage};
use crate::report::buckets;
use crate::report::sanitize::{columns, line, shorten};
use crate::tally::{BundleTally, ReviewState, ReviewerRow};

const HEADINGS: [&str; 6] = [
    "reviewer",
    "lineage",
    "state",
    "findings",
    "tokens",
    "vs. others",
];

impl TextPage<'_> {
    pub(super) fn reviewers(&mut self, bundle: &BundleTally) -> io::Result<()> {
        let rows: Vec<[String; 6]> = bundle.reviewers.iter().map(cells).collect();
        let mut widths = HEADINGS.map(columns);
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(columns(cell));
            }
        }
        // Shorten names before numbers, and the last columns before the first.
        let over =
            |widths: &[usize; 6]| (widths.iter().sum::<usize>() + 12).saturating_sub(self.width);
        widths[0] -= over(&widths).min(widths[0].saturating_sub(12));
        widths[1] -= over(&widths).min(widths[1].saturating_sub(10));
        let mut shown = 6;
        let mut surplus = over(&widths);
        while surplus > 0 && shown > 3 {
            shown -= 1;
            surplus = surplus.saturating_sub(widths[shown] + 2);
        }
        widths[2] -= surplus.min(widths[2].saturating_sub(11));
        let head = HEADINGS.map(str::to_owned);
        let head = table_line(&head[..shown], &widths);
        let head = self.paint(Paint::Dim, &head);
        writeln!(self.out, "{head}")?;
        for (row, cells) in bundle.reviewers.iter().zip(&rows) {
            let text = table_line(&cells[..shown], &widths);
            let text = match row.state {
                ReviewState::Findings | ReviewState::Clean => text,
                ReviewState::NotAsked => self.paint(Paint::Dim, &text),
                _ => self.paint(Paint::Yellow, &text),
            };
            writeln!(self.out, "{text}")?;
            if let Some(reason) = &row.reason {
                self.paragraph("      ", &line(reason), Some(Paint::Dim))?;
            }
            if let Some(wave) = &row.carried_over_from {
                let text = format!("carried over from {}", line(wave));
                self.paragraph("      ", &text, Some(Paint::Dim))?;
            }
        }
        let missing: Vec<String> = bundle
            .reviewers
            .iter()
            .filter(|row| row.state == ReviewState::Missing)
            .map(|row| line(&row.reviewer))
            .collect();
        if !missing.is_empty() {
            self.paragraph("  ", &format!("missing: {}", missing.join(", ")), None)?;
        }
        self.paragraph("  ", &buckets(&bundle.buckets), Some(Paint::Dim))
    }
}

fn cells(row: &ReviewerRow) -> [String; 6] {
    let verdict = row.verdict;
    let verdict = verdict.map_or_else(String::new, |verdict| format!(" {verdict}"));
    let cut = if row.cut_off { ", cut off" } else { "" };
    let findings = match row.findings_without_location {
        _ if row.tokens_out.is_none() => String::new(),
        0 => row.findings.to_string(),
        unlocated => format!("{} ({unlocated} without a location)", row.findings),
    };
    [
        line(&row.reviewer),
        line(&row.lineages.to_string()),
        format!("{}{verdict}{cut}", row.state.as_str()),
        findings,
        row.tokens_out.map_or_else(String::new, |tokens| {
            format!("{}{tokens}", if row.tokens_estimated { "≈" } else { "" })
        }),
        row.relative_tokens
            .map_or_else(String::new, |relative| format!("{relative:.2}×")),
    ]
}

fn table_line(cells: &[String], widths: &[usize; 6]) -> String {
    let mut text = String::new();
    for (at, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let cell = shorten(cell, *width);
        let pad = " ".repeat(width - columns(&cell));
        text.push_str("  ");
        // Left-align words, right-align numbers.
        if at < 3 {
            text.push_str(&cell);
            text.push_str(&pad);
        } else {
            text.push_str(&pad);
            text.push_str(&cell);
        }
    }
    text.truncate(text.trim_end().len());
    text
}
