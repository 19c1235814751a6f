use super::fixture::{change, change_set, modified};
use super::*;
use crate::change::ChangeKind;
use crate::plan::component::{By, ComponentRule};
use crate::plan::exclude::ExcludeOptions;

fn rule(name: &str, paths: &[&str]) -> ComponentRule {
    ComponentRule {
        name: name.into(),
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        instructions: None,
    }
}

fn ids(plan: &Plan) -> Vec<(&str, u64)> {
    plan.bundles
        .iter()
        .map(|bundle| (bundle.id.as_str(), bundle.bytes))
        .collect()
}

fn paths<'a>(bundle: &Bundle, changes: &'a ChangeSet) -> Vec<&'a str> {
    let path = |piece: &Piece| changes.changes()[piece.change].path.as_str().unwrap();
    bundle.pieces.iter().map(path).collect()
}

/// Every top folder a bundle of its own.
fn top_level() -> BundleOptions {
    BundleOptions::default().by(By::TopLevel).pack(false)
}

#[test]
fn rules_come_first_in_their_order_then_root_then_folders() {
    let changes = modified(&[("a/x", 1), ("b/x", 2), ("c/x", 4), ("top", 8), ("z/x", 16)]);
    let options = top_level().components(vec![rule("zed", &["z/**"]), rule("cee", &["c/**"])]);
    let plan = Plan::new(&changes, &options).unwrap();
    assert_eq!(
        ids(&plan),
        [("zed", 16), ("cee", 4), ("root", 8), ("a", 1), ("b", 2)]
    );
    assert!(plan.warnings.is_empty() && plan.notes.is_empty());
}

#[test]
fn found_components_are_divided_and_explicit_ones_never() {
    let changes = modified(&[
        ("daemon/a.go", 40_000),
        ("daemon/graph/b.go", 30_000),
        ("web/a/x", 50_000),
        ("web/b/y", 50_000),
    ]);
    let explicit = top_level().components(vec![rule("web", &["web/**"])]);
    let divided = Plan::new(&changes, &explicit).unwrap();
    assert_eq!(
        ids(&divided),
        [
            ("web", 100_000),
            ("daemon", 40_000),
            ("daemon-graph", 30_000)
        ]
    );
    assert_eq!(divided.bundles[0].verdict, Verdict::Warn);
    let whole = Plan::new(&changes, &explicit.divide(false)).unwrap();
    assert_eq!(ids(&whole), [("web", 100_000), ("daemon", 70_000)]);
}

#[test]
fn a_found_name_gives_way_to_a_rule() {
    let changes = modified(&[("core/a", 1), ("core/b", 2), ("README", 4)]);
    let rules = vec![rule("core", &["core/a"]), rule("root", &["nothing"])];
    let plan = Plan::new(&changes, &top_level().components(rules)).unwrap();
    let names: Vec<_> = plan
        .bundles
        .iter()
        .map(|bundle| bundle.component.as_str())
        .collect();
    assert_eq!(names, ["core", "root", "core-2"]);
    assert_eq!(
        plan.warnings,
        [PlanWarning::UnusedRule {
            component: "root".into()
        }]
    );
}

#[test]
fn small_found_components_are_packed_and_explicit_ones_never() {
    let changes = modified(&[
        ("a/x", 5_000),
        ("b/x", 15_000),
        ("c/x", 30_000),
        ("d/x", 1_000),
        ("e/x", 2_000),
        ("mine/x", 1_000),
    ]);
    let rules = vec![rule("mine", &["mine/**"])];
    let options = top_level().components(rules).pack(true);
    let plan = Plan::new(&changes, &options).unwrap();
    assert_eq!(
        ids(&plan),
        [
            ("mine", 1_000),
            ("a+b", 20_000),
            ("c", 30_000),
            ("d+e", 3_000)
        ]
    );
    assert_eq!(plan.bundles[3].packed, ["d", "e"]);
    assert_eq!(paths(&plan.bundles[1], &changes), ["a/x", "b/x"]);
}

#[test]
fn what_is_packed_follows_the_warn_limit() {
    let changes = modified(&[("a/x", 10), ("b/x", 10), ("c/x", 10)]);
    let limits = Limits::new(60, 100).unwrap();
    let options = top_level().pack(true).limits(limits);
    let plan = Plan::new(&changes, &options).unwrap();
    assert_eq!(ids(&plan), [("a", 10), ("b+c", 20)]);
}

#[test]
fn a_unit_goes_whole_to_its_first_new_path() {
    // `a` was a file and is a folder now; the top file goes with its content.
    let changes = change_set(vec![
        change("a", ChangeKind::Deleted, 1),
        change("a/x", ChangeKind::Added, 2),
        change("b", ChangeKind::Modified, 4),
    ]);
    let plan = Plan::new(&changes, &top_level()).unwrap();
    assert_eq!(ids(&plan), [("root", 4), ("a", 3)]);
    assert_eq!(paths(&plan.bundles[1], &changes), ["a", "a/x"]);
}

#[test]
fn a_unit_is_excluded_only_whole() {
    let changes = change_set(vec![
        change("go.sum", ChangeKind::Deleted, 1),
        change("go.sum/x", ChangeKind::Added, 2),
        change("vendor", ChangeKind::Deleted, 1),
        change("yarn.lock", ChangeKind::Modified, 4),
    ]);
    let shown = Plan::new(&changes, &top_level()).unwrap();
    assert_eq!(ids(&shown), [("root", 1), ("go.sum", 3)]);
    let excluded: Vec<_> = shown
        .excluded
        .iter()
        .map(|excluded| excluded.change)
        .collect();
    assert_eq!(excluded, [3]);
    assert!(
        matches!(&shown.notes[..], [PlanNote::KeptInUnit { path, reason: Reason::LockFile }] if path.as_str() == Some("go.sum"))
    );
    let mut text = Vec::new();
    shown.write_excluded(&changes, &mut text).unwrap();
    assert_eq!(text, b"xxx\n");
}

#[test]
fn what_the_range_declares_generated_is_shown_with_a_warning() {
    let mut hidden = change("src/evil.rs", ChangeKind::Added, 10);
    hidden.head_attributes.generated = Some(true);
    let changes = change_set(vec![hidden]);
    let plan = Plan::new(&changes, &top_level()).unwrap();
    assert_eq!(ids(&plan), [("src", 10)]);
    let text = plan.warnings[0].to_string();
    assert!(
        text.contains("generated (.gitattributes)") && text.contains("src/evil.rs"),
        "{text}"
    );
}

#[test]
fn a_new_file_that_says_it_is_generated_is_named_in_a_warning() {
    let mut new = change("gen/new.go", ChangeKind::Added, 10);
    new.head_attributes.says_generated = true;
    let mut old = change("gen/old.go", ChangeKind::Modified, 10);
    old.base_attributes.says_generated = true;
    old.head_attributes.says_generated = true;
    let mut shown = change("src/x.go", ChangeKind::Modified, 10);
    shown.head_attributes.says_generated = true;
    let changes = change_set(vec![new, old, shown]);
    let plan = Plan::new(&changes, &top_level()).unwrap();
    assert_eq!(ids(&plan), [("src", 10)]);
    let warnings: Vec<_> = plan.warnings.iter().map(PlanWarning::to_string).collect();
    assert_eq!(
        warnings,
        [
            "this range itself marks files as generated (its header); they are shown all the same: src/x.go",
            "new files say in their header that they are generated, and are not shown: gen/new.go"
        ]
    );
}

#[test]
fn a_renamed_file_says_which_component_it_left() {
    let mut renamed = change("new/x", ChangeKind::Renamed, 10);
    renamed.old_path = Some("old/deep/x".into());
    let mut inside = change("new/y", ChangeKind::Renamed, 10);
    inside.old_path = Some("new/z".into());
    let mut copied = change("new/c", ChangeKind::Copied, 10);
    copied.old_path = Some("old/c".into());
    let changes = change_set(vec![
        renamed,
        inside,
        copied,
        change("old/deep/a", ChangeKind::Modified, 40_000),
        change("old/b", ChangeKind::Modified, 40_000),
    ]);
    let plan = Plan::new(&changes, &top_level()).unwrap();
    let moved: Vec<_> = plan.bundles[0]
        .pieces
        .iter()
        .map(|piece| piece.moved_from_component.as_deref())
        .collect();
    // Copied, renamed, renamed inside; the old component was divided at its sub-folder.
    assert_eq!(moved, [None, Some("old/deep"), None]);
}

#[test]
fn bundles_and_excluded_hold_each_change_once_and_their_bytes() {
    let changes = modified(&[("a/x", 10), ("a/y", 20), ("b/Cargo.lock", 5), ("c.png", 7)]);
    let plan = Plan::new(&changes, &top_level()).unwrap();
    let mut seen: Vec<_> = plan
        .bundles
        .iter()
        .flat_map(|bundle| bundle.pieces.iter().map(|piece| piece.change))
        .chain(plan.excluded.iter().map(|excluded| excluded.change))
        .collect();
    seen.sort_unstable();
    assert_eq!(seen, [0, 1, 2, 3]);
    for bundle in &plan.bundles {
        let mut text = Vec::new();
        bundle.write_diff(&changes, &mut text).unwrap();
        assert_eq!(text.len() as u64, bundle.bytes);
    }
}

#[test]
fn suggestions_are_lines_to_paste() {
    let changes = modified(&[
        ("web/a[1]/x", 70_000),
        ("web/b/x", 10_000),
        ("web/b/y", 20_000),
        ("web/direct", 30_000),
    ]);
    let options = top_level().components(vec![rule("web", &["web/**"])]);
    let plan = Plan::new(&changes, &options).unwrap();
    let suggested: Vec<_> = suggested_components(&plan.bundles[0], &changes)
        .into_iter()
        .map(|suggested| {
            (
                suggested.rule.name,
                suggested.rule.paths.concat(),
                suggested.bytes,
            )
        })
        .collect();
    let line = |name: &str, glob: &str, bytes| (name.to_owned(), glob.to_owned(), bytes);
    assert_eq!(
        suggested,
        [
            line("web/a[1]", "web/a\\[1\\]/**", 70_000),
            line("web/b", "web/b/**", 30_000)
        ]
    );
    let largest: Vec<_> = largest_files(&plan.bundles[0], &changes, 2)
        .into_iter()
        .map(|(path, bytes)| (path.display(), bytes))
        .collect();
    assert_eq!(
        largest,
        [
            ("web/a[1]/x".to_owned(), 70_000),
            ("web/direct".to_owned(), 30_000)
        ]
    );
}

#[test]
fn a_pattern_that_does_not_compile_is_an_error() {
    let changes = modified(&[("a", 1)]);
    let exclude = ExcludeOptions::default().paths(vec!["{".into()]);
    let error = Plan::new(&changes, &top_level().exclude(exclude)).unwrap_err();
    assert!(error.to_string().contains("exclude pattern `{`"), "{error}");
}
