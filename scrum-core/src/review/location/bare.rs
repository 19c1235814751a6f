//! A location without quotes, and what follows a path.

use super::token::{Named, is_placeholder, path_and_tail, placeholder, spaced_end, symbol_at};
use super::{lines, path};

/// How sure a text must be of being a location.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// The first of a value: a single word will do.
    First,
    /// Directly joined to the one before: a path by its looks.
    Joined,
    /// Words stand between: a path by its looks, and lines.
    AfterProse,
}

/// Adds the lines or the symbol after a path, and returns what follows them.
pub(super) fn finish(mut named: Named, rest: &str) -> (Named, &str) {
    let mut behind = rest;
    if !named.lines.is_empty() {
        return (named, behind);
    }
    if let Some(name) = rest.strip_prefix("::").or_else(|| rest.strip_prefix("`::"))
        && let Some((read, after)) = symbol_at(name.trim_start_matches('`'))
    {
        named.symbol = Some(read.to_owned());
        behind = after.trim_start_matches('`');
    }
    if let Some((read, after)) = lines::behind_path(behind) {
        (named.lines, named.symbol, behind) = (read, None, after);
    } else if let Some(gap) = placeholder(behind) {
        named.set_gap(gap);
    }
    (named, behind)
}

/// A location without quotes, and what follows it.
pub(super) fn bare(text: &str, doubt: Doubt) -> Option<(Named, &str)> {
    let end = path::bare_end(text);
    let token = &text[..end];
    let (mut cut, name_from) = path_and_tail(token);
    if let Some(at) = name_from {
        return with_name(text, cut, at, end);
    }
    if doubt != Doubt::AfterProse && !path::is_known_name(token) {
        // The path may have blanks, or the words that follow may contain lines.
        let end = spaced_end(text, end).unwrap_or(end);
        (cut, _) = path_and_tail(&text[..end]);
    }
    let path = path::cleaned(&text[..cut])?;
    let rest = &text[cut..];
    if path.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        return None;
    }
    let plain = path::looks_like_path(&path);
    // `finding 2` and `#2` name no file.
    let loose_number = rest.trim_start().starts_with(|c: char| c.is_ascii_digit());
    if loose_number && !plain {
        return None;
    }
    let (named, rest) = finish(Named::file(path), rest);
    // One word may be any file's name; a word in a sentence may not.
    let alone = rest.trim().is_empty();
    (plain || alone || !named.lines.is_empty()).then_some((named, rest))
}

/// A path up to `cut`, behind which a name may begin `at` a byte; the word ends at `end`.
fn with_name(text: &str, cut: usize, at: usize, end: usize) -> Option<(Named, &str)> {
    let mut named = Named::file(path::cleaned(&text[..cut])?);
    let single = at == cut + 1;
    if single && lines::behind_path(&text[cut..]).is_some() {
        return Some(finish(named, &text[cut..]));
    }
    let Some((symbol, after)) = symbol_at(&text[at..]) else {
        return Some(finish(named, &text[end..]));
    };
    if single && is_placeholder(symbol) {
        named.set_gap(symbol);
        return path::has_folder(&named.path).then_some((named, after));
    }
    named.symbol = Some(symbol.to_owned());
    Some(finish(named, after))
}
