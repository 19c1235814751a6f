//! The look at every prompt before one is sent.

use scrum_core::wave::secret::{self, SecretFinding};

use crate::output::Output;

/// Lines that are shown of each bundle.
const SHOWN: usize = 10;

/// The secrets of one bundle's prompt.
#[derive(Debug, Clone)]
pub(crate) struct Leak {
    pub(crate) bundle: String,
    pub(crate) findings: Vec<SecretFinding>,
}

/// The secrets of a bundle's prompt, where it has any.
pub(crate) fn leak(bundle: &str, prompt: &[u8]) -> Option<Leak> {
    let findings = secret::scan(&String::from_utf8_lossy(prompt));
    (!findings.is_empty()).then(|| Leak {
        bundle: bundle.to_owned(),
        findings,
    })
}

/// How many secrets a prompt has, in words.
pub(crate) fn counted(leak: &Leak) -> String {
    match leak.findings.len() {
        1 => "1 secret".to_owned(),
        many => format!("{many} secrets"),
    }
}

/// Says where secrets stand, and the ways on.
pub(crate) fn refuse(leaks: &[Leak], output: &Output) {
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
    output.hint("take them out of the range, or out of the bundles with --exclude; replace them in what is sent with");
    output.more("  [review] redact = true in scrum.toml; or send them with --allow-secrets, where they are none");
}

fn place(finding: &SecretFinding) -> String {
    match (&finding.path, finding.line) {
        (Some(path), Some(line)) if finding.removed => format!("{path}:{line} (removed)"),
        (Some(path), Some(line)) => format!("{path}:{line}"),
        (Some(path), None) => format!("{path} (line {} of the prompt)", finding.prompt_line),
        (None, _) => format!("line {} of the prompt", finding.prompt_line),
    }
}
