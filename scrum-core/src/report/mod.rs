//! Reports of a wave and of a tally. Each is a function of the data and the caller's writer.
//!
//! Takes a manifest or a tally; writes into the caller's writer. This is the last stage. Before it:
//! [`tally`](crate::tally).
//!
//! Reviewers' text is treated as hostile: it goes through [`sanitize`](mod@sanitize) for a terminal, and through
//! [`escape`] for anything that would interpret it. [`ranked`](mod@ranked) defines the order in all reports.

pub mod bundles;
mod comparison;
pub mod escape;
mod estimated;
mod excerpt;
mod file_uri;
mod fingerprint;
mod github;
mod gitlab;
mod html;
mod json;
mod markdown;
mod matrix;
mod message;
mod only;
pub mod ranked;
mod rdjsonl;
#[cfg(test)]
pub(crate) mod sample;
pub mod sanitize;
mod sarif;
mod text;

pub use comparison::{write_comparison_markdown, write_comparison_text};
pub use excerpt::{ExcerptLine, excerpt};
pub use github::write_github;
pub use gitlab::write_gitlab;
pub use html::{HtmlOptions, write_html};
pub use json::write_json;
pub use markdown::{MARKER, MarkdownOptions, write_markdown};
pub use matrix::{MATRIX_JOBS, write_matrix};
pub use only::{Only, UnknownOnly};
pub use rdjsonl::write_rdjsonl;
pub use sarif::{SarifOptions, write_sarif};
pub use text::{TextOptions, write_issue_text, write_text};

use crate::tally::Buckets;

/// `5 citations = 4 counted + 1 unknown path`.
fn buckets(buckets: &Buckets) -> String {
    let parts: Vec<String> = buckets
        .each()
        .iter()
        .filter(|(bucket, count)| *count > 0 || *bucket == crate::tally::Bucket::Counted)
        .map(|(bucket, count)| format!("{count} {}", bucket.as_str()))
        .collect();
    let citations = crate::size::counted(buckets.citations, "citation");
    format!("{citations} = {}", parts.join(" + "))
}
