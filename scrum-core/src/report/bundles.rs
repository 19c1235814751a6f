//! A wave's bundles as text, before the review.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::plan::guard::Verdict;
use crate::range::Range;
use crate::size::{self, counted};
use crate::wave::manifest::{BundleRecord, Manifest};

use super::sanitize::{columns, wrap};

/// Options for the list of excluded files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BundlesOptions {
    /// ANSI colours. Default off.
    pub color: bool,
    /// Maximum number of excluded files listed. Default 20; the rest is only counted.
    pub most_excluded: usize,
}

impl Default for BundlesOptions {
    fn default() -> Self {
        Self {
            color: false,
            most_excluded: 20,
        }
    }
}

impl BundlesOptions {
    /// Turns colours on or off.
    #[must_use]
    pub fn color(mut self, color: bool) -> Self {
        self.color = color;
        self
    }

    /// Sets how many excluded files are listed.
    #[must_use]
    pub fn most_excluded(mut self, most: usize) -> Self {
        self.most_excluded = most;
        self
    }
}

/// Writes the base if the user did not name it, the range, a line for each bundle, and the excluded files with their
/// reasons.
///
/// # Errors
///
/// Errors of `out`.
pub fn write(manifest: &Manifest, options: &BundlesOptions, out: &mut dyn Write) -> io::Result<()> {
    if let Some(line) = base_line(&manifest.range) {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "{}", headline(manifest))?;
    if !manifest.bundles.is_empty() {
        writeln!(out)?;
        write_table(manifest, options, out)?;
    }
    write_excluded(manifest, options, out)
}

/// Which base was chosen and why, if the user did not name it: `base: origin/main (from origin/HEAD)`.
pub fn base_line(range: &Range) -> Option<String> {
    let from = range.base_from.as_ref()?;
    let base = range.spec.strip_suffix("...HEAD").unwrap_or(&range.spec);
    Some(format!("base: {base} (from {from})"))
}

fn headline(manifest: &Manifest) -> String {
    let range = &manifest.range;
    let short = |id: &Option<String>| {
        id.as_deref()
            .map(|id| id.chars().take(7).collect::<String>())
    };
    let mut line = if range.spec.is_empty() {
        "change set".to_owned()
    } else {
        range.spec.clone()
    };
    if let (Some(base), Some(head)) = (
        short(&range.base).or_else(|| short(&range.base_tree)),
        short(&range.head).or_else(|| short(&range.head_tree)),
    ) {
        line.push_str(&format!(" ({base}..{head})"));
    }
    let shown: u64 = manifest.bundles.iter().map(|bundle| bundle.bytes).sum();
    line.push_str(": ");
    if !range.uncommitted && (range.base.is_some() || !range.commits.is_empty()) {
        line.push_str(&format!("{}, ", counted(range.commits.len(), "commit")));
    }
    line.push_str(&format!(
        "{} and {} in {}",
        counted(manifest.file_count(), "file"),
        size::decimal(shown),
        counted(manifest.bundles.len(), "bundle")
    ));
    if !manifest.excluded.is_empty() {
        line.push_str(&format!(", {} excluded", manifest.excluded_count()));
    }
    line
}

fn write_table(
    manifest: &Manifest,
    options: &BundlesOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    // With the longest name on the same line as numbers, the table has 80 columns. Longer names get their own line.
    const LONGEST: usize = 43;
    let short = manifest.bundles.iter().map(|bundle| columns(&bundle.id));
    let longest = short.filter(|width| *width <= LONGEST).max();
    let width = longest.unwrap_or(0).max("bundle".len());
    writeln!(
        out,
        "  {:width$}  {:>9}  {:>5}  {:>8}  guard",
        "bundle", "diff", "files", "tokens"
    )?;
    for bundle in &manifest.bundles {
        let BundleRecord {
            id,
            bytes,
            tokens,
            verdict,
            ..
        } = bundle;
        let (word, color) = match verdict {
            Verdict::Ok => ("ok", ""),
            Verdict::Warn => ("warn", "\x1b[33m"),
            Verdict::Fail => ("FAIL", "\x1b[31m"),
        };
        let (on, off) = match (options.color, color) {
            (true, color) if !color.is_empty() => (color, "\x1b[0m"),
            _ => ("", ""),
        };
        let mut name = id.as_str();
        if columns(name) > width {
            writeln!(out, "  {name}")?;
            name = "";
        }
        writeln!(
            out,
            "  {name}{:gap$}  {:>9}  {:>5}  {:>8}  {on}{word}{off}",
            "",
            size::decimal(*bytes),
            bundle.file_count(),
            format!("≈{tokens}"),
            gap = width - columns(name),
        )?;
        if let Some(joined) = packed(bundle) {
            for line in wrap(&joined, 80 - PACKED.len()) {
                writeln!(out, "{PACKED}{line}")?;
            }
        }
    }
    Ok(())
}

/// The prefix of the components that were joined.
const PACKED: &str = "      ";

/// The components that were joined, shortened.
fn packed(bundle: &BundleRecord) -> Option<String> {
    const SHOWN: usize = 4;
    if bundle.packed.is_empty() {
        return None;
    }
    let mut names = bundle
        .packed
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if bundle.packed.len() > SHOWN {
        names.push_str(&format!(" and {} more", bundle.packed.len() - SHOWN));
    }
    Some(format!("= {names}"))
}

fn write_excluded(
    manifest: &Manifest,
    options: &BundlesOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    if manifest.excluded.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nnot shown to reviewers, kept in excluded.diff:")?;
    // A series of patches may have several records of one file.
    let mut total: BTreeMap<&str, u64> = BTreeMap::new();
    for file in &manifest.excluded {
        *total.entry(&file.path).or_default() += file.bytes;
    }
    let files = manifest.excluded.iter();
    let files = files.filter_map(|file| Some((file, total.remove(&*file.path)?)));
    for (file, bytes) in files.take(options.most_excluded) {
        let (bytes, path) = (size::decimal(bytes), plain(&file.path));
        writeln!(out, "  {bytes:>9}  {path} ({})", file.reason)?;
    }
    let omitted = total.len();
    if omitted > 0 {
        writeln!(out, "  and {omitted} more, in manifest.json")?;
    }
    Ok(())
}

/// A path without control characters.
fn plain(path: &str) -> String {
    crate::path::RepoPath::from(path).display()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::ground::tests::{bundle, manifest};

    fn text(bundles: Vec<BundleRecord>) -> String {
        let mut out = Vec::new();
        write(&manifest(bundles), &BundlesOptions::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_hold_whatever_the_names() {
        let long = "internal-backend-remote-state-gcs-testdata-with-a-long-name";
        let mut packed = bundle("root", 900, Vec::new());
        packed.packed = (1..=7)
            .map(|at| format!("tools-number-{at}-of-seven"))
            .collect();
        let mut large = bundle(&"x".repeat(43), 61_234_567, Vec::new());
        large.tokens = 15_308_642;
        large.verdict = Verdict::Fail;
        insta::assert_snapshot!(text(vec![
            bundle("core", 46_123, Vec::new()),
            bundle(long, 1_234, Vec::new()),
            large,
            bundle("größe-日本", 12_000, Vec::new()),
            packed,
        ]));
    }

    #[test]
    fn short_names_leave_the_table_narrow() {
        insta::assert_snapshot!(text(vec![
            bundle("a", 46_123, Vec::new()),
            bundle("limiter", 1_234, Vec::new()),
        ]));
    }
}
