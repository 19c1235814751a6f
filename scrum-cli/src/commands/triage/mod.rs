//! `scrum triage`: a person decides about the issues, one key each.

mod keys;

use std::path::PathBuf;
use std::process::Command;

use clap::Args as ClapArgs;
use scrum_core::report::ranked::{Ranked, ranked};
use scrum_core::report::{TextOptions, excerpt, write_issue_text};
use scrum_core::review::location::LineRange;
use scrum_core::rounds::{TriageEntry, TriageFile};
use scrum_core::tally::{Tally, TriageVerdict};

use super::show::write_excerpt;
use crate::error::{ExitCode, Result};
use crate::session::Session;
use crate::terminal::Output;
use crate::wave::{
    CountedWave, Wave, apply_decisions, decisions_path, read_decisions, shown_path, write_decisions,
};
use keys::Keys;

/// Lines of the diff that are shown before and after an issue.
const AROUND: u32 = 3;

const PROMPT: &str = "[c]onfirmed [f]alse positive [w]on't fix fi[x]ed [s]kip [u]ndo [n]ote [q]uit";

/// Decide about the issues of a wave, one key each
///
/// Shows every issue that nobody has decided about, the most important first, and those whose decision no longer holds.
/// c: a defect; f: none; w: stays as it is; x: was one and is fixed; s: later; u: takes the last decision back; n: a note
/// for this issue; q: stops. Every decision is written at once to .scrum/triage.toml, so a second run goes on where the first
/// stopped. Without a terminal the keys are read from standard input, line ends aside; after an n the rest of the line is
/// the note.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  scrum triage\n  scrum triage main...HEAD --all\n  printf 'cfs' | scrum triage"
)]
pub(crate) struct TriageArgs {
    /// A wave: a folder, a name under .scrum/, or a range [default: the newest]
    #[arg(value_name = "WAVE")]
    wave: Option<PathBuf>,
    /// Also show the issues that have been decided
    #[arg(long)]
    all: bool,
    /// Who decides [default: git's user.name]
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
    let mut desk = Desk::new(decisions, &about, &tally, &wave, by);
    let walk = desk.open(args.all);
    let decided = desk.walk(&walk, session, output)?;
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

/// The issues, and what is decided about them.
struct Desk<'t> {
    tally: &'t Tally,
    wave: &'t Wave,
    issues: Vec<Ranked<'t>>,
    /// For each issue its decision, as a place in `entries`.
    entry_of: Vec<Option<usize>>,
    /// Decisions; one that was replaced or taken back is `None`.
    entries: Vec<Option<TriageEntry>>,
    by: Option<String>,
}

/// A decision that can be taken back.
struct Step {
    /// Place in the walk.
    at: usize,
    /// The issue's earlier decision.
    before: Option<TriageEntry>,
}

impl<'t> Desk<'t> {
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

    /// The issues to walk through: those without a decision, or whose decision no longer holds; with `all` every one.
    fn open(&self, all: bool) -> Vec<usize> {
        let is_open = |at: &usize| {
            let mark = self.issues[*at].issue.triage.as_ref();
            all || mark.is_none_or(|mark| !mark.reopened.is_empty())
        };
        (0..self.issues.len()).filter(is_open).collect()
    }

    /// Walks through the issues, and returns how many were decided.
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
                        output.data(|out| writeln!(out, "taken back"))?;
                        self.put(walk[step.at], step.before);
                        self.save(session)?;
                        note = None;
                        at = step.at;
                    }
                    None => {
                        output.data(|out| writeln!(out, "nothing to take back"))?;
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
                    output.data(|out| writeln!(out, "no such key"))?;
                    show = false;
                }
            }
        }
        Ok(steps.len())
    }

    fn show(&self, issue: usize, number: usize, of: usize, output: &Output) -> Result<()> {
        let entry = &self.issues[issue];
        let record = self.wave.manifest.bundle(&entry.bundle.id);
        let diff = record.and_then(|record| self.wave.read(&record.diff).ok());
        let lines = entry.issue.start.zip(entry.issue.end);
        let lines = match (lines, diff) {
            (Some((start, end)), Some(diff)) => {
                excerpt(&diff, &entry.issue.path, LineRange { start, end }, AROUND)
            }
            _ => Vec::new(),
        };
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

/// git's `user.name`, where git is there and has one.
fn user_name(session: &Session) -> Option<String> {
    let mut git = Command::new("git");
    git.args(["config", "user.name"]).current_dir(&session.top);
    let output = git.output().ok().filter(|output| output.status.success())?;
    let name = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!name.is_empty()).then_some(name)
}
