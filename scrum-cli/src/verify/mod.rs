//! Proves with git that a wave loses nothing.
//!
//! The bundles in the manifest's order, then `excluded.diff`, are applied to the base tree in a scratch repository that
//! has nothing of the head. Only tree ids are trusted, because `git apply` can succeed on the wrong tree. The user's
//! index, work tree, refs and object folder are not modified, and their configuration is not read.

mod exact;
mod many_hunks;
mod proof;
pub(crate) mod scratch;

use std::collections::HashSet;
use std::path::PathBuf;

use scrum_core::change::Change;
use scrum_core::patch::{self, FilePatch, file_patches};
use scrum_core::plan::unit::Units;
use scrum_core::wave::EXCLUDED;
use scrum_core::wave::manifest::{BundleRecord, ExcludedRecord, FileRecord, Manifest};

use crate::error::{Result, failure};
use crate::wave::Wave;
pub(crate) use proof::{Proof, TreeDifference};
use scratch::Scratch;

/// A larger patch is applied in pieces, because git keeps a whole patch in memory and rejects one above 1 GiB.
pub(crate) const PIECE_BYTES: usize = 64 << 20;

/// Proves a wave. `objects` are the object folders of its repository, which a wave made from a patch does not need.
pub(crate) fn prove(wave: &Wave, objects: Option<&[PathBuf]>) -> Result<Proof> {
    let manifest = &wave.manifest;
    let mut proof = Proof {
        schema: proof::SCHEMA,
        wave: wave.folder.display().to_string(),
        proven: false,
        bundles: manifest.bundles.len(),
        parts: manifest
            .bundles
            .iter()
            .filter(|bundle| bundle.part.is_some())
            .count(),
        excluded: manifest.excluded.len(),
        base_tree: manifest.range.base_tree.clone(),
        target_tree: None,
        result_tree: None,
        difference: None,
    };
    proof.difference = match (&manifest.range.base_tree, &manifest.range.head_tree) {
        (Some(base), Some(head)) => {
            let objects =
                objects.ok_or_else(|| failure("the wave's repository cannot be found"))?;
            // They become arguments of git, and a manifest is not trusted.
            for id in [base, head] {
                if !matches!(id.len(), 40 | 64) || !id.bytes().all(|byte| byte.is_ascii_hexdigit())
                {
                    return Err(failure(format!(
                        "the manifest names a tree `{id}`, which is no object id"
                    )));
                }
            }
            let scratch = Scratch::new(objects, base.len())?;
            scratch.copy_base(base, &paths(manifest))?;
            // A tree of the index or the work tree is already limited to the pathspecs.
            let target = match manifest.range.uncommitted {
                true => head.clone(),
                false => scratch.target(base, head, &manifest.range.pathspec)?,
            };
            proof.target_tree = Some(target.clone());
            apply_all(wave, &scratch, base, &target, &mut proof.result_tree)?
        }
        _ => compare_with_patch(wave)?,
    };
    let applied = proof.result_tree.is_some() || proof.base_tree.is_none();
    proof.difference = proof.difference.map(|found| blame(wave, found, applied));
    // A patch that applies may still differ from what the reviewers got.
    if proof.difference.is_none() {
        proof.difference = wave.check().err().map(|error| TreeDifference {
            bundle: None,
            path: None,
            reason: error.sentence(),
        });
    }
    proof.proven = proof.difference.is_none();
    Ok(proof)
}

/// One of the patches of a wave.
#[derive(Debug, Clone, Copy)]
struct Patch<'a> {
    /// The bundle's id, or `excluded`.
    bundle: &'a str,
    /// Its file in the wave.
    file: &'a str,
    /// The bundle's record; `None` for the excluded files.
    record: Option<&'a BundleRecord>,
}

impl Patch<'_> {
    fn differs(&self, path: Option<String>, reason: &str) -> TreeDifference {
        TreeDifference {
            bundle: Some(self.bundle.to_owned()),
            path,
            reason: format!("{}: {reason}", self.file),
        }
    }
}

/// The patches of a wave in the order in which they apply.
fn patches(manifest: &Manifest) -> impl Iterator<Item = Patch<'_>> {
    let bundles = manifest.bundles.iter().map(|bundle| Patch {
        bundle: &bundle.id,
        file: &bundle.diff,
        record: Some(bundle),
    });
    let excluded = (!manifest.excluded.is_empty()).then_some(Patch {
        bundle: "excluded",
        file: EXCLUDED,
        record: None,
    });
    bundles.chain(excluded)
}

/// Patches that have no path in common. git can apply them all at once with the same result, without reading and
/// writing its index for each.
#[derive(Debug, Default)]
struct Batch<'a> {
    patches: Vec<(Patch<'a>, Vec<u8>)>,
    paths: HashSet<&'a str>,
    bytes: usize,
}

impl<'a> Batch<'a> {
    fn has_room_for(&self, patch: &Patch<'a>, text: &[u8]) -> bool {
        // `excluded.diff` may be of any size, and is applied separately.
        let Some(record) = patch.record else {
            return false;
        };
        self.bytes + text.len() <= PIECE_BYTES
            && paths_of(record).all(|path| !self.paths.contains(path))
    }

    fn add(&mut self, patch: Patch<'a>, text: Vec<u8>) {
        self.paths
            .extend(patch.record.into_iter().flat_map(paths_of));
        self.bytes += text.len();
        self.patches.push((patch, text));
    }

    /// Applies the patches and clears the list. If git rejects them, applies them one by one to find the one that
    /// fails.
    fn apply(
        &mut self,
        scratch: &Scratch,
        without_context: bool,
    ) -> Result<Option<TreeDifference>> {
        let Self { patches, bytes, .. } = std::mem::take(self);
        if patches.len() > 1 {
            let mut together = Vec::with_capacity(bytes);
            for (_, text) in &patches {
                together.extend_from_slice(text);
            }
            if scratch.apply(&together, without_context)?.is_ok() {
                return Ok(None);
            }
        }
        for (patch, text) in &patches {
            let pieces = match pieces(text, PIECE_BYTES) {
                Ok(pieces) => pieces,
                Err(error) => return Ok(Some(patch.differs(None, &error.to_string()))),
            };
            for piece in pieces {
                if let Err(refusal) = scratch.apply(&piece, without_context)? {
                    return Ok(Some(patch.differs(refusal.path, &refusal.reason)));
                }
            }
        }
        Ok(None)
    }
}

/// The paths of a bundle's files, as the manifest writes them.
fn paths_of(bundle: &BundleRecord) -> impl Iterator<Item = &str> {
    bundle
        .files
        .iter()
        .flat_map(|file| [Some(file.path.as_str()), file.old_path.as_deref()])
        .flatten()
}

fn apply_all(
    wave: &Wave,
    scratch: &Scratch,
    base: &str,
    target: &str,
    result: &mut Option<String>,
) -> Result<Option<TreeDifference>> {
    scratch.read_tree(base)?;
    let applied = many_hunks::apply(wave, scratch, base)?;
    apply_rest(wave, scratch, &applied, target, result)
}

/// Applies the remaining patches, and compares the resulting tree.
fn apply_rest(
    wave: &Wave,
    scratch: &Scratch,
    applied: &HashSet<&str>,
    target: &str,
    result: &mut Option<String>,
) -> Result<Option<TreeDifference>> {
    let without_context = wave.manifest.context == Some(0);
    let mut batch = Batch::default();
    for patch in patches(&wave.manifest) {
        let mut text = match wave.read(patch.file) {
            Ok(text) => text,
            Err(error) => {
                let flushed = batch.apply(scratch, without_context)?;
                return Ok(flushed.or_else(|| Some(patch.differs(None, &error.to_string()))));
            }
        };
        if !applied.is_empty()
            && let Some((rest, _)) = many_hunks::take_out(&text, applied)
        {
            text = rest;
        }
        if !batch.has_room_for(&patch, &text)
            && let Some(difference) = batch.apply(scratch, without_context)?
        {
            return Ok(Some(difference));
        }
        batch.add(patch, text);
    }
    if let Some(difference) = batch.apply(scratch, without_context)? {
        return Ok(Some(difference));
    }
    let tree = scratch.write_tree()?;
    let same = tree == target;
    *result = Some(tree.clone());
    if same {
        return Ok(None);
    }
    let path = match wave.manifest.range.uncommitted {
        // The target is in no repository, so there is nothing to compare with.
        true => None,
        false => scratch.first_difference(&tree, target)?,
    };
    let bundle = path.as_deref().and_then(|path| owner(&wave.manifest, path));
    let reason = format!("everything applies, but gives tree {tree} instead of {target}");
    Ok(Some(TreeDifference {
        bundle,
        path,
        reason,
    }))
}

/// Every path that a wave changes, including old ones.
fn paths(manifest: &Manifest) -> HashSet<Vec<u8>> {
    let bundled = manifest.bundles.iter().flat_map(|bundle| &bundle.files);
    let bundled = bundled.flat_map(FileRecord::paths);
    let excluded = manifest.excluded.iter().flat_map(ExcludedRecord::paths);
    let all = bundled.chain(excluded);
    all.map(|path| path.as_bytes().to_vec()).collect()
}

/// Names the bundle that differs from the manifest, if there is one: missing changes often show up only in a later
/// bundle, and for a file in several parts the tree does not tell which part is wrong.
fn blame(wave: &Wave, mut difference: TreeDifference, applied: bool) -> TreeDifference {
    let bundles = &wave.manifest.bundles;
    let refused = bundles
        .iter()
        .position(|bundle| !applied && Some(&bundle.id) == difference.bundle.as_ref());
    let end = refused.map_or(bundles.len(), |at| at + 1);
    let altered: Vec<_> = bundles[..end]
        .iter()
        .filter(|bundle| !wave.is_intact(&bundle.diff, &bundle.diff_sha256))
        .collect();
    let holds = |bundle: &BundleRecord| {
        let mut files = bundle.files.iter();
        files.any(|file| Some(&file.path) == difference.path.as_ref())
    };
    let named = altered.iter().find(|bundle| holds(bundle));
    let Some(bundle) = named.or(altered.first()) else {
        return difference;
    };
    if Some(&bundle.id) != difference.bundle.as_ref() {
        difference.reason = format!(
            "{} is not the one that the manifest describes; {}",
            bundle.diff, difference.reason
        );
        difference.bundle = Some(bundle.id.clone());
        if named.is_none() {
            difference.path = bundle.files.first().map(|file| file.path.clone());
        }
    }
    difference
}

/// The bundle that contains a path.
fn owner(manifest: &Manifest, path: &str) -> Option<String> {
    let is = |own: &str, old: Option<&String>| own == path || old.is_some_and(|old| old == path);
    manifest
        .bundles
        .iter()
        .find(|bundle| {
            bundle
                .files
                .iter()
                .any(|file| is(&file.path, file.old_path.as_ref()))
        })
        .map(|bundle| bundle.id.clone())
        .or_else(|| {
            let mut excluded = manifest.excluded.iter();
            excluded
                .any(|file| is(&file.path, file.old_path.as_ref()))
                .then(|| "excluded".to_owned())
        })
}

/// Cuts a patch into pieces of at most `limit` bytes if possible: files that only apply together stay together, and a
/// file is never cut.
pub(crate) fn pieces(text: &[u8], limit: usize) -> Result<Vec<Vec<u8>>, patch::PatchError> {
    if text.len() <= limit {
        return Ok(vec![text.to_vec()]);
    }
    let files: Vec<FilePatch<'_>> = file_patches(text).collect::<Result<_, _>>()?;
    let changes: Vec<Change> = files.iter().map(FilePatch::change).collect();
    let mut pieces: Vec<Vec<u8>> = vec![Vec::new()];
    for unit in Units::find(&changes).iter() {
        let bytes: usize = unit.iter().map(|file| files[*file].text.len()).sum();
        if let Some(last) = pieces.last()
            && !last.is_empty()
            && last.len() + bytes > limit
        {
            pieces.push(Vec::new());
        }
        if let Some(last) = pieces.last_mut() {
            unit.iter()
                .for_each(|file| last.extend_from_slice(files[*file].text));
        }
    }
    Ok(pieces)
}

/// For a wave made from a patch: checks that the bundles and the excluded files contain the same file patches as the
/// patch.
fn compare_with_patch(wave: &Wave) -> Result<Option<TreeDifference>> {
    let mut texts = Vec::new();
    for Patch { bundle, file, .. } in patches(&wave.manifest) {
        match wave.read(file) {
            Ok(text) => texts.push((bundle, file, text)),
            Err(error) => {
                return Ok(Some(TreeDifference {
                    bundle: Some(bundle.to_owned()),
                    path: None,
                    reason: format!("{file}: {error}"),
                }));
            }
        }
    }
    let mut id = patch::PatchId::default();
    for (bundle, file, text) in &texts {
        for section in file_patches(text) {
            match section {
                Ok(section) => id.add(&section),
                Err(error) => {
                    return Ok(Some(TreeDifference {
                        bundle: Some((*bundle).to_owned()),
                        path: None,
                        reason: format!("{file}: {error}"),
                    }));
                }
            }
        }
    }
    let found = id.digest();
    let due = wave.manifest.patch_sha256.as_deref();
    Ok((due != Some(found.as_str())).then(|| TreeDifference {
        bundle: None,
        path: None,
        reason: "bundles and excluded files do not contain the file patches of the input"
            .to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use super::pieces;

    fn section(path: &str) -> String {
        format!(
            "diff --git a/{path} b/{path}\nnew file mode 100644\nindex 0..1\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+x\n"
        )
    }

    #[test]
    fn a_large_patch_is_cut_between_units() {
        let delete = "diff --git a/a b/a\ndeleted file mode 100644\nindex 1..0\n--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n";
        let text = [delete, &section("a.b"), &section("a/b"), &section("c")].concat();
        let cut = pieces(text.as_bytes(), 1).unwrap();
        assert_eq!(cut.len(), 3);
        // The file `a` gives way to the folder `a`, so both are in one piece.
        assert!(cut.iter().any(|piece| {
            let piece = String::from_utf8_lossy(piece);
            piece.contains("deleted file") && piece.contains("b/a/b")
        }));
        assert_eq!(cut.concat().len(), text.len());
        assert_eq!(pieces(text.as_bytes(), text.len()).unwrap().len(), 1);
    }
}
