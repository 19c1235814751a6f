//! CSV whose header names a file and a line, or whose rows show where these are.

use super::keys;
use super::node::{Document, Node, NodeValue};
use crate::review::{location, severity};

pub(super) fn parse(text: &str, offset: usize) -> Option<Document> {
    let header = text.lines().next()?;
    let separator = [b',', b';', b'\t']
        .into_iter()
        .find(|separator| header.bytes().filter(|b| b == separator).count() > 1)?;
    let names: Vec<String> = header
        .split(char::from(separator))
        .map(|name| name.trim().trim_matches('"').to_owned())
        .collect();
    let named = |wanted: &[String]| names.iter().any(|name| keys::is_one_of(name, wanted));
    let has_header = named(&keys::KEYS.start) || named(&keys::KEYS.place);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .has_headers(has_header)
        .from_reader(text.as_bytes());
    let mut records = Vec::new();
    for record in reader.records() {
        let Ok(record) = record else { break };
        records.push(record);
    }
    let names = if has_header {
        names
    } else {
        columns(records.first()?)?
    };
    let rows = records.iter().map(|record| {
        let at = record
            .position()
            .and_then(|position| usize::try_from(position.byte()).ok())
            .unwrap_or(0);
        let node = |value| Node {
            at: offset + at,
            value,
        };
        let members = names
            .iter()
            .zip(record)
            .map(|(name, cell)| (name.clone(), node(NodeValue::Text(cell.to_owned()))));
        node(NodeValue::Map(members.collect()))
    });
    Some(Document {
        roots: vec![Node {
            at: offset,
            value: NodeValue::List(rows.collect()),
        }],
    })
}

/// Names for columns without a header, by what the first row has in them: a path with numbers behind it, and before it
/// perhaps a severity, and texts, of which the last says most of the place.
fn columns(first: &csv::StringRecord) -> Option<Vec<String>> {
    let cells: Vec<&str> = first.iter().collect();
    let path = cells
        .iter()
        .position(|cell| location::looks_like_path(cell))?;
    let title = (0..path).rfind(|at| cells[*at].contains(' '))?;
    let level = (0..path).find(|at| severity::read(cells[*at]).is_some());
    let name = |at: usize| match at.checked_sub(path) {
        Some(0) => "path",
        Some(1) => "startline",
        Some(3) => "endline",
        None if at == title => "message",
        None if Some(at) == level => "severity",
        _ => "",
    };
    Some((0..cells.len()).map(|at| name(at).to_owned()).collect())
}
