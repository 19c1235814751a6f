//! Suggests other ranges if the range is empty.

use scrum_core::git::Repository;
use scrum_core::range::{Range, RangeSpec};
use scrum_core::size::counted;

use crate::error::for_shell;
use crate::session::Session;
use crate::terminal::Output;

/// Names ranges that are not empty. `command` is the one that was typed: `bundle` or `review`.
pub(crate) fn hint(range: &Range, command: &str, session: &Session, output: &Output) {
    if output.quiet {
        return;
    }
    if !range.pathspec.is_empty() {
        output.hint(&format!(
            "no changed file matches the paths, which are relative to the current folder: `scrum {command}` with the range \
             alone shows all"
        ));
        return;
    }
    if !range.commits.is_empty() {
        output.hint("its commits cancel each other out: `git log --stat` shows them");
        return;
    }
    let Ok(repository) = session.repository() else {
        return;
    };
    let others = others(range, &repository);
    if others.is_empty() {
        return;
    }
    output.hint(&format!(
        "`scrum {command}` with one of these is not empty:"
    ));
    let shown = |arguments: &str| format!("scrum {command} {arguments}");
    let width = others.iter().map(|(arguments, _)| shown(arguments).len());
    let width = width.max().unwrap_or(0);
    for (arguments, what) in &others {
        output.more(&format!("  {:width$}   {what}", shown(arguments)));
    }
}

/// Arguments, and what they cover: uncommitted work, the other side's commits, the newest commit.
fn others(range: &Range, repository: &Repository) -> Vec<(String, String)> {
    let mut others = Vec::new();
    if let Ok(found) = repository.uncommitted()
        && !found.is_empty()
    {
        if found.staged > 0 {
            others.push((
                "--staged".to_owned(),
                format!("what is staged ({})", counted(found.staged, "file")),
            ));
        }
        if found.unstaged + found.untracked > 0 {
            let untracked = match found.untracked {
                0 => String::new(),
                count => format!(", {count} untracked"),
            };
            others.push((
                "--uncommitted".to_owned(),
                format!(
                    "what is not committed ({} changed{untracked})",
                    counted(found.staged.max(found.unstaged), "file")
                ),
            ));
        }
    }
    let (base, head) = sides(&range.spec);
    if let Some(commits) = base
        .as_ref()
        .and_then(|base| repository.commits_beyond(base, &head))
        && commits > 0
        && let Some(base) = &base
    {
        others.push((
            for_shell(&format!("{head}...{base}")),
            format!("{} of {base} that {head} lacks", counted(commits, "commit")),
        ));
    }
    if repository.commits_beyond(&head, &head).is_some() {
        others.push((format!("{head}^!"), format!("the commit {head} alone")));
    }
    others
}

/// The names of both ends of a range, as typed.
fn sides(spec: &str) -> (Option<String>, String) {
    match spec.parse() {
        Ok(RangeSpec::Trees { base, head } | RangeSpec::MergeBase { base, head }) => {
            (Some(base), head)
        }
        Ok(RangeSpec::Since(base)) => (Some(base), "HEAD".to_owned()),
        _ => (None, "HEAD".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::sides;

    #[test]
    fn the_ends_of_a_range_are_those_that_were_typed() {
        for (spec, base, head) in [
            ("main...HEAD", Some("main"), "HEAD"),
            ("a..b", Some("a"), "b"),
            ("v1", Some("v1"), "HEAD"),
            ("v1^!", None, "HEAD"),
            ("staged", Some("staged"), "HEAD"),
        ] {
            assert_eq!(sides(spec), (base.map(str::to_owned), head.to_owned()));
        }
    }
}
