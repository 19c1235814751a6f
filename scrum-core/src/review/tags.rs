//! Tags and comments of HTML within a line of Markdown.

use std::sync::LazyLock;

use regex::Regex;

static TAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?s)<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s[^<>]*)?)/?>"#).expect("a constant pattern")
});
static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(href|alt)\s*=\s*(?:"([^"]*)"|'([^']*)')"#).expect("a constant pattern")
});

pub(super) fn without_comments(line: &str, mut inside: bool) -> (String, bool) {
    let mut out = String::new();
    let mut rest = line;
    loop {
        if std::mem::take(&mut inside) {
            let Some(end) = rest.find("-->") else {
                return (out, true);
            };
            rest = &rest[end + 3..];
        }
        let Some(start) = rest.find("<!--") else {
            out.push_str(rest);
            return (out, false);
        };
        out.push_str(&rest[..start]);
        rest = &rest[start + 4..];
        inside = true;
    }
}

/// Takes tags off. A summary's or heading's level comes back (0 for a summary), and how many details open and close.
pub(super) fn without_tags(line: &str) -> (String, Option<u8>, u8, u8) {
    let (mut heading, mut opened, mut closed) = (None, 0_u8, 0_u8);
    let mut link: Option<String> = None;
    let out = TAG.replace_all(line, |found: &regex::Captures<'_>| {
        let closing = !found[1].is_empty();
        let name = found[2].to_ascii_lowercase();
        let attribute = |wanted: &str| {
            ATTRIBUTE
                .captures_iter(&found[3])
                .find(|pair| &pair[1] == wanted)
                .and_then(|pair| {
                    pair.get(2)
                        .or(pair.get(3))
                        .map(|value| value.as_str().to_owned())
                })
        };
        match (name.as_str(), closing) {
            ("details", false) => opened = opened.saturating_add(1),
            ("details", true) => closed = closed.saturating_add(1),
            ("summary", false) => heading = Some(0),
            ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", false) if heading.is_none() => {
                heading = name[1..].parse().ok();
            }
            ("li", false) => {
                let first = found
                    .get(0)
                    .is_some_and(|tag| TAG.replace_all(&line[..tag.start()], "").trim().is_empty());
                return if first { "- " } else { "" }.to_owned();
            }
            ("b" | "strong", _) => return "**".to_owned(),
            ("br", _) | ("td" | "th", true) => return " ".to_owned(),
            ("code", _) => return "`".to_owned(),
            ("img", _) => {
                return attribute("alt")
                    .map(|alt| format!("[{alt}]"))
                    .unwrap_or_default();
            }
            ("a", false) => {
                link = attribute("href");
                return link.iter().map(|_| '[').collect();
            }
            ("a", true) => {
                return link
                    .take()
                    .map(|link| format!("]({link})"))
                    .unwrap_or_default();
            }
            (
                "summary" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "p" | "div" | "span" | "sub"
                | "sup" | "table" | "tr" | "td" | "th" | "tbody" | "thead" | "ul" | "ol" | "li"
                | "em" | "i" | "u" | "blockquote" | "pre" | "hr" | "picture" | "source" | "center",
                _,
            ) => {}
            _ => return found[0].to_owned(),
        }
        String::new()
    });
    let mut out = out.into_owned();
    if let Some(link) = link {
        // The link's text goes on in the next line.
        out.push_str(&format!("]({link})"));
    }
    if out.contains('&') {
        out = without_entities(&out);
    }
    (out, heading, opened, closed)
}

static ENTITY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z]{2,8}));")
        .expect("a constant pattern")
});

/// Characters that are written by their names.
fn without_entities(text: &str) -> String {
    const NAMES: [(&str, &str); 17] = [
        ("nbsp", " "),
        ("lt", "<"),
        ("gt", ">"),
        ("quot", "\""),
        ("apos", "'"),
        ("amp", "&"),
        ("ndash", "–"),
        ("mdash", "—"),
        ("hellip", "…"),
        ("rarr", "→"),
        ("middot", "·"),
        ("bull", "•"),
        ("lsquo", "‘"),
        ("rsquo", "’"),
        ("ldquo", "“"),
        ("rdquo", "”"),
        ("times", "×"),
    ];
    let character = |digits: &str, radix| {
        let c = u32::from_str_radix(digits, radix)
            .ok()
            .and_then(char::from_u32);
        c.map(String::from)
    };
    ENTITY
        .replace_all(text, |found: &regex::Captures<'_>| {
            let read = match (found.get(1), found.get(2), found.get(3)) {
                (Some(digits), ..) => character(digits.as_str(), 10),
                (_, Some(digits), _) => character(digits.as_str(), 16),
                (.., Some(name)) => NAMES
                    .iter()
                    .find(|(known, _)| *known == name.as_str())
                    .map(|(_, c)| (*c).to_owned()),
                _ => None,
            };
            read.unwrap_or_else(|| found[0].to_owned())
        })
        .into_owned()
}
