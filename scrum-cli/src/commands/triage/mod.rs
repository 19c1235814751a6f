//! `scrum triage`: a person decides about each issue with one key.

mod keys;

use std::path::PathBuf;
use std::process::Command;

use clap::Args as ClapArgs;
use scrum_core::report::ranked::{Ranked, ranked};
use scrum_core::report::{TextOptions, write_issue_text};
use scrum_core::rounds::{TriageEntry, TriageFile};
use scrum_core::tally::{Tally, TriageVerdict};

use super::show::{lines_around, write_excerpt};
use crate::error::{ExitCode, Result};
use crate::session::Session;
use crate::terminal::Output;
use crate::wave::{
    CountedWave, Wave, apply_decisions, decisions_path, read_decisions, shown_path, write_decisions,
};
use keys::Keys;

const PROMPT: &str = "[c]onfirmed [f]alse positive [w]on't fix fi[x]ed [s]kip [u]ndo [n]ote [q]uit";

/// Decide about each issue of a wave with one key
///
/// Shows the issues without a decision, and those whose decision no longer applies, the most important first. c: a
/// defect; f: not a defect; w: will not be fixed; x: was a defect and is fixed; s: skip; u: undo the last decision; n:
/// add a note to this issue; q: quit. Every decision is saved immediately in .scrum/triage.toml, so a second run
/// continues where the first stopped. Without a terminal the keys are read from standard input, ignoring line ends;
/// after an n the rest of the line is the note.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  scrum triage\n  scrum triage main...HEAD --all\n  printf 'cfs' | scrum triage"
)]
pub(crate) struct TriageArgs {
    /// A wave: a folder, a name under .scrum/, or a range [default: the newest]
    #[arg(value_name = "WAVE")]
    wave: Option<PathBuf>,
    /// Also show issues that have a decision
    #[arg(long)]
    all: bool,
    /// Name of the person who decides [default: git's user.name]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &TriageArgs, session: &Session, output: &Output) -> Result<ExitCode> {
    let options = session.config.tally_options().jobs(super::cores());
    let CountedWave {
        wave,
        mut tally,
        warnings,
    } = CountedWave::open(args.wave.as_deref(), &options, session)?;
    output.warnings(&warnings);
    let decisions = read_decisions(session)?;
    let about = apply_decisions(&decisions, &wave, &mut tally, session);
    let by = args.by.clone().or_else(|| user_name(session));
    let mut triage = TriageWalk::new(decisions, &about, &tally, &wave, by);
    let walk = triage.open(args.all);
    let decided = triage.walk(&walk, session, output)?;
    let left = walk.len().saturating_sub(decided);
    output.data(|out| {
        writeln!(
            out,
            "{decided} decided, {left} left; {}",
            shown_path(&decisions_path(session))
        )
    })?;
    Ok(ExitCode::Done)
}

/// The issues and the decisions about them.
struct TriageWalk<'t> {
    tally: &'t Tally,
    wave: &'t Wave,
    issues: Vec<Ranked<'t>>,
    /// For each issue the index of its decision in `entries`.
    entry_of: Vec<Option<usize>>,
    /// The decisions; one that was replaced or undone is `None`.
    entries: Vec<Option<TriageEntry>>,
    by: Option<String>,
}

/// A decision that can be undone.
struct Step {
    /// Index in the list of issues to show.
    at: usize,
    /// The issue's earlier decision.
    before: Option<TriageEntry>,
}

impl<'t> TriageWalk<'t> {
    fn new(
        decisions: TriageFile,
        about: &[Vec<(usize, usize)>],
        tally: &'t Tally,
        wave: &'t Wave,
        by: Option<String>,
    ) -> Self {
        let issues = ranked(tally);
        let entry_of = issues
            .iter()
            .map(|entry| {
                about.iter().position(|places| {
                    places.iter().any(|(bundle, issue)| {
                        let bundle = &tally.bundles[*bundle];
                        std::ptr::eq(bundle, entry.bundle)
                            && std::ptr::eq(&raw const bundle.issues[*issue], entry.issue)
                    })
                })
            })
            .collect();
        Self {
            tally,
            wave,
            issues,
            entry_of,
            entries: decisions.issues.into_iter().map(Some).collect(),
            by,
        }
    }

    /// The issues to show: those without a decision that applies; with `all` every one.
    fn open(&self, all: bool) -> Vec<usize> {
        let is_open = |at: &usize| {
            let mark = self.issues[*at].issue.triage.as_ref();
            all || mark.is_none_or(|mark| !mark.reopened.is_empty())
        };
        (0..self.issues.len()).filter(is_open).collect()
    }

    /// Shows the issues one by one, and returns how many were decided.
    fn walk(&mut self, walk: &[usize], session: &Session, output: &Output) -> Result<usize> {
        let keys = Keys::new();
        let mut steps: Vec<Step> = Vec::new();
        let mut note: Option<String> = None;
        let mut at = 0;
        let mut show = true;
        while let Some(&issue) = walk.get(at) {
            if show {
                self.show(issue, at + 1, walk.len(), output)?;
            }
            show = true;
            output.data(|out| {
                write!(out, "{PROMPT} ")?;
                out.flush()
            })?;
            let Some(key) = keys.key()? else {
                output.data(|out| writeln!(out))?;
                break;
            };
            let key = key.to_ascii_lowercase();
            let verdict = match key {
                'c' => Some(TriageVerdict::Confirmed),
                'f' => Some(TriageVerdict::FalsePositive),
                'w' => Some(TriageVerdict::WontFix),
                'x' => Some(TriageVerdict::Fixed),
                _ => None,
            };
            if let Some(verdict) = verdict {
                output.data(|out| writeln!(out, "{}", verdict.as_str()))?;
                let before = self.decide(issue, verdict, note.take());
                steps.push(Step { at, before });
                self.save(session)?;
                at += 1;
                continue;
            }
            match key {
                's' => {
                    output.data(|out| writeln!(out, "skipped"))?;
                    note = None;
                    at += 1;
                }
                'u' => match steps.pop() {
                    Some(step) => {
                        output.data(|out| writeln!(out, "undone"))?;
                        self.put(walk[step.at], step.before);
                        self.save(session)?;
                        note = None;
                        at = step.at;
                    }
                    None => {
                        output.data(|out| writeln!(out, "nothing to undo"))?;
                        show = false;
                    }
                },
                'n' => {
                    output.data(|out| {
                        write!(out, "note: ")?;
                        out.flush()
                    })?;
                    let text = keys.line()?;
                    if !keys.is_terminal() {
                        output.data(|out| writeln!(out))?;
                    }
                    note = (!text.is_empty()).then_some(text);
                    show = false;
                }
                'q' => {
                    output.data(|out| writeln!(out, "stopped"))?;
                    break;
                }
                _ => {
                    output.data(|out| writeln!(out, "unknown key"))?;
                    show = false;
                }
            }
        }
        Ok(steps.len())
    }

    fn show(&self, issue: usize, number: usize, of: usize, output: &Output) -> Result<()> {
        let entry = &self.issues[issue];
        let lines = lines_around(self.wave, entry);
        let options = TextOptions::default()
            .color(output.color)
            .width(output.width);
        output.data(|out| {
            write!(out, "\n{number} of {of}")?;
            write_issue_text(self.tally, entry, &options, out)?;
            if !lines.is_empty() {
                writeln!(out)?;
            }
            write_excerpt(&lines, out)
        })
    }

    /// Decides about an issue, and returns what was decided before.
    fn decide(
        &mut self,
        issue: usize,
        verdict: TriageVerdict,
        note: Option<String>,
    ) -> Option<TriageEntry> {
        let Ranked {
            bundle,
            issue: record,
            ..
        } = self.issues[issue];
        let head = self.wave.manifest.range.head_tree.as_deref();
        let mut entry = TriageEntry::new(bundle, record, head, verdict);
        entry.by.clone_from(&self.by);
        entry.note = note;
        self.put(issue, Some(entry))
    }

    /// Replaces the decision about an issue, and returns the one before.
    fn put(&mut self, issue: usize, entry: Option<TriageEntry>) -> Option<TriageEntry> {
        let at = *self.entry_of[issue].get_or_insert_with(|| {
            self.entries.push(None);
            self.entries.len() - 1
        });
        std::mem::replace(&mut self.entries[at], entry)
    }

    fn save(&self, session: &Session) -> Result<()> {
        let issues = self.entries.iter().flatten().cloned().collect();
        write_decisions(session, &TriageFile { issues })
    }
}

/// git's `user.name`, if git is installed and has one.
fn user_name(session: &Session) -> Option<String> {
    let mut git = Command::new("git");
    git.args(["config", "user.name"]).current_dir(&session.top);
    let output = git.output().ok().filter(|output| output.status.success())?;
    let name = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!name.is_empty()).then_some(name)
}
