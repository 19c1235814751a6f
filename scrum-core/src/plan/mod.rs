//! From a change set to bundles: which changes are shown, in which bundle, and in which order.
//!
//! Takes a [`ChangeSet`] and [`BundleOptions`]; gives a [`Plan`], on sizes alone. Before it:
//! [`exclude`]; after it: [`wave`](crate::wave).
//!
//! The order is fixed by the input alone: explicit components as the rules name them, then found ones by their
//! folder, `root` first; inside a bundle by path. Bundles in this order, then what is excluded, applied to the base
//! tree give the head tree, because [units](crate::plan::unit) make bundles independent of each other.

mod advice;
mod balance;
mod divide;
mod error;
#[cfg(test)]
pub(crate) mod fixture;
mod group;
mod id;
mod notice;
mod options;
mod pack;
mod piece;
mod write;

pub mod codeowners;
pub mod component;
pub mod exclude;
mod folder_index;
pub mod guard;
pub mod pattern;
pub mod proposal;
pub mod split;
pub mod unit;

use std::io;

use crate::change::{Change, ChangeKind, ChangeSet};
use crate::control::Stage;
use crate::path::RepoPath;
use crate::plan::exclude::{Excluder, Mark, Reason};
use crate::plan::guard::{Limits, Verdict};
use crate::plan::unit::Units;

pub use advice::{SuggestedComponent, largest_files, suggested_components};
pub use error::PlanError;
pub use notice::{PlanNote, PlanWarning};
pub use options::{BundleOptions, Division};
pub use piece::Piece;
pub use write::DiffWriter;

/// The bundles of a range, and what is excluded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The bundles, in the order in which they apply.
    pub bundles: Vec<Bundle>,
    /// What no reviewer is shown, by path. Applies after all bundles.
    pub excluded: Vec<Excluded>,
    /// What a person should know.
    pub warnings: Vec<PlanWarning>,
    /// What a person who asks for details wants to know.
    pub notes: Vec<PlanNote>,
    /// The limits that the bundles were judged by.
    limits: Limits,
    /// Bundles above the fail limit may be written all the same.
    forced: bool,
    /// Of the change set that it was made for.
    fingerprint: u64,
}

impl Plan {
    /// Divides a change set.
    ///
    /// # Errors
    ///
    /// [`PlanError::Component`] and [`PlanError::Exclude`] for options that cannot be used; the others, with `split`
    /// alone, for patch text that cannot be read, and for work that was cancelled.
    pub fn new(changes: &ChangeSet, options: &BundleOptions) -> Result<Self, PlanError> {
        divide_set(changes, options)
    }

    /// The limits that the bundles were judged by.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Allows bundles above the fail limit to be written.
    #[must_use]
    pub fn force(mut self, yes: bool) -> Self {
        self.forced = yes;
        self
    }

    /// Whether bundles above the fail limit may be written.
    pub fn is_forced(&self) -> bool {
        self.forced
    }

    /// The bundles above the fail limit.
    pub fn oversize(&self) -> impl Iterator<Item = &Bundle> {
        let bundles = self.bundles.iter();
        bundles.filter(|bundle| bundle.verdict == Verdict::Fail)
    }

    /// Whether it was made for this change set.
    pub(crate) fn fits(&self, changes: &ChangeSet) -> bool {
        self.fingerprint == changes.fingerprint()
    }

    /// Writes the patches of everything that is excluded.
    ///
    /// # Errors
    ///
    /// Those of `out`, and of reading the patches back.
    pub fn write_excluded(&self, changes: &ChangeSet, out: &mut dyn io::Write) -> io::Result<()> {
        DiffWriter::new(changes).excluded(self, out)
    }
}

/// The part of a range that belongs to one component, or one part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bundle {
    /// Unique even if case is ignored, and safe as a file name on every system.
    pub id: String,
    /// The component's name. Of a packed bundle the names of its components, joined with `+`, or the first and a number.
    pub component: String,
    /// Number of this part, 1-based, and the number of parts; `None` if the component was not split.
    pub part: Option<(u32, u32)>,
    /// The components that were packed into this bundle; empty for any other.
    pub packed: Vec<String>,
    /// Size of its diff.
    pub bytes: u64,
    /// What the guard says of that size.
    pub verdict: Verdict,
    /// Its files, by path.
    pub pieces: Vec<Piece>,
}

impl Bundle {
    /// Writes the bundle's diff: exactly [`bytes`](Self::bytes) bytes, one file in memory at a time. For several bundles
    /// use one [`DiffWriter`], which reads a file that was cut only once.
    ///
    /// # Errors
    ///
    /// Those of `out`, and of reading the patches back.
    pub fn write_diff(&self, changes: &ChangeSet, out: &mut dyn io::Write) -> io::Result<()> {
        DiffWriter::new(changes).bundle(self, out)
    }
}

/// A change that no reviewer is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Excluded {
    /// Index into [`ChangeSet::changes`].
    pub change: usize,
    /// Why.
    pub reason: Reason,
}

fn divide_set(changes: &ChangeSet, options: &BundleOptions) -> Result<Plan, PlanError> {
    let units = Units::find(changes.changes());
    let mut plan = Plan {
        bundles: Vec::new(),
        excluded: Vec::new(),
        warnings: Vec::new(),
        notes: Vec::new(),
        limits: options.limits,
        forced: false,
        fingerprint: changes.fingerprint(),
    };
    exclude(changes, &units, options, &mut plan)?;
    let mut shown = vec![true; changes.changes().len()];
    for excluded in &plan.excluded {
        shown[excluded.change] = false;
    }

    let grouped = group::group(changes, &units, &shown, options)?;
    plan.warnings.extend(grouped.warnings);
    plan.notes.extend(grouped.notes);
    let mut groups = grouped.groups;
    if options.division.pack {
        groups = pack::pack(groups, options.limits.pack());
    }

    let mut ids = id::Ids::default();
    let count = groups.len();
    for (done, group) in groups.into_iter().enumerate() {
        options.control.report(Stage::Split, done, count)?;
        let base = ids.make(&group.component);
        let parts = if options.division.split && group.bytes > options.limits.warn() {
            let split = split::split(changes, &group.changes, &units, options)?;
            for (change, reason) in split.uncuttable {
                plan.warnings.push(PlanWarning::CannotCut {
                    path: changes.changes()[change].path.clone(),
                    reason: reason.clone(),
                });
                plan.excluded.push(Excluded { change, reason });
            }
            split.parts
        } else {
            let whole = |index: &usize| Piece::whole(*index, &changes.changes()[*index]);
            vec![group.changes.iter().map(whole).collect()]
        };
        let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        for (number, mut pieces) in (1..).zip(parts) {
            for piece in &mut pieces {
                piece
                    .moved_from_component
                    .clone_from(&grouped.moved_from[piece.change]);
            }
            let bytes = pieces.iter().map(|piece| piece.bytes).sum();
            plan.bundles.push(Bundle {
                id: if count > 1 {
                    format!("{base}.{number}")
                } else {
                    base.clone()
                },
                component: group.component.clone(),
                part: (count > 1).then_some((number, count)),
                packed: group.packed.clone(),
                bytes,
                verdict: options.limits.judge(bytes),
                pieces,
            });
        }
    }
    plan.excluded.sort_by_key(|excluded| excluded.change);
    Ok(plan)
}

/// Decides what is not shown: a unit only if every member has a reason.
fn exclude(
    changes: &ChangeSet,
    units: &Units,
    options: &BundleOptions,
    plan: &mut Plan,
) -> Result<(), PlanError> {
    let excluder = Excluder::new(&options.exclude, options.exclude_if.as_deref())
        .map_err(PlanError::Exclude)?;
    let mut introduced: Vec<(Mark, Vec<RepoPath>)> = Vec::new();
    let mut new_generated: Vec<RepoPath> = Vec::new();
    for members in units.iter() {
        let mut reasons = Vec::with_capacity(members.len());
        for &index in members {
            let judgement = excluder.judge(&changes.changes()[index]);
            if let Some(mark) = judgement.introduced {
                let path = changes.changes()[index].path.clone();
                match introduced.iter_mut().find(|(known, _)| *known == mark) {
                    Some((_, paths)) => paths.push(path),
                    None => introduced.push((mark, vec![path])),
                }
            }
            reasons.push((index, judgement.reason));
        }
        let all = reasons.iter().all(|(_, reason)| reason.is_some());
        for (change, reason) in reasons {
            match reason {
                Some(reason) if all => {
                    let Change { path, kind, .. } = &changes.changes()[change];
                    if reason == Reason::Marked(Mark::Header) && *kind == ChangeKind::Added {
                        new_generated.push(path.clone());
                    }
                    plan.excluded.push(Excluded { change, reason });
                }
                Some(reason) => plan.notes.push(PlanNote::KeptInUnit {
                    path: changes.changes()[change].path.clone(),
                    reason,
                }),
                None => {}
            }
        }
    }
    for (mark, mut paths) in introduced {
        paths.sort();
        plan.warnings
            .push(PlanWarning::IntroducedMark { mark, paths });
    }
    if !new_generated.is_empty() {
        new_generated.sort();
        plan.warnings.push(PlanWarning::NewGenerated {
            paths: new_generated,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
