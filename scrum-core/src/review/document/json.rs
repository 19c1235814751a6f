//! JSON as tools and models write it: several values in a row, comments, commas too many, raw line feeds in texts, cut
//! off at the end. Each value keeps its offset.

use super::node::{DEEPEST, Document, MOST_VALUES, Node, NodeValue};

pub(super) fn parse(text: &str, offset: usize) -> Option<Document> {
    let mut reader = JsonReader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        offset,
        damaged: false,
        left: MOST_VALUES,
    };
    let mut roots = Vec::new();
    while reader.skip_blanks() {
        let start = reader.at;
        let Some(node) = reader.value(0) else { break };
        if !node.is_structure() {
            return None;
        }
        roots.push(node);
        // `][` of paginated answers and commas between values.
        while reader.skip_blanks() && reader.bytes[reader.at] == b',' {
            reader.at += 1;
        }
        if reader.at == start {
            break;
        }
    }
    let rest = text.get(reader.at..).unwrap_or("").trim();
    // A line of a log between values is skipped; prose is no document.
    if roots.is_empty() || (rest.len() > 200 && !reader.damaged) {
        return None;
    }
    Some(Document { roots })
}

/// Whether a key may begin so; some write them in single quotation marks, or in none.
fn is_key(first: u8) -> bool {
    matches!(first, b'"' | b'\'' | b'_' | b'$') || first.is_ascii_alphabetic()
}

struct JsonReader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    offset: usize,
    damaged: bool,
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
            self.damaged = true;
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
        loop {
            if !self.skip_blanks() {
                self.damaged = true;
                break;
            }
            match self.bytes[self.at] {
                b']' => {
                    self.at += 1;
                    break;
                }
                b',' => self.at += 1,
                _ => match self.value(depth + 1) {
                    Some(item) => items.push(item),
                    None => {
                        if self.at < self.bytes.len() && !self.damaged {
                            return None;
                        }
                        self.damaged = true;
                        break;
                    }
                },
            }
        }
        Some(NodeValue::List(items))
    }

    fn map(&mut self, depth: usize) -> Option<NodeValue> {
        self.at += 1;
        let mut members = Vec::new();
        loop {
            if !self.skip_blanks() {
                self.damaged = true;
                break;
            }
            match self.bytes[self.at] {
                b'}' => {
                    self.at += 1;
                    break;
                }
                b',' => self.at += 1,
                first if is_key(first) => {
                    let key = match first {
                        b'"' | b'\'' => self.string(first),
                        _ => self.bare_key(),
                    };
                    let Some(key) = key else {
                        self.damaged = true;
                        break;
                    };
                    if !self.skip_blanks() {
                        self.damaged = true;
                        break;
                    }
                    if self.bytes[self.at] != b':' {
                        return None;
                    }
                    self.at += 1;
                    match self.value(depth + 1) {
                        Some(value) => members.push((key, value)),
                        None if self.damaged || self.at >= self.bytes.len() => {
                            self.damaged = true;
                            // A finding that breaks off is left out with its last text.
                            break;
                        }
                        None => return None,
                    }
                }
                _ => return None,
            }
        }
        Some(NodeValue::Map(members))
    }

    /// A key without quotation marks, as in JavaScript.
    fn bare_key(&mut self) -> Option<String> {
        let rest = &self.text[self.at..];
        let len = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '$')))
            .filter(|len| *len > 0)?;
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
                self.damaged = true;
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
                b'u' => out.push(self.unicode()),
                b'"' | b'\\' | b'/' => out.push(char::from(escape)),
                _ => {
                    self.damaged = true;
                    out.push('\\');
                    self.at -= 1;
                }
            }
        }
    }

    /// The character behind `\u`; half a pair becomes U+FFFD.
    fn unicode(&mut self) -> char {
        let unit = |reader: &mut Self| {
            let hex = reader.text.get(reader.at..reader.at + 4)?;
            let unit = u32::from_str_radix(hex, 16).ok()?;
            reader.at += 4;
            Some(unit)
        };
        let Some(first) = unit(self) else {
            return '\u{fffd}';
        };
        if (0xd800..0xdc00).contains(&first) && self.bytes[self.at..].starts_with(b"\\u") {
            let back = self.at;
            self.at += 2;
            if let Some(second) = unit(self).filter(|second| (0xdc00..0xe000).contains(second)) {
                let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return char::from_u32(code).unwrap_or('\u{fffd}');
            }
            self.at = back;
        }
        char::from_u32(first).unwrap_or('\u{fffd}')
    }
}
