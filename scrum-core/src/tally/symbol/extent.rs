//! The extent of a definition: to the matching brace, else by indentation.

use super::line::{CodeLine, indent, words};

/// Maximum number of lines of a head before its brace.
const MAX_HEAD: usize = 20;

/// The syntax of quotes and comments that matters for counting braces.
#[derive(Clone, Copy)]
pub(super) struct CommentStyle {
    hash_comments: bool,
    single_quotes: bool,
}

impl CommentStyle {
    pub(super) fn of(path: &str) -> Self {
        let ending = path.rsplit('.').next().unwrap_or_default();
        Self {
            hash_comments: matches!(
                ending,
                "py" | "rb" | "sh" | "pl" | "r" | "yaml" | "yml" | "toml" | "ex" | "exs"
            ),
            // `'a` is a lifetime in Rust, and a digit separator or a quote in others.
            single_quotes: !matches!(
                ending,
                "rs" | "ml" | "hs" | "c" | "h" | "cc" | "cpp" | "hpp"
            ),
        }
    }
}

/// The bytes of a line that are code, quotes and comments left out.
fn code(text: &[u8], dialect: CommentStyle) -> impl Iterator<Item = u8> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let byte = *text.get(at)?;
            let rest = &text[at + 1..];
            at += 1;
            let quoted = match byte {
                b'"' => true,
                b'\'' => {
                    let one = matches!(rest, [b'\\', ..] | [_, b'\'', ..]);
                    one || dialect.single_quotes && rest.contains(&b'\'')
                }
                b'#' if dialect.hash_comments => return None,
                b'/' if !dialect.hash_comments && rest.first() == Some(&b'/') => return None,
                b'/' if rest.first() == Some(&b'*') => {
                    let end = rest.windows(2).position(|pair| pair == b"*/")?;
                    at += end + 2;
                    continue;
                }
                _ => return Some(byte),
            };
            if quoted {
                at += closing(rest, byte).map_or(rest.len(), |end| end + 1);
            }
        }
    })
}

/// The offset of the quote that closes.
fn closing(text: &[u8], quote: u8) -> Option<usize> {
    let mut escaped = false;
    text.iter().position(|byte| {
        let closes = *byte == quote && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes
    })
}

/// The index of the last line of what is defined at `at`.
pub(super) fn extent(
    lines: &[CodeLine<'_>],
    at: usize,
    name: &str,
    dialect: CommentStyle,
) -> usize {
    let hunk = lines[at].hunk;
    let end = lines[at..]
        .iter()
        .take_while(|line| line.hunk == hunk)
        .count()
        + at;
    match brace_end(&lines[..end], at, name, dialect) {
        Extent::To(last) => last,
        Extent::Unknown { head } => indented_end(&lines[..end], at, head),
    }
}

enum Extent {
    To(usize),
    /// No brace, or none that closes; the head, parentheses and all, ends at this line.
    Unknown {
        head: usize,
    },
}

fn brace_end(lines: &[CodeLine<'_>], from: usize, name: &str, dialect: CommentStyle) -> Extent {
    let (mut parens, mut braces) = (0_usize, 0_usize);
    let mut head = from;
    for (at, line) in lines.iter().enumerate().skip(from) {
        let mut text = line.text;
        if at == from {
            // The text before the name is not part of the head.
            let start = words(text).find(|(_, word)| *word == name.as_bytes());
            text = start.map_or(text, |(start, _)| &text[start..]);
        }
        let mut last = 0;
        for byte in code(text, dialect) {
            match byte {
                b'(' | b'[' => parens += 1,
                b')' | b']' => parens = parens.saturating_sub(1),
                b'{' if parens == 0 || braces > 0 => braces += 1,
                b'}' if braces == 1 => return Extent::To(at),
                b'}' => braces = braces.saturating_sub(1),
                b';' if parens == 0 && braces == 0 => return Extent::To(at),
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                last = byte;
            }
        }
        if braces == 0 {
            head = at;
            let body_follows = parens == 0 && last == b':';
            if body_follows || at - from >= MAX_HEAD {
                break;
            }
            // Without an open parenthesis only a brace on the next line goes on.
            let brace_next = lines
                .get(at + 1)
                .is_some_and(|next| next.text.trim_ascii_start().starts_with(b"{"));
            let goes_on = matches!(last, b',' | b'>' | b'=' | b'|' | b'&')
                || lines.get(at + 1).is_some_and(|next| {
                    let next = next.text.trim_ascii_start();
                    [&b"where"[..], b"->", b"throws", b":"]
                        .iter()
                        .any(|word| next.starts_with(word))
                });
            if parens == 0
                && !brace_next
                && !goes_on
                && !lines[from..=at].iter().any(|l| l.text.ends_with(b"where"))
            {
                break;
            }
        }
    }
    Extent::Unknown { head }
}

fn indented_end(lines: &[CodeLine<'_>], from: usize, head: usize) -> usize {
    let own = indent(lines[from].text).unwrap_or(0);
    let mut last = head;
    for (at, line) in lines.iter().enumerate().skip(head + 1) {
        match indent(line.text) {
            None => {}
            Some(width) if width > own => last = at,
            Some(width) => {
                let text = line.text.trim_ascii_start();
                let closes = [&b"}"[..], b")", b"]", b"end"]
                    .iter()
                    .any(|mark| text.starts_with(mark));
                if width == own && closes && last > head {
                    last = at;
                }
                break;
            }
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::symbol::tests::find;

    const RUST: &str = "\
use x;
impl Printer {
    /// flush it
    pub fn flush<'a>(
        &'a self,
    ) -> Result<(), String>
    where
        Self: Sized,
    {
        let open = '{';
        let text = \"}\"; // }
        if text.is_empty() { return Ok(()); }
        Ok(())
    }
}
pub const LIMIT: u32 = 5;
struct Unit;
fn other() { self.flush() }
";

    #[test]
    fn braces_match() {
        assert_eq!(find("a.rs", RUST, "flush"), Some((4, 14)));
        assert_eq!(find("a.rs", RUST, "Printer::flush"), Some((4, 14)));
        assert_eq!(find("a.rs", RUST, "flush()"), Some((4, 14)));
        assert_eq!(find("a.rs", RUST, "LIMIT"), Some((16, 16)));
        assert_eq!(find("a.rs", RUST, "Unit"), Some((17, 17)));
        assert_eq!(find("a.rs", RUST, "Printer"), Some((2, 15)));
        assert_eq!(find("a.rs", RUST, "other"), Some((18, 18)));
        assert_eq!(find("a.rs", RUST, "is_empty"), None);
        assert_eq!(find("a.rs", RUST, ""), None);
    }

    #[test]
    fn indentation_where_no_brace_closes() {
        let python = "import x\n\ndef _as_int(\n    value={},\n):\n    try:\n\n        return int(value)\n    except E:\n        pass\n\n\nprint(1)\n";
        assert_eq!(find("a.py", python, "_as_int"), Some((3, 10)));
        assert_eq!(
            find("a.rb", "def name\n  x\nend\nputs 1\n", "name"),
            Some((1, 3))
        );
        assert_eq!(
            find("a.rs", "fn open() {\n    a\n    b\n", "open"),
            Some((1, 3))
        );
    }

    #[test]
    fn braces_in_quotes_and_comments_do_not_count() {
        for (path, text, end) in [
            ("a.rs", "fn go() {\n    /* { */ a; /* { */ b;\n}\nx();\n", 3),
            (
                "a.rs",
                "fn go() {\n    let a = b / c; if d {}\n    e }\nx();\n",
                3,
            ),
            (
                "a.rs",
                "fn go() {\n    if a / b > 1 {\n        c\n    }\n}\nx();\n",
                5,
            ),
            (
                "a.rs",
                "fn go() {\n    let a = \"a{b\"; let b = \"\\\"{\";\n}\nx();\n",
                3,
            ),
            (
                "a.rs",
                "fn go() {\n    let a = \"\\\\\"; let b = '{'; // {\n}\nx();\n",
                3,
            ),
            // The quotes of lifetimes enclose nothing.
            ("a.rs", "fn go<'a>(x: &'a A) { y::<'a>() }\nx();\n", 1),
            (
                "a.rs",
                "fn go<'a>() { x::<'a, B { 1 }, 'b>();\n    y }\nx();\n",
                2,
            ),
            (
                "a.rs",
                "fn go() {\n    #[x] if a {\n        b\n    }\n}\nx();\n",
                5,
            ),
            (
                "a.js",
                "function go() {\n  a = 'it is {'; b = '}';\n}\nx();\n",
                3,
            ),
            ("a.sh", "function go() {\n  echo # {\n}\nx\n", 3),
            // What stands before the name is not part of the head.
            ("a.js", "({ run: function go() {\n  a();\n} });\nx();\n", 3),
        ] {
            assert_eq!(find(path, text, "go"), Some((1, end)), "{text}");
        }
    }

    #[test]
    fn a_head_of_several_lines_far_down_ends_at_its_brace() {
        let text = format!(
            "{}fn go(\n    a: u8,\n) {{\n    b\n}}\nx();\n",
            "// above\n".repeat(25)
        );
        assert_eq!(find("a.rs", &text, "go"), Some((26, 30)));
    }

    #[test]
    fn code_is_what_quotes_and_comments_leave() {
        for (path, text, expected) in [
            ("a.rs", "a /* b */ c // d", "a  c "),
            ("a.rs", "a /* b */ /* c */d", "a  d"),
            ("a.rs", "a / b", "a / b"),
            ("a.rs", "a /* open", "a "),
            ("a.rs", "a # b", "a # b"),
            ("a.py", "a # b", "a "),
            ("a.py", "a // b", "a // b"),
            ("a.rs", r#"a "b" "c" d"#, "a   d"),
            ("a.rs", r#"a "b{\"c" d"#, "a  d"),
            ("a.rs", r#"a "b\\" d"#, "a  d"),
            ("a.rs", r#"a "open"#, "a "),
            ("a.rs", "x('{') y", "x() y"),
            ("a.rs", r"'\'' {", " {"),
            ("a.rs", "<'a> {", "<a> {"),
            ("a.rs", "'ab' c", "ab c"),
            ("a.js", "'ab' c", " c"),
            ("a.js", "it's", "its"),
        ] {
            let left: Vec<u8> = code(text.as_bytes(), CommentStyle::of(path)).collect();
            assert_eq!(String::from_utf8_lossy(&left), expected, "{path}: {text}");
        }
    }

    #[test]
    fn where_the_head_and_the_body_end() {
        for (path, text, lines) in [
            // What stands before the name is not part of the head.
            ("a.rs", "mod a { fn go() {\n x\n}\n}\n", (1, 3)),
            (
                "a.rs",
                "fn go() {\n    a(|x| {\n        b\n    });\n}\n",
                (1, 5),
            ),
            ("a.rs", "fn go();\n    x\n", (1, 1)),
            ("a.rs", "fn go(a: [u8; 4]) {\nx\n}\ny\n", (1, 3)),
            ("a.rs", "fn go<A,\nB>() {\nx\n}\ny\n", (1, 4)),
            ("a.rs", "fn go() -> A\nwhere A: B\n{\nx\n}\ny\n", (1, 5)),
            ("a.py", "def go():\n    {1: 2}\n    x\ny\n", (1, 3)),
        ] {
            assert_eq!(find(path, text, "go"), Some(lines), "{text}");
        }
    }
}
