//! A first division of a repository into components, with what a range changes in each.
//!
//! Takes the changes of some recent range and gives a [`Proposal`]: the packages of the tree, as
//! [`By::Workspace`](crate::plan::component::By::Workspace) finds them, each with the size that
//! [`Plan::new`] gives it. It is no stage of a review: `scrum init` writes it into a `scrum.toml`, so that a person sees
//! whether the division fits the guard.

use std::collections::BTreeMap;

use crate::change::ChangeSet;
use crate::path::RepoPath;
use crate::plan::component::{ComponentRule, ROOT, package_folders};
use crate::plan::exclude::is_vendored;
use crate::plan::guard::Verdict;
use crate::plan::pattern::escaped;
use crate::plan::{Bundle, BundleOptions, Plan, PlanError};

/// What a `scrum.toml` could begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Proposal {
    /// The packages, an inner one before the one around it, because the first rule that matches has a file. Vendored
    /// packages that the range leaves alone are left out, and so are folders whose name is not UTF-8.
    pub components: Vec<ProposedComponent>,
    /// What no package claims: files, sizes, and the sub-folders that could become components. `None` if the range changes
    /// nothing of it.
    pub root: Option<Root>,
}

/// A package that could become a component.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProposedComponent {
    /// Name and pattern, such that naming it changes no bundle of the range.
    pub rule: ComponentRule,
    /// What the range changes in it.
    pub share: Share,
}

/// Everything that no package claims.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Root {
    /// What the range changes in it.
    pub share: Share,
    /// Components for its sub-folders, largest first, each with its bytes.
    pub folders: Vec<(ComponentRule, u64)>,
}

/// The part of a range that is one component's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Share {
    /// Files that reviewers are shown.
    pub files: usize,
    /// Size of their diff.
    pub bytes: u64,
    /// What the guard says of all of it as one bundle.
    pub verdict: Verdict,
    /// The bundles that it is divided into if nothing names it, before small ones are packed: id, bytes and verdict. One if
    /// it fits, none if the range does not change it.
    pub bundles: Vec<(String, u64, Verdict)>,
}

/// Proposes components. Of the options, the limits and what is excluded count; the components and the grouping are those
/// that are proposed.
///
/// # Errors
///
/// Those of [`Plan::new`].
pub fn propose(changes: &ChangeSet, options: &BundleOptions) -> Result<Proposal, PlanError> {
    let found = options
        .clone()
        .components(Vec::new())
        .by(super::component::By::Workspace)
        .pack(false)
        .split(false);
    let whole = Plan::new(changes, &found.clone().divide(false))?.bundles;
    let divided = Plan::new(changes, &found.divide(true))?.bundles;
    let mut shares: BTreeMap<&str, Share> = BTreeMap::new();
    let mut component_of: BTreeMap<usize, &str> = BTreeMap::new();
    for bundle in &whole {
        let share = Share {
            files: bundle.pieces.len(),
            bytes: bundle.bytes,
            verdict: bundle.verdict,
            bundles: Vec::new(),
        };
        shares.insert(&bundle.component, share);
        let pieces = bundle.pieces.iter();
        component_of.extend(pieces.map(|piece| (piece.change, bundle.component.as_str())));
    }
    for Bundle {
        id,
        bytes,
        verdict,
        pieces,
        ..
    } in &divided
    {
        // Dividing never joins components, so any file of a bundle tells whose it is.
        let component = pieces
            .first()
            .and_then(|piece| component_of.get(&piece.change));
        if let Some(share) = component.and_then(|name| shares.get_mut(name)) {
            share.bundles.push((id.clone(), *bytes, *verdict));
        }
    }
    let root = shares.remove(ROOT).map(|share| {
        let bundle = whole.iter().find(|bundle| bundle.component == ROOT);
        let folders = bundle.map(|bundle| super::suggested_components(bundle, changes));
        let folders = folders.into_iter().flatten();
        Root {
            share,
            folders: folders.map(|folder| (folder.rule, folder.bytes)).collect(),
        }
    });
    let mut components: Vec<(RepoPath, ProposedComponent)> = package_folders(&changes.tree)
        .into_iter()
        .filter_map(|folder| {
            let name = folder.as_str()?.to_owned();
            let share = shares.remove(name.as_str()).unwrap_or_default();
            if share.files == 0 && is_vendored(&folder) {
                return None;
            }
            let paths = vec![format!("{}/**", escaped(&name))];
            let rule = ComponentRule {
                name,
                paths,
                instructions: None,
            };
            Some((folder, ProposedComponent { rule, share }))
        })
        .collect();
    components.sort_by(|(left, _), (right, _)| inner_first(left, right));
    Ok(Proposal {
        components: components.into_iter().map(|(_, found)| found).collect(),
        root,
    })
}

/// By path, but a folder after those inside it.
fn inner_first(left: &RepoPath, right: &RepoPath) -> std::cmp::Ordering {
    let parts = |path: &'_ RepoPath| -> Vec<Option<Vec<u8>>> {
        let parts = path.as_bytes().split(|byte| *byte == b'/');
        parts.map(|part| Some(part.to_vec())).collect()
    };
    let (left, right) = (parts(left), parts(right));
    let shared = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    match (left.get(shared), right.get(shared)) {
        (Some(a), Some(b)) => a.cmp(b),
        // The one that ends here is around the other.
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::ChangeKind::Modified;
    use crate::plan::fixture::{change, change_set};

    fn fixture() -> ChangeSet {
        let mut changes = change_set(vec![
            change("a/src/lib.rs", Modified, 500),
            change("a/web/x.ts", Modified, 300),
            change("big/one/a.rs", Modified, 50_000),
            change("big/two/b.rs", Modified, 40_000),
            change("README.md", Modified, 10),
            change("docs/a.md", Modified, 20),
        ]);
        let tree = [
            "Cargo.toml",
            "a/Cargo.toml",
            "a/web/package.json",
            "big/Cargo.toml",
            "idle/Cargo.toml",
            "third_party/x/Cargo.toml",
        ];
        changes.tree = tree.map(RepoPath::from).to_vec();
        changes
    }

    #[test]
    fn packages_come_inner_first_with_their_sizes() {
        let proposal = propose(&fixture(), &BundleOptions::default()).unwrap();
        let told: Vec<_> = proposal
            .components
            .iter()
            .map(|found| {
                let Share { files, bundles, .. } = &found.share;
                (found.rule.name.as_str(), *files, bundles.len())
            })
            .collect();
        assert_eq!(
            told,
            [("a/web", 1, 1), ("a", 1, 1), ("big", 2, 2), ("idle", 0, 0)]
        );
        let big = &proposal.components[2].share;
        assert_eq!(big.verdict, Verdict::Warn);
        assert_eq!(
            big.bytes,
            big.bundles.iter().map(|(_, bytes, _)| bytes).sum::<u64>()
        );
        let root = proposal.root.unwrap();
        assert_eq!(root.share.files, 2);
        assert_eq!(root.folders.len(), 1);
        assert_eq!(root.folders[0].0.paths, ["docs/**"]);
    }

    #[test]
    fn naming_what_is_proposed_changes_no_size() {
        let changes = fixture();
        let proposal = propose(&changes, &BundleOptions::default()).unwrap();
        let rules: Vec<_> = proposal
            .components
            .iter()
            .map(|found| found.rule.clone())
            .collect();
        let plan = Plan::new(&changes, &BundleOptions::default().components(rules)).unwrap();
        for found in &proposal.components {
            let bundle = plan
                .bundles
                .iter()
                .find(|bundle| bundle.component == found.rule.name);
            let bytes = bundle.map_or(0, |bundle| bundle.bytes);
            assert_eq!(bytes, found.share.bytes, "{}", found.rule.name);
        }
    }
}
