//! Compares the answers of two sides to one case: status, content type, and shape and values of the body, separately.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::pattern::{ParityPattern, same_number};
use super::pointer::{PointerPattern, join};
use super::shape::{Shape, type_name};
use super::{Answer, Exchange, Reply};

/// Maximum number of differences listed for one case; further ones are only counted.
const MOST_DIFFERENCES: usize = 200;
/// Maximum number of characters of a value shown in a difference.
const SHOWN_VALUE: usize = 200;

/// The part of the answers that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DifferenceKind {
    /// The status codes.
    Status,
    /// The media types, or the targets of redirects.
    Header,
    /// Keys or types of the bodies.
    Shape,
    /// Values of one type.
    Value,
}

/// One difference between two answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Difference {
    /// JSON Pointer into the body; empty for the whole body, and for status and headers.
    pub pointer: String,
    /// The left side's value there, as JSON; `null` in JSON if it has none.
    pub left: Option<String>,
    /// The right side's value there.
    pub right: Option<String>,
    /// What differs.
    pub kind: DifferenceKind,
    /// The kind of divergence, if it has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<ParityPattern>,
}

/// The result of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CaseResult {
    /// Name of the case.
    pub name: String,
    /// Status codes, left and right; `None` if no answer came.
    pub status: [Option<u16>; 2],
    /// The status codes are equal.
    pub status_match: bool,
    /// Media types, and targets of redirects, are equal.
    pub header_match: bool,
    /// The bodies have the same shape.
    pub shape_match: bool,
    /// The bodies have the same shape and, apart from noise and ignored parts, equal values.
    pub value_match: bool,
    /// The differences, at most 200.
    pub differences: Vec<Difference>,
    /// Number of differences that are not listed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_differences: usize,
    /// The first pattern among the differences.
    pub pattern: Option<ParityPattern>,
    /// Where the left side's two answers differ.
    #[serde(default)]
    pub noise: Vec<String>,
    /// Why the case failed: a side gave no usable answer. The case then neither matches nor diverges.
    pub error: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl CaseResult {
    /// Whether both sides gave the same answer.
    pub fn matches(&self) -> bool {
        self.error.is_none() && self.status_match && self.header_match && self.value_match
    }

    /// Whether both sides gave usable answers that differ.
    pub fn diverges(&self) -> bool {
        self.error.is_none() && !self.matches()
    }
}

/// A body, prepared for comparison.
enum Body {
    Json(Value),
    /// Compared by bytes: whether the text has escapes, and the text.
    Text(bool, String),
}

/// Compares one exchange, except for the parts that `ignore` covers.
pub fn compare(exchange: &Exchange, ignore: &[PointerPattern]) -> CaseResult {
    let status = |reply: &Reply| match reply {
        Reply::Answer(answer) => Some(answer.status),
        Reply::Failed { .. } => None,
    };
    let mut result = CaseResult {
        name: exchange.case.clone(),
        status: [status(&exchange.left), status(&exchange.right)],
        status_match: false,
        header_match: false,
        shape_match: false,
        value_match: false,
        differences: Vec::new(),
        more_differences: 0,
        pattern: None,
        noise: Vec::new(),
        error: None,
    };
    let sides = usable("left", &exchange.left).and_then(|left| {
        let again = exchange.left_again.as_ref();
        let again = again
            .map(|reply| usable("left (asked again)", reply))
            .transpose()?;
        Ok((left, again, usable("right", &exchange.right)?))
    });
    let ((left, left_body), again, (right, right_body)) = match sides {
        Ok(sides) => sides,
        Err(error) => {
            result.error = Some(error);
            return result;
        }
    };
    let mut walk = Walk::new(ignore);
    if let Some((again, again_body)) = again {
        if left.status != again.status {
            // This is a different answer, not noise: ignoring the difference would hide everything.
            result.error = Some(format!(
                "left: status {}, then {} when asked again; `repeat = false` asks once",
                left.status, again.status
            ));
            return result;
        }
        let mut own = Walk::new(&[]);
        own.most = usize::MAX;
        own.bodies(&left_body, &again_body);
        let noise: BTreeSet<String> = own
            .differences
            .into_iter()
            .map(|found| found.pointer)
            .collect();
        result.noise = noise.iter().take(MOST_DIFFERENCES).cloned().collect();
        walk.noise = noise;
    }

    result.status_match = left.status == right.status;
    if !result.status_match {
        let shown = |answer: &Answer| Some(answer.status.to_string());
        walk.add("", shown(left), shown(right), DifferenceKind::Status, None);
    }
    result.header_match = true;
    for (left, right) in [
        (left.media_type(), right.media_type()),
        (left.location.clone(), right.location.clone()),
    ] {
        if left != right {
            result.header_match = false;
            walk.add("", left, right, DifferenceKind::Header, None);
        }
    }
    let before = walk.differences.len() + walk.more;
    walk.bodies(&left_body, &right_body);
    result.shape_match = !walk.shape_differs;
    result.value_match = walk.differences.len() + walk.more == before;
    result.pattern = walk.differences.iter().find_map(|found| found.pattern);
    result.differences = walk.differences;
    result.more_differences = walk.more;
    result
}

/// An answer with its parsed body, or why it cannot be compared.
fn usable<'a>(side: &str, reply: &'a Reply) -> Result<(&'a Answer, Body), String> {
    let answer = match reply {
        Reply::Failed { reason } => return Err(format!("{side}: {reason}")),
        Reply::Answer(answer) if answer.status >= 500 => {
            return Err(format!("{side}: status {}", answer.status));
        }
        Reply::Answer(answer) => answer,
    };
    let media = answer.media_type().unwrap_or_default();
    let says_json = media == "application/json" || media.ends_with("+json");
    // Some servers label their JSON as text.
    let body = match serde_json::from_str(&answer.body) {
        Ok(value) if !answer.escaped => Body::Json(value),
        Err(error) if says_json && !answer.body.is_empty() => {
            return Err(format!(
                "{side}: the body is declared as JSON, but is not: {error}"
            ));
        }
        _ => Body::Text(answer.escaped, answer.body.clone()),
    };
    Ok((answer, body))
}

/// Walks two bodies in parallel and collects the differences.
struct Walk<'a> {
    ignore: &'a [PointerPattern],
    /// Where the left side's two answers differ. What is below them is noise, too.
    noise: BTreeSet<String>,
    differences: Vec<Difference>,
    /// Differences that are listed.
    most: usize,
    /// Differences beyond them.
    more: usize,
    shape_differs: bool,
}

impl<'a> Walk<'a> {
    fn new(ignore: &'a [PointerPattern]) -> Self {
        Self {
            ignore,
            noise: BTreeSet::new(),
            differences: Vec::new(),
            most: MOST_DIFFERENCES,
            more: 0,
            shape_differs: false,
        }
    }

    fn ignores(&self, pointer: &str) -> bool {
        let mut slashes = memchr::memchr_iter(b'/', pointer.as_bytes());
        let is_noise = !self.noise.is_empty()
            && (self.noise.contains(pointer)
                || slashes.any(|end| self.noise.contains(&pointer[..end])));
        is_noise || self.ignore.iter().any(|pattern| pattern.covers(pointer))
    }

    /// Adds a difference of the bodies, unless it is ignored.
    fn add_in_body(
        &mut self,
        pointer: &str,
        left: Option<String>,
        right: Option<String>,
        kind: DifferenceKind,
        pattern: Option<ParityPattern>,
    ) {
        if !self.ignores(pointer) {
            self.add(pointer, left, right, kind, pattern);
        }
    }

    fn add(
        &mut self,
        pointer: &str,
        left: Option<String>,
        right: Option<String>,
        kind: DifferenceKind,
        pattern: Option<ParityPattern>,
    ) {
        self.shape_differs |= kind == DifferenceKind::Shape;
        if self.differences.len() >= self.most {
            self.more += 1;
            return;
        }
        self.differences.push(Difference {
            pointer: pointer.to_owned(),
            left,
            right,
            kind,
            pattern,
        });
    }

    fn bodies(&mut self, left: &Body, right: &Body) {
        match (left, right) {
            (Body::Json(left), Body::Json(right)) => self.values("", left, right),
            (Body::Text(left_escaped, left), Body::Text(right_escaped, right)) => {
                if (left_escaped, left) != (right_escaped, right) {
                    let (left, right) = (short(left), short(right));
                    self.add_in_body("", Some(left), Some(right), DifferenceKind::Value, None);
                }
            }
            (left, right) => {
                let shown = |body: &Body| match body {
                    Body::Json(value) => Some(short(&value.to_string())),
                    Body::Text(_, text) => Some(short(text)),
                };
                self.add_in_body("", shown(left), shown(right), DifferenceKind::Shape, None);
            }
        }
    }

    fn differ(&mut self, pointer: &str, left: &Value, right: &Value, kind: DifferenceKind) {
        let pattern = ParityPattern::between(left, right);
        let shown = |value: &Value| Some(short(&value.to_string()));
        self.add_in_body(pointer, shown(left), shown(right), kind, pattern);
    }

    fn values(&mut self, pointer: &str, left: &Value, right: &Value) {
        match (left, right) {
            (Value::Object(_), Value::Object(_)) => self.objects(pointer, left, right),
            (Value::Array(left), Value::Array(right)) => self.arrays(pointer, left, right),
            (Value::Number(one), Value::Number(other)) if same_number(one, other) => {}
            (left, right) if left == right => {}
            (left, right) if type_name(left) == type_name(right) => {
                self.differ(pointer, left, right, DifferenceKind::Value);
            }
            (left, right) => self.differ(pointer, left, right, DifferenceKind::Shape),
        }
    }

    fn objects(&mut self, pointer: &str, left: &Value, right: &Value) {
        let (Value::Object(one), Value::Object(other)) = (left, right) else {
            return;
        };
        // Report the whole object once: a report for each key would hide what happened.
        if let Some(pattern @ (ParityPattern::EnumTagging | ParityPattern::KeyCase)) =
            ParityPattern::between(left, right)
        {
            let shown = |value: &Value| Some(short(&value.to_string()));
            let kind = DifferenceKind::Shape;
            return self.add_in_body(pointer, shown(left), shown(right), kind, Some(pattern));
        }
        for (key, value) in one {
            let below = join(pointer, key);
            match other.get(key) {
                Some(there) => self.values(&below, value, there),
                None => self.absent(&below, Some(value), None),
            }
        }
        for (key, value) in other {
            if !one.contains_key(key) {
                self.absent(&join(pointer, key), None, Some(value));
            }
        }
    }

    /// A key that only one side has.
    fn absent(&mut self, pointer: &str, left: Option<&Value>, right: Option<&Value>) {
        let null = left.or(right).is_some_and(Value::is_null);
        let shown = |value: Option<&Value>| value.map(|value| short(&value.to_string()));
        self.add_in_body(
            pointer,
            shown(left),
            shown(right),
            DifferenceKind::Shape,
            null.then_some(ParityPattern::NullAbsent),
        );
    }

    /// Compares arrays element by element. The extra elements of the longer side are a difference in value. They are a
    /// difference in shape only if the shorter side has elements, but none of that shape: an empty array says nothing
    /// about the shape of its elements.
    fn arrays(&mut self, pointer: &str, left: &[Value], right: &[Value]) {
        for (index, (left, right)) in left.iter().zip(right).enumerate() {
            self.values(&join(pointer, index), left, right);
        }
        let common = left.len().min(right.len());
        let shorter = if left.len() < right.len() {
            left
        } else {
            right
        };
        let known: BTreeSet<Shape> = shorter.iter().map(Shape::of).collect();
        let kind = |extra: &Value| {
            if known.is_empty() || known.contains(&Shape::of(extra)) {
                DifferenceKind::Value
            } else {
                DifferenceKind::Shape
            }
        };
        let shown = |value: &Value| Some(short(&value.to_string()));
        for (index, extra) in left.iter().enumerate().skip(common) {
            let below = join(pointer, index);
            self.add_in_body(&below, shown(extra), None, kind(extra), None);
        }
        for (index, extra) in right.iter().enumerate().skip(common) {
            let below = join(pointer, index);
            self.add_in_body(&below, None, shown(extra), kind(extra), None);
        }
    }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
