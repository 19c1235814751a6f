//! Progress of the reviewers: on a terminal one line for each reviewer, which is redrawn; otherwise one line for each
//! answer.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use scrum_core::config::Reviewer;
use scrum_core::size::counted;

use crate::runner::{AnswerMeta, one_line};
use crate::terminal::Output;

/// What one reviewer has done in this run.
#[derive(Debug)]
struct ReviewerLine {
    name: String,
    total: usize,
    done: usize,
    failed: usize,
    tokens_in: u64,
    tokens_out: u64,
    /// Sum over the answers.
    time: Duration,
    price_in: Option<f64>,
    price_out: Option<f64>,
    bar: Option<ProgressBar>,
}

/// The lines of a run.
#[derive(Debug)]
pub(super) struct AskProgress<'a> {
    output: &'a Output,
    bars: Option<MultiProgress>,
    lines: Vec<ReviewerLine>,
}

impl<'a> AskProgress<'a> {
    /// `totals` are the numbers of questions to the reviewers, in their order.
    pub(super) fn start(reviewers: &[&Reviewer], totals: &[usize], output: &'a Output) -> Self {
        let terminal = !output.quiet && std::io::stderr().is_terminal();
        let bars = terminal.then(MultiProgress::new);
        let mut lines = Vec::with_capacity(reviewers.len());
        for (reviewer, total) in reviewers.iter().zip(totals) {
            let bar = bars.as_ref().filter(|_| *total > 0).map(|bars| {
                let bar = bars.add(ProgressBar::new(*total as u64));
                if let Ok(style) =
                    ProgressStyle::with_template("{elapsed:>4} {prefix} {pos}/{len} {wide_msg}")
                {
                    bar.set_style(style);
                }
                bar.set_prefix(one_line(&reviewer.name, 40));
                bar
            });
            lines.push(ReviewerLine {
                name: reviewer.name.clone(),
                total: *total,
                done: 0,
                failed: 0,
                tokens_in: 0,
                tokens_out: 0,
                time: Duration::ZERO,
                price_in: reviewer.price_in,
                price_out: reviewer.price_out,
                bar,
            });
        }
        Self {
            output,
            bars,
            lines,
        }
    }

    /// A question is done; `failure` is set if it failed.
    pub(super) fn done(
        &mut self,
        reviewer: usize,
        bundle: &str,
        meta: &AnswerMeta,
        duration: Duration,
        failure: Option<&str>,
    ) {
        let state = &mut self.lines[reviewer];
        state.done += 1;
        state.failed += usize::from(failure.is_some());
        state.tokens_in = state.tokens_in.saturating_add(meta.tokens_in.unwrap_or(0));
        state.tokens_out = state
            .tokens_out
            .saturating_add(meta.tokens_out.unwrap_or(0));
        state.time = state.time.saturating_add(duration);
        if let Some(bar) = &state.bar {
            bar.set_position(state.done as u64);
            bar.set_message(state.sums().trim_start_matches(", ").to_owned());
        }
        let what = match failure {
            Some(reason) => format!("failed: {reason}"),
            None => {
                let tokens = meta
                    .tokens_out
                    .map_or(String::new(), |tokens| format!("{tokens} tokens, "));
                format!("{tokens}{}", seconds(duration))
            }
        };
        // On a terminal the reviewer's line is enough, except for failures.
        if self.bars.is_none() || failure.is_some() {
            let state = &self.lines[reviewer];
            self.say(&format!(
                "{}: {} of {}: {bundle}: {what}",
                state.name, state.done, state.total
            ));
        }
    }

    /// A question will be asked again later.
    pub(super) fn again(&self, reviewer: usize, bundle: &str, reason: &str, wait: Duration) {
        let name = &self.lines[reviewer].name;
        self.say(&format!(
            "{name}: {bundle}: {reason}; again in {}",
            seconds(wait)
        ));
    }

    /// Time passed.
    pub(super) fn tick(&self) {
        for bar in self.lines.iter().filter_map(|line| line.bar.as_ref()) {
            bar.tick();
        }
    }

    /// Removes the lines, and leaves one for each reviewer that was asked.
    pub(super) fn finish(&self) {
        for bar in self.lines.iter().filter_map(|line| line.bar.as_ref()) {
            bar.finish_and_clear();
        }
        for line in self.lines.iter().filter(|line| line.done > 0) {
            self.output.detail(&format!(
                "{}: {} of {}{}",
                line.name,
                line.done - line.failed,
                counted(line.total, "bundle"),
                line.sums()
            ));
        }
    }

    fn say(&self, text: &str) {
        match &self.bars {
            Some(bars) => bars.suspend(|| self.output.detail(text)),
            None => self.output.detail(text),
        }
    }
}

impl ReviewerLine {
    fn sums(&self) -> String {
        let mut text = String::new();
        if self.failed > 0 {
            text.push_str(&format!(", {} failed", self.failed));
        }
        if self.tokens_in > 0 || self.tokens_out > 0 {
            text.push_str(&format!(
                ", {} tokens in, {} out",
                self.tokens_in, self.tokens_out
            ));
        }
        text.push_str(&format!(", {} of answers", seconds(self.time)));
        if self.price_in.is_some() || self.price_out.is_some() {
            let cost = cost(self.tokens_in, self.price_in) + cost(self.tokens_out, self.price_out);
            text.push_str(&format!(", cost {cost:.2}"));
        }
        text
    }
}

/// The cost of tokens at a price per million.
pub(super) fn cost(tokens: u64, price: Option<f64>) -> f64 {
    tokens as f64 / 1e6 * price.unwrap_or(0.0)
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
