//! Any patch that can be read: its bundles and what is excluded hold each changed line exactly once.

use std::collections::BTreeMap;

use scrum_core::change::ChangeSet;
use scrum_core::patch::{HunkText, PatchId, change_set, file_patches};
use scrum_core::plan::guard::Limits;
use scrum_core::plan::{BundleOptions, DiffWriter, Plan};
use scrum_core::wave::prompt::Template;
use scrum_core::wave::{self, Discard, WaveOptions};

const EXAMPLE: &[u8] = include_bytes!("../../../fixtures/fuzz/patch/several");

/// The first two bytes choose the options, the rest is the patch.
pub(crate) fn check(data: &[u8]) {
    let [flags, size, text @ ..] = data else {
        return;
    };
    let Ok(changes) = change_set("fuzz", text.to_vec()) else {
        return;
    };
    let warn = 60 + u64::from(*size) * 8;
    let options = BundleOptions::default()
        .split(flags & 1 != 0)
        .pack(flags & 2 != 0)
        .divide(flags & 4 != 0)
        .context(u32::from(flags >> 4))
        .limits(Limits::new(warn, warn * 2).unwrap());
    let plan = Plan::new(&changes, &options).unwrap();
    contents_once(&changes, &plan);
    let written = wave::write(
        &changes,
        &plan.clone().force(true),
        &Template::builtin(),
        &WaveOptions::default().jobs(1),
        &Discard,
    );
    let manifest = written.unwrap();
    assert_eq!(manifest.bundles.len(), plan.bundles.len());
    assert_eq!(manifest.excluded.len(), plan.excluded.len());
}

/// A change set with a bit of everything.
pub(crate) fn example() -> ChangeSet {
    change_set("example", EXAMPLE[2..].to_vec()).unwrap()
}

/// Added and deleted lines of each path.
type Lines = BTreeMap<Vec<u8>, BTreeMap<Vec<u8>, u32>>;

/// Adds a text's patches to a set and its lines to a table.
fn take(text: &[u8], id: &mut PatchId, lines: &mut Lines) {
    for file in file_patches(text) {
        let file = file.expect("what is written reads back");
        id.add(&file);
        let of = lines.entry(file.path.as_bytes().to_vec()).or_default();
        for line in file.hunks.iter().flat_map(HunkText::lines) {
            if matches!(line.first(), Some(b'+' | b'-')) {
                *of.entry(line.strip_suffix(b"\n").unwrap_or(line).to_vec())
                    .or_default() += 1;
            }
        }
    }
}

/// Bundles and excluded changes together are the change set: each line once, and nothing else.
pub(crate) fn contents_once(changes: &ChangeSet, plan: &Plan) {
    let (mut due, mut due_lines) = (PatchId::default(), Lines::default());
    let mut text = Vec::new();
    for index in 0..changes.changes().len() {
        changes.read_patch(index, &mut text).unwrap();
        assert_eq!(text.len() as u64, changes.changes()[index].bytes);
        take(&text, &mut due, &mut due_lines);
    }
    let (mut is, mut is_lines) = (PatchId::default(), Lines::default());
    let mut writer = DiffWriter::new(changes);
    for bundle in &plan.bundles {
        let mut diff = Vec::new();
        writer.bundle(bundle, &mut diff).unwrap();
        assert_eq!(diff.len() as u64, bundle.bytes, "{}", bundle.id);
        assert_eq!(plan.limits().judge(bundle.bytes), bundle.verdict);
        take(&diff, &mut is, &mut is_lines);
    }
    let mut diff = Vec::new();
    writer.excluded(plan, &mut diff).unwrap();
    take(&diff, &mut is, &mut is_lines);
    assert_eq!(is_lines, due_lines);
    assert_eq!(is.digest(), due.digest());
    let ids: std::collections::BTreeSet<_> = plan
        .bundles
        .iter()
        .map(|bundle| bundle.id.to_lowercase())
        .collect();
    assert_eq!(
        ids.len(),
        plan.bundles.len(),
        "ids are unique whatever the case"
    );
}
