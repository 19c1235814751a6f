//! JUnit XML, in the form that CI systems read.
//!
//! Written: one `testsuite` with a `testcase` for each step. Read: every `testcase` at any depth; `failure` and `error` in
//! it fail it, `skipped` skips it.

use std::io::{self, Write};

use quick_xml::XmlVersion;
use quick_xml::escape::escape;
use quick_xml::events::{BytesStart, Event};

use super::{SmokeReadError, SmokeReport, SmokeStep, StepResult};

pub(super) fn write(report: &SmokeReport, out: &mut dyn Write) -> io::Result<()> {
    let total: u64 = report.steps.iter().map(|step| step.ms).sum();
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<testsuite name="smoke" tests="{}" failures="{}" errors="0" skipped="{}" time="{}">"#,
        report.steps.len(),
        report.fail,
        report.skip,
        seconds(total)
    )?;
    for step in &report.steps {
        let name = attribute(&step.name);
        write!(
            out,
            r#"  <testcase name="{name}" classname="smoke" time="{}""#,
            seconds(step.ms)
        )?;
        let reason = attribute(&step.why());
        match step.result {
            StepResult::Pass => writeln!(out, "/>")?,
            StepResult::Skip => {
                writeln!(out, ">\n    <skipped message=\"{reason}\"/>\n  </testcase>")?;
            }
            StepResult::Fail => {
                let tail = text(step.tail.as_deref().unwrap_or_default());
                writeln!(
                    out,
                    ">\n    <failure message=\"{reason}\">{tail}</failure>\n  </testcase>"
                )?;
            }
        }
    }
    writeln!(out, "</testsuite>")
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// XML 1.0 has no way to write most control characters, not even escaped.
fn text(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|c| match c {
            '\t' | '\n' => c,
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => '\u{fffd}',
            c => c,
        })
        .collect();
    escape(clean.as_str()).into_owned()
}

fn attribute(value: &str) -> String {
    text(value).replace('\n', "&#10;").replace('\t', "&#9;")
}

/// A `testcase` whose end has not been read.
struct Open {
    step: SmokeStep,
    /// Inside `failure` or `error`, whose text is the tail.
    in_failure: bool,
}

pub(super) fn read(text: &str) -> Result<Vec<SmokeStep>, SmokeReadError> {
    let damaged = |reason: String| SmokeReadError::Damaged {
        form: "JUnit XML",
        reason,
    };
    let mut reader = quick_xml::Reader::from_str(text);
    let mut steps = Vec::new();
    let mut open: Option<Open> = None;
    let (mut suites, mut depth) = (0_usize, 0_usize);
    loop {
        let at = reader.buffer_position();
        let event = reader
            .read_event()
            .map_err(|error| damaged(format!("{error}, at byte {at}")))?;
        match event {
            Event::Start(element) => {
                depth += 1;
                suites += usize::from(element.local_name().as_ref().starts_with("testsuite"));
                begin(&element, &mut open).map_err(damaged)?;
            }
            Event::Empty(element) => {
                suites += usize::from(element.local_name().as_ref().starts_with("testsuite"));
                begin(&element, &mut open).map_err(damaged)?;
                end(element.local_name().as_ref(), &mut open, &mut steps);
            }
            Event::End(element) => {
                depth -= 1;
                end(element.local_name().as_ref(), &mut open, &mut steps);
            }
            Event::Text(content) => {
                append(&mut open, &content);
            }
            Event::CData(content) => {
                append(&mut open, &content);
            }
            Event::GeneralRef(name) => {
                let whole = format!("&{};", &*name);
                // An entity that XML does not define is kept as written.
                let content = quick_xml::escape::unescape(&whole).map_or(whole.clone(), Into::into);
                append(&mut open, &content);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if depth > 0 {
        return Err(damaged("it ends inside an element".to_owned()));
    }
    if suites == 0 {
        return Err(damaged("it has no testsuite".to_owned()));
    }
    Ok(steps)
}

fn append(open: &mut Option<Open>, content: &str) {
    if let Some(Open {
        step,
        in_failure: true,
    }) = open
    {
        step.tail.get_or_insert_default().push_str(content);
    }
}

fn begin(element: &BytesStart<'_>, open: &mut Option<Open>) -> Result<(), String> {
    match (element.local_name().as_ref(), open) {
        ("testcase", open) => {
            let name = value(element, "name")?.unwrap_or_default();
            let class = value(element, "classname")?.unwrap_or_default();
            let name = match (class.as_str(), name.as_str()) {
                ("" | "smoke", name) => name.to_owned(),
                (class, "") => class.to_owned(),
                (class, name) => format!("{class}::{name}"),
            };
            let ms = value(element, "time")?.map_or(0, |time| milliseconds(&time));
            *open = Some(Open {
                step: SmokeStep::new(name, StepResult::Pass, ms),
                in_failure: false,
            });
        }
        ("failure" | "error", Some(open)) => {
            open.step.result = StepResult::Fail;
            open.step.reason = value(element, "message")?.filter(|text| !text.is_empty());
            open.in_failure = true;
        }
        ("skipped", Some(open)) if open.step.result == StepResult::Pass => {
            open.step.result = StepResult::Skip;
            open.step.reason = value(element, "message")?.filter(|text| !text.is_empty());
        }
        _ => {}
    }
    Ok(())
}

fn end(name: &str, open: &mut Option<Open>, steps: &mut Vec<SmokeStep>) {
    match name {
        "testcase" => {
            if let Some(Open { mut step, .. }) = open.take() {
                step.tail = step
                    .tail
                    .map(|text| super::tail(text.trim().as_bytes()))
                    .filter(|text| !text.is_empty());
                steps.push(step);
            }
        }
        "failure" | "error" => {
            if let Some(open) = open {
                open.in_failure = false;
            }
        }
        _ => {}
    }
}

fn value(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    let attribute = element
        .try_get_attribute(name)
        .map_err(|error| error.to_string())?;
    attribute
        .map(|found| {
            found
                .normalized_value(XmlVersion::Implicit1_0)
                .map(std::borrow::Cow::into_owned)
        })
        .transpose()
        .map_err(|error| error.to_string())
}

/// `12.5` seconds; some writers separate thousands by commas. Anything that is not a number counts as 0.
fn milliseconds(time: &str) -> u64 {
    let seconds: f64 = time.replace(',', "").parse().unwrap_or(0.0);
    std::time::Duration::try_from_secs_f64(seconds).map_or(0, |time| {
        u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
    })
}
