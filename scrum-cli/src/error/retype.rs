//! The typed command line with a misspelt name corrected.

use std::ffi::OsString;

/// The command line with one name corrected, quoted for a shell; `None` if no argument contains the name. `arguments`
/// are the arguments of the program.
pub(super) fn corrected(arguments: &[OsString], written: &str, known: &str) -> Option<String> {
    let words: Option<Vec<String>> = arguments
        .iter()
        .map(|word| word.clone().into_string().ok())
        .collect();
    retyped(&words?, written, known)
}

/// The command line with one argument corrected, quoted for a shell: the last one that is `written` or contains it, but
/// none of the paths after two dashes.
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
    let mut corrected = words[at].clone();
    corrected.replace_range(start..start + written.len(), known);
    let mut command = "scrum".to_owned();
    for (index, word) in words.iter().enumerate() {
        command.push(' ');
        command.push_str(&for_shell(if index == at { &corrected } else { word }));
    }
    Some(command)
}

/// The position of a name in an argument, as a whole word: `kim` in `kimi,kim` at 5, `a` in `--bundle=a` at 9, `v1` in
/// `v1.0..v1` at 6.
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

/// The existing names, for the hint.
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

pub(crate) fn for_shell(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@^~+,%".contains(c);
    // A leading tilde is the home folder.
    if !word.is_empty() && word.chars().all(plain) && !word.starts_with('~') {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_typed_again_with_one_word_corrected() {
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
    fn the_word_that_was_meant_is_corrected_and_no_other() {
        let retyped = |line: &str, written, known| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            retyped(&words, written, known)
        };
        for (line, written, known, corrected) in [
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
                Some(format!("scrum {corrected}")),
                "{line}"
            );
        }
        assert_eq!(retyped("review -- kim", "kim", "kimi"), None);
    }
}
