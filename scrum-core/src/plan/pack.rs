//! Joins small neighbours into one bundle.

use super::Draft;

/// Names of more components than this are counted instead of listed.
const NAMED: usize = 3;

/// Joins neighbours as long as their sum stays at or below `limit`. What is above it alone stays as it is.
pub(super) fn pack(drafts: Vec<Draft>, limit: u64) -> Vec<Draft> {
    let mut packed: Vec<Vec<Draft>> = Vec::new();
    let mut sum = 0_u64;
    for draft in drafts {
        match packed.last_mut() {
            Some(last) if sum.saturating_add(draft.bytes) <= limit => {
                sum += draft.bytes;
                last.push(draft);
            }
            _ => {
                sum = draft.bytes;
                packed.push(vec![draft]);
            }
        }
    }
    packed.into_iter().filter_map(join).collect()
}

fn join(drafts: Vec<Draft>) -> Option<Draft> {
    let names: Vec<String> = drafts.iter().map(|draft| draft.component.clone()).collect();
    let mut drafts = drafts.into_iter();
    let mut joined = drafts.next()?;
    for draft in drafts {
        joined.bytes += draft.bytes;
        joined.changes.extend(draft.changes);
    }
    if names.len() > 1 {
        joined.changes.sort_unstable();
        joined.component = if names.len() <= NAMED {
            names.join("+")
        } else {
            format!("{}+{} more", names[0], names.len() - 1)
        };
        joined.packed = names;
    }
    Some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(component: &str, bytes: u64) -> Draft {
        Draft {
            component: component.into(),
            packed: Vec::new(),
            bytes,
            changes: Vec::new(),
        }
    }

    #[test]
    fn neighbours_join_up_to_the_limit() {
        let drafts = [
            ("a", 20),
            ("b", 40),
            ("c", 1),
            ("d", 70),
            ("e", 5),
            ("f", 5),
            ("g", 5),
            ("h", 5),
        ];
        let packed = pack(drafts.map(|(name, bytes)| draft(name, bytes)).into(), 60);
        let shown: Vec<_> = packed
            .iter()
            .map(|draft| (draft.component.as_str(), draft.bytes, draft.packed.len()))
            .collect();
        assert_eq!(
            shown,
            [
                ("a+b", 60, 2),
                ("c", 1, 0),
                ("d", 70, 0),
                ("e+3 more", 20, 4)
            ]
        );
    }
}
