//! An issue with all its claims.

use std::collections::HashMap;

use serde::Serialize;

use super::issue::Issue;
use super::words::{Prose, prose, severity_key, severity_word, start};
use crate::report::ranked::{Ranked, cited, name, notes, source};
use crate::report::sanitize::line;
use crate::review::ReadAs;
use crate::review::location::LineRange;
use crate::tally::FindingRecord;

/// Maximum number of claims shown for one issue; more are only counted.
const MAX_CLAIMS: usize = 60;

/// An issue with all its claims.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Card {
    #[serde(flatten)]
    pub(super) issue: Issue,
    /// The issue's record, to find its lines in the diff.
    #[serde(skip)]
    pub(super) path: String,
    #[serde(skip)]
    pub(super) lines: Option<LineRange>,
    /// `agreed by 2 of 3 lineages`.
    pub(super) told: String,
    pub(super) claims: Vec<ClaimView>,
    pub(super) claims_left_out: usize,
    /// Issues that share lines with it but say something else.
    pub(super) others: Vec<Other>,
    /// How many there are, listed or not.
    pub(super) others_count: usize,
}

/// Another issue at the same lines.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Other {
    pub(super) name: String,
    /// Its anchor in the page, if it is shown.
    pub(super) anchor: Option<String>,
}

/// One reviewer's claim.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ClaimView {
    pub(super) reviewer: String,
    pub(super) lineages: String,
    pub(super) severity: &'static str,
    pub(super) severity_word: String,
    /// `lines 20-21`.
    pub(super) at: String,
    /// `review line 2`.
    pub(super) source: String,
    /// How it was read, if not from labels.
    pub(super) read_as: Option<&'static str>,
    /// The address of the comment.
    pub(super) link: Option<String>,
    /// Remarks for the reader.
    pub(super) notes: Vec<String>,
    pub(super) what: Option<Prose>,
    pub(super) why: Option<Prose>,
}

impl Card {
    /// Collects the claims; `issue` is the data shared with the list, and `anchors` are the issues that the page shows.
    pub(super) fn new(
        entry: &Ranked<'_>,
        issue: Issue,
        anchors: &HashMap<(usize, usize), &str>,
    ) -> Self {
        let claims: Vec<ClaimView> = entry.findings().take(MAX_CLAIMS).map(claim).collect();
        let indices = entry.issue.others.iter();
        let others: Vec<Other> = indices
            .zip(entry.others())
            .map(|(at, other)| Other {
                name: name(other),
                anchor: anchors
                    .get(&(entry.at.0, *at))
                    .map(|&anchor| anchor.to_owned()),
            })
            .collect();
        Self {
            path: entry.issue.path.clone(),
            lines: entry.issue.lines(),
            told: entry.agreement(),
            claims_left_out: entry.issue.findings.len().saturating_sub(claims.len()),
            claims,
            others_count: others.len() + entry.issue.others_left_out,
            others,
            issue,
        }
    }
}

fn claim(finding: &FindingRecord) -> ClaimView {
    ClaimView {
        reviewer: line(&finding.reviewer),
        lineages: line(&finding.lineages.to_string()),
        severity: severity_key(finding.severity),
        severity_word: match (finding.severity, finding.severity_text.as_deref()) {
            (None, Some(written)) => format!("“{}”", start(written, 20)),
            (severity, _) => severity_word(severity).to_owned(),
        },
        at: cited(finding),
        source: source(finding),
        read_as: match finding.read_as {
            ReadAs::Labelled => None,
            ReadAs::Document => Some("read from a document"),
            ReadAs::Prose => Some("read from prose"),
        },
        link: finding.link.as_deref().and_then(safe_link),
        // How it was read is shown separately.
        notes: notes(&FindingRecord {
            read_as: ReadAs::Labelled,
            ..finding.clone()
        }),
        what: finding.what.as_deref().and_then(prose),
        why: finding.why.as_deref().and_then(prose),
    }
}

/// A link that a browser can only open as a page.
fn safe_link(link: &str) -> Option<String> {
    const LONGEST: usize = 2_000;
    let is_web = link.starts_with("https://") || link.starts_with("http://");
    let is_plain = link.bytes().all(|byte| matches!(byte, b'!'..=b'~'));
    (is_web && is_plain && link.len() <= LONGEST).then(|| link.to_owned())
}

#[cfg(test)]
mod tests {
    use super::safe_link;

    #[test]
    fn links_lead_to_web_pages_only() {
        assert!(safe_link("https://example.org/a/pull/1#discussion_r2").is_some());
        for link in [
            "javascript:alert(1)",
            "data:text/html,x",
            "https://a b",
            "//a.org",
            "https://\u{202e}",
        ] {
            assert_eq!(safe_link(link), None, "{link}");
        }
    }
}
