//! JSON as tools and models write it: several values in a row, comments, commas too many, raw line feeds in texts, cut
//! off at the end. Each value keeps its offset.

use super::node::{DEEPEST, Document, MOST_VALUES, Node, NodeValue};

pub(super) fn parse(text: &str, offset: usize) -> Option<Document> {
    let (roots, end) = values(text, offset);
    // A line of a log between values is skipped; prose is no document.
    let rest = text.get(end..).unwrap_or("");
    if roots.is_empty() || rest.trim().len() > 200 {
        return None;
    }
    Some(Document { roots })
}

/// How far the values go that a text begins with, in bytes.
pub(super) fn extent(text: &str) -> usize {
    let (_, end) = values(text, 0);
    let mut ends = end..text.len();
    ends.find(|at| text.is_char_boundary(*at))
        .unwrap_or(text.len())
}

/// The values that a text begins with, and where they end.
fn values(text: &str, offset: usize) -> (Vec<Node>, usize) {
    let mut reader = JsonReader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        offset,
        left: MOST_VALUES,
    };
    let mut roots = Vec::new();
    let mut end = 0;
    while reader.skip_blanks() {
        // `- a list` and `1. a list` in prose behind the values begin as numbers do.
        let opens = matches!(reader.bytes[reader.at], b'{' | b'[');
        let value = (opens || roots.is_empty()).then(|| reader.value(0));
        let Some(node) = value.flatten() else { break };
        roots.push(node);
        end = reader.at;
        // `][` of paginated answers and commas between values.
        if reader.skip_blanks() && reader.bytes[reader.at] == b',' {
            reader.at += 1;
        }
    }
    (roots, end)
}

struct JsonReader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    offset: usize,
    left: usize,
}

impl JsonReader<'_> {
    /// Skips blanks and comments; says whether anything follows.
    fn skip_blanks(&mut self) -> bool {
        loop {
            while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
                self.at += 1;
            }
            let rest = &self.bytes[self.at..];
            let end = if rest.starts_with(b"//") {
                memchr::memchr(b'\n', rest)
            } else if rest.starts_with(b"/*") {
                memchr::memmem::find(rest, b"*/").map(|at| at + 2)
            } else {
                return !rest.is_empty();
            };
            self.at = end.map_or(self.bytes.len(), |len| self.at + len);
        }
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        self.skip_blanks();
        let at = self.offset + self.at;
        self.left = self.left.checked_sub(1)?;
        if depth > DEEPEST {
            return None;
        }
        let value = match *self.bytes.get(self.at)? {
            b'{' => self.map(depth)?,
            b'[' => self.list(depth)?,
            quote @ (b'"' | b'\'') => NodeValue::Text(self.string(quote)?),
            b'-' | b'0'..=b'9' => {
                let len = self.bytes[self.at..]
                    .iter()
                    .take_while(|b| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
                    .count();
                self.at += len;
                NodeValue::Number(self.text[self.at - len..self.at].to_owned())
            }
            _ => {
                let words = [
                    ("true", NodeValue::Bool(true)),
                    ("false", NodeValue::Bool(false)),
                    ("null", NodeValue::Null),
                    ("None", NodeValue::Null),
                    ("True", NodeValue::Bool(true)),
                    ("False", NodeValue::Bool(false)),
                ];
                let (word, value) = words
                    .into_iter()
                    .find(|(word, _)| self.bytes[self.at..].starts_with(word.as_bytes()))?;
                self.at += word.len();
                value
            }
        };
        Some(Node { at, value })
    }

    fn list(&mut self, depth: usize) -> Option<NodeValue> {
        self.at += 1;
        let mut items = Vec::new();
        while self.skip_blanks() {
            match self.bytes[self.at] {
                b']' => {
                    self.at += 1;
                    break;
                }
                b',' => self.at += 1,
                _ => match self.value(depth + 1) {
                    Some(item) => items.push(item),
                    None if self.at >= self.bytes.len() => break,
                    None => return None,
                },
            }
        }
        Some(NodeValue::List(items))
    }

    fn map(&mut self, depth: usize) -> Option<NodeValue> {
        self.at += 1;
        let mut members = Vec::new();
        while self.skip_blanks() {
            match self.bytes[self.at] {
                b'}' => {
                    self.at += 1;
                    break;
                }
                b',' => self.at += 1,
                first => match self.member(first, depth) {
                    Some(member) => members.push(member),
                    // A member that breaks off is left out.
                    None if self.at >= self.bytes.len() => break,
                    None => return None,
                },
            }
        }
        Some(NodeValue::Map(members))
    }

    /// A key and its value. Some write keys in single quotation marks, or in none.
    fn member(&mut self, first: u8, depth: usize) -> Option<(String, Node)> {
        let key = match first {
            b'"' | b'\'' => self.string(first)?,
            _ => self.bare_key()?,
        };
        self.skip_blanks();
        if *self.bytes.get(self.at)? != b':' {
            return None;
        }
        self.at += 1;
        Some((key, self.value(depth + 1)?))
    }

    /// A key without quotation marks, as in JavaScript.
    fn bare_key(&mut self) -> Option<String> {
        let rest = &self.text[self.at..];
        let len = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
        self.at += len;
        Some(rest[..len].to_owned())
    }

    /// A text between marks; `None` where it breaks off.
    fn string(&mut self, quote: u8) -> Option<String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.bytes[self.at..];
            let Some(len) = memchr::memchr2(quote, b'\\', rest) else {
                self.at = self.bytes.len();
                return None;
            };
            out.push_str(&self.text[self.at..self.at + len]);
            self.at += len + 1;
            if rest[len] == quote {
                return Some(out);
            }
            let escape = *self.bytes.get(self.at)?;
            self.at += 1;
            match escape {
                b'n' => out.push('\n'),
                b't' => out.push('\t'),
                b'r' => out.push('\r'),
                b'b' | b'f' => {}
                b'u' => self.unicode(&mut out),
                b'"' | b'\\' | b'/' => out.push(char::from(escape)),
                _ => {
                    out.push('\\');
                    self.at -= 1;
                }
            }
        }
    }

    /// The characters behind `\u` and behind those that follow it: a pair is one, half a pair becomes U+FFFD.
    fn unicode(&mut self, out: &mut String) {
        let mut units = Vec::new();
        loop {
            let hex = self.text.get(self.at..self.at + 4);
            let Some(unit) = hex.and_then(|hex| u16::from_str_radix(hex, 16).ok()) else {
                break;
            };
            units.push(unit);
            self.at += 4;
            if !self.bytes[self.at..].starts_with(b"\\u") {
                break;
            }
            self.at += 2;
        }
        let read = char::decode_utf16(units);
        out.extend(read.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    }
}
