//! `scrum tally --explain`: what became of each part of the reviews, in place of the tally.

use std::io::{self, Write};

use scrum_core::report::sanitize;
use scrum_core::review::Review;
use scrum_core::size::counted;
use scrum_core::tally::Outcome;

use super::NamedReviews;
use crate::error::{ExitCode, Result};
use crate::terminal::Output;
use crate::wave::submissions;

/// Explains the reviews.
pub(super) fn run(reviews: NamedReviews, jobs: usize, output: &Output) -> Result<ExitCode> {
    let NamedReviews { files, wave } = reviews;
    let (read, warnings) = submissions::read(files, wave.as_ref(), jobs, true);
    output.warnings(&warnings);
    output.data(|out| {
        for submission in &read {
            if let Outcome::Review(review) = &submission.outcome {
                let name = format!("{}/{}", submission.bundle, submission.reviewer);
                write(out, &name, review, output)?;
            }
        }
        Ok(())
    })?;
    Ok(ExitCode::Done)
}

fn write(out: &mut dyn Write, name: &str, review: &Review, output: &Output) -> io::Result<()> {
    let findings = counted(review.findings.len(), "finding");
    let mentions = counted(review.mentions.len(), "mention");
    writeln!(out, "{}: {findings}, {mentions}", sanitize::line(name))?;
    for part in &review.parts {
        let lines = match part.last_line {
            last if last == part.first_line => last.to_string(),
            last => format!("{}-{last}", part.first_line),
        };
        let (kind, outcome) = (part.kind, part.outcome.to_string());
        let text = sanitize::shorten(
            &sanitize::line(&part.text),
            output.width.saturating_sub(64).max(24),
        );
        writeln!(out, "{lines:>9}  {kind:<9}  {outcome:<40}  {text}")?;
    }
    Ok(())
}
