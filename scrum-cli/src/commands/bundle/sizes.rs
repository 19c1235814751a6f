//! Messages about bundles that are too large.

use scrum_core::change::ChangeSet;
use scrum_core::plan::guard::Verdict;
use scrum_core::plan::{self, Bundle, SuggestedComponent};
use scrum_core::size;
use scrum_core::wave::manifest::Manifest;

use crate::terminal::Output;

/// Warns about every bundle and prompt above a limit.
pub(crate) fn warn_sizes(manifest: &Manifest, output: &Output) {
    const SHOWN: usize = 10;
    let guard = &manifest.guard;
    let warned: Vec<_> = manifest
        .bundles
        .iter()
        .filter(|bundle| {
            bundle.verdict == Verdict::Warn || (guard.forced && bundle.verdict == Verdict::Fail)
        })
        .collect();
    for bundle in warned.iter().take(SHOWN) {
        let (limit, bytes) = match bundle.verdict {
            Verdict::Fail => ("fail", guard.fail_bytes),
            _ => ("warn", guard.warn_bytes),
        };
        output.warning(&format!(
            "bundle `{}` has {}, above the {limit} limit of {}",
            bundle.id,
            size::decimal(bundle.bytes),
            size::decimal(bytes)
        ));
    }
    if warned.len() > SHOWN {
        output.warning(&format!(
            "and {} above a limit",
            size::counted(warned.len() - SHOWN, "more bundle")
        ));
    }
    // The guard checks the diff. A prompt may exceed the limit because of the text around its diff.
    let around: Vec<_> = manifest
        .bundles
        .iter()
        .filter(|bundle| bundle.verdict != Verdict::Fail && bundle.prompt_bytes > guard.fail_bytes)
        .collect();
    for bundle in around.iter().take(SHOWN) {
        output.warning(&format!(
            "the prompt of `{}` has {}, above the fail limit of {}; its diff has {}",
            bundle.id,
            size::decimal(bundle.prompt_bytes),
            size::decimal(guard.fail_bytes),
            size::decimal(bundle.bytes)
        ));
    }
    if around.len() > SHOWN {
        output.warning(&format!(
            "and {} above the fail limit",
            size::counted(around.len() - SHOWN, "more prompt")
        ));
    }
}

/// Says which bundles are too large, which files make them so, and which options to add.
pub(super) fn explain_oversize(
    oversize: &[&Bundle],
    changes: &ChangeSet,
    manifest: &Manifest,
    output: &Output,
) {
    const SHOWN: usize = 5;
    output.error(&format!(
        "{} of {} above the fail limit of {}; nothing is written",
        oversize.len(),
        size::counted(manifest.bundles.len(), "bundle"),
        size::decimal(manifest.guard.fail_bytes)
    ));
    for bundle in oversize {
        output.more(&format!(
            "  {}: {}; its largest files:",
            bundle.id,
            size::decimal(bundle.bytes)
        ));
        for (path, bytes) in plan::largest_files(bundle, changes, SHOWN) {
            output.more(&format!(
                "    {:>9}  {}",
                size::decimal(bytes),
                path.display()
            ));
        }
    }
    output.hint("to continue, add one of:");
    for bundle in oversize {
        for SuggestedComponent { rule, .. } in plan::suggested_components(bundle, changes)
            .iter()
            .take(SHOWN)
        {
            for glob in &rule.paths {
                output.more(&format!("  --component '{}={glob}'", rule.name));
            }
        }
    }
    output.more("  --split             cut them into parts below the warn limit");
    output.more("  --force-oversize    write them as they are (or SCRUM_FORCE_OVERSIZE=1)");
}
