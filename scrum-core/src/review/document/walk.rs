//! Looks for findings in a tree of values.

use std::collections::HashMap;

use super::keys::{KEYS, letters};
use super::{DEEPEST, Document, Node, NodeValue};
use crate::review::ReviewVerdict;
use crate::review::location::{self, KnownPaths, LineRange, Location, Malformed};
use crate::review::{Claim, Severity, severity, verdict, words};

/// A finding of a document, and where it stands in the text.
#[derive(Debug)]
pub(in crate::review) struct DocumentItem {
    pub(in crate::review) at: usize,
    pub(in crate::review) text: String,
    /// `None` for a claim without a place.
    pub(in crate::review) location: Option<Result<Location, Malformed>>,
    pub(in crate::review) swapped: bool,
    pub(in crate::review) claim: Claim,
    pub(in crate::review) link: Option<String>,
    /// Why it does not count, such as `suppressed`.
    pub(in crate::review) dismissed: Option<String>,
}

/// What a document says.
#[derive(Debug, Default)]
pub(in crate::review) struct DocumentSaid {
    pub(in crate::review) items: Vec<DocumentItem>,
    /// It has a list of findings that is empty.
    pub(in crate::review) empty: bool,
    pub(in crate::review) verdict: Option<ReviewVerdict>,
    /// Short texts beside the findings, such as a summary.
    pub(in crate::review) remarks: Vec<String>,
}

/// What the objects around a value say.
#[derive(Clone, Default)]
struct Enclosing<'a> {
    path: Option<(&'a str, usize)>,
    severity: Option<(Severity, &'a str)>,
    dismissed: Option<&'a str>,
    /// A finding is around, so that an object without a place of its own is a part of it.
    claimed: bool,
}

pub(in crate::review) fn walk(
    document: &Document,
    paths: Option<&KnownPaths>,
    limit: usize,
) -> DocumentSaid {
    let mut walker = Walker {
        paths,
        said: DocumentSaid::default(),
        rules: HashMap::new(),
        limit,
    };
    for root in &document.roots {
        walker.value(root, "", &Enclosing::default(), 0);
    }
    if !walker.said.items.is_empty() {
        walker.said.empty = false;
    }
    walker.said
}

struct Walker<'a> {
    paths: Option<&'a KnownPaths>,
    said: DocumentSaid,
    /// The severities of SARIF's rules.
    rules: HashMap<&'a str, &'a str>,
    limit: usize,
}

/// An object's members with their keys in small letters.
struct Fields<'a>(Vec<(String, &'a str, &'a Node)>);

impl<'a> Fields<'a> {
    fn of(node: &'a Node) -> Option<Self> {
        let NodeValue::Map(members) = &node.value else {
            return None;
        };
        let members = members.iter();
        Some(Self(
            members
                .map(|(key, node)| (letters(key), key.as_str(), node))
                .collect(),
        ))
    }

    /// The first member with one of these names, in the order of the names.
    fn find<T>(&self, names: &[String], read: impl Fn(&'a Node) -> Option<T>) -> Option<T> {
        names.iter().find_map(|name| {
            self.0
                .iter()
                .filter(|(key, ..)| key == name)
                .find_map(|(_, _, node)| read(node))
        })
    }
}

#[derive(Default)]
struct FoundPlace<'a> {
    path: Option<(&'a str, usize)>,
    /// The text of the lines, where they stand.
    start: Option<(String, usize)>,
    end: Option<String>,
}

impl<'a> Walker<'a> {
    fn value(&mut self, node: &'a Node, key: &'a str, around: &Enclosing<'a>, depth: usize) {
        if depth > DEEPEST || self.said.items.len() >= self.limit {
            return;
        }
        match &node.value {
            NodeValue::List(items) => {
                let mut here = around.clone();
                self.name(key, &mut here);
                if items.is_empty() && (key.is_empty() || KEYS.lists.contains(&letters(key))) {
                    self.said.empty = true;
                }
                for item in items {
                    self.value(item, "", &here, depth + 1);
                }
            }
            NodeValue::Map(_) => self.object(node, key, around, depth),
            NodeValue::Text(text)
                if text.len() < 4096 && self.said.remarks.len() < 256 && !around.claimed =>
            {
                self.said.remarks.push(text.clone());
            }
            _ => {}
        }
    }

    /// What a key says of the values below it: a path, or a severity.
    fn name(&self, key: &'a str, around: &mut Enclosing<'a>) {
        let is_path = self.paths.is_some_and(|paths| paths.at_end(key).is_some())
            || (location::looks_like_path(key) && key.contains(['/', '.']) && !key.contains(' '));
        if is_path && key.len() > 2 {
            around.path = Some((key, 0));
        } else if key.len() < 40 && words::no_findings_below(key) {
            around.dismissed = Some("praise");
        } else if let Some(level) =
            severity::read(key).or_else(|| severity::read(key.strip_suffix('s')?))
            && key.len() < 24
        {
            // `errors` and `warnings` name lists of any kind, too; their items' own words come first.
            around.severity = Some((level, key));
        }
    }

    fn object(&mut self, node: &'a Node, key: &'a str, around: &Enclosing<'a>, depth: usize) {
        let Some(fields) = Fields::of(node) else {
            return;
        };
        let mut here = around.clone();
        self.name(key, &mut here);
        self.learn_rules(node);
        if let Some(said) = fields.find(&KEYS.verdict, Node::text) {
            let read = verdict::read(said);
            self.said.verdict = read.or(self.said.verdict);
        }
        if let Some((name, _, _)) = fields.0.iter().find(|(key, _, node)| {
            KEYS.dismissed.contains(key)
                && match &node.value {
                    NodeValue::Bool(yes) => *yes,
                    NodeValue::List(items) => items
                        .iter()
                        .any(|item| item.get("status").and_then(Node::text) != Some("rejected")),
                    _ => false,
                }
        }) {
            here.dismissed = Some(match name.as_str() {
                "suppressions" | "suppressed" => "suppressed",
                _ => "resolved",
            });
        }
        let absent = fields.0.iter().any(|(key, _, node)| {
            (key == "baselinestate" && node.text() == Some("absent"))
                || (key == "kind" && matches!(node.text(), Some("pass" | "notApplicable")))
        });
        if absent {
            here.dismissed = Some("no longer there");
        }
        let mut found = self.place_in(&fields, 0);
        let own_start = fields
            .0
            .iter()
            .any(|(_, _, node)| found.start.as_ref().is_some_and(|(_, at)| node.at == *at));
        let own_path = found.path.is_some();
        found.path = found.path.or(here.path);
        let level = self.severity(&fields, &found);
        let title = fields.find(&KEYS.title, |node| text_in(node, 0));
        let title_at = fields.find(&KEYS.title, |node| text_in(node, 0).map(|_| node.at));
        let body = fields.find(&KEYS.body, |node| {
            text_in(node, 0).filter(|text| Some(*text) != title)
        });
        let place = fields.find(&KEYS.place, Node::text);
        let what = title.map(|title| title.trim().to_owned());
        let claimed = what.is_some() || body.is_some() || level.is_some();
        let container = fields.0.iter().any(|(key, _, node)| {
            !KEYS.skip.contains(key)
                && !KEYS.inside.contains(key)
                && node
                    .items()
                    .iter()
                    .any(|item| matches!(item.value, NodeValue::Map(_)))
        });
        let has_place = (found.path.is_some()
            && (found.start.is_some() || (own_path && claimed && !container)))
            || (place.is_some() && claimed);
        if has_place && found.start.is_none() && own_path && !container {
            // Some tools name the lines in the text alone: `In @src/a.rs around lines 4 - 8, …`.
            let path = found.path.map_or("", |(path, _)| path);
            let stated = [title, body].into_iter().flatten().find_map(|text| {
                let places = location::places(text, self.paths);
                let place = places.iter().find(|place| {
                    !place.lines.is_empty()
                        && (place.path.ends_with(path) || path.ends_with(&place.path))
                })?;
                let lines = place.lines.first()?.as_ref().ok()?;
                Some((format!("{}-{}", lines.start, lines.end), node.at))
            });
            found.start = stated;
        }
        if has_place
            && claimed
            && !(container && found.start.is_none())
            && (!around.claimed || own_path)
        {
            let (word, level) = match level {
                Some((word, level)) => (Some(word), level),
                None => (
                    here.severity.map(|(_, word)| word.to_owned()),
                    here.severity.map(|(level, _)| level),
                ),
            };
            let claim = Claim {
                severity: level.or(here.severity.map(|(level, _)| level)),
                severity_text: word,
                what,
                why: body.map(|body| body.trim().to_owned()),
            };
            let link = fields.find(&KEYS.link, Node::text).map(str::to_owned);
            self.push(
                node,
                &found,
                place,
                &claim,
                link.as_ref(),
                here.dismissed,
                title_at.filter(|_| !own_start),
            );
            here.claimed = true;
        } else if claimed
            && !container
            && found.path.is_none()
            && !around.claimed
            && level.is_some()
            && what.is_some()
        {
            // Some tools name the place in the text alone.
            let (word, level) = level.unwrap_or_default();
            let claim = Claim {
                severity: level,
                severity_text: Some(word),
                what,
                why: body.map(|body| body.trim().to_owned()),
            };
            self.by_text(node, claim, title, body);
            here.claimed = true;
        }
        if found.path.is_some() && own_path {
            here.path = found.path;
        }
        for (key, name, child) in &fields.0 {
            if KEYS.skip.contains(key) || (here.claimed && KEYS.inside.contains(key)) {
                continue;
            }
            // A word for a severity is a group only above objects.
            self.value(child, name, &here, depth + 1);
        }
    }

    /// A finding whose place stands in its text: `In @src/a.rs around lines 4 - 8, …`.
    fn by_text(&mut self, node: &'a Node, claim: Claim, title: Option<&str>, body: Option<&str>) {
        let texts = [title, body].into_iter().flatten();
        let place = texts.into_iter().find_map(|text| {
            let all = location::places(text, self.paths);
            let place = all.into_iter().find(|place| !place.lines.is_empty())?;
            Some(place.citations(text))
        });
        let at = node.at;
        let Some(citations) = place else {
            self.said.items.push(DocumentItem {
                at,
                text: String::new(),
                location: None,
                swapped: false,
                claim,
                link: None,
                dismissed: None,
            });
            return;
        };
        for citation in citations {
            let (text, location, swapped) = match citation {
                Ok(citation) => (citation.text, Ok(citation.location), citation.swapped),
                Err(malformed) => (String::new(), Err(malformed), false),
            };
            self.said.items.push(DocumentItem {
                at,
                text,
                location: Some(location),
                swapped,
                claim: claim.clone(),
                link: None,
                dismissed: None,
            });
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one call, with what was found of one object"
    )]
    fn push(
        &mut self,
        node: &Node,
        found: &FoundPlace<'_>,
        place: Option<&str>,
        claim: &Claim,
        link: Option<&String>,
        dismissed: Option<&str>,
        title_at: Option<usize>,
    ) {
        let at = found.path.map(|(_, at)| at).filter(|at| *at > 0);
        let start_at = found.start.as_ref().map(|(_, at)| *at);
        let at = match (at, start_at) {
            (Some(path), _) if path >= node.at && (title_at.is_some() || start_at.is_none()) => {
                path
            }
            (_, Some(start)) => start,
            _ => title_at.unwrap_or(node.at),
        };
        let mut items = Vec::new();
        match found.path {
            Some((path, _)) => items.push(self.located(path, found)),
            None => {
                for read in location::citations_up_to(place.unwrap_or(""), 64).0 {
                    items.push(match read {
                        Ok(citation) => (citation.text, Ok(citation.location), citation.swapped),
                        Err(malformed) => (place.unwrap_or("").to_owned(), Err(malformed), false),
                    });
                }
            }
        }
        for (text, location, swapped) in items {
            self.said.items.push(DocumentItem {
                at,
                text,
                location: Some(location),
                swapped,
                claim: claim.clone(),
                link: link.cloned(),
                dismissed: dismissed.map(str::to_owned),
            });
        }
    }

    fn located(
        &self,
        path: &str,
        found: &FoundPlace<'_>,
    ) -> (String, Result<Location, Malformed>, bool) {
        let path = path.trim();
        let lines = match (&found.start, &found.end) {
            (Some((start, _)), Some(end))
                if !start.is_empty() && !end.is_empty() && !start.contains(['-', ':', ',']) =>
            {
                format!("{start}-{end}")
            }
            (Some((start, _)), _) => start.clone(),
            _ => String::new(),
        };
        // The path itself may carry its lines.
        let read: Option<Result<LineRange, Malformed>> = if lines.is_empty() {
            None
        } else {
            location::line_range(&lines)
        };
        let known = self.paths.is_some_and(|paths| paths.has(path));
        let whole = (!known)
            .then(|| location::places(path, self.paths).into_iter().next_back())
            .flatten()
            .map(|place| (place.path.clone(), place.lines.first().cloned()));
        let (path, carried) = match whole {
            Some((clean, carried)) if path.contains([':', '#', '\\']) => (clean, carried),
            _ => (
                path.strip_prefix("file://")
                    .unwrap_or(path)
                    .replace('\\', "/"),
                None,
            ),
        };
        let text = if lines.is_empty() {
            path.clone()
        } else {
            format!("{path}:{lines}")
        };
        let swapped = {
            let mut numbers = lines
                .split(|c: char| !c.is_ascii_digit())
                .filter_map(|n| n.parse::<u32>().ok());
            matches!((numbers.next(), numbers.next()), (Some(first), Some(last)) if last < first)
        };
        if path.is_empty() || location::names_no_place(&path) {
            return (text, Err(Malformed::NoPath), false);
        }
        let location = |lines| Location {
            path: path.clone(),
            lines,
            symbol: None,
        };
        match read.or(carried) {
            Some(Ok(range)) => (text, Ok(location(Some(range))), swapped),
            Some(Err(malformed)) => (text, Err(malformed), false),
            None if lines.is_empty() => (text, Ok(location(None)), false),
            None => {
                let text: String = lines.chars().take(24).collect();
                (text.clone(), Err(Malformed::Line { text }), false)
            }
        }
    }

    /// The place of an object: its own members, then those of the objects that hold a place.
    fn place_in(&self, fields: &Fields<'a>, depth: usize) -> FoundPlace<'a> {
        let mut found = FoundPlace::default();
        if depth > 6 {
            return found;
        }
        found.path = fields.find(&KEYS.path, |node| {
            let text = node.text()?;
            (!text.trim().is_empty() && text.len() < 2000 && !text.contains('\n'))
                .then_some((text, node.at))
        });
        if let Some((component, at)) = found.path
            && let Some((_, path)) = component.rsplit_once(':')
            && location::looks_like_path(path)
            && !component.contains("://")
        {
            // Sonar puts the project in front.
            found.path = Some((path, at));
        }
        // The positions of editors count from 0; a linter that names the file in the same object counts from 1.
        let zero_based =
            found.path.is_none() && fields.0.iter().any(|(key, ..)| key == "character");
        found.start = fields
            .find(&KEYS.start, |node| line_in(node, zero_based))
            .filter(|(text, _)| !text.is_empty());
        found.end = fields
            .find(&KEYS.end, |node| line_in(node, zero_based))
            .map(|(text, _)| text);
        for name in &KEYS.inside {
            for (key, _, node) in &fields.0 {
                if key != name {
                    continue;
                }
                let inner = match &node.value {
                    NodeValue::List(items) => items
                        .iter()
                        .find(|item| {
                            item.get("is_primary")
                                .is_some_and(|node| node.value == NodeValue::Bool(true))
                        })
                        .or(items.first()),
                    NodeValue::Map(_) => Some(*node),
                    _ => None,
                };
                let Some(inner) = inner.and_then(Fields::of) else {
                    continue;
                };
                let inner = self.place_in(&inner, depth + 1);
                found.path = found.path.or(inner.path);
                // `line` beside a range that begins there.
                if found.end.is_none()
                    && let (Some((own, _)), Some((start, _))) = (&found.start, &inner.start)
                    && own == start
                {
                    found.end.clone_from(&inner.end);
                }
                if found.start.is_none() {
                    found.start = inner.start;
                    found.end = inner.end;
                }
            }
        }
        // rustc and clippy wrap a diagnostic in `message`.
        found
    }

    fn severity(
        &self,
        fields: &Fields<'a>,
        found: &FoundPlace<'_>,
    ) -> Option<(String, Option<Severity>)> {
        let word = fields.find(&KEYS.severity, |node| match &node.value {
            NodeValue::Text(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            // Codex's priorities, and ESLint's numbers.
            NodeValue::Number(number) => Some(number.clone()),
            _ => None,
        });
        let is = |name: &str| fields.0.iter().any(|(key, ..)| key == name);
        let number = |word: &str| -> Option<Severity> {
            let value: u32 = word.parse().ok()?;
            if is("priority") || is("prio") {
                severity::read(&format!("P{value}"))
            } else if is("severity") {
                match value {
                    2 => Some(Severity::Block),
                    1 => Some(Severity::Warn),
                    0 | 3 | 4 => Some(Severity::Info),
                    _ => None,
                }
            } else {
                None
            }
        };
        if let Some(word) = word {
            // PMD's priorities go from 1, the worst, to 5.
            if is("priority") && is("beginline") {
                let level = match word.as_str() {
                    "1" | "2" => Some(Severity::Block),
                    "3" => Some(Severity::Warn),
                    _ => Some(Severity::Info),
                };
                return Some((word, level));
            }
            let known = || KEYS.words.get(&word.to_lowercase()).copied();
            let level = severity::read(&word)
                .or_else(|| number(&word))
                .or_else(known);
            return Some((word, level));
        }
        if let Some(rule) = fields.find(&KEYS.rule, Node::text)
            && let Some(word) = self.rules.get(rule)
        {
            return Some(((*word).to_owned(), severity::read(word)));
        }
        let perhaps = fields.find(&KEYS.perhaps_severity, |node| {
            let text = node.text()?;
            severity::read(text).map(|level| (text.to_owned(), Some(level)))
        });
        let from_title = || {
            let title = fields.find(&KEYS.title, |node| text_in(node, 0))?;
            let (level, word) = severity::marked(title)?;
            Some((word, Some(level)))
        };
        // Inside `extra` or a rule's properties.
        let nested = || {
            KEYS.nested.iter().find_map(|name| {
                let (_, _, node) = fields.0.iter().find(|(key, ..)| key == name)?;
                let inner = Fields::of(node)?;
                let word = inner.find(&KEYS.severity, Node::text);
                let word = word.or_else(|| inner.find(&KEYS.perhaps_severity, Node::text))?;
                Some((word.to_owned(), severity::read(word)))
            })
        };
        perhaps.or_else(nested).or_else(|| {
            (found.path.is_some() || found.start.is_some())
                .then(from_title)
                .flatten()
        })
    }

    /// SARIF's rules say how bad their results are.
    fn learn_rules(&mut self, node: &'a Node) {
        let Some(rules) = node.at("tool.driver.rules") else {
            return;
        };
        for rule in rules.items() {
            let id = rule.get("id").and_then(Node::text);
            let level = rule.at("defaultConfiguration.level").and_then(Node::text);
            if let (Some(id), Some(level)) = (id, level) {
                self.rules.insert(id, level);
            }
        }
    }
}

/// A text, or that of an object that holds one.
fn text_in(node: &Node, depth: usize) -> Option<&str> {
    match &node.value {
        NodeValue::Text(text) if !text.trim().is_empty() => Some(text),
        NodeValue::Map(_) if depth < 3 => [
            "text",
            "markdown",
            "message",
            "value",
            "body",
            "raw",
            "description",
        ]
        .iter()
        .find_map(|key| text_in(node.get(key)?, depth + 1)),
        _ => None,
    }
}

/// A line: a number, a text with digits, a pair, or an object with one.
fn line_in(node: &Node, zero_based: bool) -> Option<(String, usize)> {
    let text = match &node.value {
        NodeValue::Number(number) => {
            let line: u64 = number.parse().ok()?;
            (line + u64::from(zero_based)).to_string()
        }
        NodeValue::Text(text) => {
            let text = text.trim();
            let digits = text.chars().any(|c| c.is_ascii_digit());
            if !digits && text.len() > 24 {
                return None;
            }
            text.to_owned()
        }
        NodeValue::List(items) => {
            let numbers: Vec<&str> = items.iter().filter_map(Node::text).collect();
            match numbers.as_slice() {
                [one] => (*one).to_owned(),
                [first, .., last] if numbers.len() == items.len() => format!("{first}-{last}"),
                _ => return None,
            }
        }
        NodeValue::Map(_) => {
            let inner = Fields::of(node)?;
            let zero_based = inner.0.iter().any(|(key, ..)| key == "character");
            let first = inner.find(&KEYS.start, |node| line_in(node, zero_based))?;
            let last = inner.find(&KEYS.end, |node| line_in(node, zero_based));
            return Some(match last {
                Some((last, _)) => (format!("{}-{last}", first.0), first.1),
                None => first,
            });
        }
        _ => return None,
    };
    Some((text, node.at))
}
