//! The part of a prompt about everything around its bundle: the other bundles, the excluded files, the commits.

use crate::change::ChangeSet;
use crate::path::RepoPath;
use crate::plan::{Bundle, Plan};
use crate::wave::WaveOptions;
use crate::wave::prompt::{
    self, AROUND_BYTES, BundleContext, CommitItem, Context, ExcludedItem, OtherItem, RangeContext,
    Template,
};

/// Data for prompts about everything except their own bundle; made once per wave.
pub(super) struct ContextBuilder<'a> {
    changes: &'a ChangeSet,
    plan: &'a Plan,
    /// One per bundle, in the plan's order.
    bundles: Vec<OtherItem>,
    excluded: Vec<ExcludedItem>,
}

/// A list has at most as many entries as could fit; the rest is only counted.
const LONGEST_LIST: usize = AROUND_BYTES / 16;

impl<'a> ContextBuilder<'a> {
    pub(super) fn new(changes: &'a ChangeSet, plan: &'a Plan) -> Self {
        let bundles = plan
            .bundles
            .iter()
            .map(|bundle| OtherItem {
                id: bundle.id.clone(),
                files: bundle.pieces.len(),
                folders: folders(changes, bundle),
            })
            .collect();
        let excluded = plan
            .excluded
            .iter()
            .take(LONGEST_LIST)
            .map(|excluded| ExcludedItem {
                path: one_line(&changes.changes()[excluded.change].path.display()),
                reason: one_line(&excluded.reason.to_string()),
            })
            .collect();
        Self {
            changes,
            plan,
            bundles,
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
    ) -> Context {
        let bundle = &self.plan.bundles[index];
        let mut context = self.without_lists(bundle, options.line_numbers);
        context.instructions = options.instructions.of(bundle, self.changes);
        let around = template.size_around(&context);
        let lists = &mut context.lists;
        lists.excluded.clone_from(&self.excluded);
        lists.excluded_omitted = self.plan.excluded.len() - self.excluded.len();
        // The other parts of the same component first, because a reader of this part misses them most.
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
        lists.commits = self.commits(bundle);
        // A custom template may be long; show a few entries even then.
        prompt::cap(
            lists,
            AROUND_BYTES.saturating_sub(around).max(AROUND_BYTES / 8),
        );
        context
    }

    fn without_lists(&self, bundle: &Bundle, line_numbers: bool) -> Context {
        let range = &self.changes.range;
        let about = BundleContext {
            id: bundle.id.clone(),
            component: one_line(&bundle.component),
            part: bundle.part.map(|(part, _)| part),
            parts: bundle.part.map(|(_, parts)| parts),
            bytes: bundle.bytes,
            files: bundle.pieces.len(),
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
        Context::new(about, shown, line_numbers)
    }

    /// The commits that touched a file of the bundle.
    fn commits(&self, bundle: &Bundle) -> Vec<CommitItem> {
        let mut own: Vec<usize> = bundle.pieces.iter().map(|piece| piece.change).collect();
        own.sort_unstable();
        let commits = self.changes.range.commits.iter().zip(&self.changes.touched);
        commits
            .filter(|(_, touched)| touched.iter().any(|file| own.binary_search(file).is_ok()))
            .map(|(commit, _)| CommitItem {
                id: commit.id.chars().take(7).collect(),
                subject: one_line(&commit.subject),
            })
            .collect()
    }
}

/// The folders of a bundle, those with the most files first, at most four.
fn folders(changes: &ChangeSet, bundle: &Bundle) -> String {
    const SHOWN: usize = 4;
    let mut counts: Vec<(usize, &[u8])> = Vec::new();
    let mut names: Vec<&[u8]> = bundle
        .pieces
        .iter()
        .map(|piece| changes.changes()[piece.change].path.folder())
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

/// A text as one line of a prompt.
fn one_line(text: &str) -> String {
    prompt::plain(text.as_bytes()).replace('\n', "\\x0A")
}
