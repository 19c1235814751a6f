//! Puts units into components, divides the found ones and gives each a name.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::divide::{FolderGroup, UnitItem, divide};
use super::error::PlanError;
use super::notice::{PlanNote, PlanWarning};
use super::options::BundleOptions;
use crate::change::{ChangeKind, ChangeSet};
use crate::path::RepoPath;
use crate::plan::component::{ComponentKey, Grouper};
use crate::plan::folder_index::{FolderIndex, tree_order};
use crate::plan::unit::Units;

/// A bundle before it is split and has its id.
#[derive(Debug)]
pub(super) struct ComponentGroup {
    pub(super) component: String,
    pub(super) key: ComponentKey,
    /// The folder that it was divided at, or the component's own.
    pub(super) folder: Vec<u8>,
    pub(super) packed: Vec<String>,
    pub(super) bytes: u64,
    /// Ascending.
    pub(super) changes: Vec<usize>,
}

/// The components of a range.
pub(super) struct Grouped {
    /// In the order of bundles.
    pub(super) groups: Vec<ComponentGroup>,
    /// For each change the component it was renamed from, if that is another one.
    pub(super) moved_from: Vec<Option<String>>,
    pub(super) warnings: Vec<PlanWarning>,
    pub(super) notes: Vec<PlanNote>,
}

pub(super) fn group(
    changes: &ChangeSet,
    units: &Units,
    shown: &[bool],
    options: &BundleOptions,
) -> Result<Grouped, PlanError> {
    let codeowners = options.codeowners.as_ref();
    let grouper = Grouper::new(
        &options.components,
        options.division.by,
        codeowners,
        options.finder.as_ref(),
        changes,
    )?;
    let (unused, double) = grouper.judge_rules(changes);
    let mut warnings = Vec::new();
    warnings.extend(
        unused
            .into_iter()
            .map(|component| PlanWarning::UnusedRule { component }),
    );
    warnings.extend(
        grouper
            .codeowners_warnings()
            .iter()
            .cloned()
            .map(PlanWarning::Codeowners),
    );
    let notes = double.into_iter().map(PlanNote::DoubleClaim).collect();

    let mut by_key: BTreeMap<ComponentKey, Vec<UnitItem<'_>>> = BTreeMap::new();
    for members in units.iter() {
        let Some((leader, gone)) = leader(changes, members).filter(|_| shown[members[0]]) else {
            continue;
        };
        let bytes = members
            .iter()
            .map(|index| changes.changes()[*index].bytes)
            .sum();
        by_key
            .entry(grouper.component(leader, gone))
            .or_default()
            .push(UnitItem {
                path: leader.as_bytes(),
                changes: members,
                bytes,
            });
    }

    let mut groups: Vec<(ComponentKey, FolderGroup<'_>)> = Vec::new();
    for (key, items) in by_key {
        let folder = match &key {
            ComponentKey::Folder(folder) => folder.clone(),
            _ => Vec::new(),
        };
        let group = FolderGroup { folder, items };
        if options.division.divide && !matches!(key, ComponentKey::Rule(_) | ComponentKey::Named(_))
        {
            let divided = divide(group, options.limits.warn());
            groups.extend(divided.into_iter().map(|group| (key.clone(), group)));
        } else {
            groups.push((key, group));
        }
    }
    groups.sort_by(|(left_key, left), (right_key, right)| {
        let rank = |key: &ComponentKey| match key {
            ComponentKey::Rule(index) => (0, *index, String::new()),
            ComponentKey::Named(name) => (0, usize::MAX, name.clone()),
            ComponentKey::Root | ComponentKey::Folder(_) => (1, 0, String::new()),
            ComponentKey::Owners(owners) => (2, 0, owners.clone()),
        };
        rank(left_key)
            .cmp(&rank(right_key))
            .then_with(|| tree_order(&left.folder, &right.folder))
            .then_with(|| left_key.cmp(right_key))
    });

    let mut taken = HashSet::new();
    let mut homes: HashMap<ComponentKey, Vec<(Vec<u8>, String)>> = HashMap::new();
    let mut named = Vec::with_capacity(groups.len());
    let mut component_of = vec![usize::MAX; changes.changes().len()];
    for (key, group) in groups {
        let component = unique(name(&key, &group.folder, options), &mut taken);
        let bytes = group.bytes();
        let mut indices: Vec<usize> = group
            .items
            .iter()
            .flat_map(|item| item.changes)
            .copied()
            .collect();
        indices.sort_unstable();
        for index in &indices {
            component_of[*index] = named.len();
        }
        homes
            .entry(key.clone())
            .or_default()
            .push((group.folder.clone(), component.clone()));
        named.push(ComponentGroup {
            component,
            key,
            folder: group.folder,
            packed: Vec::new(),
            bytes,
            changes: indices,
        });
    }

    let homes: HashMap<ComponentKey, FolderIndex<String>> = homes
        .into_iter()
        .map(|(key, folders)| (key, FolderIndex::new(folders)))
        .collect();
    let moved_from = changes
        .changes()
        .iter()
        .zip(component_of)
        .map(|(change, own)| {
            let own = &named.get(own)?.component;
            let old_path = change
                .old_path
                .as_ref()
                .filter(|_| change.kind == ChangeKind::Renamed)?;
            let key = grouper.component(old_path, true);
            let home = homes
                .get(&key)
                .and_then(|folders| folders.innermost(old_path.folder()));
            // A component without a bundle of its own in this range has only its first name.
            let home = home.map_or_else(|| key.name(&options.components), |(_, name)| name.clone());
            (home != *own).then_some(home)
        })
        .collect();
    Ok(Grouped {
        groups: named,
        moved_from,
        warnings,
        notes,
    })
}

/// The path that decides where a unit goes: its first head path, or its first path if it only deletes. The second
/// value says whether the head lacks that path.
fn leader<'a>(changes: &'a ChangeSet, members: &[usize]) -> Option<(&'a RepoPath, bool)> {
    let of_kind = |gone: bool| {
        members
            .iter()
            .map(|index| &changes.changes()[*index])
            .filter(move |change| (change.kind == ChangeKind::Deleted) == gone)
            .map(move |change| (&change.path, gone))
            .min()
    };
    of_kind(false).or_else(|| of_kind(true))
}

/// The name of one group of a component: the component's own if it is not divided, and for the files directly in its top
/// folder; else the path of the folder that it was divided at.
fn name(key: &ComponentKey, folder: &[u8], options: &BundleOptions) -> String {
    let own = key.name(&options.components);
    let folder_name = || RepoPath::new(folder).display();
    match key {
        ComponentKey::Root | ComponentKey::Folder(_) if !folder.is_empty() => folder_name(),
        ComponentKey::Owners(_) if !folder.is_empty() => format!("{own}:{}", folder_name()),
        _ => own,
    }
}

/// Adds `-2`, `-3`… to a name that an earlier component has.
fn unique(name: String, taken: &mut HashSet<String>) -> String {
    if taken.insert(name.clone()) {
        return name;
    }
    let mut number = 2_u64;
    loop {
        let candidate = format!("{name}-{number}");
        if taken.insert(candidate.clone()) {
            return candidate;
        }
        number += 1;
    }
}
