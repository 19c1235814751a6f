//! Sentences of a review's prose, across the lines that they are wrapped over.

use memchr::{memchr, memrchr};

use super::{label, line_prefix};

/// How far a sentence is followed, in bytes, to either side of the word that led to it.
const LONGEST_SENTENCE: usize = 400;
/// The most of a sentence that is shown, in bytes.
const LONGEST_SHOWN: usize = 200;

/// The sentence around `at`, not before `floor`: to the full stops, blank lines, or lines that begin something else.
pub(super) fn sentence(text: &str, at: usize, floor: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    let floor = floor.max(at.saturating_sub(LONGEST_SENTENCE));
    let mut from = at;
    loop {
        let line = memrchr(b'\n', &bytes[floor..from]).map_or(floor, |feed| floor + feed + 1);
        if let Some(stop) = last_stop(&bytes[line..from]) {
            from = line + stop;
            break;
        }
        let line_text = &text[boundary(text, line)..from.max(boundary(text, line))];
        if begins_something(line_text) || line <= floor {
            from = line;
            break;
        }
        let above = memrchr(b'\n', &bytes[floor..line - 1]).map_or(floor, |feed| floor + feed + 1);
        if bytes[above..line - 1].iter().all(u8::is_ascii_whitespace) {
            from = line;
            break;
        }
        from = line - 1;
    }
    let ceiling = bytes.len().min(at + LONGEST_SENTENCE);
    let mut to = at;
    loop {
        let feed = memchr(b'\n', &bytes[to..ceiling]).map_or(ceiling, |len| to + len);
        if let Some(stop) = first_stop(&bytes[to..feed]) {
            to += stop;
            break;
        }
        to = feed;
        if feed >= ceiling {
            break;
        }
        let next = memchr(b'\n', &bytes[feed + 1..ceiling]).map_or(ceiling, |len| feed + 1 + len);
        let next_line = &text[feed + 1..boundary(text, next).max(feed + 1)];
        if next_line.trim().is_empty() || begins_something(next_line) {
            break;
        }
        to = feed + 1;
    }
    let (mut from, to) = (boundary(text, from), boundary(text, to));
    // A label is no part of its value.
    let line_end = memchr(b'\n', &bytes[from..to]).map_or(to, |len| from + len);
    if let Some(labelled) = label::labelled(&text[from..line_end]) {
        from += labelled.value.as_ptr() as usize - text[from..].as_ptr() as usize;
    }
    (from.min(at), to.max(at))
}

fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

/// Behind the last full stop that a blank follows.
fn last_stop(line: &[u8]) -> Option<usize> {
    (1..line.len())
        .rev()
        .find(|at| matches!(line[at - 1], b'.' | b'!' | b'?') && line[*at].is_ascii_whitespace())
}

/// Behind the first full stop that a blank or the line's end follows.
fn first_stop(line: &[u8]) -> Option<usize> {
    (1..=line.len()).find(|at| {
        matches!(line[at - 1], b'.' | b'!' | b'?')
            && line.get(*at).is_none_or(u8::is_ascii_whitespace)
    })
}

/// Whether a line does not go on with the one above: a label, a list item, a heading, a quotation, a table.
fn begins_something(line: &str) -> bool {
    let trimmed = line.trim_start();
    trimmed.starts_with(['#', '>', '|', '`', '~'])
        || ["- ", "* ", "+ ", "• ", "**"]
            .iter()
            .any(|bullet| trimmed.starts_with(bullet))
        || trimmed.starts_with(|c: char| c.is_ascii_digit())
        || label::labelled(line).is_some()
}

/// A sentence in small letters, one blank between words, emphasis off, code and quotations cut out.
pub(super) fn plain(sentence: &str) -> String {
    let (_, inner) = line_prefix::split(sentence);
    // List numbers are off; a `#3` is a name.
    let lead = &sentence[..sentence.len() - inner.len()];
    let kept = lead.find('#').map_or(inner, |at| &sentence[at..]);
    let mut out = String::with_capacity(kept.len());
    let mut closing = None;
    for c in kept.chars() {
        match (closing, c) {
            (Some(close), c) if c == close => closing = None,
            (Some(_), _) | (None, '*' | '_' | '~') => {}
            (None, '`' | '"') => {
                closing = Some(c);
                out.push('§');
            }
            (None, '“') => {
                closing = Some('”');
                out.push('§');
            }
            (None, c) if c.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            (None, c) => out.extend(c.to_lowercase()),
        }
    }
    out.trim().to_owned()
}

pub(super) fn shown(sentence: &str) -> String {
    let words = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = boundary(&words, LONGEST_SHOWN);
    words[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences() {
        let text = "One. On second\nlook this is fine. Three.\n\nWHY: Scratch that! Five\n- six";
        let of = |word: &str| {
            let (from, to) = sentence(text, text.find(word).unwrap(), 0);
            text[from..to].trim()
        };
        assert_eq!(of("second"), "On second\nlook this is fine.");
        assert_eq!(of("this is"), "On second\nlook this is fine.");
        assert_eq!(of("cratch"), "Scratch that!");
        assert_eq!(of("Five"), "Five");
        for end in ["\n> quoted", "\n2. another", "\n\nmore"] {
            let text = format!("Fine. Finding 1 (src/a.rs:4) is withdrawn{end}");
            let (from, to) = sentence(&text, text.find("withdrawn").unwrap(), 0);
            assert_eq!(text[from..to].trim(), "Finding 1 (src/a.rs:4) is withdrawn");
        }
    }

    #[test]
    fn code_and_quotations_are_cut_out() {
        assert_eq!(
            plain("- **Actually**, `disregard this` and \"never mind\"."),
            "actually, § and §."
        );
        assert_eq!(plain("#3 is moot"), "#3 is moot");
        assert_eq!(plain("3. I\n   withdraw"), "i withdraw");
    }
}
