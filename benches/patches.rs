//! Patches: reading them into changes, planning bundles, and cutting what is too large, at four sizes each.
//!
//!     cargo bench -p scrum-core --bench patches

use std::fmt::Write as _;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use scrum_core::patch;
use scrum_core::plan::{BundleOptions, Plan};
use scrum_core::wave::prompt::{self, Numbering};

fn main() {
    divan::main();
}

/// Bytes of diff, about.
const SIZES: [usize; 4] = [100_000, 400_000, 1_600_000, 6_400_000];

/// A patch of `files` files with `hunks` hunks of eleven lines each.
fn patch_of(files: usize, hunks: usize) -> String {
    let mut text = String::new();
    for file in 0..files {
        let path = format!("src/module{}/file{file}.rs", file % 17);
        let _ = write!(
            text,
            "diff --git a/{path} b/{path}\nindex {file:040x}..{:040x} 100644\n--- a/{path}\n+++ b/{path}\n",
            file + 1
        );
        for hunk in 0..hunks {
            let at = hunk * 40 + 1;
            let _ = writeln!(text, "@@ -{at},8 +{at},9 @@ fn function_{hunk}() {{");
            for line in 0..3 {
                let _ = writeln!(text, "     let before_{line} = compute({hunk}, {line});");
            }
            let _ = writeln!(text, "-    let old = {hunk};\n-    call(old);");
            let _ = writeln!(
                text,
                "+    let new = {hunk};\n+    call(new);\n+    check(new);"
            );
            for line in 0..3 {
                let _ = writeln!(text, "     let after_{line} = compute({hunk}, {line});");
            }
        }
    }
    text
}

/// About `bytes` bytes in files of twelve hunks.
fn many_files(bytes: usize) -> String {
    let one = patch_of(1, 12).len();
    patch_of(bytes.div_ceil(one), 12)
}

/// About `bytes` bytes in one file.
fn one_file(bytes: usize) -> String {
    let one = patch_of(1, 100).len();
    patch_of(1, bytes.div_ceil(one) * 100)
}

/// Finding the sections of a patch.
#[divan::bench(args = SIZES)]
fn sections(bencher: Bencher<'_, '_>, bytes: usize) {
    let text = many_files(bytes);
    bencher
        .counter(BytesCount::of_slice(text.as_bytes()))
        .bench(|| patch::file_patches(black_box(text.as_bytes())).count());
}

/// Reading a patch into changes.
#[divan::bench(args = SIZES)]
fn change_set(bencher: Bencher<'_, '_>, bytes: usize) {
    let text = many_files(bytes);
    bencher
        .counter(BytesCount::of_slice(text.as_bytes()))
        .with_inputs(|| text.clone().into_bytes())
        .bench_values(|text| patch::change_set("patch", text).map(|set| set.changes().len()));
}

fn plan(bencher: Bencher<'_, '_>, text: String, split: bool) {
    let bytes = BytesCount::of_slice(text.as_bytes());
    let Ok(set) = patch::change_set("patch", text.into_bytes()) else {
        return;
    };
    let options = BundleOptions::default().split(split);
    bencher
        .counter(bytes)
        .bench(|| Plan::new(black_box(&set), &options).map(|plan| plan.bundles.len()));
}

/// Dividing many files into bundles without cutting any.
#[divan::bench(args = SIZES)]
fn divide(bencher: Bencher<'_, '_>, bytes: usize) {
    plan(bencher, many_files(bytes), false);
}

/// Splitting bundles of many files.
#[divan::bench(args = SIZES)]
fn split_files(bencher: Bencher<'_, '_>, bytes: usize) {
    plan(bencher, many_files(bytes), true);
}

/// Cutting one large file into parts.
#[divan::bench(args = SIZES)]
fn split_one_file(bencher: Bencher<'_, '_>, bytes: usize) {
    plan(bencher, one_file(bytes), true);
}

/// Numbering the lines of a patch for a prompt.
#[divan::bench(args = SIZES)]
fn number_lines(bencher: Bencher<'_, '_>, bytes: usize) {
    let text = one_file(bytes);
    let hunks: Vec<_> = patch::file_patches(text.as_bytes())
        .flatten()
        .flat_map(|file| file.hunks)
        .map(|hunk| hunk.hunk)
        .collect();
    bencher
        .counter(BytesCount::of_slice(text.as_bytes()))
        .bench(|| {
            let mut out = Vec::with_capacity(text.len() * 2);
            let numbering = Numbering::new_side(&hunks);
            prompt::write_shown(black_box(text.as_bytes()), Some(numbering), &mut out)
                .map(|()| out.len())
        });
}
