//! Code as compilers show it, behind a gutter of line numbers.

use super::table::is_delimiter;
use crate::review::severity;

/// The code that compilers show: ` 40 | code`, `> 40 │ code`, and the lines of marks between. `follows` says
/// whether the line above is one. Its number, and whether it is marked as the one in question.
pub(super) fn gutter(raw: &str, follows: bool) -> Option<(Option<u32>, bool)> {
    const BARS: [char; 7] = ['|', '│', '┆', '┃', '┌', '└', '├'];
    let text = raw.trim();
    let inner = text.trim_start_matches('>').trim_start();
    let arrows = text.bytes().take_while(|b| *b == b'>').count();
    let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=6).contains(&digits) {
        let behind = inner[digits..].trim_start();
        let bar = behind.strip_prefix(BARS);
        let cell = bar
            .and_then(|rest| rest.split_once(BARS))
            .map(|(cell, _)| cell.trim());
        let is_row = cell.is_some_and(|cell| severity::read(cell).is_some());
        let code = (bar.is_some() && !is_row) || behind.starts_with("[ ");
        return code.then(|| (inner[..digits].parse().ok(), arrows > 0));
    }
    let first = text.chars().next()?;
    let marks = |c: char| "|│·╷╵╰╯╭╮─┬┴^~_-/\\ =+".contains(c);
    let bar = matches!(first, '|' | '│' | '·' | '╷' | '╵' | '╰');
    let bare = bar && text.chars().all(marks) && !is_delimiter(text);
    // Behind the marks stands what the compiler says of them.
    let said = follows && bar;
    (bare || said).then_some((None, false))
}
