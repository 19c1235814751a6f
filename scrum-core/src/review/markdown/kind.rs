//! What a line is by the marks that it begins with: heading, item, row, rule or text.

use std::borrow::Cow;

use super::line::LineKind;
use super::table::is_delimiter;

/// What a line is, and its text without the marks.
pub(super) fn kind_of(line: Cow<'_, str>) -> (LineKind, Option<u32>, Cow<'_, str>) {
    let cut = |from: usize| match &line {
        Cow::Borrowed(text) => Cow::Borrowed(text[from..].trim()),
        Cow::Owned(text) => Cow::Owned(text[from..].trim().to_owned()),
    };
    if line.is_empty() {
        return (LineKind::Blank, None, line);
    }
    let hashes = line.bytes().take_while(|b| *b == b'#').count();
    if hashes > 0 && line[hashes..].starts_with([' ', '\t']) {
        let level = u8::try_from(hashes).map_or(6, |level| level.min(6));
        let text = cut(hashes);
        let text = Cow::Owned(text.trim_end_matches('#').trim().to_owned());
        return (LineKind::Heading(level), None, text);
    }
    // `== Title` of AsciiDoc.
    let equals = line.bytes().take_while(|b| *b == b'=').count();
    if (2..=6).contains(&equals) && line[equals..].starts_with(' ') {
        let text = Cow::Owned(line.trim_matches(['=', ' ']).to_owned());
        return (
            LineKind::Heading(u8::try_from(equals).unwrap_or(6)),
            None,
            text,
        );
    }
    let first = line.as_bytes()[0];
    if matches!(first, b'-' | b'*' | b'_' | b'=')
        && line.len() > 2
        && line.bytes().all(|b| b == first || b == b' ')
    {
        return (LineKind::Rule, None, cut(line.len()));
    }
    if line.chars().all(|c| matches!(c, '─' | '━' | '═')) {
        return (LineKind::Rule, None, cut(line.len()));
    }
    // Tables in ASCII and in box drawings.
    if first == b'|' || (first == b'+' && is_delimiter(&line)) {
        return (LineKind::Row, None, line);
    }
    if line.ends_with(['│', '┐', '┤', '┘', '╗', '╣', '╝', '║']) {
        let plain = line.chars().map(|c| match c {
            '│' | '║' | '┌' | '├' | '└' | '┐' | '┤' | '┘' | '┼' | '┬' | '┴' | '╔' | '╠' | '╚'
            | '╗' | '╣' | '╝' | '╬' | '╦' | '╩' => '|',
            '─' | '═' => '-',
            c => c,
        });
        return (LineKind::Row, None, Cow::Owned(plain.collect()));
    }
    if matches!(first, b'-' | b'*' | b'+') && line[1..].starts_with([' ', '\t']) {
        return (LineKind::Item, None, cut(1));
    }
    // `① x`, `a) x`, `(b) x`.
    const CIRCLED: &str = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳";
    if let Some(at) = line
        .chars()
        .next()
        .and_then(|c| CIRCLED.chars().position(|known| known == c))
    {
        return (
            LineKind::Item,
            u32::try_from(at + 1).ok(),
            cut('①'.len_utf8()),
        );
    }
    let lettered = line.trim_start_matches('(').as_bytes();
    if let [letter, b')', b' ', ..] = lettered
        && letter.is_ascii_alphabetic()
    {
        return (LineKind::Item, None, cut(line.len() - lettered.len() + 2));
    }
    for bullet in ["• ", "● ", "▪ ", "◦ ", "– ", "· ", "→ ", "➤ "] {
        if line.starts_with(bullet) {
            return (LineKind::Item, None, cut(bullet.len()));
        }
    }
    // `1. x`, `2) x`, `**3.** x`, `[4] x`, `#5 x`, `1️⃣ x`.
    let inner = line.trim_start_matches(['*', '[', '(', '#', '_']);
    let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
    let lead = line.len() - inner.len();
    if (1..=3).contains(&digits) {
        let behind = &inner[digits..];
        let marks = ["\u{fe0f}\u{20e3}", ".", ")", "]", "、", "．"];
        if let Some(mark) = marks.iter().find(|mark| behind.starts_with(**mark)) {
            let rest = &behind[mark.len()..];
            if rest.starts_with([' ', '*', '\t', '_', '`']) {
                let at = lead + digits + mark.len();
                let bold = line[..lead].contains("**");
                let text = cut(at);
                let text = match text.strip_prefix("**") {
                    Some(rest) if bold => Cow::Owned(rest.trim().to_owned()),
                    _ if bold => Cow::Owned(format!("**{text}")),
                    _ => text,
                };
                return (LineKind::Item, inner[..digits].parse().ok(), text);
            }
        }
    }
    (LineKind::Text, None, line)
}
