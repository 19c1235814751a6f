//! The comments of a forge's dump, whichever forge it is: one walk over the values, by the names of keys.

use std::collections::HashSet;

use super::format::ImportFormat;
use super::head_lines::HeadLines;
use super::keys::{KEYS, first, is_set, number, text};
use crate::review::document::{Document, Node, NodeValue};
use crate::review::location::LineRange;

/// How deep values are followed.
const DEEPEST: usize = 32;

/// A comment that is not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Why, as a plural: `replies`.
    pub reason: &'static str,
    /// The login of who wrote it.
    pub author: String,
    /// Its address, or its first words.
    pub comment: String,
}

/// A comment of a dump.
#[derive(Debug, Default, Clone)]
pub(super) struct Comment {
    pub(super) author: String,
    /// The forge says that the author is a program.
    pub(super) bot: bool,
    pub(super) body: String,
    pub(super) path: Option<String>,
    pub(super) lines: Option<LineRange>,
    /// What to know of the place: it is in the old file, or was overtaken by later commits.
    pub(super) displaced: Option<String>,
    pub(super) link: Option<String>,
    pub(super) resolved: bool,
    pub(super) approves: bool,
}

impl Comment {
    /// The comment as one that is left out.
    pub(super) fn left_out(&self, reason: &'static str) -> LeftOut {
        let words = self.body.split_whitespace().take(8).collect::<Vec<_>>();
        LeftOut {
            reason,
            author: self.author.clone(),
            comment: self.link.clone().unwrap_or_else(|| words.join(" ")),
        }
    }
}

/// What a thread says of its comments.
#[derive(Debug, Default, Clone)]
struct Thread<'a> {
    author: Option<&'a str>,
    path: Option<&'a str>,
    node: Option<&'a Node>,
    resolved: bool,
    reply: bool,
}

pub(super) struct CommentReader<'a> {
    format: ImportFormat,
    head: Option<&'a HeadLines>,
    pub(super) comments: Vec<Comment>,
    pub(super) left_out: Vec<LeftOut>,
    /// Places that have a comment, where a forge has no replies.
    bare: HashSet<(String, u32, u32)>,
}

/// Where a comment is, as far as the head has it.
#[derive(Default)]
struct Placed {
    path: Option<String>,
    lines: Option<LineRange>,
    displaced: Option<String>,
}

impl<'a> CommentReader<'a> {
    /// Reads the comments of a dump. Only what has the marks of the format, or of any, is one.
    pub(super) fn read(
        document: &Document,
        format: ImportFormat,
        head: Option<&'a HeadLines>,
    ) -> Self {
        let mut reader = Self {
            format,
            head,
            comments: Vec::new(),
            left_out: Vec::new(),
            bare: HashSet::new(),
        };
        for root in &document.roots {
            reader.walk(root, &Thread::default(), 0);
        }
        reader
    }

    fn walk<'n>(&mut self, node: &'n Node, thread: &Thread<'n>, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        match &node.value {
            NodeValue::List(items) => {
                for item in items {
                    self.walk(item, thread, depth + 1);
                }
            }
            NodeValue::Map(members) => {
                if let Some(inner) =
                    first(node, &KEYS.thread).filter(|_| first(node, &KEYS.is_thread).is_some())
                {
                    self.thread(node, inner, thread, depth);
                    return;
                }
                let whole = first(node, &KEYS.dump).is_some();
                let author = text(node, &KEYS.author).or(thread.author);
                if let (Some(author), Some(body), false) = (author, first(node, &KEYS.body), whole)
                {
                    self.comment(node, author, body.text().unwrap_or(""), thread);
                    let inner = Thread {
                        author: Some(author),
                        reply: text(node, &KEYS.path).is_some(),
                        ..thread.clone()
                    };
                    for list in KEYS.inner.iter().filter_map(|key| node.at(key)) {
                        self.walk(list, &inner, depth + 1);
                    }
                    return;
                }
                for (key, child) in members {
                    // Gerrit's comments stand under the path.
                    let path = key.contains(['/', '.']).then_some(key.as_str());
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

    fn thread<'n>(&mut self, node: &'n Node, inner: &'n Node, outer: &Thread<'n>, depth: usize) {
        // Bitbucket's server wraps a single comment.
        let comments = match &inner.value {
            NodeValue::List(items) => items.as_slice(),
            _ => std::slice::from_ref(inner),
        };
        let resolved = is_set(node, &KEYS.resolved, &KEYS.resolved_words);
        for (at, item) in comments.iter().enumerate() {
            let thread = Thread {
                author: outer.author,
                path: outer.path,
                node: Some(node),
                resolved,
                reply: at > 0,
            };
            self.walk(item, &thread, depth + 1);
        }
    }

    fn comment(&mut self, node: &Node, author: &str, body: &str, thread: &Thread<'_>) {
        let marked = |node: &Node| KEYS.marks.has(node, self.format);
        if !marked(node) && !thread.node.is_some_and(marked) {
            return;
        }
        let approves = text(node, &KEYS.state)
            .is_some_and(|state| state.eq_ignore_ascii_case("approved"))
            || is_set(node, &KEYS.approves, &[]);
        let is_note = is_set(node, &KEYS.system, &KEYS.system_words);
        let mut notes = KEYS.approval_notes.iter();
        let approves = approves || (is_note && notes.any(|note| body.contains(note.as_str())));
        let placed = self.place(node, thread);
        let comment = Comment {
            author: author.to_owned(),
            bot: is_set(node, &KEYS.bot, &KEYS.bot_words) || node.get("robot_id").is_some(),
            body: body.to_owned(),
            path: placed.path,
            lines: placed.lines,
            displaced: placed.displaced,
            link: text(node, &KEYS.link)
                .filter(|link| link.starts_with("http"))
                .map(str::to_owned),
            resolved: thread.resolved || is_set(node, &KEYS.resolved, &KEYS.resolved_words),
            approves,
        };
        let is_reply = thread.reply
            || self.is_said_below(node)
            || number(node, &KEYS.reply).is_some_and(|id| id > 0)
            || text(node, &KEYS.reply).is_some();
        let reason = if is_note && !approves {
            "notes of the forge itself"
        } else if is_reply {
            "replies"
        } else if body.trim().is_empty() && !approves {
            "empty comments"
        } else {
            return self.comments.push(comment);
        };
        self.left_out.push(comment.left_out(reason));
    }

    /// Whether a comment without a thread stands at a place that has one.
    fn is_said_below(&mut self, node: &Node) -> bool {
        let Some(path) = text(node, &KEYS.path) else {
            return false;
        };
        let line = |pointers| bare_line(node, pointers).map_or(0, |lines| lines.start);
        let (here, old) = (line(&KEYS.bare_end), line(&KEYS.bare_old_end));
        (here, old) != (0, 0) && !self.bare.insert((path.to_owned(), here, old))
    }

    /// The place of a comment at the head: as it stands there, or mapped; else only its file, with a word of where it was.
    fn place(&self, node: &Node, thread: &Thread<'_>) -> Placed {
        let find_text =
            |pointers: &[String]| text(node, pointers).or_else(|| text(thread.node?, pointers));
        let path = find_text(&KEYS.path)
            .or(thread.path)
            .map(|path| path.trim_start_matches('/'))
            .filter(|path| !matches!(*path, "PATCHSET_LEVEL" | "COMMIT_MSG" | ""));
        let Some(path) = path else {
            return Placed::default();
        };
        let range = |start: &[String], end: &[String]| {
            let find = |pointers| {
                number(node, pointers)
                    .or_else(|| number(thread.node?, pointers))
                    .filter(|line| *line > 0)
            };
            let (start, end) = (find(start), find(end));
            let count = number(node, &KEYS.count).filter(|count| *count > 0);
            let counted = start
                .zip(count)
                .map(|(start, count)| start.saturating_add(count - 1));
            let last = end.or(counted).or(start)?;
            let first = start.unwrap_or(last);
            Some(LineRange::new(first.min(last), first.max(last)))
        };
        let old_side =
            find_text(&KEYS.side).is_some_and(|side| KEYS.old_sides.iter().any(|old| old == side));
        let here = range(&KEYS.start, &KEYS.end).or_else(|| bare_line(node, &KEYS.bare_end));
        let earlier = range(&KEYS.original_start, &KEYS.original_end);
        let old = if old_side {
            here.or(earlier)
        } else {
            range(&KEYS.old_start, &KEYS.old_end).or_else(|| bare_line(node, &KEYS.bare_old_end))
        };
        let shown = |lines: LineRange| {
            if lines.start == lines.end {
                format!("line {}", lines.start)
            } else {
                format!("lines {}-{}", lines.start, lines.end)
            }
        };
        let (mapped, displaced) = match (here.filter(|_| !old_side), old, earlier) {
            (Some(lines), ..) => (Some((path.to_owned(), lines)), None),
            (None, Some(lines), _) => (
                self.head.and_then(|head| head.from_old(path, lines)),
                Some(format!("(on {} of the old file)", shown(lines))),
            ),
            (None, None, Some(lines)) => (
                self.head.and_then(|head| {
                    let commit = find_text(&KEYS.original_commit);
                    head.from_earlier(path, lines, commit, find_text(&KEYS.diff_hunk))
                }),
                Some(format!(
                    "(outdated: on {} of an earlier commit)",
                    shown(lines)
                )),
            ),
            (None, None, None) => (None, None),
        };
        let (path, lines) = match mapped {
            Some((path, lines)) => (path, Some(lines)),
            None => (path.to_owned(), None),
        };
        Placed {
            path: Some(path),
            lines,
            displaced,
        }
    }
}

/// The line of a forge that calls it a position, as others call a place in the diff.
fn bare_line(node: &Node, pointers: &[String]) -> Option<LineRange> {
    if KEYS.bare_unless.iter().any(|key| node.get(key).is_some()) {
        return None;
    }
    let line = number(node, pointers).filter(|line| *line > 0)?;
    Some(LineRange::new(line, line))
}
