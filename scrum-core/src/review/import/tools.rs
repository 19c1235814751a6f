//! SARIF and rdjson: they name the tool rather than an author.

use std::collections::BTreeMap;

use super::format::ImportFormat;
use super::imported::{Author, Imported, finding_of, reviewer_name};
use crate::review::ReadOptions;
use crate::review::document::{self, Document, Node};

/// One reviewer for each tool; `None` if the document names none.
pub(super) fn read(
    document: &Document,
    format: ImportFormat,
    options: &ReadOptions<'_>,
) -> Option<Vec<Imported>> {
    let (sarif, rdjson) = match format {
        ImportFormat::Auto => (true, true),
        ImportFormat::Sarif => (true, false),
        ImportFormat::Rdjson => (false, true),
        _ => return None,
    };
    let mut by_tool: BTreeMap<String, Vec<Node>> = BTreeMap::new();
    let mut add = |name: &str, node: &Node| {
        by_tool
            .entry(reviewer_name(name))
            .or_default()
            .push(node.clone());
    };
    for root in &document.roots {
        let runs = root.get("runs").filter(|_| sarif);
        for run in runs.map(Node::items).unwrap_or_default() {
            add(run.at("tool.driver.name").and_then(Node::text)?, run);
        }
        let is_rdjson = root.get("diagnostics").is_some() || root.at("location.path").is_some();
        if rdjson && is_rdjson {
            add(root.at("source.name").and_then(Node::text)?, root);
        }
    }
    let reading = ReadOptions::default()
        .paths(options.paths)
        .max_citations(options.max_citations);
    let authors = by_tool.into_iter().map(|(reviewer, roots)| {
        let said = document::walk(&Document { roots }, &reading);
        let comments = u64::try_from(said.items.len()).unwrap_or(u64::MAX);
        let findings: Vec<_> = said
            .items
            .into_iter()
            .filter_map(|item| {
                let location = item.location?.ok()?;
                let mut finding = finding_of(&location, item.claim);
                finding.link = item.link;
                finding.resolved = item.dismissed.is_some();
                Some(finding)
            })
            .collect();
        Imported {
            comments,
            says_clean: findings.is_empty(),
            findings,
            ..Imported::new(reviewer, Author::program(&[]))
        }
    });
    let authors: Vec<Imported> = authors.collect();
    (!authors.is_empty()).then_some(authors)
}
