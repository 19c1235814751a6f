//! A report of one's own: the issues of a tally as CSV, for a spreadsheet.
//!
//! A report is a function of a [`Tally`] and a writer. This one reads `tally.json` as `scrum tally` leaves it in a wave:
//!
//! ```sh
//! cargo run -p scrum-core --no-default-features --example csv_report -- .scrum/WAVE/tally.json
//! ```

use std::error::Error;
use std::io::{self, Write};

use scrum_core::tally::Tally;

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("csv_report TALLY.JSON")?;
    let tally = Tally::from_json(&std::fs::read(file)?)?;
    write_csv(&tally, &mut io::stdout().lock())?;
    Ok(())
}

/// One line for each finding, grouped by issue; the header first.
fn write_csv(tally: &Tally, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "bundle,issue,convergence,reviewed by,path,first,last,severity,reviewer,claim"
    )?;
    let line = |line: Option<u32>| line.map_or_else(String::new, |line| line.to_string());
    for bundle in &tally.bundles {
        for (number, issue) in bundle.issues.iter().enumerate() {
            let findings = issue.findings.iter();
            for finding in findings.filter_map(|&index| bundle.findings.get(index)) {
                let severity = finding.severity;
                let cells = [
                    cell(&bundle.id),
                    (number + 1).to_string(),
                    issue.convergence.to_string(),
                    issue.reviewed_by.to_string(),
                    cell(&finding.path),
                    line(finding.start),
                    line(finding.end),
                    severity.map_or_else(String::new, |severity| severity.to_string()),
                    cell(&finding.reviewer),
                    cell(finding.what.as_deref().unwrap_or_default()),
                ];
                writeln!(out, "{}", cells.join(","))?;
            }
        }
    }
    Ok(())
}

/// A text as one cell. What a model wrote is not to be trusted: a spreadsheet takes `=…` for a formula, so such a text
/// gets an apostrophe in front.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = text.replace('"', "\"\"");
    format!("\"{}{text}\"", if formula { "'" } else { "" })
}

#[cfg(test)]
mod tests {
    use scrum_core::review::Review;
    use scrum_core::tally::{self, NoDiffs, Outcome, Submission, TallyOptions};

    use super::*;

    #[test]
    fn a_line_for_each_finding_and_no_formula() {
        let answer = |reviewer, what| {
            let text = format!("SEVERITY: WARN\nWHERE: a.rs:7\nWHAT: {what}\n");
            Submission::new("core", reviewer, Outcome::Review(Review::from_text(&text)))
        };
        let answers = vec![
            answer("opus", "=1+1 is a \"wrong sum\""),
            answer("kimi", "Wrong sum"),
        ];
        let tally = tally::tally(answers, None, &NoDiffs, &TallyOptions::default());
        // Through the file that scrum leaves.
        let json = tally.to_json().unwrap();
        let mut out = Vec::new();
        write_csv(&Tally::from_json(&json).unwrap(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<_> = text.lines().skip(1).collect();
        assert_eq!(
            lines,
            [
                r#""core",1,2,2,"a.rs",7,7,warn,"kimi","Wrong sum""#,
                r#""core",1,2,2,"a.rs",7,7,warn,"opus","'=1+1 is a ""wrong sum""""#,
            ]
        );
    }
}
