//! Messages about secrets in prompts.

use scrum_core::wave::secret::SecretFinding;

use crate::runner::secrets::Leak;
use crate::terminal::Output;

/// Maximum number of lines to show for each bundle.
const SHOWN: usize = 10;

/// Says where the secrets are, and what to do about them.
pub(super) fn refuse(leaks: &[Leak], output: &Output) {
    let count: usize = leaks.iter().map(|leak| leak.findings.len()).sum();
    let (noun, verb) = if count == 1 {
        ("secret", "stands")
    } else {
        ("secrets", "stand")
    };
    output.error(&format!(
        "{count} {noun} {verb} in prompts; nothing is sent"
    ));
    for leak in leaks {
        for finding in leak.findings.iter().take(SHOWN) {
            output.more(&format!(
                "  {}: {}: {}",
                leak.bundle,
                place(finding),
                finding.kind
            ));
        }
        if leak.findings.len() > SHOWN {
            output.more(&format!(
                "  {}: and {} more",
                leak.bundle,
                leak.findings.len() - SHOWN
            ));
        }
    }
    output.hint("remove them from the range, or exclude their files with --exclude; to redact what is sent, set");
    output.more(
        "  [review] redact = true in scrum.toml; if they are not secrets, use --allow-secrets",
    );
}

fn place(finding: &SecretFinding) -> String {
    match (&finding.path, finding.line) {
        (Some(path), Some(line)) if finding.removed => format!("{path}:{line} (removed)"),
        (Some(path), Some(line)) => format!("{path}:{line}"),
        (Some(path), None) => format!("{path} (line {} of the prompt)", finding.prompt_line),
        (None, _) => format!("line {} of the prompt", finding.prompt_line),
    }
}
