//! The way on from an error: what to type next.

use std::io;
use std::path::Path;

use scrum_core::config::ConfigError;
use scrum_core::git::GitError;
use scrum_core::patch::PatchError;
use scrum_core::plan::PlanError;
use scrum_core::plan::component::ComponentError;
use scrum_core::range::RangeSpecError;
use scrum_core::wave::manifest::ManifestError;
use scrum_core::wave::prompt::TemplateError;

use crate::error::{MixedWave, NoFolder, UsageError};

/// The hint of an error, from the outermost cause that has one.
pub(crate) fn of(error: &anyhow::Error) -> String {
    let mut hints = error.chain().filter_map(|cause| {
        if let Some(error) = cause.downcast_ref::<UsageError>() {
            usage(error)
        } else if let Some(error) = cause.downcast_ref::<GitError>() {
            git(error)
        } else if cause.is::<MixedWave>() {
            Some(
                "the wave was written halfway or edited; `scrum bundle` with its range writes it again, and \
                 --overwrite keeps its reviews aside"
                    .to_owned(),
            )
        } else if let Some(error) = cause.downcast_ref::<ManifestError>() {
            Some(manifest(error).to_owned())
        } else if let Some(error) = cause.downcast_ref::<RangeSpecError>() {
            Some(range(error).to_owned())
        } else if let Some(error) = cause.downcast_ref::<PlanError>() {
            Some(plan(error).to_owned())
        } else if let Some(error) = cause.downcast_ref::<ConfigError>() {
            Some(config(error))
        } else {
            cause.downcast_ref::<io::Error>().map(|error| file(error, None))
        }
    });
    hints.next().unwrap_or_else(|| {
        "`scrum --help` has examples and exit codes, `scrum COMMAND --help` what a command needs".to_owned()
    })
}

fn usage(error: &UsageError) -> Option<String> {
    let hint = match error {
        UsageError::Read { path, source } => return Some(file(source, Some(path))),
        UsageError::Config { source, .. } => return Some(config(source)),
        UsageError::Template { source, .. } => return Some(template(source)),
        UsageError::Patch { name, source } => return Some(patch(name, source)),
        UsageError::NoWave => "`scrum bundle` writes one; of a wave elsewhere name the folder",
        UsageError::UnknownWave { name, nearest } => {
            return Some(match nearest {
                Some(known) => meant(name, known),
                None => "name a wave's folder, its name under .scrum/ (`ls .scrum`), its range, or review files; \
                         `scrum bundle` writes a wave"
                    .to_owned(),
            });
        }
        UsageError::NotBundled { range } => {
            return Some(format!(
                "`scrum bundle {}` writes it; `ls .scrum` lists those there are",
                for_shell(range)
            ));
        }
        UsageError::NotAWave { .. } => {
            "give -o a new folder, or a wave to replace: `scrum bundle RANGE -o NEW-FOLDER`"
        }
        UsageError::HasReviews { .. } => {
            "`scrum bundle` with --overwrite moves them aside; with -o NEW-FOLDER it leaves them"
        }
        UsageError::Other { hint, .. } => return hint.clone(),
    };
    Some(hint.to_owned())
}

/// The hint of what the command line itself refuses, where there is more to say than what was refused.
pub(crate) fn of_arguments(error: &clap::Error) -> Option<String> {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.as_str()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::UnknownArgument => match word(ContextKind::InvalidArg)? {
            "--staged" | "--cached" => {
                Some("`git diff --staged | scrum bundle --diff -` takes what is staged".to_owned())
            }
            option if option.starts_with('-') => None,
            extra => Some(format!(
                "paths stand behind two dashes: `scrum bundle RANGE -- {}`; two revisions are one word: `scrum bundle A..B`",
                for_shell(extra)
            )),
        },
        ErrorKind::InvalidSubcommand => {
            let first = word(ContextKind::InvalidSubcommand)?;
            first
                .contains("..")
                .then(|| format!("`scrum bundle {}`", for_shell(first)))
        }
        _ => None,
    }
}

/// A question, with the command as it would be typed.
pub(crate) fn meant(written: &str, known: &str) -> String {
    let words: Option<Vec<String>> = std::env::args_os()
        .skip(1)
        .map(|word| word.into_string().ok())
        .collect();
    match words.and_then(|words| retyped(&words, written, known)) {
        Some(command) => format!("did you mean `{known}`? Then: {command}"),
        None => format!("did you mean `{known}`? `scrum COMMAND --help` says where it goes"),
    }
}

/// The command line with one word mended, as a shell takes it: the last of those that are `written` or hold it as a
/// part, but none of the paths behind two dashes.
fn retyped(words: &[String], written: &str, known: &str) -> Option<String> {
    let end = words.iter().position(|word| word == "--");
    let names = &words[..end.unwrap_or(words.len())];
    let whole = names.iter().rposition(|word| word == written);
    let at = whole.or_else(|| {
        names
            .iter()
            .rposition(|word| part_of(word, written).is_some())
    })?;
    let start = part_of(&words[at], written)?;
    let mut mended = words[at].clone();
    mended.replace_range(start..start + written.len(), known);
    let mut command = "scrum".to_owned();
    for (index, word) in words.iter().enumerate() {
        command.push(' ');
        command.push_str(&for_shell(if index == at { &mended } else { word }));
    }
    Some(command)
}

/// Where a name stands in a word, whole: `kim` in `kimi,kim` at 5, `a` in `--bundle=a` at 9, `v1` in `v1.0..v1` at 6.
fn part_of(word: &str, name: &str) -> Option<usize> {
    let of_name = |c: char| c.is_alphanumeric() || "-_/".contains(c);
    let mut found = word.match_indices(name).filter(|(start, _)| {
        let (before, after) = (&word[..*start], &word[start + name.len()..]);
        let ends = |next: Option<char>, dots: bool| match next {
            Some('.') => dots,
            next => !next.is_some_and(of_name),
        };
        ends(before.chars().next_back(), before.ends_with(".."))
            && ends(after.chars().next(), after.starts_with(".."))
    });
    found.next().map(|(start, _)| start)
}

/// The names that there are, for somebody who wrote none of them.
pub(crate) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 12;
    let mut names: Vec<&str> = names.collect();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let mut text = names.join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

fn for_shell(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@^~+,%".contains(c);
    // A tilde in front is the home folder.
    if !word.is_empty() && word.chars().all(plain) && !word.starts_with('~') {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn file(error: &io::Error, path: Option<&str>) -> String {
    let folder = path.and_then(|path| Path::new(path).parent());
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    let folder = for_shell(&folder.unwrap_or(Path::new(".")).to_string_lossy());
    match (error.kind(), path) {
        (io::ErrorKind::NotFound, Some(_)) => format!("`ls {folder}` shows what is there"),
        (io::ErrorKind::PermissionDenied, Some(path)) => {
            format!("`ls -ld {}` shows who may read and write it", for_shell(path))
        }
        (io::ErrorKind::PermissionDenied, None) => {
            "`ls -ld` on it and on its folder shows who may; `scrum bundle -o FOLDER` writes elsewhere".to_owned()
        }
        (io::ErrorKind::StorageFull, _) => {
            "`df -h` shows where there is room; `scrum bundle -o FOLDER` writes there, and TMPDIR moves temporary files"
                .to_owned()
        }
        (_, Some(path)) => format!("`ls -ld {}` shows what it is", for_shell(path)),
        (io::ErrorKind::NotFound, None) => match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(NoFolder(folder)) => {
                format!("`mkdir -p {}` makes it", for_shell(&folder.display().to_string()))
            }
            None => "`ls -l` shows what is there".to_owned(),
        },
        _ => "`df -h` and `ls -ld` show whether there is room and who may write".to_owned(),
    }
}

fn config(error: &ConfigError) -> String {
    match error {
        ConfigError::Toml {
            nearest: Some(known),
            ..
        } => format!("did you mean `{known}`? `scrum init --print` shows a file with the keys"),
        ConfigError::Limits { .. } => {
            "`scrum bundle --warn 60KB --fail 100KB` are the defaults; [guard] in scrum.toml sets them for good"
                .to_owned()
        }
        ConfigError::Twice { list, .. } => {
            format!("give each of {list} a name of its own; `scrum init --print` shows how they look")
        }
        ConfigError::Name { .. } => {
            "a name is not empty, and that of a reviewer can be a file's: `scrum init --print` shows some".to_owned()
        }
        _ => "`scrum init --print` shows a file with the keys; `scrum init --schema` is for editors".to_owned(),
    }
}

fn template(error: &TemplateError) -> String {
    match error {
        TemplateError::UnknownVariable {
            nearest: Some(known),
            ..
        } => format!("did you mean `{known}`? `scrum bundle --dry-run --template FILE` tries a template"),
        TemplateError::NoDiff => {
            "put {{ diff }} where the diff goes; `scrum bundle --dry-run --template FILE` tries a template".to_owned()
        }
        _ => "docs/prompt.md has what a template can name; `scrum bundle --dry-run --template FILE` tries one".to_owned(),
    }
}

fn patch(name: &str, error: &PatchError) -> String {
    let again = "`git diff A B | scrum bundle --diff -`";
    match error {
        PatchError::NotGit => {
            format!("make it with `git diff`, `git format-patch` or `gh pr diff`: {again}")
        }
        PatchError::Combined { .. } => format!("compare with one parent: {again}"),
        PatchError::Prefix { .. } => {
            "`git -c diff.noprefix=false diff A B | scrum bundle --diff -`".to_owned()
        }
        _ if name == "-" => format!("it broke on its way: {again}"),
        _ => format!(
            "`git apply --stat {}` says what git makes of it; {again} makes it anew",
            for_shell(name)
        ),
    }
}

fn manifest(error: &ManifestError) -> &'static str {
    match error {
        ManifestError::Schema { .. } => {
            "read it with the version of scrum that wrote it, or write it again: `scrum bundle RANGE`"
        }
        _ => "the wave was damaged; `scrum bundle` with its range writes it again",
    }
}

fn range(_: &RangeSpecError) -> &'static str {
    "`scrum bundle main...HEAD` is what a branch adds, `scrum bundle A..B` compares two trees, \
     `scrum bundle` alone finds the base"
}

fn plan(error: &PlanError) -> &'static str {
    match error {
        PlanError::Component(ComponentError::Pattern { .. }) => {
            "globs are those of .gitignore, as in `scrum bundle --component 'core=crates/core/**'`"
        }
        PlanError::Component(ComponentError::NoCodeowners) => {
            "`scrum bundle --by top-level` needs no file"
        }
        PlanError::Component(_) => {
            "name it, as in `scrum bundle --component 'core=crates/core/**'`"
        }
        PlanError::Exclude(_) => {
            "globs are those of .gitignore, as in `scrum bundle --exclude '**/*.snap'`"
        }
        _ => {
            "`df -h` shows whether temporary files have room; `scrum bundle` without --split needs none"
        }
    }
}

fn git(error: &GitError) -> Option<String> {
    if let Some(command) = error.remedy() {
        return Some(format!("run `{command}`"));
    }
    let hint = match error {
        GitError::NotARepository { .. } => {
            "`scrum -C DIR …` runs in another folder; `scrum bundle --diff FILE` takes a patch and needs no repository"
        }
        GitError::UnknownRevision {
            name,
            nearest,
            shallow,
            ..
        } => return Some(revision(name, nearest.as_deref(), *shallow)),
        GitError::AmbiguousRevision { name, .. } => {
            return Some(format!(
                "`git rev-parse --disambiguate={}` lists them; write more digits",
                for_shell(name)
            ));
        }
        GitError::NotACommit { name } => {
            return Some(format!(
                "two dots compare trees: `scrum bundle {}..HEAD`",
                for_shell(name)
            ));
        }
        GitError::NotATree { name } => {
            return Some(format!(
                "`git cat-file -t {}` says what it is; name a commit, a branch or a tag",
                for_shell(name)
            ));
        }
        GitError::UnbornHead => {
            "`git commit` makes a first one; `scrum bundle --diff FILE` needs none"
        }
        GitError::NoDefaultBase => {
            "name what to compare with: `scrum bundle main...HEAD`, or `scrum bundle HEAD~1..HEAD` for the newest commit; \
             `git branch --set-upstream-to=origin/main` sets it for good"
        }
        GitError::NoMergeBase { base, head } => {
            return Some(format!(
                "`scrum bundle {}` compares the two trees as they are",
                for_shell(&format!("{base}..{head}"))
            ));
        }
        GitError::Pathspec { .. } => {
            "paths count from the current folder: `scrum bundle main...HEAD -- src/ ':!*.md'`"
        }
        GitError::Sha256 { .. } => "`git diff A B | scrum bundle --diff -` takes the patch instead",
        GitError::TreeTooLarge { .. } => {
            "`scrum bundle RANGE -- FOLDER` looks at one folder; `git fsck` says whether the trees are sound"
        }
        GitError::Spool(error) => return Some(file(error, None)),
        GitError::Cancelled => return None,
        _ => "`git status` and `git fsck` say whether git can read the repository",
    };
    Some(hint.to_owned())
}

fn revision(name: &str, nearest: Option<&str>, shallow: bool) -> String {
    if let Some(known) = nearest {
        return meant(name, known);
    }
    // A pathspec without the dashes in front, or a patch without its option.
    let path = Path::new(name);
    if path.is_dir() || (path.is_file() && !is_patch(path)) {
        return format!("it is a path: `scrum bundle -- {}`", for_shell(name));
    }
    if path.is_file() {
        return format!("it is a patch: `scrum bundle --diff {}`", for_shell(name));
    }
    if let Some((base, head)) = name.split_once([' ', ':'])
        && !base.is_empty()
        && !head.is_empty()
    {
        return format!(
            "two revisions have dots between them: `scrum bundle {}`",
            for_shell(&format!("{base}..{}", head.trim()))
        );
    }
    if shallow {
        return "the clone is shallow, and it may lie beyond its end; run `git fetch --unshallow`"
            .to_owned();
    }
    match name.find(['~', '^']) {
        Some(at) if at > 0 => format!(
            "`git log --oneline {}` shows how far its history goes",
            for_shell(&name[..at])
        ),
        _ => "`git branch -a` and `git tag` list what there is; `git fetch` brings what is new"
            .to_owned(),
    }
}

fn is_patch(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("patch" | "diff"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_typed_again_with_one_word_mended() {
        let words = |words: &[&str]| {
            words
                .iter()
                .map(|&word| word.to_owned())
                .collect::<Vec<_>>()
        };
        let line = words(&["bundle", "mian...HEAD", "--", "a b", "it's"]);
        assert_eq!(
            retyped(&line, "mian", "main").as_deref(),
            Some(r"scrum bundle main...HEAD -- 'a b' 'it'\''s'")
        );
        assert_eq!(retyped(&line, "elsewhere", "main"), None);
        let line = words(&["tally", "$(x)"]);
        assert_eq!(
            retyped(&line, "$(x)", "`y`").as_deref(),
            Some("scrum tally '`y`'")
        );
    }

    #[test]
    fn the_word_that_was_meant_is_mended_and_no_other() {
        let retyped = |line: &str, written, known| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            retyped(&words, written, known)
        };
        for (line, written, known, mended) in [
            ("review --bundle re", "re", "core", "review --bundle core"),
            (
                "review new --bundle=ew",
                "ew",
                "web",
                "review new --bundle=web",
            ),
            ("review review", "review", "revue", "review revue"),
            (
                "review --reviewer kimi,kim",
                "kim",
                "k2",
                "review --reviewer kimi,k2",
            ),
            ("bundle v1.0..v1", "v1", "v2", "bundle v1.0..v2"),
            ("bundle mian~0...x", "mian", "main", "bundle main~0...x"),
            ("bundle mian -- mian", "mian", "main", "bundle main -- mian"),
        ] {
            assert_eq!(
                retyped(line, written, known),
                Some(format!("scrum {mended}")),
                "{line}"
            );
        }
        assert_eq!(retyped("review -- kim", "kim", "kimi"), None);
    }
}
