//! Whether a review's citations were read, and put into the right buckets.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{Label, three_decimals};

pub(crate) const HEAD: &str = "bundle    reviewer  cited  read  buckets                                                          precision  recall";

/// One review against its labels.
pub(crate) struct Read {
    pub(crate) right: usize,
    /// Citations that the program read.
    pub(crate) said: usize,
    pub(crate) row: String,
    pub(crate) faults: Vec<String>,
}

/// A citation as the tally has it.
struct Said {
    review_line: u64,
    bucket: String,
    /// Of a counted one; what is set aside keeps only its text.
    location: Option<Location>,
    text: String,
}

#[derive(PartialEq, Eq)]
struct Location {
    path: Option<String>,
    start: Option<u64>,
    end: Option<u64>,
    symbol: Option<String>,
}

impl Said {
    fn is(&self, label: &Label) -> bool {
        if self.review_line != label.review_line || self.bucket != label.bucket {
            return false;
        }
        match &self.location {
            Some(location) => {
                *location
                    == Location {
                        path: label.path.clone(),
                        start: label.start,
                        end: label.end,
                        symbol: label.symbol.clone(),
                    }
            }
            None => {
                let path = label.path.as_deref().unwrap_or_default();
                let name = path.rsplit('/').next().unwrap_or_default();
                let line = label
                    .start
                    .map_or_else(String::new, |line| line.to_string());
                self.text.contains(name) && self.text.contains(&line)
            }
        }
    }
}

pub(crate) fn compare(bundle: &str, reviewer: &str, labels: &[Label], tally: &Value) -> Read {
    let mut said = said_by(reviewer, tally);
    let count = said.len();
    let mut buckets: BTreeMap<String, usize> = BTreeMap::new();
    for one in &said {
        *buckets.entry(one.bucket.clone()).or_default() += 1;
    }
    let mut faults = Vec::new();
    for label in labels {
        match said.iter().position(|said| said.is(label)) {
            Some(at) => {
                said.remove(at);
            }
            None => faults.push(format!("{bundle}/{reviewer} not read so: {label:?}")),
        }
    }
    let right = labels.len() - faults.len();
    faults.extend(said.iter().map(|said| {
        format!(
            "{bundle}/{reviewer} line {}: {} {}",
            said.review_line, said.bucket, said.text
        )
    }));
    let buckets: Vec<String> = buckets
        .iter()
        .map(|(bucket, count)| format!("{count} {bucket}"))
        .collect();
    let row = format!(
        "{bundle:<8}  {reviewer:<8}  {:>5}  {count:>4}  {:<63}  {:>9}  {:>6}",
        labels.len(),
        buckets.join(", "),
        three_decimals(right, count),
        three_decimals(right, labels.len()),
    );
    Read {
        right,
        said: count,
        row,
        faults,
    }
}

/// Everything that the tally has of one reviewer.
fn said_by(reviewer: &str, tally: &Value) -> Vec<Said> {
    let mut said = Vec::new();
    for finding in tally["findings"].as_array().unwrap() {
        let text = |key: &str| finding[key].as_str().map(str::to_owned);
        if finding["reviewer"] == *reviewer {
            said.push(Said {
                review_line: finding["review_line"].as_u64().unwrap(),
                bucket: "counted".to_owned(),
                text: format!(
                    "{} {}-{} {}",
                    finding["path"], finding["start"], finding["end"], finding["symbol"]
                ),
                location: Some(Location {
                    path: text("path"),
                    start: finding["start"].as_u64(),
                    end: finding["end"].as_u64(),
                    symbol: text("symbol"),
                }),
            });
        }
    }
    for aside in tally["set_aside"].as_array().unwrap() {
        if aside["reviewer"] == *reviewer {
            said.push(Said {
                review_line: aside["review_line"].as_u64().unwrap(),
                bucket: aside["bucket"].as_str().unwrap().to_owned(),
                location: None,
                text: aside["text"].as_str().unwrap().to_owned(),
            });
        }
    }
    said
}
