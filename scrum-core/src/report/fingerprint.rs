//! Fingerprints, which identify a finding after the code around it has moved.
//!
//! The fingerprint of an issue is a digest of its path and its target, without a line number. The target is the symbol;
//! else the code from the cited line on, without white space, if the bundle's diff shows it; else the claim's words. So
//! it does not change if lines shift, the wording changes or another reviewer joins, but it changes with the code
//! itself. Issues with the same fingerprint are numbered in the order of the tally.

use std::collections::HashMap;

use super::ranked::{self, Ranked, what_and_why};
use crate::digest;
use crate::patch::file_patches;
use crate::review::location::LineRange;
use crate::tally::symbol::shown_lines;
use crate::tally::{DiffText, Tally};

/// Number of characters of code, without white space. If a line is shorter, the following lines are added.
const CODE: usize = 60;

/// The fingerprint of each issue: by bundle, then by issue, as in the tally. 32 hexadecimal digits, each once.
pub(super) fn fingerprints(tally: &Tally, diffs: &dyn DiffText) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::with_capacity(tally.bundles.len());
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut code = Code::default();
    for entry in ranked::in_order(tally) {
        let (bundle, issue) = entry.at;
        if issue == 0 {
            code = Code::of_bundle(tally, bundle, diffs);
        }
        found.resize_with(bundle + 1, Vec::new);
        let basis = basis(&entry, &code);
        let earlier = seen.entry(basis.clone()).or_default();
        let numbered = format!("{basis}\0{earlier}");
        *earlier += 1;
        let digest = digest::sha256(numbered.as_bytes());
        found[bundle].push(digest[..32].to_owned());
    }
    found.resize_with(tally.bundles.len(), Vec::new);
    found
}

fn basis(entry: &Ranked<'_>, code: &Code) -> String {
    let path = &entry.issue.path;
    if let Some(symbol) = &entry.issue.symbol {
        return format!("{path}\0symbol\0{symbol}");
    }
    let Some(lines) = entry.issue.lines() else {
        return format!("{path}\0file\0{}", claim(entry));
    };
    match code.from(path, lines) {
        Some(text) => format!("{path}\0code\0{text}"),
        None => format!("{path}\0claim\0{}", claim(entry)),
    }
}

/// The words of the first claim that has any.
fn claim(entry: &Ranked<'_>) -> String {
    let said = entry.findings().find_map(|finding| {
        let said = what_and_why(finding.what.as_deref(), finding.why.as_deref()).0;
        said.map(str::to_lowercase)
    });
    let words = said.unwrap_or_default();
    let words: Vec<&str> = words
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty() && !word.bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    words.join(" ")
}

/// Number, hunk and text of each line.
type CodeLines = Vec<(u32, usize, String)>;

/// The code that a bundle's diff shows of the files that are cited in it.
#[derive(Debug, Default)]
struct Code {
    /// By path and side, the old one with `true`: lines without white space, ascending.
    files: HashMap<(String, bool), CodeLines>,
}

impl Code {
    fn of_bundle(tally: &Tally, bundle: usize, diffs: &dyn DiffText) -> Self {
        let mut code = Self::default();
        let Some(bundle) = tally.bundles.get(bundle) else {
            return code;
        };
        let wanted = bundle.issues.iter().filter_map(|issue| {
            let lines = issue.lines()?;
            Some((issue.path.as_str(), lines.old_side))
        });
        let mut wanted: Vec<(&str, bool)> = wanted.collect();
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.is_empty() {
            return code;
        }
        let Some(diff) = diffs.diff(&bundle.id) else {
            return code;
        };
        // A read error ends the iterator; for the rest, the claims are used.
        for file in file_patches(&diff).map_while(Result::ok) {
            let path = file.path.to_text().0;
            for old_side in [false, true] {
                if wanted.binary_search(&(path.as_str(), old_side)).is_err() {
                    continue;
                }
                let lines = shown_lines(&file, old_side).into_iter().map(|line| {
                    let text = String::from_utf8_lossy(line.text);
                    let text = text
                        .chars()
                        .filter(|c| !c.is_whitespace())
                        .take(CODE)
                        .collect();
                    (line.number, line.hunk, text)
                });
                let side = (path.clone(), old_side);
                code.files.entry(side).or_default().extend(lines);
            }
        }
        code
    }

    /// The code from a line on, within its hunk.
    fn from(&self, path: &str, cited: LineRange) -> Option<String> {
        let line = cited.start;
        let lines = self.files.get(&(path.to_owned(), cited.old_side))?;
        let first = lines.partition_point(|(number, _, _)| *number < line);
        let (_, hunk, _) = lines.get(first).filter(|(number, _, _)| *number == line)?;
        let mut text = String::new();
        for (_, _, more) in lines[first..].iter().take_while(|(_, h, _)| h == hunk) {
            if text.chars().count() >= CODE {
                break;
            }
            text.push_str(more);
        }
        (!text.is_empty()).then_some(text)
    }
}

#[cfg(test)]
mod tests;
