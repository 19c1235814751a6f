//! The function names of `@@` lines follow git's rule for the language, also if a file is cut.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use scrum_core::change::ChangeKind;
use scrum_core::patch::file_patches;
use scrum_core::plan::guard::Limits;
use scrum_core::plan::{BundleOptions, DiffWriter, Plan};

use crate::sandbox::{Sandbox, assert_same, text};

/// A language of `diff=<name>` and a line that begins a function there, but not by the default rule, or that only the
/// default rule takes for one.
const LANGUAGES: [(&str, &str); 15] = [
    ("bash", "  build_NN() {"),
    ("cpp", "label_NN:"),
    ("css", ".class-NN a {"),
    ("golang", "\tfunc (s *S) DoNN() {"),
    ("html", "  <h2 id=\"NN\">NN</h2>"),
    ("java", "  public int goNN(int a) {"),
    ("kotlin", "  private fun goNN() {"),
    ("markdown", "## Chapter NN"),
    ("perl", "sub goNN {"),
    ("php", "  public function goNN() {"),
    ("python", "  async def goNN(self):"),
    ("ruby", "  def goNN"),
    ("rust", "    pub(crate) fn go_NN(&self) {"),
    ("scheme", "(define (go-NN x)"),
    ("nobody", "  go NN"),
];

/// A file of twenty functions. The default rule and the language disagree about its lines.
fn content(function: &str, word: &str) -> String {
    let mut text = "top of the file\n".to_owned();
    for number in 10..30 {
        let _ = writeln!(text, "{}", function.replace("NN", &number.to_string()));
        for line in 0..12 {
            let _ = writeln!(text, "      {word} {number} {line};");
        }
        let _ = writeln!(text, "$value_{number} = 1;");
    }
    text
}

/// What git shows after the second `@@` for a change of one of these lines of a file.
fn names_by_git(
    repo: &mut Sandbox,
    path: &str,
    text: &str,
    lines: &[u32],
) -> BTreeMap<u32, String> {
    repo.write(path, text);
    let base = repo.commit("as it is");
    let changed: String = (1..)
        .zip(text.split_inclusive('\n'))
        .map(|(number, line)| match lines.contains(&number) {
            true => format!("changed {line}"),
            false => line.to_owned(),
        })
        .collect();
    repo.write(path, changed);
    let head = repo.commit("changed");
    let diff = repo.git_diff(&base, &head, &["-U0"]);
    let patch = file_patches(&diff).next().unwrap().unwrap();
    let names = patch.hunks.iter().map(|hunk| {
        let name = String::from_utf8_lossy(hunk.section).into_owned();
        (hunk.hunk.old_start, name)
    });
    names.collect()
}

#[test]
fn the_parts_of_a_file_have_the_function_names_of_git() {
    let mut attributes = String::new();
    for (language, _) in LANGUAGES {
        let _ = writeln!(attributes, "*.{language} diff={language}");
    }
    let options = BundleOptions::default()
        .split(true)
        .limits(Limits::new(1_000, 4_000).unwrap());
    for (language, function) in LANGUAGES {
        let mut repo = Sandbox::new();
        let old = content(function, "old");
        let new = content(function, "new");
        repo.write(".gitattributes", &attributes);
        repo.write(format!("edited.{language}"), &old);
        repo.write(format!("gone.{language}"), &old);
        let base = repo.commit("base");
        repo.write(format!("edited.{language}"), &new);
        repo.remove(&format!("gone.{language}"));
        repo.write(format!("new.{language}"), &new);
        let head = repo.commit("head");
        let changes = repo.changes(&format!("{base}..{head}"));
        let plan = Plan::new(&changes, &options).unwrap();
        let mut writer = DiffWriter::new(&changes);
        let mut shown: BTreeMap<String, Vec<(u32, String)>> = BTreeMap::new();
        for piece in plan.bundles.iter().flat_map(|bundle| &bundle.pieces) {
            let change = &changes.changes()[piece.change];
            let mut text = Vec::new();
            writer.piece(piece, &mut text).unwrap();
            let patch = file_patches(&text).next().unwrap().unwrap();
            for (hunk, numbers) in patch.hunks.iter().zip(&piece.hunks) {
                let line = match change.kind {
                    ChangeKind::Deleted => numbers.old_start,
                    _ => numbers.new_start,
                };
                let name = String::from_utf8_lossy(hunk.section).into_owned();
                let hunks = shown.entry(change.path.to_string()).or_default();
                hunks.push((line, name));
            }
        }
        assert_eq!(shown.len(), 3, "{language}");
        for (path, hunks) in shown {
            assert!(hunks.len() > 4, "{path} is in {} parts", hunks.len());
            let lines: Vec<_> = hunks.iter().map(|(line, _)| *line).collect();
            let text = if path.starts_with("gone") { &old } else { &new };
            let git = names_by_git(&mut repo, &format!("{path}.{language}"), text, &lines);
            for (line, name) in hunks {
                assert_eq!(name, git[&line], "{path}, line {line}");
            }
        }
    }
}

#[test]
fn a_renamed_file_follows_the_rule_of_its_old_name_if_that_has_one() {
    let mut repo = Sandbox::new();
    repo.write(".gitattributes", "*.rs diff=rust\n*.py diff=python\n");
    let body = |name: &str, last: &str| {
        let line = format!("  {name}\n");
        format!(
            "    fn rust() {{\n    def python():\n{}{last}\n",
            line.repeat(9)
        )
    };
    let names = [("a.rs", "a.py"), ("b.py", "b.txt"), ("c.txt", "c.rs")];
    for (old, _) in names {
        repo.write(old, body(old, "old"));
    }
    let base = repo.commit("base");
    for (old, new) in names {
        repo.remove(old);
        repo.write(new, body(old, "new"));
    }
    let head = repo.commit("head");
    let theirs = repo.git_diff(&base, &head, &[]);
    let shown = String::from_utf8_lossy(&theirs);
    assert_eq!(shown.matches("@@ fn rust() {").count(), 2, "{shown}");
    assert_same(&text(&repo.changes(&format!("{base}..{head}"))), &theirs);
}
