//! An assessment as text and as Markdown.

use std::io::{self, Write};

use super::{Assessment, Effect};
use crate::report::{escape, sanitize};

/// `main...HEAD at 1a2b3c4d5e6f`.
fn subject(assessment: &Assessment) -> String {
    let subject = &assessment.subject;
    let ids = [
        ("", &subject.commit),
        ("tree ", &subject.tree),
        ("patch ", &subject.patch_sha256),
    ];
    let id = ids.into_iter().find_map(|(kind, id)| {
        let short: String = id.as_ref()?.chars().take(12).collect();
        Some(format!(" at {kind}{short}"))
    });
    format!("{}{}", subject.range, id.unwrap_or_default())
}

pub(super) fn text(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{}: {}",
        assessment.verdict.word(),
        sanitize::line(&subject(assessment))
    )?;
    writeln!(out)?;
    for phase in &assessment.phases {
        let required = if phase.required { " (required)" } else { "" };
        writeln!(
            out,
            "  {:<8}{}{required}",
            phase.phase.word(),
            sanitize::line(&phase.summary)
        )?;
    }
    if !assessment.reasons.is_empty() {
        writeln!(out)?;
    }
    for reason in &assessment.reasons {
        writeln!(
            out,
            "  {:<5} {}: {}",
            reason.effect.word(),
            reason.rule,
            sanitize::line(&reason.what)
        )?;
        writeln!(out, "        {}", sanitize::line(&reason.evidence))?;
    }
    Ok(())
}

/// A complete id or digest as code; anything else, from a damaged manifest, as text.
fn code(id: &str) -> String {
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        format!("`{id}`")
    } else {
        escape::markdown(id)
    }
}

pub(super) fn markdown(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    let text = |text: &str| escape::markdown(text);
    writeln!(out, "# Assessment: {}\n", assessment.verdict.word())?;
    let subject = &assessment.subject;
    let id = [&subject.commit, &subject.tree, &subject.patch_sha256];
    let id = id.into_iter().flatten().next();
    let at = id.map_or_else(String::new, |id| format!(" at {}", code(id)));
    writeln!(
        out,
        "{}{at}, on {}.\n",
        text(&subject.range),
        assessment.day
    )?;
    writeln!(out, "| phase | result | required |\n|---|---|---|")?;
    for phase in &assessment.phases {
        let required = if phase.required { "yes" } else { "no" };
        writeln!(
            out,
            "| {} | {} | {required} |",
            phase.phase,
            text(&phase.summary)
        )?;
    }
    for (effect, title) in [
        (Effect::Hold, "Holds"),
        (Effect::Gap, "Known gaps"),
        (Effect::Note, "Notes"),
    ] {
        let reasons = assessment
            .reasons
            .iter()
            .filter(|reason| reason.effect == effect);
        for (number, reason) in reasons.enumerate() {
            if number == 0 {
                writeln!(
                    out,
                    "\n## {title}\n\n| rule | what | evidence |\n|---|---|---|"
                )?;
            }
            let (what, evidence) = (text(&reason.what), text(&reason.evidence));
            writeln!(out, "| `{}` | {what} | {evidence} |", reason.rule)?;
        }
    }
    if !assessment.evidence.is_empty() {
        writeln!(out, "\n## Evidence\n\n| file | SHA-256 |\n|---|---|")?;
        for file in &assessment.evidence {
            writeln!(out, "| {} | {} |", text(&file.name), code(&file.sha256))?;
        }
    }
    Ok(())
}
