//! The library's errors as errors of the command line: each with its kind and its hints.

use std::io;
use std::path::Path;

use scrum_core::config::ConfigError;
use scrum_core::git::GitError;
use scrum_core::patch::PatchError;
use scrum_core::plan::PlanError;
use scrum_core::plan::component::ComponentError;
use scrum_core::plan::pattern::PatternError;
use scrum_core::range::RangeSpecError;
use scrum_core::wave::WaveError;
use scrum_core::wave::manifest::ManifestError;
use scrum_core::wave::prompt::TemplateError;

use super::{CommandError, ErrorKind, Hint, NoFolder, failure, for_shell, usage_error};

/// A file or folder that the user named cannot be read.
pub(crate) fn cannot_read(path: &Path, source: &io::Error) -> CommandError {
    let path = path.display().to_string();
    usage_error(format!("`{path}` cannot be read: {source}")).hint(file(source, Some(&path)))
}

/// A `scrum.toml` cannot be used.
pub(crate) fn config_error(path: &Path, source: &ConfigError) -> CommandError {
    usage_error(format!("{}: {source}", path.display())).hint(config(source))
}

/// A template cannot be used.
pub(crate) fn template_error(path: &Path, source: &TemplateError) -> CommandError {
    usage_error(format!("template {}: {source}", path.display())).hint(template(source))
}

/// A patch cannot be used. `name` is its path, or `-` for stdin.
pub(crate) fn patch_error(name: &str, source: &PatchError) -> CommandError {
    usage_error(format!("patch {name}: {source}")).hint(patch(name, source))
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::BrokenPipe => ErrorKind::BrokenPipe,
            _ => ErrorKind::Failure,
        };
        let hint = file(&error, None);
        Self::new(kind, error).hint(hint)
    }
}

impl From<ConfigError> for CommandError {
    fn from(error: ConfigError) -> Self {
        let hint = config(&error);
        usage_error(error).hint(hint)
    }
}

impl From<RangeSpecError> for CommandError {
    fn from(error: RangeSpecError) -> Self {
        usage_error(error).hint(
            "`scrum bundle main...HEAD` is what a branch adds, `scrum bundle A..B` compares two trees, \
             `scrum bundle` alone finds the base",
        )
    }
}

impl From<PlanError> for CommandError {
    fn from(error: PlanError) -> Self {
        let hint = plan(&error);
        usage_error(error).hint(hint)
    }
}

impl From<PatternError> for CommandError {
    fn from(error: PatternError) -> Self {
        usage_error(error).hint("globs are as in .gitignore; `scrum init --print` shows examples")
    }
}

impl From<GitError> for CommandError {
    fn from(error: GitError) -> Self {
        let hint = git(&error);
        let kind = git_kind(&error);
        let error = Self::new(kind, error);
        match hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

impl From<WaveError> for CommandError {
    fn from(error: WaveError) -> Self {
        match &error {
            WaveError::Prompt { source, .. } => {
                let hint = template(source);
                usage_error(error).hint(hint)
            }
            WaveError::Io { source, .. } => {
                let hint = file(source, None);
                failure(error).hint(hint)
            }
            _ => failure(error),
        }
    }
}

impl From<ManifestError> for CommandError {
    fn from(error: ManifestError) -> Self {
        let hint = manifest(&error);
        failure(error).hint(hint)
    }
}

fn git_kind(error: &GitError) -> ErrorKind {
    match error {
        GitError::NotARepository { .. }
        | GitError::NoDefaultBase
        | GitError::UnbornHead
        | GitError::NoMergeBase { .. }
        | GitError::UnknownRevision { .. }
        | GitError::AmbiguousRevision { .. }
        | GitError::NotACommit { .. }
        | GitError::NotATree { .. }
        | GitError::ShallowMergeBase { .. }
        | GitError::Pathspec { .. }
        | GitError::NotOwned { .. }
        | GitError::Sha256 { .. }
        | GitError::Extension { .. } => ErrorKind::Usage,
        _ => ErrorKind::Failure,
    }
}

fn file(error: &io::Error, path: Option<&str>) -> String {
    let folder = path.and_then(|path| Path::new(path).parent());
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    let folder = for_shell(&folder.unwrap_or(Path::new(".")).to_string_lossy());
    match (error.kind(), path) {
        (io::ErrorKind::NotFound, Some(_)) => format!("`ls {folder}` shows what is there"),
        (io::ErrorKind::PermissionDenied, Some(path)) => {
            format!("`ls -ld {}` shows its permissions", for_shell(path))
        }
        (io::ErrorKind::PermissionDenied, None) => {
            "`ls -ld` on it and on its folder shows the permissions; `scrum bundle -o FOLDER` writes elsewhere".to_owned()
        }
        (io::ErrorKind::StorageFull, _) => {
            "`df -h` shows where there is space; `scrum bundle -o FOLDER` writes there, and TMPDIR sets the folder for temporary files"
                .to_owned()
        }
        (_, Some(path)) => format!("`ls -ld {}` shows what it is", for_shell(path)),
        (io::ErrorKind::NotFound, None) => match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(NoFolder(folder)) => {
                format!("`mkdir -p {}` creates it", for_shell(&folder.display().to_string()))
            }
            None => "`ls -l` shows what is there".to_owned(),
        },
        _ => "`df -h` and `ls -ld` show free space and permissions".to_owned(),
    }
}

fn config(error: &ConfigError) -> String {
    match error {
        ConfigError::Toml {
            nearest: Some(known),
            ..
        } => format!("did you mean `{known}`? `scrum init --print` shows a file with all keys"),
        ConfigError::Limits(_) => {
            "the defaults are `scrum bundle --warn 60KB --fail 100KB`; [guard] in scrum.toml sets them for every run"
                .to_owned()
        }
        ConfigError::Twice { list, .. } => {
            format!("give each of {list} a different name; `scrum init --print` shows examples")
        }
        ConfigError::Name { .. } => {
            "a name must not be empty, and a reviewer's name must be a valid file name: `scrum init --print` shows examples".to_owned()
        }
        _ => "`scrum init --print` shows a file with all keys; `scrum init --schema` is for editors".to_owned(),
    }
}

fn template(error: &TemplateError) -> String {
    match error {
        TemplateError::UnknownVariable {
            nearest: Some(known),
            ..
        } => format!("did you mean `{known}`? `scrum bundle --dry-run --template FILE` tries a template"),
        TemplateError::NoDiff => {
            "put {{ diff }} where the diff should be; `scrum bundle --dry-run --template FILE` tries a template".to_owned()
        }
        _ => "docs/prompt.md lists the variables of a template; `scrum bundle --dry-run --template FILE` tries one".to_owned(),
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
        PatchError::NoGitHeader { .. } => format!(
            "`diff -u` writes no `diff --git` line; `git diff --no-index OLD NEW`, or {again}"
        ),
        PatchError::SubmoduleLog { .. } => {
            "`git diff --submodule=short --ignore-submodules=dirty A B | scrum bundle --diff -`".to_owned()
        }
        PatchError::WordDiff { .. } => format!("leave out --word-diff: {again}"),
        PatchError::Colour { .. } => {
            "`git diff --color=never A B | scrum bundle --diff -`".to_owned()
        }
        PatchError::Utf16 => {
            "`git diff --output=FILE A B`, then `scrum bundle --diff FILE`; `>` in Windows PowerShell changes the encoding"
                .to_owned()
        }
        PatchError::Unmerged { .. } => {
            "resolve the conflict first; `git status` lists such files".to_owned()
        }
        _ if name == "-" => format!("it was damaged in transit: {again}"),
        _ => format!(
            "`git apply --stat {}` shows how git reads it; {again} makes a new one",
            for_shell(name)
        ),
    }
}

fn manifest(error: &ManifestError) -> &'static str {
    match error {
        ManifestError::Schema { .. } => {
            "use the version of scrum that wrote it, or write it again: `scrum bundle RANGE`"
        }
        _ => "the wave is damaged; `scrum bundle` with its range writes it again",
    }
}

fn plan(error: &PlanError) -> &'static str {
    match error {
        PlanError::Component(ComponentError::Pattern { .. }) => {
            "globs are as in .gitignore, for example `scrum bundle --component 'core=crates/core/**'`"
        }
        PlanError::Component(ComponentError::NoCodeowners) => {
            "`scrum bundle --by top-level` needs no file"
        }
        PlanError::Component(_) => {
            "name it, as in `scrum bundle --component 'core=crates/core/**'`"
        }
        PlanError::Exclude(_) => {
            "globs are as in .gitignore, for example `scrum bundle --exclude '**/*.snap'`"
        }
        _ => {
            "`df -h` shows whether there is space for temporary files; `scrum bundle` without --split needs none"
        }
    }
}

fn git(error: &GitError) -> Option<Hint> {
    if let Some(command) = error.remedy() {
        return Some(format!("run `{command}`").into());
    }
    let hint = match error {
        GitError::NotARepository { .. } => {
            "`scrum -C DIR …` runs in another folder; `scrum bundle --diff FILE` uses a patch and needs no repository"
        }
        GitError::UnknownRevision {
            name,
            nearest,
            shallow,
            ..
        } => return Some(revision(name, nearest.as_deref(), *shallow)),
        GitError::AmbiguousRevision { name, .. } => {
            return Some(
                format!(
                    "`git rev-parse --disambiguate={}` lists them; use more digits",
                    for_shell(name)
                )
                .into(),
            );
        }
        GitError::NotACommit { name } => {
            return Some(
                format!(
                    "two dots compare trees: `scrum bundle {}..HEAD`",
                    for_shell(name)
                )
                .into(),
            );
        }
        GitError::NotATree { name } => {
            return Some(
                format!(
                    "`git cat-file -t {}` shows what it is; name a commit, a branch or a tag",
                    for_shell(name)
                )
                .into(),
            );
        }
        GitError::UnbornHead => "`git commit` creates one; `scrum bundle --diff FILE` needs none",
        GitError::NoDefaultBase => {
            "name what to compare with: `scrum bundle main...HEAD`, or `scrum bundle 'HEAD^!'` for the newest commit; \
             `base` under [bundle] in scrum.toml, or `git remote set-head origin --auto`, sets it for every run"
        }
        GitError::NoMergeBase { base, head } => {
            return Some(
                format!(
                    "`scrum bundle {}` compares the two trees as they are",
                    for_shell(&format!("{base}..{head}"))
                )
                .into(),
            );
        }
        GitError::Pathspec { .. } => {
            "paths are relative to the current folder: `scrum bundle main...HEAD -- src/ ':!*.md'`"
        }
        GitError::Sha256 { .. } | GitError::Extension { .. } => {
            "`git diff A B | scrum bundle --diff -` uses the patch instead"
        }
        GitError::TreeTooLarge { .. } => {
            "`scrum bundle RANGE -- FOLDER` looks at one folder; `git fsck` checks the trees"
        }
        GitError::Spool(error) => return Some(file(error, None).into()),
        GitError::Cancelled(_) => return None,
        _ => "`git status` and `git fsck` show whether git can read the repository",
    };
    Some(hint.into())
}

fn revision(name: &str, nearest: Option<&str>, shallow: bool) -> Hint {
    if let Some(known) = nearest {
        return Hint::did_you_mean(name, known);
    }
    in_place_of_revision(name, shallow).into()
}

/// What to type instead of a word that is neither a revision nor similar to one.
fn in_place_of_revision(name: &str, shallow: bool) -> String {
    // A pathspec without the dashes before it, or a patch without its option.
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
            "put dots between two revisions: `scrum bundle {}`",
            for_shell(&format!("{base}..{}", head.trim()))
        );
    }
    if shallow {
        return "the clone is shallow and may not contain it; run `git fetch --unshallow`"
            .to_owned();
    }
    match name.find(['~', '^']) {
        Some(at) if at > 0 => format!(
            "`git log --oneline {}` shows its history",
            for_shell(&name[..at])
        ),
        _ => "`git branch -a` and `git tag` list the names; `git fetch` gets new ones".to_owned(),
    }
}

fn is_patch(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("patch" | "diff"))
}
