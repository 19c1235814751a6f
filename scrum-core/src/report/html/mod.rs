//! The tally as an HTML page in one file, which loads nothing.
//!
//! Everything is in the HTML, so that the page also works without JavaScript; the script only filters, unfolds, and
//! moves the focus. Diffs and reviews are hostile: the templates escape all text except that from [`words::code_line`],
//! and the page's policy only allows the script and the style with the digests that it names.
//!
//! The page is written bundle by bundle, so that only one diff is in memory.

mod anchor;
mod bar;
mod card;
mod cited;
mod diff;
mod facet;
mod issue;
mod matrix;
mod overview;
mod plan;
mod policy;
mod section;
mod verdict;
mod words;

use std::collections::BTreeMap;
use std::io;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use serde::Serialize;

use crate::gauntlet::assess::Assessment;
use crate::size::number_of;
use crate::tally::{DiffText, Tally};
use crate::wave::manifest::Manifest;

/// Limits of the page. What exceeds them is left out and counted, and the page says where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HtmlOptions {
    /// Maximum total size of the diffs, in bytes, for showing them completely; above it, only the lines around findings
    /// are shown, up to the same size. Default 4 MB.
    pub max_diff_bytes: u64,
    /// Maximum number of issues shown, the most important first. Default 5000.
    pub max_issues: usize,
    /// The assessment of the release, shown first. Default none.
    pub assessment: Option<Assessment>,
}

impl Default for HtmlOptions {
    fn default() -> Self {
        Self {
            max_diff_bytes: 4_000_000,
            max_issues: 5_000,
            assessment: None,
        }
    }
}

impl HtmlOptions {
    /// Sets [`max_diff_bytes`](Self::max_diff_bytes).
    #[must_use]
    pub fn max_diff_bytes(mut self, bytes: u64) -> Self {
        self.max_diff_bytes = bytes;
        self
    }

    /// Sets [`max_issues`](Self::max_issues).
    #[must_use]
    pub fn max_issues(mut self, issues: usize) -> Self {
        self.max_issues = issues;
        self
    }

    /// Sets [`assessment`](Self::assessment).
    #[must_use]
    pub fn assessment(mut self, assessment: Option<Assessment>) -> Self {
        self.assessment = assessment;
        self
    }
}

const PAGE: &str = "page.html";
const BUNDLE: &str = "bundle.html";
const END: &str = "end.html";

const TEMPLATES: [(&str, &str); 11] = [
    (PAGE, include_str!("page.html")),
    ("verdict.html", include_str!("verdict.html")),
    ("bar.html", include_str!("bar.html")),
    ("cell.html", include_str!("cell.html")),
    ("findings.html", include_str!("findings.html")),
    (BUNDLE, include_str!("bundle.html")),
    ("diff.html", include_str!("diff.html")),
    ("issue.html", include_str!("issue.html")),
    ("said.html", include_str!("said.html")),
    ("prose.html", include_str!("prose.html")),
    (END, include_str!("end.html")),
];

/// Writes the page. Without a manifest it shows neither sizes nor diffs; if `diffs` has none for a bundle, its findings
/// are shown without code.
///
/// The same input gives the same bytes. `diffs` is asked once for each bundle of which the page shows lines.
///
/// # Errors
///
/// Errors of the writer.
pub fn write_html(
    tally: &Tally,
    manifest: Option<&Manifest>,
    diffs: &dyn DiffText,
    options: &HtmlOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let environment = environment()?;
    let plan = plan::PlanView::new(tally, options.max_issues);
    let mut budget = diff::Budget::new(manifest, options.max_diff_bytes);
    let page = overview::page(tally, manifest, &plan, &budget, options);
    render(&environment, PAGE, &page, out)?;
    for (at, bundle) in tally.bundles.iter().enumerate() {
        let record = manifest.and_then(|manifest| manifest.bundle(&bundle.id));
        let issues = &plan.bundles[at];
        let text = record
            .filter(|_| budget.wants(issues))
            .and_then(|_| diffs.diff(&bundle.id));
        let section = section::section(bundle, record, issues, text.as_deref(), &mut budget);
        render(&environment, BUNDLE, &section, out)?;
    }
    render(
        &environment,
        END,
        &overview::end(tally, manifest, &budget),
        out,
    )
}

/// The templates. The tests check them, so that rendering can only fail because of the writer.
fn environment() -> io::Result<Environment<'static>> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut syntax = SyntaxConfig::builder();
    let syntax = syntax.trim_blocks(true).lstrip_blocks(true);
    environment.set_syntax(syntax.build().map_err(io::Error::other)?);
    // Every template is HTML, whatever its name.
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    for (name, text) in TEMPLATES {
        environment
            .add_template(name, text)
            .map_err(io::Error::other)?;
    }
    Ok(environment)
}

fn render(
    environment: &Environment<'_>,
    name: &str,
    context: &impl Serialize,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let template = environment.get_template(name).map_err(io::Error::other)?;
    let html = template
        .render(Value::from(Serde(context)))
        .map_err(io::Error::other)?;
    out.write_all(html.as_bytes())?;
    out.write_all(b"\n")
}

/// `1 file`, `2,000 files`.
fn counted(count: u64, noun: &str) -> String {
    format!("{} {}", grouped(count), number_of(count == 1, noun))
}

/// A count as text, with thousands separators.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Numbers names in the order of their first use.
#[derive(Debug, Default)]
struct Register {
    at: BTreeMap<String, usize>,
    names: Vec<String>,
}

impl Register {
    fn number(&mut self, name: &str) -> usize {
        if let Some(at) = self.at.get(name) {
            return *at;
        }
        self.names.push(name.to_owned());
        self.at.insert(name.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }
}

#[cfg(test)]
mod tests;
