//! GitLab's Code Quality report.

use std::io;

use serde::Serialize;

use super::file_uri;
use super::fingerprint::fingerprints;
use super::message::{headline, rule};
use super::ranked::ranked;
use crate::review::Severity;
use crate::tally::{DiffText, Tally};

/// Maximum number of characters of a claim in a description.
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

/// Writes an entry for each issue, the most important first. An issue without lines gets line 1, because the format
/// requires a line. One whose path is not in the repository is left out; this only happens without a wave.
///
/// `diffs` provides the bundles' diffs for the fingerprints.
///
/// # Errors
///
/// Errors of the writer.
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
