//! What lies in a pull request already: the comments of a forge's dump, one review for each author.
//!
//! Takes the bytes of a dump; gives [`Imported`]: who said what, in a form that [`Review::read`] reads back. Forges name
//! the same things differently; which keys those are stands in a data file, so that no forge has a reader of its own.

mod keys;

use std::collections::BTreeMap;

use serde::Serialize;

use self::keys::{KEYS, first, number, text};
use super::document::{self, Document, Node, Value};
use super::{Claim, ReadOptions, Review, prose};
use crate::review::location::{LineRange, Location};

/// Which forge wrote a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ImportFormat {
    /// Found out by its keys.
    #[default]
    Auto,
    /// GitHub: REST, GraphQL, or `gh pr view --json`.
    GitHub,
    /// GitLab discussions.
    GitLab,
    /// Gerrit comments.
    Gerrit,
    /// Bitbucket comments.
    Bitbucket,
    /// Threads of Azure DevOps.
    Azure,
    /// SARIF: one reviewer for each tool.
    Sarif,
    /// rdjson or rdjsonl: one reviewer for each source.
    Rdjson,
}

/// Why a dump cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// It is no JSON.
    #[error("no JSON can be read")]
    NotJson,
    /// No comment is in it.
    #[error("no comments of the asked format are in it")]
    NoComments,
}

/// A finding of an imported review, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportedFinding {
    /// The file.
    pub path: String,
    /// First line, in the new file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_line: Option<u32>,
    /// Last line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u32>,
    /// `block`, `warn` or `info`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// What is said first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Where the comment can be opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Its thread is resolved.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub resolved: bool,
}

/// What one author said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The login, without `[bot]`.
    pub reviewer: String,
    /// The comments that were read.
    pub comments: u64,
    /// In the order of the dump.
    pub findings: Vec<ImportedFinding>,
    /// It says as a whole that there is nothing, or approves.
    pub says_clean: bool,
    /// Comments that say nothing of a place.
    pub remarks: u64,
}

/// A dump, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// By the author's name.
    pub authors: Vec<Imported>,
    /// What is left out, by its reason: how many.
    pub left_out: BTreeMap<&'static str, u64>,
}

/// How an imported review begins, by which it is told from one that a reviewer gave.
pub const IMPORTED: &str = "{\"imported_by\":\"scrum\"";

impl Imported {
    /// The review as JSON Lines. `findings` are those of one bundle.
    pub fn to_json_lines(&self, findings: &[&ImportedFinding]) -> String {
        let mut out = format!("{IMPORTED},\"comments\":{}", self.comments);
        if findings.is_empty() && self.says_clean {
            out.push_str(",\"findings\":[]");
        }
        out.push_str("}\n");
        for finding in findings {
            out.push_str(&serde_json::to_string(finding).unwrap_or_default());
            out.push('\n');
        }
        out
    }

    /// Whether there is anything to write.
    pub fn says_something(&self) -> bool {
        !self.findings.is_empty() || self.says_clean
    }
}

/// A comment of a dump.
#[derive(Debug, Default, Clone)]
struct Comment {
    author: String,
    body: String,
    path: Option<String>,
    lines: Option<LineRange>,
    /// The place is on the old side, or was overtaken by later commits.
    displaced: Option<String>,
    link: Option<String>,
    resolved: bool,
    approves: bool,
}

/// What a thread says of its comments.
#[derive(Debug, Default, Clone)]
struct Thread<'a> {
    path: Option<&'a str>,
    node: Option<&'a Node>,
    resolved: bool,
    reply: bool,
}

/// Reads a dump. `options` gives the known paths.
///
/// # Errors
///
/// If the bytes are no JSON, or hold no comments.
pub fn import(
    bytes: &[u8],
    format: ImportFormat,
    options: &ReadOptions<'_>,
) -> Result<Import, ImportError> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let document = document::parse(text).ok_or(ImportError::NotJson)?;
    let mut reader = Reader {
        comments: Vec::new(),
        left_out: BTreeMap::new(),
    };
    let by_tool = matches!(
        format,
        ImportFormat::Sarif | ImportFormat::Rdjson | ImportFormat::Auto
    );
    if by_tool && let Some(authors) = by_tool_of(&document, options) {
        return Ok(Import {
            authors,
            left_out: BTreeMap::new(),
        });
    }
    for root in &document.roots {
        reader.walk(root, &Thread::default(), 0);
    }
    if reader.comments.is_empty() && reader.left_out.is_empty() {
        return Err(ImportError::NoComments);
    }
    let mut authors: BTreeMap<String, Imported> = BTreeMap::new();
    for comment in reader.comments {
        let name = reviewer_name(&comment.author);
        let author = authors.entry(name.clone()).or_insert_with(|| Imported {
            reviewer: name,
            comments: 0,
            findings: Vec::new(),
            says_clean: false,
            remarks: 0,
        });
        author.comments += 1;
        take(&comment, options, author);
    }
    for author in authors.values_mut() {
        author.says_clean &= author.findings.is_empty();
    }
    let mut left_out = reader.left_out;
    let remarks: u64 = authors.values().map(|author| author.remarks).sum();
    if remarks > 0 {
        left_out.insert("remarks without a place", remarks);
    }
    Ok(Import {
        authors: authors.into_values().collect(),
        left_out,
    })
}

/// A login as the name of a reviewer and of a file.
fn reviewer_name(login: &str) -> String {
    let login = login.strip_suffix("[bot]").unwrap_or(login);
    let name: String = login
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') {
                c
            } else {
                '-'
            }
        })
        .take(80)
        .collect();
    let name = name.trim_matches(['.', '-']).to_owned();
    if name.is_empty() {
        "unknown".to_owned()
    } else {
        name
    }
}

fn finding(location: &Location, claim: Claim, comment: &Comment) -> ImportedFinding {
    let severity = claim.severity.map(|level| level.to_string());
    ImportedFinding {
        path: location.path.clone(),
        start_line: location.lines.map(|lines| lines.start),
        end_line: location.lines.map(|lines| lines.end),
        severity,
        title: claim.what,
        body: claim.why,
        link: comment.link.clone(),
        resolved: comment.resolved,
    }
}

/// What a comment says becomes findings of its author.
fn take(comment: &Comment, options: &ReadOptions<'_>, author: &mut Imported) {
    if let Some(path) = &comment.path {
        let mut claim = prose::comment(&comment.body);
        if claim.what.is_none() {
            author.remarks += 1;
            return;
        }
        if let Some(displaced) = &comment.displaced {
            let why = claim
                .why
                .take()
                .map_or(displaced.clone(), |why| format!("{why}\n{displaced}"));
            claim.why = Some(why);
        }
        let location = Location {
            path: path.clone(),
            lines: comment.lines,
            symbol: None,
        };
        author.findings.push(finding(&location, claim, comment));
        return;
    }
    let review = Review::read(comment.body.as_bytes(), options);
    let mut any = false;
    for read in review.findings {
        if let (Ok(location), None, None) = (&read.location, read.quoted, &read.retracted) {
            author.findings.push(finding(location, read.claim, comment));
            any = true;
        }
    }
    if !any
        && (review.says_clean
            || (comment.approves && !review.unlocated.iter().any(|said| said.retracted.is_none())))
    {
        author.says_clean = true;
    } else if !any {
        author.remarks += 1;
    }
}

/// SARIF and rdjson name the tool rather than an author.
fn by_tool_of(document: &Document, options: &ReadOptions<'_>) -> Option<Vec<Imported>> {
    let mut by_tool: BTreeMap<String, Vec<Node>> = BTreeMap::new();
    for root in &document.roots {
        let runs = root.get("runs").map(Node::items).unwrap_or_default();
        for run in runs {
            let name = run.at("tool.driver.name").and_then(Node::text)?;
            by_tool
                .entry(reviewer_name(name))
                .or_default()
                .push(run.clone());
        }
        let source = root.at("source.name").and_then(Node::text);
        let is_rdjson = root.get("diagnostics").is_some()
            || (root.get("message").is_some() && root.at("location.path").is_some());
        if let Some(source) = source.filter(|_| is_rdjson) {
            by_tool
                .entry(reviewer_name(source))
                .or_default()
                .push(root.clone());
        }
    }
    if by_tool.is_empty() {
        return None;
    }
    let authors = by_tool.into_iter().map(|(reviewer, roots)| {
        let said = document::walk(&Document { roots }, options.paths, options.max_citations);
        let comments = u64::try_from(said.items.len()).unwrap_or(u64::MAX);
        let findings: Vec<ImportedFinding> = said
            .items
            .into_iter()
            .filter_map(|item| {
                let comment = Comment {
                    resolved: item.dismissed.is_some(),
                    link: item.link.clone(),
                    ..Comment::default()
                };
                Some(finding(item.location?.ok().as_ref()?, item.claim, &comment))
            })
            .collect();
        Imported {
            reviewer,
            comments,
            says_clean: findings.is_empty(),
            findings,
            remarks: 0,
        }
    });
    Some(authors.collect())
}

struct Reader {
    comments: Vec<Comment>,
    left_out: BTreeMap<&'static str, u64>,
}

impl Reader {
    fn leave_out(&mut self, reason: &'static str) {
        *self.left_out.entry(reason).or_default() += 1;
    }

    fn walk<'a>(&mut self, node: &'a Node, thread: &Thread<'a>, depth: usize) {
        if depth > 32 {
            return;
        }
        match &node.value {
            Value::List(items) => {
                for item in items {
                    self.walk(item, thread, depth + 1);
                }
            }
            Value::Map(members) => {
                if let Some(inner) =
                    first(node, &KEYS.thread).filter(|_| first(node, &KEYS.is_thread).is_some())
                {
                    self.thread(node, inner, thread, depth);
                    return;
                }
                let whole = first(node, &KEYS.dump).is_some();
                let author = text(node, &KEYS.author);
                if let (Some(author), Some(body), false) = (author, first(node, &KEYS.body), whole)
                {
                    self.comment(node, author, body.text().unwrap_or(""), thread);
                    return;
                }
                for (key, child) in members {
                    // Gerrit's comments stand under the path.
                    let path = (child
                        .items()
                        .iter()
                        .any(|item| first(item, &KEYS.body).is_some())
                        && key.contains(['/', '.']))
                    .then_some(key.as_str());
                    let thread = Thread {
                        path: path.or(thread.path),
                        ..thread.clone()
                    };
                    self.walk(child, &thread, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn thread<'a>(&mut self, node: &'a Node, inner: &'a Node, outer: &Thread<'a>, depth: usize) {
        let resolved = is_set(node, &KEYS.resolved)
            || inner
                .items()
                .iter()
                .take(1)
                .any(|note| is_set(note, &KEYS.resolved));
        for (at, item) in inner.items().iter().enumerate() {
            let thread = Thread {
                path: outer.path,
                node: Some(node),
                resolved,
                reply: at > 0,
            };
            self.walk(item, &thread, depth + 1);
        }
    }

    fn comment(&mut self, node: &Node, author: &str, body: &str, thread: &Thread<'_>) {
        if is_set(node, &KEYS.system) {
            return self.leave_out("notes of the forge itself");
        }
        if thread.reply
            || number(node, &KEYS.reply).is_some_and(|id| id > 0)
            || text(node, &KEYS.reply).is_some_and(|id| !id.is_empty() && id != "0")
            || node
                .get("parent")
                .is_some_and(|parent| parent.get("id").is_some())
        {
            return self.leave_out("replies");
        }
        let find = |keys: &[String]| number(node, keys).or_else(|| number(thread.node?, keys));
        let path = text(node, &KEYS.path)
            .or_else(|| text(thread.node?, &KEYS.path))
            .or(thread.path);
        let path = path
            .map(|path| path.trim_start_matches('/'))
            .filter(|path| !matches!(*path, "PATCHSET_LEVEL" | "COMMIT_MSG" | ""));
        let old_side = text(node, &KEYS.side)
            .or_else(|| text(thread.node?, &KEYS.side))
            .is_some_and(|side| matches!(side, "LEFT" | "PARENT"));
        let (start, end) = (find(&KEYS.start), find(&KEYS.end));
        let old = find(&KEYS.old_line);
        let mut displaced = None;
        let lines = match end.or(start) {
            Some(last) if !old_side && last > 0 => {
                let first = start.unwrap_or(last).max(1);
                Some(LineRange {
                    start: first.min(last),
                    end: first.max(last),
                })
            }
            other => {
                if let Some(line) = other.or(old).filter(|_| path.is_some()) {
                    displaced = Some(if old_side || find(&KEYS.original).is_none() {
                        format!("(on line {line} of the old file)")
                    } else {
                        format!("(outdated: on line {line} of an earlier commit)")
                    });
                }
                None
            }
        };
        let approves =
            text(node, &KEYS.state).is_some_and(|state| state.eq_ignore_ascii_case("approved"));
        if body.trim().is_empty() && !approves {
            return self.leave_out("empty comments");
        }
        self.comments.push(Comment {
            author: author.to_owned(),
            body: body.to_owned(),
            path: path.map(str::to_owned),
            lines,
            displaced,
            link: text(node, &KEYS.link)
                .filter(|link| link.starts_with("http"))
                .map(str::to_owned),
            resolved: thread.resolved || is_set(node, &KEYS.resolved),
            approves,
        });
    }
}

/// Whether a key says yes: `true`, an object, or a word such as `fixed`.
fn is_set(node: &Node, keys: &[String]) -> bool {
    first(node, keys).is_some_and(|node| match &node.value {
        Value::Bool(yes) => *yes,
        Value::Map(_) => true,
        Value::Text(word) => matches!(
            word.as_str(),
            "fixed" | "closed" | "wontFix" | "byDesign" | "resolved" | "RESOLVED" | "system"
        ),
        Value::Number(word) => matches!(word.as_str(), "2" | "3" | "4" | "5"),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::location::KnownPaths;

    fn read(dump: &str) -> Import {
        let paths = KnownPaths::new(["src/pool.rs", "src/clock.ts"]);
        import(
            dump.as_bytes(),
            ImportFormat::Auto,
            &ReadOptions::default().paths(&paths),
        )
        .unwrap()
    }

    /// Every finding as `author path:start-end severity`.
    fn findings(import: &Import) -> Vec<String> {
        let of = |author: &Imported| {
            let shown = |finding: &ImportedFinding| {
                let lines = finding
                    .start_line
                    .zip(finding.end_line)
                    .map_or(String::new(), |(a, b)| format!(":{a}-{b}"));
                let severity = finding.severity.as_deref().unwrap_or("-");
                let resolved = if finding.resolved { " resolved" } else { "" };
                format!(
                    "{} {}{lines} {severity}{resolved}",
                    author.reviewer, finding.path
                )
            };
            author.findings.iter().map(shown).collect::<Vec<_>>()
        };
        import.authors.iter().flat_map(of).collect()
    }

    #[test]
    fn each_forge_is_read_by_its_keys() {
        for (name, dump, expected) in [
            (
                "github",
                r#"[{"id":1,"user":{"login":"a[bot]"},"path":"src/pool.rs","line":9,"start_line":4,"side":"RIGHT","body":"**[HIGH]** kept","html_url":"https://x/1"},
                    {"id":2,"in_reply_to_id":1,"user":{"login":"b"},"path":"src/pool.rs","line":9,"body":"Done"}]"#,
                vec!["a src/pool.rs:4-9 block"],
            ),
            (
                "github, outdated and on the old side",
                r#"[{"user":{"login":"a"},"path":"src/pool.rs","line":null,"original_line":9,"side":"RIGHT","body":"kept"},
                    {"user":{"login":"a"},"path":"src/pool.rs","line":7,"side":"LEFT","body":"was right"}]"#,
                vec!["a src/pool.rs -", "a src/pool.rs -"],
            ),
            (
                "graphql",
                r#"{"data":{"nodes":[{"isResolved":true,"path":"src/pool.rs","line":3,"comments":{"nodes":[{"author":{"login":"a"},"body":"nit: name"},{"author":{"login":"b"},"body":"ok"}]}}]}}"#,
                vec!["a src/pool.rs:3-3 info resolved"],
            ),
            (
                "gitlab",
                r#"[{"id":"d","notes":[{"author":{"username":"a"},"system":false,"resolved":false,"body":"blocker: kept","position":{"new_path":"src/pool.rs","new_line":8,"line_range":{"start":{"new_line":5},"end":{"new_line":8}}}}]},
                    {"id":"e","individual_note":true,"notes":[{"author":{"username":"a"},"system":true,"body":"added 1 commit"}]}]"#,
                vec!["a src/pool.rs:5-8 block"],
            ),
            (
                "gerrit",
                ")]}'\n{\"src/pool.rs\":[{\"author\":{\"username\":\"a\"},\"line\":8,\"range\":{\"start_line\":5,\"end_line\":8},\"message\":\"warning: kept\"}]}",
                vec!["a src/pool.rs:5-8 warn"],
            ),
            (
                "bitbucket",
                r#"{"values":[{"id":1,"user":{"nickname":"a"},"content":{"raw":"kept on a miss"},"inline":{"path":"src/pool.rs","to":8,"from":null},"links":{"html":{"href":"https://x"}}}]}"#,
                vec!["a src/pool.rs:8-8 -"],
            ),
            (
                "azure",
                r#"{"value":[{"status":"fixed","threadContext":{"filePath":"/src/pool.rs","rightFileStart":{"line":5},"rightFileEnd":{"line":8}},"comments":[{"parentCommentId":0,"author":{"displayName":"A B"},"content":"kept","commentType":"text"},{"parentCommentId":1,"author":{"displayName":"C"},"content":"ok"}]}]}"#,
                vec!["A-B src/pool.rs:5-8 - resolved"],
            ),
            (
                "sarif",
                r#"{"runs":[{"tool":{"driver":{"name":"Lint"}},"results":[{"level":"error","message":{"text":"kept"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/pool.rs"},"region":{"startLine":8}}}]}]}]}"#,
                vec!["Lint src/pool.rs:8-8 block"],
            ),
            (
                "gh pr view",
                r#"{"number":1,"comments":[{"author":{"login":"c"},"body":"Nice."}],"reviews":[{"author":{"login":"a"},"state":"COMMENTED","body":"`src/clock.ts:4` stops the clock"},{"author":{"login":"b"},"state":"APPROVED","body":"LGTM"}]}"#,
                vec!["a src/clock.ts:4-4 -"],
            ),
        ] {
            assert_eq!(findings(&read(dump)), expected, "{name}");
        }
    }

    #[test]
    fn what_is_left_out_is_counted_and_approval_is_clean() {
        let read = read(
            r#"[{"user":{"login":"a"},"path":"src/pool.rs","line":9,"body":"kept","in_reply_to_id":7},
                {"user":{"login":"b"},"state":"APPROVED","body":""}, {"user":{"login":"c"},"body":"Could somebody look?"}]"#,
        );
        assert_eq!(read.left_out["replies"], 1);
        assert_eq!(read.left_out["remarks without a place"], 1);
        let clean: Vec<_> = read
            .authors
            .iter()
            .filter(|author| author.says_clean)
            .map(|author| author.reviewer.as_str())
            .collect();
        assert_eq!(clean, ["b"]);
        assert_eq!(
            import(b"no json", ImportFormat::Auto, &ReadOptions::default()),
            Err(ImportError::NotJson)
        );
        assert_eq!(
            import(b"{\"a\":1}", ImportFormat::GitHub, &ReadOptions::default()),
            Err(ImportError::NoComments)
        );
    }

    #[test]
    fn a_written_review_is_read_back() {
        let dump = r#"[{"user":{"login":"a"},"path":"src/pool.rs","line":9,"body":"**[LOW]** kept\n\nlong","html_url":"https://x/1"}]"#;
        let read = read(dump);
        let author = &read.authors[0];
        let lines = author.to_json_lines(&author.findings.iter().collect::<Vec<_>>());
        let review = Review::from_text(&lines);
        assert_eq!(review.findings.len(), 1, "{lines}");
        assert_eq!(review.findings[0].link.as_deref(), Some("https://x/1"));
        assert_eq!(
            review.findings[0].claim.severity,
            Some(crate::review::Severity::Info)
        );
        let clean = Imported {
            findings: Vec::new(),
            says_clean: true,
            ..author.clone()
        };
        assert!(Review::from_text(&clean.to_json_lines(&[])).says_clean);
    }
}
