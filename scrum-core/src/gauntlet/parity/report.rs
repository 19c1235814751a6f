//! The report of the whole probe: totals, text, Markdown and JSON.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::gaps::{GapStatus, JudgedGap, KnownGap, judge};
use super::{CaseResult, Difference, DifferenceKind};
use crate::report::{escape, sanitize};

/// Value of `schema` in `parity.json`.
pub const PARITY_SCHEMA: &str = "scrum.parity/1";

/// Maximum number of differences per case in text and Markdown.
const SHOWN: usize = 8;

/// The results of all cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ParityReport {
    /// [`PARITY_SCHEMA`].
    pub schema: String,
    /// Full hex id of the head commit of the wave that contains this; `None` without a wave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// Names of both sides, left and right.
    pub sides: [String; 2],
    /// Cases.
    pub cases: usize,
    /// Cases in which a side gave no usable answer. The counts below are over the others.
    pub failed: usize,
    /// Cases whose status codes match.
    pub status_match: usize,
    /// Cases whose bodies have the same shape.
    pub shape_match: usize,
    /// Cases whose bodies have the same shape and equal values.
    pub value_match: usize,
    /// Where the left side's two answers differ, over all cases.
    pub noise: Vec<String>,
    /// The cases, in the order of their file.
    pub results: Vec<CaseResult>,
    /// The known gaps.
    pub known_gaps: Vec<JudgedGap>,
}

impl ParityReport {
    /// Builds the report. `today`, such as `2026-11-26`, decides which known gaps have expired.
    pub fn new(
        sides: [String; 2],
        results: Vec<CaseResult>,
        known_gaps: &[KnownGap],
        today: &str,
    ) -> Self {
        let usable = || results.iter().filter(|result| result.error.is_none());
        let mut noise: Vec<String> = usable().flat_map(|result| result.noise.clone()).collect();
        noise.sort();
        noise.dedup();
        Self {
            schema: PARITY_SCHEMA.to_owned(),
            head: None,
            sides,
            cases: results.len(),
            failed: results.len() - usable().count(),
            status_match: usable().filter(|result| result.status_match).count(),
            shape_match: usable().filter(|result| result.shape_match).count(),
            value_match: usable().filter(|result| result.value_match).count(),
            noise,
            known_gaps: judge(known_gaps, &results, today),
            results,
        }
    }

    /// Cases that diverge without a known gap.
    pub fn unlisted(&self) -> impl Iterator<Item = &CaseResult> {
        self.results.iter().filter(|result| {
            let mut gaps = self.known_gaps.iter();
            result.diverges()
                && !gaps.any(|gap| gap.case == result.name && gap.status == GapStatus::Accepted)
        })
    }

    /// Whether no case failed and every divergence is a known gap. Without a case nothing was compared, so it did not pass.
    pub fn passed(&self) -> bool {
        self.cases > 0 && self.failed == 0 && self.unlisted().next().is_none()
    }

    /// `6/6 status codes match · 5/6 body shapes diverge`, and the failed cases if there are any.
    pub fn headline(&self) -> String {
        let compared = self.cases - self.failed;
        let mut line = format!(
            "{}/{compared} status codes match · {}/{compared} body shapes diverge",
            self.status_match,
            compared - self.shape_match
        );
        if self.failed > 0 {
            line.push_str(&format!(" · {} failed", self.failed));
        }
        line
    }

    /// Writes the report as JSON, with a line feed at its end.
    ///
    /// # Errors
    ///
    /// Errors of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        writeln!(out)
    }

    /// Writes the report as text.
    ///
    /// # Errors
    ///
    /// Errors of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.headline())?;
        for result in self.results.iter().filter(|result| !result.matches()) {
            writeln!(
                out,
                "\n{}: {}",
                sanitize::line(&result.name),
                self.verdict(result)
            )?;
            for line in lines(result, &self.sides) {
                writeln!(out, "  {line}")?;
            }
        }
        if !self.noise.is_empty() {
            let noise: Vec<String> = self.noise.iter().map(|place| place_name(place)).collect();
            writeln!(
                out,
                "\nnoise, not compared ({} differs from itself): {}",
                self.sides[0],
                noise.join(", ")
            )?;
        }
        for line in self.gap_lines() {
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    /// Writes the report as Markdown.
    ///
    /// # Errors
    ///
    /// Errors of `out`.
    pub fn write_markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "## Parity: {}\n", self.headline())?;
        writeln!(out, "| case | result |\n|---|---|")?;
        for result in &self.results {
            let name = escape::markdown(&result.name);
            writeln!(out, "| {name} | {} |", self.verdict(result))?;
        }
        for result in self.results.iter().filter(|result| !result.matches()) {
            let listed = lines(result, &self.sides);
            if !listed.is_empty() {
                writeln!(out, "\n**{}**\n", escape::markdown(&result.name))?;
                for line in listed {
                    writeln!(out, "- {}", escape::markdown(&line))?;
                }
            }
        }
        for line in self.gap_lines() {
            writeln!(out, "\n{}", escape::markdown(&line))?;
        }
        Ok(())
    }

    fn verdict(&self, result: &CaseResult) -> &'static str {
        if result.error.is_some() {
            return "failed";
        }
        if result.matches() {
            return "match";
        }
        if !self.unlisted().any(|other| other.name == result.name) {
            return "diverges (known gap)";
        }
        "diverges"
    }

    fn gap_lines(&self) -> Vec<String> {
        let line = |gap: &JudgedGap| {
            let case = sanitize::line(&gap.case);
            match gap.status {
                GapStatus::Accepted => {
                    format!("known gap: {case}: {}", sanitize::line(&gap.reason))
                }
                GapStatus::Expired => format!(
                    "known gap `{case}` expired on {}",
                    gap.until.as_deref().unwrap_or_default()
                ),
                GapStatus::Closed => {
                    format!("known gap `{case}` no longer diverges; remove it from scrum.toml")
                }
                GapStatus::Failed => format!("known gap `{case}`: the case failed"),
                GapStatus::Unknown => format!("known gap `{case}`: no case has that name"),
            }
        };
        self.known_gaps.iter().map(line).collect()
    }
}

fn place_name(pointer: &str) -> String {
    if pointer.is_empty() {
        "the whole body".to_owned()
    } else {
        sanitize::line(pointer)
    }
}

fn lines(result: &CaseResult, sides: &[String; 2]) -> Vec<String> {
    if let Some(error) = &result.error {
        return vec![sanitize::line(error)];
    }
    let [left_name, right_name] = sides;
    let line = |found: &Difference| {
        let place = match found.kind {
            DifferenceKind::Status => "status".to_owned(),
            DifferenceKind::Header => "header".to_owned(),
            DifferenceKind::Shape | DifferenceKind::Value => place_name(&found.pointer),
        };
        let side = |value: &Option<String>| match value {
            Some(value) => sanitize::line(value),
            None => "nothing".to_owned(),
        };
        let pattern = found
            .pattern
            .map_or_else(String::new, |pattern| format!(" ({pattern})"));
        format!(
            "{place}: {left_name} {}, {right_name} {}{pattern}",
            side(&found.left),
            side(&found.right)
        )
    };
    let mut lines: Vec<String> = result.differences.iter().take(SHOWN).map(line).collect();
    let hidden = result.differences.len().saturating_sub(SHOWN) + result.more_differences;
    if hidden > 0 {
        lines.push(format!("and {hidden} more"));
    }
    lines
}
