//! Which part of an answer gave what, for people who find out why a form is not read.

use super::ReviewVerdict;
use super::span::start_of;
use crate::word::words;

/// The longest text of a part that is kept, in bytes.
const LONGEST_TEXT: usize = 120;

/// A part of an answer that was read by itself, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AnswerPart {
    /// What it is.
    pub kind: PartKind,
    /// Its first line in the answer, 1-based.
    pub first_line: u32,
    /// Its last line in the answer. That of an object is where it begins.
    pub last_line: u32,
    /// How it begins, without marks; at most 120 bytes.
    pub text: String,
    /// What became of it.
    pub outcome: PartOutcome,
}

/// What a part of an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PartKind {
    /// What a command or a server wraps around an answer.
    Envelope,
    /// Marked as thought before the answer.
    Reasoning,
    /// The labels of one finding, as the prompt asks for them.
    Block,
    /// `RETRACT:`, `VERDICT:` or `NONE`.
    Directive,
    /// An object or a text of a document.
    Item,
    /// A heading with what follows.
    Heading,
    /// An item of a list.
    ListItem,
    /// A row of a table.
    Row,
    /// A paragraph, or a line of a tool.
    Text,
}

words!(PartKind {
    Envelope => "envelope",
    Reasoning => "reasoning",
    Block => "block",
    Directive => "directive",
    Item => "item",
    Heading => "heading",
    ListItem => "list item",
    Row => "row",
    Text => "text",
});

/// What became of a part of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PartOutcome {
    /// Findings: their positions in [`Review::findings`](super::Review::findings).
    Findings(Vec<usize>),
    /// A claim that names no location.
    Unlocated,
    /// It takes something back.
    Retraction,
    /// The answer's verdict.
    Verdict(ReviewVerdict),
    /// It says that there is nothing to report.
    Clean,
    /// An answer was found inside, and read.
    Opened,
    /// Nothing that counts. Lines that it names are mentions.
    Nothing(PartReason),
}

impl std::fmt::Display for PartOutcome {
    /// In a few words; findings are counted from 1.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Findings(findings) => {
                let numbers: Vec<_> = findings.iter().map(|at| (at + 1).to_string()).collect();
                write!(f, "finding {}", numbers.join(", "))
            }
            Self::Unlocated => f.write_str("finding without a location"),
            Self::Retraction => f.write_str("retraction"),
            Self::Verdict(verdict) => write!(f, "verdict {verdict}"),
            Self::Clean => f.write_str("nothing found, it says"),
            Self::Opened => f.write_str("opened"),
            Self::Nothing(reason) => write!(f, "nothing: {reason}"),
        }
    }
}

/// Why a part of an answer is no finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PartReason {
    /// It names no file.
    NoPath,
    /// It names a file, but no line of it.
    NoLine,
    /// The place is not in its title, its first sentence or a label.
    InPassing,
    /// It says nothing about the place.
    SaysNothing,
    /// It says that the place is fine.
    Approves,
    /// It is ticked off, fixed, passed or answered.
    Done,
    /// It is below a heading or a key for what is no finding, such as praise.
    Section,
    /// It is a remark on the list of findings beside it.
    Remark,
    /// The findings are those of the document beside it.
    BesideDocument,
    /// It is suppressed.
    Suppressed,
    /// Its thread is resolved.
    Resolved,
    /// Its tool says that it is no longer there, or has passed.
    Gone,
    /// It is an error of the tool itself.
    ToolError,
    /// It is more than the limit on citations allows.
    TooMany,
    /// It was thought before the answer.
    Thought,
}

words!(PartReason {
    NoPath => "names no file",
    NoLine => "names no line",
    InPassing => "names a place in passing",
    SaysNothing => "says nothing about the place",
    Approves => "says that the place is fine",
    Done => "done or answered",
    Section => "in a part for praise or context",
    Remark => "a remark on the list",
    BesideDocument => "beside a document",
    Suppressed => "suppressed",
    Resolved => "resolved",
    Gone => "no longer there",
    ToolError => "an error of the tool itself",
    TooMany => "above the limit on citations",
    Thought => "not part of the answer",
});

impl AnswerPart {
    pub(super) fn new(
        kind: PartKind,
        (first_line, last_line): (u32, u32),
        text: &str,
        outcome: PartOutcome,
    ) -> Self {
        let text = text.trim().lines().next().unwrap_or("");
        Self {
            kind,
            first_line,
            last_line: last_line.max(first_line),
            text: start_of(text, LONGEST_TEXT).to_owned(),
            outcome,
        }
    }

    /// Findings may come of it.
    pub(super) fn gives_findings(&self) -> bool {
        matches!(self.outcome, PartOutcome::Findings(_))
    }
}
