//! The part of a prompt about everything around its bundle: the other bundles, the excluded files, the commits.

use std::collections::BTreeSet;

use crate::change::ChangeSet;
use crate::path::RepoPath;
use crate::plan::{Bundle, Plan};
use crate::wave::instructions::cut;
use crate::wave::options::WaveOptions;
use crate::wave::prompt::{
    self, AROUND_BYTES, BundleContext, CommitItem, ExcludedItem, OtherItem, PromptContext,
    RangeContext, Template,
};

/// Data for prompts about everything except their own bundle; made once per wave.
pub(super) struct ContextBuilder<'a> {
    changes: &'a ChangeSet,
    plan: &'a Plan,
    /// One per bundle, in the plan's order.
    bundles: Vec<OtherItem>,
    excluded: Vec<ExcludedItem>,
    excluded_omitted: usize,
}

/// The lists around a diff get at least this much room, even if the template and the description are long.
const LISTS_BYTES: usize = AROUND_BYTES / 8;

/// A title takes at most this many bytes of a prompt, and a description this many.
const TITLE_BYTES: usize = 300;
const DESCRIPTION_BYTES: usize = 2_000;

/// The words that a template puts in front of a description, about.
const HEADING_BYTES: usize = 200;

/// The bodies of commits take at most this many bytes of a prompt, and only what the lists leave.
const BODIES_BYTES: usize = 2_000;

/// No list needs more entries than could ever fit; what is beyond is only counted.
const LONGEST_LIST: usize = AROUND_BYTES / 16;

impl<'a> ContextBuilder<'a> {
    pub(super) fn new(changes: &'a ChangeSet, plan: &'a Plan) -> Self {
        let bundles = plan
            .bundles
            .iter()
            .map(|bundle| OtherItem {
                id: bundle.id.clone(),
                files: paths(changes, bundle).len(),
                folders: folders(changes, bundle),
            })
            .collect();
        let mut excluded: Vec<ExcludedItem> = Vec::new();
        let mut seen = BTreeSet::new();
        for file in &plan.excluded {
            let path = &changes.changes()[file.change].path;
            if seen.insert(path) && excluded.len() < LONGEST_LIST {
                excluded.push(ExcludedItem {
                    path: one_line(&path.display()),
                    reason: one_line(&file.reason.to_string()),
                });
            }
        }
        Self {
            changes,
            plan,
            bundles,
            excluded_omitted: seen.len() - excluded.len(),
            excluded,
        }
    }

    /// The context of the bundle at `index`, with lists cut to the part of [`AROUND_BYTES`] that the template's own
    /// text leaves.
    pub(super) fn context(
        &self,
        index: usize,
        options: &WaveOptions,
        template: &Template,
    ) -> PromptContext {
        let bundle = &self.plan.bundles[index];
        let mut context = self.without_lists(bundle, options.line_numbers);
        context.instructions = options.instructions.of(bundle, self.changes);
        self.say(&mut context, template);
        let around = template.size_around(&context);
        let lists = &mut context.lists;
        lists.excluded.clone_from(&self.excluded);
        lists.excluded_omitted = self.excluded_omitted;
        // The other parts of one component first: they are what a reader of this part misses.
        let (parts, rest): (Vec<_>, Vec<_>) = (0..self.plan.bundles.len())
            .filter(|other| *other != index)
            .partition(|other| self.plan.bundles[*other].component == bundle.component);
        let others = parts.len() + rest.len();
        let near = parts.into_iter().chain(rest).take(LONGEST_LIST);
        lists.others = near.map(|other| self.bundles[other].clone()).collect();
        lists.others_omitted = others - lists.others.len();
        lists.cut_files = bundle
            .pieces
            .iter()
            .filter(|piece| piece.cut.is_some())
            .map(|piece| one_line(&self.changes.changes()[piece.change].path.display()))
            .collect();
        let (commits, bodies) = self.commits(bundle);
        lists.commits = commits;
        prompt::cap(lists, AROUND_BYTES.saturating_sub(around).max(LISTS_BYTES));
        let left = AROUND_BYTES.saturating_sub(template.size_around(&context));
        prompt::add_bodies(&mut context.lists.commits, bodies, left.min(BODIES_BYTES));
        context
    }

    /// Adds what the change says of itself.
    fn say(&self, context: &mut PromptContext, template: &Template) {
        let message = &self.changes.message;
        context.title = cut(&one_line(message.title.trim()), TITLE_BYTES, "the title");
        let around = template.size_around(context);
        let room = AROUND_BYTES.saturating_sub(around + LISTS_BYTES + HEADING_BYTES);
        let text = prompt::plain(message.text.trim().as_bytes());
        context.description = cut(
            &quoted(&text),
            room.min(DESCRIPTION_BYTES),
            "the description",
        );
    }

    fn without_lists(&self, bundle: &Bundle, line_numbers: bool) -> PromptContext {
        let range = &self.changes.range;
        let about = BundleContext {
            id: bundle.id.clone(),
            component: one_line(&bundle.component),
            part: bundle.part.map(|(part, _)| part),
            parts: bundle.part.map(|(_, parts)| parts),
            bytes: bundle.bytes,
            files: paths(self.changes, bundle).len(),
            additions: bundle.pieces.iter().map(|piece| piece.additions).sum(),
            deletions: bundle.pieces.iter().map(|piece| piece.deletions).sum(),
        };
        let spec = if range.spec.is_empty() {
            "the change set"
        } else {
            &range.spec
        };
        let shown = RangeContext {
            spec: one_line(spec),
            base: range.base.clone(),
            head: range.head.clone(),
        };
        PromptContext::new(about, shown, line_numbers)
    }

    /// The commits that touched a file of the bundle, without their bodies, and these.
    fn commits(&self, bundle: &Bundle) -> (Vec<CommitItem>, Vec<String>) {
        let mut own: Vec<usize> = bundle.pieces.iter().map(|piece| piece.change).collect();
        own.sort_unstable();
        let commits = self.changes.range.commits.iter().zip(&self.changes.touched);
        commits
            .filter(|(_, touched)| touched.iter().any(|file| own.binary_search(file).is_ok()))
            .map(|(commit, _)| {
                let item = CommitItem {
                    id: commit.id.chars().take(7).collect(),
                    subject: one_line(&commit.subject),
                    body: String::new(),
                };
                (item, quoted(&prompt::plain(commit.body.as_bytes())))
            })
            .unzip()
    }
}

/// The files of a bundle, each once: a series of patches may touch one several times.
fn paths<'a>(changes: &'a ChangeSet, bundle: &Bundle) -> BTreeSet<&'a RepoPath> {
    let pieces = bundle.pieces.iter();
    pieces
        .map(|piece| &changes.changes()[piece.change].path)
        .collect()
}

/// The folders of a bundle with the most files first, at most four of them.
fn folders(changes: &ChangeSet, bundle: &Bundle) -> String {
    const SHOWN: usize = 4;
    let mut counts: Vec<(usize, &[u8])> = Vec::new();
    let mut names: Vec<&[u8]> = paths(changes, bundle)
        .into_iter()
        .map(RepoPath::folder)
        .collect();
    names.sort_unstable();
    for name in names {
        match counts.last_mut() {
            Some((count, last)) if *last == name => *count += 1,
            _ => counts.push((1, name)),
        }
    }
    // Stable: folders with the same number of files stay in the order of their names.
    counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let mut text: Vec<String> = counts
        .iter()
        .take(SHOWN)
        .map(|(count, name)| {
            let name = if name.is_empty() {
                "the top folder".to_owned()
            } else {
                RepoPath::new(*name).display()
            };
            format!("{} ({count})", one_line(&name))
        })
        .collect();
    if counts.len() > SHOWN {
        text.push(format!("and {} more folders", counts.len() - SHOWN));
    }
    text.join(", ")
}

/// A text of the change's authors, marked as theirs: no line of it can pass for one of the prompt.
fn quoted(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| format!("> {line}").trim_end().to_owned())
        .collect();
    lines.join("\n")
}

/// A text as one line of a prompt.
fn one_line(text: &str) -> String {
    prompt::plain(text.as_bytes()).replace('\n', "\\x0A")
}
