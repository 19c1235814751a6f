//! Files with very many hunks, for which git is too slow: [`exact`](super::exact) applies them first.

use std::collections::{HashMap, HashSet};

use scrum_core::change::ChangeKind;
use scrum_core::patch::file_patches;
use scrum_core::wave::manifest::Manifest;

use super::scratch::Scratch;
use super::{exact, patches};
use crate::error::Result;
use crate::wave::Wave;

/// [`exact`] applies files with more hunks than this, because `git apply` copies the file for each hunk.
const MANY_HUNKS: usize = 500;

/// Applies the files with very many hunks, and returns their names: none if there are none, or if one of them does not
/// match exactly, so that git reports the error.
pub(super) fn apply<'w>(wave: &'w Wave, scratch: &Scratch, base: &str) -> Result<HashSet<&'w str>> {
    let many = paths(&wave.manifest);
    if many.is_empty() {
        return Ok(many);
    }
    let mut sections: HashMap<String, Vec<Vec<u8>>> = HashMap::new();
    for patch in patches(&wave.manifest) {
        let text = wave.read(patch.file).ok();
        let Some((_, taken)) = text.and_then(|text| take_out(&text, &many)) else {
            return Ok(HashSet::new());
        };
        for (path, text) in taken {
            sections.entry(path).or_default().push(text);
        }
    }
    let without_context = wave.manifest.context == Some(0);
    let all = apply_exactly(scratch, base, &sections, without_context)?;
    Ok(if all { many } else { HashSet::new() })
}

/// The paths that have very many hunks and no other change: no rename, no mode, no binary data, not excluded.
fn paths(manifest: &Manifest) -> HashSet<&str> {
    let mut hunks: HashMap<&str, usize> = HashMap::new();
    let mut other: HashSet<&str> = HashSet::new();
    for file in manifest.bundles.iter().flat_map(|bundle| &bundle.files) {
        *hunks.entry(&file.path).or_default() += file.hunks.len();
        let only_text = file.kind == ChangeKind::Modified
            && !file.binary
            && !file.quoted
            && file.old_path.is_none()
            && file.old_mode == file.new_mode;
        if !only_text {
            other.extend(
                [Some(file.path.as_str()), file.old_path.as_deref()]
                    .into_iter()
                    .flatten(),
            );
        }
    }
    for file in &manifest.excluded {
        other.extend(
            [Some(file.path.as_str()), file.old_path.as_deref()]
                .into_iter()
                .flatten(),
        );
    }
    hunks
        .into_iter()
        .filter(|(path, count)| *count > MANY_HUNKS && !other.contains(path))
        .map(|(path, _)| path)
        .collect()
}

/// A patch without the sections of some paths, and those sections.
type TakenOut = (Vec<u8>, HashMap<String, Vec<u8>>);

/// Takes the sections of these paths out of a patch. `None` if it cannot be read.
pub(super) fn take_out(text: &[u8], paths: &HashSet<&str>) -> Option<TakenOut> {
    let (mut rest, mut taken) = (Vec::new(), HashMap::<String, Vec<u8>>::new());
    for file in file_patches(text) {
        let file = file.ok()?;
        let path = file.path.as_str().filter(|path| paths.contains(path));
        let into = match path {
            Some(path) => taken.entry(path.to_owned()).or_default(),
            None => &mut rest,
        };
        into.extend_from_slice(file.text);
    }
    Some((rest, taken))
}

/// Applies all sections of each path exactly, and puts the results into the scratch index. `false` if one of them does
/// not match; then nothing was changed.
fn apply_exactly(
    scratch: &Scratch,
    base: &str,
    sections: &HashMap<String, Vec<Vec<u8>>>,
    without_context: bool,
) -> Result<bool> {
    let mut results = Vec::new();
    for (path, texts) in sections {
        let Some((mode, content)) = scratch.base_file(base, path)? else {
            return Ok(false);
        };
        let mut lines = exact::PatchedLines::new(&content);
        for file in texts.iter().flat_map(|text| file_patches(text)) {
            let applied = file.is_ok_and(|file| {
                let says_mode = file.old_mode != file.new_mode || file.kind != ChangeKind::Modified;
                !says_mode && lines.apply(&file, without_context).is_some()
            });
            if !applied {
                return Ok(false);
            }
        }
        results.push((mode, path, lines.content()));
    }
    for (mode, path, content) in results {
        scratch.put(&mode, path, &content)?;
    }
    Ok(true)
}
