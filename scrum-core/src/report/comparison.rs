//! The comparison of two waves, for a terminal and as a pull request comment.

use std::io;

use super::escape::{code, markdown_with_code};
use super::ranked::{location_name, severity_word};
use super::sanitize::{columns, line, shorten, wrap};
use crate::rounds::{Comparison, Entry, Place, Status, WaveSide};
use crate::size::{self, counted};

/// Default width in columns.
const DEFAULT_WIDTH: usize = 80;

/// Characters of a claim that are shown.
const MAX_CLAIM: usize = 400;

/// Maximum size of the Markdown in bytes; further entries are only counted. GitHub accepts 65,536 characters.
const MOST: usize = 60_000;

/// Writes the comparison as text. `width` is in columns, 80 if `None`; narrower than 40 counts as 40.
///
/// # Errors
///
/// Errors of the writer.
pub fn write_comparison_text(
    comparison: &Comparison,
    width: Option<usize>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let width = width.unwrap_or(DEFAULT_WIDTH).clamp(40, 120);
    paragraph(out, "", &waves(comparison), width)?;
    paragraph(out, "", &totals(comparison), width)?;
    for status in Status::ALL {
        let entries = of_status(comparison, status);
        if !entries.is_empty() {
            writeln!(out, "\n{} ({})", title(status), entries.len())?;
        }
        for entry in entries {
            paragraph(out, "  ", &head(entry), width)?;
            if let Some(what) = &entry.what {
                paragraph(out, "      ", &shorten(&line(what), MAX_CLAIM), width)?;
            }
            if !matches!(entry.status, Status::New) {
                paragraph(out, "      ", &line(&entry.reason), width)?;
            }
        }
    }
    if !comparison.engagement.is_empty() {
        writeln!(out, "\nOutput tokens, old → new")?;
        let names = comparison.engagement.iter();
        let longest = names.map(|of| columns(&line(&of.reviewer))).max();
        for of in &comparison.engagement {
            let name = line(&of.reviewer);
            let pad = " ".repeat(longest.unwrap_or(0).saturating_sub(columns(&name)));
            let tokens = arrow(of.old_tokens, of.new_tokens, |tokens| tokens.to_string());
            let bytes = arrow(of.old_bytes, of.new_bytes, size::decimal);
            writeln!(
                out,
                "  {name}{pad}  {tokens} tokens on {bytes} in {} → {}",
                of.old_bundles,
                counted(of.new_bundles, "bundle")
            )?;
        }
    }
    unlocated(comparison).map_or(Ok(()), |told| {
        writeln!(out)?;
        paragraph(out, "", &told, width)
    })
}

/// Writes the comparison in GitHub's Markdown, at most 65,000 bytes; what does not fit is counted.
///
/// # Errors
///
/// Errors of the writer.
pub fn write_comparison_markdown(
    comparison: &Comparison,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut text = format!("### scrum compare: {}\n\n", totals(comparison));
    let side = |side: &WaveSide| code(&name(side));
    text += &format!("{} → {}\n", side(&comparison.old), side(&comparison.new));
    let mut left_out = 0_u64;
    for status in Status::ALL {
        let entries = of_status(comparison, status);
        if entries.is_empty() {
            continue;
        }
        text += &format!("\n**{} ({})**\n\n", title(status), entries.len());
        for entry in entries {
            if text.len() > MOST {
                left_out += 1;
                continue;
            }
            let place = code(&shorten(&places(entry), 160));
            let mut item = format!("- {}{place}", severity(entry));
            item += &format!(" · {}", markdown_with_code(&entry.reviewers.join(", ")));
            if let Some(what) = &entry.what {
                item += &format!(" · {}", markdown_with_code(&shorten(what, MAX_CLAIM)));
            }
            if status != Status::New {
                item += &format!("<br>{}", markdown_with_code(&entry.reason));
            }
            text += &item;
            text.push('\n');
        }
    }
    if left_out > 0 {
        text += &format!("\n{} left out\n", counted(left_out, "entry"));
    }
    if !comparison.engagement.is_empty() {
        text += "\n| Reviewer | Output tokens | Bundles' bytes | Bundles |\n|---|---|---|---|\n";
        for of in &comparison.engagement {
            if text.len() > MOST + 4_000 {
                break;
            }
            text += &format!(
                "| {} | {} | {} | {} → {} |\n",
                markdown_with_code(&of.reviewer),
                arrow(of.old_tokens, of.new_tokens, |tokens| tokens.to_string()),
                arrow(of.old_bytes, of.new_bytes, size::decimal),
                of.old_bundles,
                of.new_bundles
            );
        }
    }
    if let Some(told) = unlocated(comparison) {
        text += &format!("\n{told}\n");
    }
    out.write_all(text.as_bytes())
}

/// `3 new · 5 persisting · 2 gone · 1 unconfirmed · 0 not re-reviewed`.
fn totals(comparison: &Comparison) -> String {
    let numbers = Status::ALL.iter().map(|status| {
        let count = comparison.totals.of(*status);
        format!("{count} {}", status.as_str())
    });
    numbers.collect::<Vec<_>>().join(" · ")
}

fn waves(comparison: &Comparison) -> String {
    let side = |side: &WaveSide| {
        format!(
            "{} ({}, {})",
            name(side),
            counted(side.findings, "finding"),
            counted(side.issues, "issue")
        )
    };
    format!("{} → {}", side(&comparison.old), side(&comparison.new))
}

fn name(side: &WaveSide) -> String {
    if side.wave.is_empty() {
        let id = side.head.as_deref().or(side.head_tree.as_deref());
        return id.map_or("?".to_owned(), |id| id.chars().take(7).collect());
    }
    line(&side.wave)
}

fn title(status: Status) -> &'static str {
    match status {
        Status::New => "New",
        Status::Persisting => "Persisting",
        Status::Gone => "Gone",
        Status::Unconfirmed => "Unconfirmed",
        Status::NotReReviewed => "Not re-reviewed",
    }
}

fn of_status(comparison: &Comparison, status: Status) -> Vec<&Entry> {
    let all = comparison.findings.iter();
    all.filter(|entry| entry.status == status).collect()
}

fn severity(entry: &Entry) -> String {
    let word = |severity| severity_word(severity);
    match (entry.old_severity, entry.severity) {
        (Some(old), Some(new)) if old != new => format!("{} → {} ", word(old), word(new)),
        (_, Some(severity)) => format!("{} ", word(severity)),
        _ => String::new(),
    }
}

fn place(of: &Place) -> String {
    location_name(&of.path, of.lines(), None)
}

/// `src/old.rs:10 → src/new.rs:12`, or one of them.
fn places(entry: &Entry) -> String {
    let to = entry.new.as_ref().or(entry.mapped.as_ref());
    match (&entry.old, to) {
        (Some(old), Some(new)) if old != new => format!("{} → {}", place(old), place(new)),
        (Some(old), None) => format!("{} → no longer there", place(old)),
        (_, Some(new)) => place(new),
        (None, None) => String::new(),
    }
}

fn head(entry: &Entry) -> String {
    let agreed = if entry.agreed { " · agreed" } else { "" };
    format!(
        "{}{} · {}{agreed}",
        severity(entry),
        places(entry),
        line(&entry.reviewers.join(", "))
    )
}

fn arrow(old: Option<u64>, new: Option<u64>, said: impl Fn(u64) -> String) -> String {
    let side = |value: Option<u64>| value.map_or_else(|| "none".to_owned(), &said);
    format!("{} → {}", side(old), side(new))
}

fn unlocated(comparison: &Comparison) -> Option<String> {
    let (old, new) = (
        comparison.old.without_location,
        comparison.new.without_location,
    );
    (old + new > 0)
        .then(|| format!("findings without a location are not compared: {old} before, {new} now"))
}

fn paragraph(out: &mut dyn io::Write, indent: &str, text: &str, width: usize) -> io::Result<()> {
    wrap(text, width.saturating_sub(indent.len()))
        .iter()
        .try_for_each(|line| writeln!(out, "{indent}{line}"))
}
