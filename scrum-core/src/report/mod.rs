//! Reports of a wave and of a tally. Each is a function of the data and a writer of the caller's.
//!
//! Takes a manifest or a tally; writes into the caller's writer. It is the end of the flow. Before it:
//! [`tally`](crate::tally).
//!
//! What reviewers wrote is hostile until shown otherwise: it goes through [`sanitize`](mod@sanitize) before it reaches a
//! terminal, and through [`escape`] before it reaches anything that would act on it. [`ranked`](mod@ranked) says for
//! all of them what comes first.

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
