//! Any edit of a file, cut as small as it goes: the parts, applied one after the other, make the new file.

use scrum_core::patch::{HunkText, change_set, file_patches};
use scrum_core::plan::guard::Limits;
use scrum_core::plan::{BundleOptions, DiffWriter, Plan};

use super::patch::contents_once;

/// What happens at one place of the file.
#[derive(Clone, Copy, PartialEq)]
enum Edit {
    Keep,
    Delete,
    Add,
}

/// Four bytes choose limit, contexts and ends of file; each of the others is a line.
pub(crate) fn check(data: &[u8]) {
    let [size, contexts, ends, kind, script @ ..] = data else {
        return;
    };
    let script = &script[..script.len().min(2000)];
    let mut lines: Vec<(Edit, Vec<u8>)> = script.iter().map(|byte| line(*byte, *kind)).collect();
    if kind & 16 != 0 {
        lines.iter_mut().for_each(|(edit, _)| *edit = Edit::Add);
    } else if kind & 32 != 0 {
        lines.iter_mut().for_each(|(edit, _)| *edit = Edit::Delete);
    }
    let (old, new) = (
        side(&lines, Edit::Add, *ends & 1),
        side(&lines, Edit::Delete, *ends & 2),
    );
    if old == new {
        return;
    }
    let patch = unified(&lines, usize::from(contexts & 7), &old, &new);
    let changes = change_set("split", patch.clone()).unwrap();
    let warn = 90 + u64::from(*size) * 4;
    let options = BundleOptions::default()
        .split(true)
        .context(u32::from(contexts >> 4))
        .limits(Limits::new(warn, warn + 20).unwrap());
    let plan = Plan::new(&changes, &options).unwrap();
    contents_once(&changes, &plan);
    let mut file = old;
    let mut writer = DiffWriter::new(&changes);
    let mut part = Vec::new();
    for bundle in &plan.bundles {
        part.clear();
        writer.bundle(bundle, &mut part).unwrap();
        apply(&part, &mut file);
    }
    part.clear();
    writer.excluded(&plan, &mut part).unwrap();
    apply(&part, &mut file);
    assert!(
        file == new,
        "cut at {warn} bytes:\n{}",
        String::from_utf8_lossy(&patch)
    );
}

fn line(byte: u8, kind: u8) -> (Edit, Vec<u8>) {
    let edit = match byte & 7 {
        0..=3 => Edit::Keep,
        4 | 5 => Edit::Delete,
        _ => Edit::Add,
    };
    let text: &[u8] = match byte >> 3 {
        0 => b"",
        1 => b"}",
        2 => b"-- a/file",
        3 => b"++ b/file",
        4 => b"@@ -1 +1 @@",
        5 => b"\\ No newline at end of file",
        6 => b"diff --git a/x b/x",
        7 => b"caf\xe9\r",
        8 => &[b'w'; 90],
        _ => b"fn line() {",
    };
    // The kind makes lines alike or different.
    let numbered = kind & 1 != 0 && byte >> 3 > 8;
    (
        edit,
        if numbered {
            format!("fn line_{byte}() {{").into_bytes()
        } else {
            text.to_vec()
        },
    )
}

/// One side of the edit: every line but those of `not`. Without `feed` the last line ends without a line feed.
fn side(lines: &[(Edit, Vec<u8>)], not: Edit, no_feed: u8) -> Vec<Vec<u8>> {
    let kept = lines.iter().filter(|(edit, _)| *edit != not);
    let mut side: Vec<Vec<u8>> = kept.map(|(_, line)| [line, &b"\n"[..]].concat()).collect();
    if no_feed != 0
        && let Some(last) = side.last_mut()
    {
        last.pop();
        // A last line without any text is no line.
        if last.is_empty() {
            last.push(b'x');
        }
    }
    side
}

/// The edit as `git diff` would write it, with `context` lines.
fn unified(lines: &[(Edit, Vec<u8>)], context: usize, old: &[Vec<u8>], new: &[Vec<u8>]) -> Vec<u8> {
    // Each entry: the mark, and the line with its line feed or without one.
    let (mut from_old, mut from_new) = (old.iter(), new.iter());
    let mut all: Vec<(u8, &[u8])> = Vec::new();
    for (edit, _) in lines {
        match edit {
            Edit::Delete => all.push((b'-', from_old.next().unwrap())),
            Edit::Add => all.push((b'+', from_new.next().unwrap())),
            Edit::Keep => {
                let (before, after) = (from_old.next().unwrap(), from_new.next().unwrap());
                if before == after {
                    all.push((b' ', before));
                } else {
                    all.extend([(b'-', &before[..]), (b'+', &after[..])]);
                }
            }
        }
    }
    let near = |at: usize| {
        let (from, to) = (
            at.saturating_sub(context),
            (at + context + 1).min(all.len()),
        );
        all[from..to].iter().any(|(mark, _)| *mark != b' ')
    };
    let mut text = match (old.is_empty(), new.is_empty()) {
        (true, _) => "diff --git a/d/file b/d/file\nnew file mode 100644\nindex 0000000..2222222\n--- /dev/null\n+++ b/d/file\n",
        (_, true) => "diff --git a/d/file b/d/file\ndeleted file mode 100644\nindex 1111111..0000000\n--- a/d/file\n+++ /dev/null\n",
        _ => "diff --git a/d/file b/d/file\nindex 1111111..2222222 100644\n--- a/d/file\n+++ b/d/file\n",
    }
    .as_bytes()
    .to_vec();
    let (mut old_line, mut new_line) = (0, 0);
    let mut at = 0;
    while at < all.len() {
        if !near(at) {
            (old_line, new_line, at) = (old_line + 1, new_line + 1, at + 1);
            continue;
        }
        let end = (at..all.len()).find(|at| !near(*at)).unwrap_or(all.len());
        let hunk = &all[at..end];
        let count = |not: u8| hunk.iter().filter(|(mark, _)| *mark != not).count();
        let (olds, news) = (count(b'+'), count(b'-'));
        let start = |before: usize, count: usize| before + usize::from(count > 0);
        text.extend(
            format!(
                "@@ -{},{olds} +{},{news} @@\n",
                start(old_line, olds),
                start(new_line, news)
            )
            .bytes(),
        );
        for (mark, line) in hunk {
            text.push(*mark);
            text.extend_from_slice(line);
            if !line.ends_with(b"\n") {
                text.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        }
        (old_line, new_line, at) = (old_line + olds, new_line + news, end);
    }
    text
}

/// Applies the sections of a patch at exactly the lines that they name.
fn apply(patch: &[u8], file: &mut Vec<Vec<u8>>) {
    for section in file_patches(patch) {
        let section = section.unwrap();
        // How much longer the file has become by the hunks before.
        let mut shift = 0_isize;
        for hunk in &section.hunks {
            let (old, new) = sides(hunk);
            let line = hunk.hunk.old_start as usize - usize::from(!old.is_empty());
            let start = line.checked_add_signed(shift).unwrap();
            let found = file.get(start..start + old.len());
            assert!(found == Some(&old[..]), "a part applies where it says");
            file.splice(start..start + old.len(), new.iter().cloned());
            shift += new.len() as isize - old.len() as isize;
        }
    }
}

fn sides(hunk: &HunkText<'_>) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let (mut old, mut new): (Vec<Vec<u8>>, Vec<Vec<u8>>) = (Vec::new(), Vec::new());
    let mut last = b' ';
    for line in hunk.lines() {
        let text = line.get(1..).unwrap_or_default().to_vec();
        match line[0] {
            b'\\' => {
                let strip = |side: &mut Vec<Vec<u8>>| {
                    side.last_mut().unwrap().pop();
                };
                if last != b'+' {
                    strip(&mut old);
                }
                if last != b'-' {
                    strip(&mut new);
                }
            }
            mark => {
                last = mark;
                if mark != b'+' {
                    old.push(text.clone());
                }
                if mark != b'-' {
                    new.push(text);
                }
            }
        }
    }
    (old, new)
}
