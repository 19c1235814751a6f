//! CSV whose header names a file and a line.

use super::{Document, Node, NodeValue, keys};

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
    if !named(&keys::KEYS.path) || !named(&keys::KEYS.start) {
        return None;
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let Ok(record) = record else { break };
        let at = record
            .position()
            .and_then(|position| usize::try_from(position.byte()).ok())
            .unwrap_or(0);
        let members = names.iter().zip(&record).map(|(name, cell)| {
            let value = NodeValue::Text(cell.to_owned());
            (
                name.clone(),
                Node {
                    at: offset + at,
                    value,
                },
            )
        });
        rows.push(Node {
            at: offset + at,
            value: NodeValue::Map(members.collect()),
        });
    }
    Some(Document {
        roots: vec![Node {
            at: offset,
            value: NodeValue::List(rows),
        }],
    })
}
