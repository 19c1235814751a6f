//! One location: a path, and the lines or the symbol that stand with it.

use super::lines::{self, ParsedRange};
use super::quoted::{bracketed, link, quoted};
use super::separators::has_separator_first;
use super::token::{is_placeholder, path_and_tail, placeholder, spaced_end, symbol_at};
use super::{Malformed, path};

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

/// What follows the path of a location.
pub(super) struct Named<'a> {
    pub(super) path: String,
    /// Several where brackets list them; empty where there are none.
    pub(super) lines: Vec<Result<ParsedRange, Malformed>>,
    pub(super) symbol: Option<String>,
    /// Behind it.
    pub(super) rest: &'a str,
}

/// A path and what names a part of it.
pub(super) fn named(text: &str, doubt: Doubt) -> Option<Named<'_>> {
    let text = text.trim_start_matches(['*', '>', ' ']);
    let named = if text.starts_with('[') {
        link(text).or_else(|| bracketed(text))
    } else if text.starts_with(['`', '"', '\'', '“', '‘', '<', '«']) {
        quoted(text)
    } else if text.starts_with("__") && text.trim_end().ends_with("__") {
        bare(text.trim_start_matches('_'), doubt)
    } else {
        bare(text, doubt)
    }?;
    let exact = !named.lines.is_empty() || named.symbol.is_some();
    let plain = path::looks_like_path(&named.path);
    let sure = match doubt {
        // A name of a thing in the code is no file.
        Doubt::First => {
            named.symbol.is_none()
                || plain
                || path::has_folder(&named.path)
                || named.path.contains('.')
        }
        Doubt::Joined => plain || (!named.lines.is_empty() && !named.path.contains(' ')),
        Doubt::AfterProse => plain && exact,
    };
    let is_empty = named.path.trim().is_empty();
    (sure && !is_empty).then_some(named)
}

/// Adds what stands behind the quotes.
pub(super) fn finish<'a>(named: Named<'_>, rest: &'a str) -> Option<Named<'a>> {
    let Named {
        path,
        mut lines,
        mut symbol,
        ..
    } = named;
    let mut behind = rest;
    if lines.is_empty() {
        if symbol.is_none()
            && let Some(name) = rest.strip_prefix("::").or_else(|| rest.strip_prefix("`::"))
        {
            let (read, after) = symbol_at(name.trim_start_matches('`'));
            if !read.is_empty() {
                symbol = Some(read.to_owned());
                behind = after.trim_start_matches('`');
            }
        }
        if let Some((read, after)) = lines::behind_path(behind) {
            (lines, symbol, behind) = (read, None, after);
        } else if symbol.is_none()
            && let Some(gap) = placeholder(behind)
        {
            lines = vec![Err(Malformed::Line {
                text: gap.to_owned(),
            })];
        }
    }
    Some(Named {
        path,
        lines,
        symbol,
        rest: behind,
    })
}

/// A location without quotes.
pub(super) fn bare(text: &str, doubt: Doubt) -> Option<Named<'_>> {
    let end = path::bare_end(text);
    let token = &text[..end];
    let (cut, name_from) = path_and_tail(token);
    let rest_of_token = &token[cut..];
    let (path, rest);
    if let Some(at) = name_from {
        path = path::cleaned(&token[..cut], false)?;
        let single = at == cut + 1;
        if single && lines::behind_path(&text[cut..]).is_some() {
            return finish(
                Named {
                    path,
                    lines: Vec::new(),
                    symbol: None,
                    rest: "",
                },
                &text[cut..],
            );
        }
        let (symbol, after) = symbol_at(&text[at..]);
        if symbol.is_empty() {
            return finish(
                Named {
                    path,
                    lines: Vec::new(),
                    symbol: None,
                    rest: "",
                },
                &text[end..],
            );
        }
        if single && is_placeholder(symbol) {
            let gap = Err(Malformed::Line {
                text: symbol.to_owned(),
            });
            return path::has_folder(&path).then(|| Named {
                path,
                lines: vec![gap],
                symbol: None,
                rest: after,
            });
        }
        if !single || path::looks_like_path(&path) {
            return finish(
                Named {
                    path,
                    lines: Vec::new(),
                    symbol: Some(symbol.to_owned()),
                    rest: "",
                },
                after,
            );
        }
        return None;
    } else if rest_of_token.is_empty() {
        // No lines in this word: the path may have blanks, or lines may stand in the words that follow.
        let spaced = if doubt == Doubt::AfterProse || path::is_known_name(token) {
            None
        } else {
            spaced_end(text, end)
        };
        let end = spaced.unwrap_or(end);
        let (cut, _) = path_and_tail(&text[..end]);
        path = path::cleaned(&text[..cut], false)?;
        rest = &text[cut..];
    } else {
        path = path::cleaned(&token[..cut], false)?;
        rest = &text[cut..];
    }
    if path.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        return None;
    }
    // `finding 2` and `#2` name no file.
    let loose_number = rest.trim_start().starts_with(|c: char| c.is_ascii_digit())
        && !rest.starts_with([':', '#']);
    if path.starts_with('#')
        || (loose_number && !path::has_folder(&path) && !path::looks_like_path(&path))
    {
        return None;
    }
    let named = finish(
        Named {
            path,
            lines: Vec::new(),
            symbol: None,
            rest: "",
        },
        rest,
    )?;
    // One word may be any file's name; a word in a sentence may not.
    let alone = named.rest.trim().is_empty() || has_separator_first(named.rest);
    let sure = !named.lines.is_empty()
        || alone
        || path::has_folder(&named.path)
        || path::looks_like_path(&named.path);
    sure.then_some(named)
}
