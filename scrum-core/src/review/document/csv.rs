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
    // Names of any kind, above a path and a number in each row.
    let is_name = |name: &String| !name.is_empty() && name.len() < 24 && !name.contains(['.', '/']);
    let titled = !has_header && records.len() > 1 && names.iter().all(is_name);
    let named_by_rows = (titled && !header.starts_with('"'))
        .then(|| columns_below(names.clone(), &records))
        .flatten();
    let names = if has_header {
        names
    } else if let Some(names) = named_by_rows {
        records.remove(0);
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

/// The names of a header, the columns of a path and of its lines called what they are by the rows below.
fn columns_below(mut names: Vec<String>, records: &[csv::StringRecord]) -> Option<Vec<String>> {
    let rows = records.get(1..)?;
    let all = |at: usize, is: fn(&str) -> bool| {
        let mut cells = rows.iter().map(|row| row.get(at).unwrap_or(""));
        cells.all(is)
    };
    let is_number = |cell: &str| !cell.is_empty() && cell.bytes().all(|b| b.is_ascii_digit());
    let is_path = |cell: &str| cell.contains('/') && location::looks_like_path(cell);
    let path = (0..names.len()).find(|at| all(*at, is_path) && all(at + 1, is_number))?;
    "path".clone_into(&mut names[path]);
    "startline".clone_into(names.get_mut(path + 1)?);
    let is_column = |name: &str| keys::letters(name).starts_with("col");
    if let Some(last) = names.get_mut(path + 2)
        && all(path + 2, is_number)
        && !is_column(last)
    {
        "endline".clone_into(last);
    }
    Some(names)
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
