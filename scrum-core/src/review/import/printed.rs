//! What `gh pr view --comments` prints into a file or a pipe: for each comment a head, `--`, its text, `--`.

use serde_json::json;

const HEAD: &str = "author:\t";
const NEXT: &str = "\n--\nauthor:\t";
const STATUS: &str = "status:\t";

/// The comments as GitHub's API gives them. `None` if the text is something else.
pub(super) fn as_json(text: &str) -> Option<String> {
    let mut comments = Vec::new();
    let mut rest = text.strip_prefix(HEAD);
    while let Some(comment) = rest {
        let (head, behind) = comment.split_once("\n--\n")?;
        // A text may have such lines, too, but no head behind them.
        let (body, next) = match behind.split_once(NEXT) {
            Some((body, next)) => (body, Some(next)),
            None => (behind.trim_end().trim_end_matches("\n--"), None),
        };
        comments.push(json!({
            "user": {"login": head.lines().next()},
            "state": head.lines().find_map(|line| line.strip_prefix(STATUS)),
            "body": body,
        }));
        rest = next;
    }
    (!comments.is_empty()).then(|| json!(comments).to_string())
}
