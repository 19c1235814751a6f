//! Locations in backticks, quotes, brackets and links.

use super::bare::{Doubt, bare, finish};
use super::token::{Named, whole};
use super::{lines, path};
use crate::review::span::start_of;

/// How far to look for the end of a quote, in bytes. A path of git's is longer than others when quoted.
const LONGEST_QUOTE: usize = 2_000;
const LONGEST_GIT_QUOTE: usize = 20_000;

/// `[text](target)`: one location, although both may name it.
pub(super) fn link(text: &str) -> Option<(Named, &str)> {
    // A link's text may hold brackets that belong to a path.
    let close = start_of(text, LONGEST_QUOTE).find("](")?;
    let inner = &text[1..close];
    let target = &text[close + 2..];
    let (target, rest) = match target.strip_prefix('<') {
        Some(angled) => {
            let end = start_of(angled, LONGEST_QUOTE).find(">)")?;
            (&angled[..end], &angled[end + 2..])
        }
        None => {
            let end = closing_bracket(target)?;
            (&target[..end], &target[end + 1..])
        }
    };
    // A title may follow the address.
    let target = target.split(" \"").next().unwrap_or(target);
    let target = target.replace("%20", " ");
    let (address, fragment) = target.split_once('#').unwrap_or((&target, ""));
    let address = address.split('?').next().unwrap_or(address);
    let with_lines = || whole(&format!("{address}#{fragment}"));
    let linked = (!fragment.is_empty())
        .then(with_lines)
        .flatten()
        .or_else(|| whole(address));
    let mut named = match (linked, whole(inner)) {
        (Some(linked), Some(shown)) => merged(linked, shown),
        (None, Some(shown)) => shown,
        (linked, None) => linked?,
    };
    if named.lines.is_empty()
        && let Some((lines, "")) = lines::range(fragment)
    {
        named.lines.push(lines);
    }
    if named.lines.is_empty()
        && let Some((lines, after)) = lines::behind_path(rest)
    {
        named.lines = lines;
        return Some((named, after));
    }
    Some((named, rest))
}

/// The first's path; lines and symbol of whichever has them.
fn merged(first: Named, second: Named) -> Named {
    let lines = if first.lines.is_empty() {
        second.lines
    } else {
        first.lines
    };
    Named {
        symbol: first.symbol.or(second.symbol),
        path: first.path,
        lines,
    }
}

fn closing_bracket(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate().take(LONGEST_QUOTE) {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(at),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// `[src/a.rs:42]`, with nothing linked.
pub(super) fn bracketed(text: &str) -> Option<(Named, &str)> {
    let inner = text.strip_prefix('[')?;
    let close = start_of(inner, LONGEST_QUOTE).find(']')?;
    Some(finish(whole(&inner[..close])?, &inner[close + 1..]))
}

/// Splits `` `inner` rest ``, for all kinds of quotes.
pub(super) fn unquoted(text: &str) -> Option<(&str, &str)> {
    let open = text.chars().next()?;
    let close = match open {
        '`' => &text[..text.len() - text.trim_start_matches('`').len()],
        '"' => "\"",
        '\'' => "'",
        '“' => "”",
        '‘' => "’",
        '<' => ">",
        '«' => "»",
        _ => return None,
    };
    // What opens takes as many bytes as what closes.
    let inner = start_of(&text[close.len()..], LONGEST_QUOTE);
    let end = inner.find(close)?;
    Some((inner[..end].trim(), &text[end + 2 * close.len()..]))
}

/// A location, or only its path, in backticks or quotes.
pub(super) fn quoted(text: &str) -> Option<(Named, &str)> {
    if let Some((path, len)) = path::git_quoted(start_of(text, LONGEST_GIT_QUOTE))
        && !path::is_drive(&text[1..])
    {
        let (inner, rest) = (&text[1..len - 1], &text[len..]);
        let named = if inner.contains('\\') {
            Named::file(path)
        } else {
            whole(inner)?
        };
        return Some(finish(named, rest));
    }
    let Some((inner, rest)) = unquoted(text) else {
        // A quote that never closes is none.
        let inner = text.trim_start_matches(['`', '"', '\'', '“', '‘', '<']);
        return bare(inner, Doubt::Joined);
    };
    let inner = inner.trim_matches(['*', '`', '"']);
    // `<path>` without folder or dot is a gap that a template left to fill in.
    if text.starts_with('<') && !inner.contains(['/', '.']) {
        return None;
    }
    Some(finish(whole(inner)?, rest))
}
