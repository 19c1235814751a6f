//! Whether an object is done with: suppressed, resolved, or gone.

use super::fields::{Fields, text_in};
use super::keys::{KEYS, letters};
use super::node::{Node, NodeValue};
use crate::review::explain::PartReason;

/// Why an object does not count, if it says so.
pub(super) fn dismissal(fields: &Fields<'_>) -> Option<PartReason> {
    for (key, _, node) in &fields.0 {
        let says = match &node.value {
            NodeValue::Bool(yes) => *yes,
            NodeValue::List(items) => {
                key.starts_with("suppression")
                    && items
                        .iter()
                        .any(|item| item.get("status").and_then(Node::text) != Some("rejected"))
            }
            _ => false,
        };
        if KEYS.dismissed.contains(key) && says {
            return Some(match key.as_str() {
                "suppressions" | "suppressed" => PartReason::Suppressed,
                _ => PartReason::Resolved,
            });
        }
        if KEYS.status.contains(key)
            && let Some(word) = text_in(node)
        {
            let word = letters(word);
            if KEYS.over.contains(&word) {
                return Some(PartReason::Resolved);
            }
            if KEYS.passed.contains(&word) {
                return Some(PartReason::Gone);
            }
        }
        let absent = (key == "baselinestate" && node.text() == Some("absent"))
            || (key == "kind" && matches!(node.text(), Some("pass" | "notApplicable")));
        if absent {
            return Some(PartReason::Gone);
        }
    }
    None
}
