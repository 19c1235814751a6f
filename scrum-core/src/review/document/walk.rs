//! Looks for findings in a tree of values.

use super::by_value::{self, is_container};
use super::dismissal::dismissal;
use super::enclosing::Enclosing;
use super::fields::{Fields, text_in};
use super::keys::{KEYS, letters};
use super::node::{DEEPEST, Document, Node, NodeValue};
use super::place::{FoundPlace, begins_with_lines, lines_in_text, located, place_in};
use super::said::{DocumentItem, DocumentSaid};
use super::severity::{RuleLevels, learn_rules, severity_in};
use crate::review::explain::PartReason;
use crate::review::location::{self, KnownPaths};
use crate::review::{Claim, ReadOptions, prose, severity, verdict, words};

/// The longest text of a list that is read as a finding, or kept as a remark, in bytes.
const LONGEST_TEXT: usize = 4096;
/// How many remarks are kept.
const MOST_REMARKS: usize = 256;

pub(in crate::review) fn walk(document: &Document, options: &ReadOptions<'_>) -> DocumentSaid {
    let mut walker = Walker {
        paths: options.paths,
        said: DocumentSaid::default(),
        rules: RuleLevels::new(),
        limit: options.max_citations,
        explain: options.explain,
    };
    for root in &document.roots {
        walker.value(root, "", &Enclosing::default(), 0);
    }
    walker.said
}

struct Walker<'a> {
    paths: Option<&'a KnownPaths>,
    said: DocumentSaid,
    /// The severities of SARIF's rules.
    rules: RuleLevels<'a>,
    limit: usize,
    explain: bool,
}

impl<'a> Walker<'a> {
    fn value(&mut self, node: &'a Node, key: &'a str, around: &Enclosing<'a>, depth: usize) {
        if depth > DEEPEST || self.said.items.len() >= self.limit {
            return;
        }
        match &node.value {
            NodeValue::List(items) => {
                let mut here = around.clone();
                here.name(key);
                if items.is_empty() && (key.is_empty() || KEYS.lists.contains(&letters(key))) {
                    self.said.empty = true;
                }
                for item in items {
                    self.value(item, "", &here, depth + 1);
                }
            }
            NodeValue::Map(_) => self.object(node, key, around, depth),
            NodeValue::Text(text) => {
                let mut here = around.clone();
                here.name(key);
                let listed = key.is_empty() || here.path != around.path || here.lines.is_some();
                if listed && text.len() < LONGEST_TEXT {
                    self.statement(node, text, &here);
                }
                if text.len() < LONGEST_TEXT && self.said.remarks.len() < MOST_REMARKS {
                    self.said.remarks.push(text.clone());
                }
            }
            _ => {}
        }
    }

    /// A text of a list, or below a path or a line: `"src/a.rs:4 - …"`, `{"src/a.rs": {"4": "…"}}`.
    fn statement(&mut self, node: &'a Node, text: &'a str, around: &Enclosing<'a>) {
        if let (Some(path), Some(lines)) = (around.path, &around.lines) {
            let found = FoundPlace {
                path: Some(path),
                start: Some((lines.clone(), node.at)),
                end: None,
            };
            let own = severity::marked(text);
            let claim = Claim {
                severity: own.as_ref().map(|(level, _)| *level).or(around.level()),
                severity_text: own.map(|(_, word)| word).or(around.word()),
                what: Some(text.trim().to_owned()),
                why: None,
            };
            self.push(node, &found, None, &claim, None, around.dismissed, None);
            return;
        }
        let said = prose::within(
            text,
            &ReadOptions::default().paths(self.paths),
            around.path.map(|(path, _)| path),
        );
        for statement in said.statements {
            let mut claim = statement.claim;
            claim.severity = claim.severity.or(around.level());
            claim.severity_text = claim.severity_text.or(around.word());
            for place in statement.cited {
                self.said.items.push(DocumentItem {
                    at: node.at,
                    text: place.text,
                    location: Some(place.location),
                    swapped: place.swapped,
                    claim: claim.clone(),
                    link: None,
                    dismissed: around.dismissed,
                });
            }
        }
    }

    fn object(&mut self, node: &'a Node, key: &'a str, around: &Enclosing<'a>, depth: usize) {
        let Some(fields) = Fields::of(node) else {
            return;
        };
        let mut here = around.clone();
        here.name(key);
        learn_rules(node, &mut self.rules);
        if let Some(said) = fields.find(&KEYS.verdict, Node::text) {
            let read = verdict::read(said);
            self.said.verdict = read.or(self.said.verdict);
        }
        here.dismissed = dismissal(&fields).or(here.dismissed);
        let mut found = place_in(&fields, self.paths, 0);
        found.start = found
            .start
            .or(here.lines.clone().map(|lines| (lines, node.at)));
        let own_start = fields
            .0
            .iter()
            .any(|(_, _, node)| found.start.as_ref().is_some_and(|(_, at)| node.at == *at));
        let own_path = found.path.is_some();
        if found.path.is_none() && here.path.is_some() {
            found.path = here.path;
            found.take_lines(|| by_value::lines(&fields));
        }
        let mut level = severity_in(&fields, &found, &self.rules);
        // A list of files names each by its last part, too.
        let is_name = |text: &str| found.path.is_some_and(|(path, _)| path.ends_with(text));
        let title = fields.find(&KEYS.title, |node| {
            text_in(node).filter(|text| !is_name(text))
        });
        let title_at = fields.find(&KEYS.title, |node| text_in(node).map(|_| node.at));
        let body = fields.find(&KEYS.body, |node| {
            text_in(node).filter(|text| Some(*text) != title)
        });
        // A name alone says nothing of a file.
        let is_named = body.is_none() && level.is_none() && found.start.is_none();
        let title = title.filter(|title| {
            let mut members = fields.0.iter();
            !(is_named && members.any(|(key, _, node)| key == "name" && node.text() == Some(title)))
        });
        let placed = found.path.is_some() && found.start.is_some();
        let title = title.or_else(|| {
            (placed && body.is_none())
                .then(|| fields.sentence())
                .flatten()
        });
        let place = fields.find(&KEYS.place, Node::text);
        let container = is_container(&fields, self.paths);
        // A rule or a kind says something of a line, too, if nothing else does.
        let kind = || {
            let kind = fields
                .find(&KEYS.rule, Node::text)
                .or_else(|| fields.find(&KEYS.perhaps_severity, Node::text));
            kind.filter(|_| found.start.is_some())
        };
        // Places may stand below a title: `{"title": …, "files": [{"path": …, "line": …}]}`.
        let what = title
            .or(here.title)
            .or_else(kind)
            .map(|title| title.trim().to_owned());
        let claimed = what.is_some() || body.is_some() || level.is_some();
        if found.start.is_none() && !container {
            found.start = lines_in_text(node.at, &found, [title, body], self.paths);
        }
        // `line 4, col 7, Warning - …` below a file.
        let begun = (found.path.is_some() && found.start.is_none() && !container && claimed)
            .then(|| begins_with_lines(&fields))
            .flatten();
        if let Some((lines, at, rating)) = begun {
            found.start = Some((lines, at));
            level = level.or(rating);
        }
        let has_place = (found.path.is_some() && found.start.is_some())
            || (!container && (own_path || place.is_some()));
        let rated = level.is_some();
        let (word, own) = level.unzip();
        let own = own.flatten();
        let said = Claim {
            severity: own.or(here.level()),
            severity_text: word.or(here.word()),
            what,
            why: body.map(|body| body.trim().to_owned()),
        };
        if has_place && claimed {
            let link = fields.find(&KEYS.link, Node::text).map(str::to_owned);
            self.push(
                node,
                &found,
                place,
                &said,
                link.as_ref(),
                here.dismissed,
                title_at.filter(|_| !own_start),
            );
            // What is in a finding is a part of it.
            return;
        }
        // Some tools name the place in the text alone.
        let counts = title.is_some_and(words::is_count);
        if !container
            && !counts
            && (rated || depth > 0)
            && self.by_text(node, &said, [title, body], rated, here.dismissed)
        {
            return;
        }
        let known = self.said.items.len();
        if container && depth > 1 {
            here.title = title.or(here.title);
            here.severity = own.map(|level| (level, None)).or(here.severity);
        }
        here.path = found.path;
        // Beside `warnings`, the `errors` are findings, too.
        let results = fields.0.iter().any(|(key, _, node)| {
            let rated = severity::of_heading(key).is_some();
            KEYS.lists.contains(key) && !KEYS.run.contains(key) && !rated && node.is_structure()
        });
        for (key, name, child) in &fields.0 {
            let mut inner = here.clone();
            if results && KEYS.run.contains(key) {
                inner.dismissed = Some(PartReason::ToolError);
            }
            self.value(child, name, &inner, depth + 1);
        }
        // What is rated is a claim, even without a place in it or below.
        if container || self.said.items.len() > known {
            return;
        }
        if rated && title.is_some() && !counts && here.dismissed.is_none() {
            self.said.items.push(DocumentItem {
                at: node.at,
                text: String::new(),
                location: None,
                swapped: false,
                claim: said,
                link: None,
                dismissed: None,
            });
        } else if self.explain {
            let reason = match (found.path.is_some() || place.is_some(), claimed) {
                (false, _) => PartReason::NoPath,
                (_, false) => PartReason::SaysNothing,
                _ => PartReason::NoLine,
            };
            self.said.ignored.push((node.at, reason));
        }
    }

    /// A finding whose place is in its text: `In @src/a.rs around lines 4 - 8, …`. Whether it is one.
    fn by_text(
        &mut self,
        node: &'a Node,
        claim: &Claim,
        texts: [Option<&str>; 2],
        rated: bool,
        dismissed: Option<PartReason>,
    ) -> bool {
        let Some(citations) = texts.into_iter().flatten().find_map(|text| {
            let all = location::places(text, self.paths);
            let place = all.into_iter().find(|place| !place.lines.is_empty())?;
            // What is not rated must begin with its place.
            let first = rated || !text[..place.range.start].contains(". ");
            first.then(|| place.citations(text))
        }) else {
            return false;
        };
        for citation in citations {
            let (text, location, swapped) = match citation {
                Ok(read) => (read.text, Ok(read.location), read.swapped),
                Err(malformed) => (String::new(), Err(malformed), false),
            };
            self.said.items.push(DocumentItem {
                at: node.at,
                text,
                location: Some(location),
                swapped,
                claim: claim.clone(),
                link: None,
                dismissed,
            });
        }
        true
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
        dismissed: Option<PartReason>,
        title_at: Option<usize>,
    ) {
        let at = found.path.map(|(_, at)| at);
        let start_at = found.start.as_ref().map(|(_, at)| *at);
        let at = match (at, start_at) {
            (Some(path), _) if path >= node.at && title_at.is_some() => path,
            (_, Some(start)) => start,
            _ => title_at.unwrap_or(node.at),
        };
        let mut items = Vec::new();
        match found.path {
            Some((path, _)) => items.push(located(path, found, self.paths)),
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
                dismissed,
            });
        }
    }
}
