//! Locations in backticks, quotes, brackets and links.

use super::lines;
use super::named::{Doubt, Named, bare, finish};
use super::path;
use super::token;
use crate::review::span::start_of;

/// How far to look for the end of a quote, in bytes. A path of git's is longer than others when quoted.
const LONGEST_QUOTE: usize = 2_000;
const LONGEST_GIT_QUOTE: usize = 20_000;

/// `[text](target)`: one location, although both may name it.
pub(super) fn link(text: &str) -> Option<Named<'_>> {
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
    let target = target
        .split(" \"")
        .next()
        .unwrap_or(target)
        .replace("%20", " ");
    let shown = quoted(inner)
        .filter(|n| n.rest.trim().is_empty())
        .or_else(|| whole(inner));
    let mut linked = whole(target.split('?').next().unwrap_or(&target));
    if let Some((address, fragment)) = target.split_once('#') {
        linked = whole(&format!(
            "{}#{fragment}",
            address.split('?').next().unwrap_or(address)
        ))
        .or(linked);
        if address.is_empty() {
            linked = None;
        }
    }
    let fragment = target
        .strip_prefix('#')
        .and_then(lines::range)
        .filter(|(_, rest)| rest.is_empty());
    let by_text = |named: &Named<'_>| path::looks_like_path(&named.path) || !named.lines.is_empty();
    let mut named = match (linked, shown) {
        (Some(linked), Some(shown)) if target.contains("://") && by_text(&shown) => {
            merged(shown, linked)
        }
        (Some(linked), Some(shown))
            if path::has_folder(&linked.path) || path::looks_like_path(&linked.path) =>
        {
            merged(linked, shown)
        }
        (_, Some(shown)) => match fragment {
            Some((lines, _)) if shown.lines.is_empty() => Named {
                lines: vec![lines],
                ..shown
            },
            _ => shown,
        },
        (Some(linked), None) => linked,
        (None, None) => return None,
    };
    let mut behind = rest;
    if named.lines.is_empty()
        && let Some((lines, after)) = lines::behind_path(rest)
    {
        (named.lines, behind) = (lines, after);
    }
    Some(Named {
        path: named.path,
        lines: named.lines,
        symbol: named.symbol,
        rest: behind,
    })
}

/// The first's path; lines and symbol of whichever has them.
pub(super) fn merged<'a>(first: Named<'a>, second: Named<'_>) -> Named<'a> {
    let lines = if first.lines.is_empty() {
        second.lines
    } else {
        first.lines
    };
    let symbol = if lines.is_empty() {
        first.symbol.or(second.symbol)
    } else {
        None
    };
    Named {
        path: first.path,
        lines,
        symbol,
        rest: first.rest,
    }
}

/// A text that is one location from end to end.
pub(super) fn whole(text: &str) -> Option<Named<'static>> {
    let token::Whole {
        path,
        lines,
        symbol,
    } = token::split_path(text.trim().trim_matches(['`', '*']))?;
    Some(Named {
        path,
        lines,
        symbol,
        rest: "",
    })
}

pub(super) fn closing_bracket(text: &str) -> Option<usize> {
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
pub(super) fn bracketed(text: &str) -> Option<Named<'_>> {
    let inner = text.strip_prefix('[')?;
    let close = start_of(inner, LONGEST_QUOTE).find(']')?;
    let named = whole(&inner[..close])?;
    finish(named, &inner[close + 1..])
}

/// Splits `` `inner` rest ``, for all kinds of quotes.
pub(super) fn unquoted(text: &str) -> Option<(&str, &str)> {
    let open = text.chars().next()?;
    let close = match open {
        '`' | '"' | '\'' => open,
        '“' => '”',
        '‘' => '’',
        '<' => '>',
        '«' => '»',
        _ => return None,
    };
    let run = if open == '`' {
        text.len() - text.trim_start_matches('`').len()
    } else {
        open.len_utf8()
    };
    let inner = start_of(&text[run..], LONGEST_QUOTE);
    let end = if open == '`' {
        inner.find(&text[..run])?
    } else {
        inner.find(close)?
    };
    let after = run + end + if open == '`' { run } else { close.len_utf8() };
    Some((inner[..end].trim(), &text[after..]))
}

/// A location, or only its path, in backticks or quotes.
pub(super) fn quoted(text: &str) -> Option<Named<'_>> {
    if text.starts_with('"')
        && let Some((path, len)) = path::git_quoted(start_of(text, LONGEST_GIT_QUOTE))
        && !path::is_drive(&text[1..])
    {
        let (inner, rest) = (&text[1..len - 1], &text[len..]);
        // Lines behind the quotes say that all in them is path.
        let all_path =
            inner.contains('\\') || rest.starts_with("::") || lines::behind_path(rest).is_some();
        let named = if all_path {
            Named {
                path,
                lines: Vec::new(),
                symbol: None,
                rest: "",
            }
        } else {
            whole(inner)?
        };
        return finish(named, rest);
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
    finish(whole(inner)?, rest)
}
