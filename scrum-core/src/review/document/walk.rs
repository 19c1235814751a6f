//! Looks for findings in a tree of values.

use std::collections::HashMap;

use super::fields::{Fields, text_in};
use super::keys::{KEYS, letters};
use super::place::FoundPlace;
use super::{DEEPEST, Document, Node, NodeValue};
use crate::review::ReviewVerdict;
use crate::review::location::{self, KnownPaths, Location, Malformed};
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

pub(super) struct Walker<'a> {
    pub(super) paths: Option<&'a KnownPaths>,
    said: DocumentSaid,
    /// The severities of SARIF's rules.
    pub(super) rules: HashMap<&'a str, &'a str>,
    limit: usize,
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
                Some((
                    format!("{}-{}", lines.range.start, lines.range.end),
                    node.at,
                ))
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
}
