//! Finds the bundles of a wave that contain given lines.

use std::collections::HashMap;

use crate::change::{ChangeKind, Hunk};
use crate::review::location::LineRange;
use crate::wave::manifest::{FileRecord, Manifest};

/// The bundles of a wave, by path.
pub(super) struct Holders<'m> {
    ids: Vec<&'m str>,
    files: HashMap<&'m str, Vec<(usize, &'m FileRecord)>>,
}

impl<'m> Holders<'m> {
    pub(super) fn new(manifest: &'m Manifest) -> Self {
        let mut files: HashMap<&str, Vec<(usize, &FileRecord)>> = HashMap::new();
        for (at, bundle) in manifest.bundles.iter().enumerate() {
            for file in &bundle.files {
                files.entry(&file.path).or_default().push((at, file));
            }
        }
        let bundles = manifest.bundles.iter();
        Self {
            ids: bundles.map(|bundle| bundle.id.as_str()).collect(),
            files,
        }
    }

    pub(super) fn id(&self, bundle: usize) -> &'m str {
        self.ids[bundle]
    }

    /// The bundles that show these lines; if none does, those that show anything of the file.
    pub(super) fn of(&self, path: &str, lines: Option<LineRange>) -> Vec<usize> {
        let Some(files) = self.files.get(path) else {
            return Vec::new();
        };
        let shows = |file: &FileRecord, lines: LineRange| {
            let old_side = lines.old_side || file.kind == ChangeKind::Deleted;
            let lines = lines.on_old_side(old_side);
            file.hunks
                .iter()
                .any(|hunk| side(hunk, old_side).is_some_and(|of| of.is_near(lines, 0)))
        };
        let showing: Vec<usize> = files
            .iter()
            .filter(|(_, file)| lines.is_some_and(|lines| shows(file, lines)))
            .map(|(bundle, _)| *bundle)
            .collect();
        if showing.is_empty() {
            files.iter().map(|(bundle, _)| *bundle).collect()
        } else {
            showing
        }
    }
}

fn side(hunk: &Hunk, old_side: bool) -> Option<LineRange> {
    let (start, lines) = if old_side {
        (hunk.old_start, hunk.old_lines)
    } else {
        (hunk.new_start, hunk.new_lines)
    };
    let end = start.checked_add(lines)?.checked_sub(1)?;
    (lines > 0).then_some(LineRange::new(start, end).on_old_side(old_side))
}
