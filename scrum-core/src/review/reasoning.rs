//! Reasoning that a model wrote before its answer: marked, and not part of the review.

use memchr::{memmem, memrchr2_iter};

/// What opens reasoning at the start of a line, and what closes it.
const TAGS: [(&str, &str); 10] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<thoughts>", "</thoughts>"),
    ("<reasoning>", "</reasoning>"),
    ("<scratchpad>", "</scratchpad>"),
    ("<seed:think>", "</seed:think>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
];

/// Where the text goes on behind reasoning that opens at `at`; the end of the text where it never closes. `None` where
/// none opens.
pub(super) fn skip(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let (open, close) = TAGS.iter().find(|(open, _)| {
        rest.get(..open.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(open))
    })?;
    let body = at + open.len();
    let found = find(&text[body..], close);
    Some(found.map_or(text.len(), |len| body + len + close.len()))
}

/// Finds `close`, in capitals too.
fn find(text: &str, close: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let matches = |at: &usize| {
        bytes[*at..]
            .get(..close.len())
            .is_some_and(|tag| tag.eq_ignore_ascii_case(close.as_bytes()))
    };
    memmem::find_iter(bytes, &close.as_bytes()[..2]).find(matches)
}

/// Where the answer begins behind a closing tag that has no opening one, as where a server puts that into the prompt. A
/// tag that is spoken of, in backticks or quotes, is none.
pub(super) fn unopened(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let closing = |at: usize| {
        TAGS.iter().find_map(|(open, close)| {
            let start = at.checked_sub(close.find(['/', '|'])?)?;
            let found = bytes.get(start..start + close.len())?;
            let same = found.eq_ignore_ascii_case(close.as_bytes());
            same.then_some((start, open, close))
        })
    };
    // The byte before it tells nearly all other slashes apart: those of paths.
    memrchr2_iter(b'/', b'|', bytes)
        .filter(|at| *at > 0 && matches!(bytes[at - 1], b'<' | b'[' | 0x81))
        .take(4096)
        .filter_map(closing)
        // Each is looked for in all that stands before it.
        .take(16)
        .find_map(|(start, open, close)| {
            let spoken = text[..start].ends_with(['`', '"', '\'', '(']);
            let opened = memmem::find(&bytes[..start], open.as_bytes()).is_some()
                || memmem::find(&bytes[..start], open.to_uppercase().as_bytes()).is_some();
            let end = start + close.len();
            let in_code = text[..start]
                .lines()
                .filter(|line| line.trim_start().starts_with("```"))
                .count()
                % 2
                == 1;
            let answer = text[end..].trim();
            (!spoken && !opened && !in_code && !answer.is_empty()).then_some(end)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_the_closing_tag() {
        for (text, rest) in [
            ("<think>a\nb</think>c", "c"),
            ("<THINK>a</THINK>c", "c"),
            ("<reasoning>a</think></reasoning>\nc", "\nc"),
            ("[THINK]a[/THINK]c", "c"),
            ("◁think▷a◁/think▷c", "c"),
            ("<think>never closed", ""),
        ] {
            assert_eq!(skip(text, 0).map(|at| &text[at..]), Some(rest), "{text}");
        }
        assert_eq!(skip("<thinner>", 0), None);
    }
}
