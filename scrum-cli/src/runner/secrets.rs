//! Searches every prompt for secrets before any is sent.

use scrum_core::wave::secret::{self, SecretFinding};

/// The secrets of one bundle's prompt.
#[derive(Debug, Clone)]
pub(crate) struct Leak {
    pub(crate) bundle: String,
    pub(crate) findings: Vec<SecretFinding>,
}

/// The secrets of a bundle's prompt, if it has any.
pub(crate) fn leak(bundle: &str, prompt: &[u8]) -> Option<Leak> {
    let findings = secret::scan(&String::from_utf8_lossy(prompt));
    (!findings.is_empty()).then(|| Leak {
        bundle: bundle.to_owned(),
        findings,
    })
}
