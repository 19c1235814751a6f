//! GitLab's Code Quality report.

use std::io;

use serde::Serialize;

use super::file_uri;
use super::fingerprint::fingerprints;
use super::message::{headline, rule};
use super::ranked::ranked;
use crate::review::Severity;
use crate::tally::{DiffText, Tally};

/// Characters of a claim in a description.
const MAX_WORDS: usize = 400;

#[derive(Serialize)]
struct GitlabEntry<'a> {
    description: String,
    check_name: &'static str,
    fingerprint: &'a str,
    severity: &'static str,
    location: GitlabLocation,
}

#[derive(Serialize)]
struct GitlabLocation {
    path: String,
    lines: GitlabLines,
}

#[derive(Serialize)]
struct GitlabLines {
    begin: u32,
}

/// Writes an entry for each issue, the most important first. An issue without lines is put at line 1, since the format
/// wants a line. One whose path names nothing below the repository is left out; only a tally without a wave can
/// have one.
///
/// `diffs` is asked for the bundles' diffs, which the fingerprints are made from.
///
/// # Errors
///
/// What the writer says.
pub fn write_gitlab(
    tally: &Tally,
    diffs: &dyn DiffText,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let fingerprints = fingerprints(tally, diffs);
    let mut entries = Vec::new();
    let ranked = ranked(tally);
    for entry in &ranked {
        let Some(path) = file_uri::name(&entry.issue.path) else {
            continue;
        };
        let (bundle, issue) = entry.at;
        entries.push(GitlabEntry {
            description: headline(entry, MAX_WORDS),
            check_name: rule(entry.issue.severity),
            fingerprint: &fingerprints[bundle][issue],
            severity: match entry.issue.severity {
                Some(Severity::Block) => "blocker",
                Some(Severity::Warn) => "major",
                Some(Severity::Info) => "info",
                None => "minor",
            },
            location: GitlabLocation {
                path,
                lines: GitlabLines {
                    begin: entry.head_lines().map_or(1, |(start, _)| start),
                },
            },
        });
    }
    serde_json::to_writer_pretty(&mut *out, &entries)?;
    out.write_all(b"\n")
}
