//! Joins small neighbours into one bundle.

use super::group::ComponentGroup;

/// Names of more components than this are counted instead of listed.
const NAMED: usize = 3;

/// Joins neighbours as long as their sum stays at or below `limit`. What is above it alone stays as it is.
pub(super) fn pack(groups: Vec<ComponentGroup>, limit: u64) -> Vec<ComponentGroup> {
    let mut packed: Vec<Vec<ComponentGroup>> = Vec::new();
    let mut sum = 0_u64;
    for group in groups {
        match packed.last_mut() {
            Some(last) if sum.saturating_add(group.bytes) <= limit => {
                sum += group.bytes;
                last.push(group);
            }
            _ => {
                sum = group.bytes;
                packed.push(vec![group]);
            }
        }
    }
    packed.into_iter().filter_map(join).collect()
}

fn join(groups: Vec<ComponentGroup>) -> Option<ComponentGroup> {
    let names: Vec<String> = groups.iter().map(|group| group.component.clone()).collect();
    let mut groups = groups.into_iter();
    let mut joined = groups.next()?;
    for group in groups {
        joined.bytes += group.bytes;
        joined.changes.extend(group.changes);
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

    fn group(component: &str, bytes: u64) -> ComponentGroup {
        ComponentGroup {
            component: component.into(),
            packed: Vec::new(),
            bytes,
            changes: Vec::new(),
        }
    }

    #[test]
    fn neighbours_join_up_to_the_limit() {
        let groups = [
            ("a", 20),
            ("b", 40),
            ("c", 1),
            ("d", 70),
            ("e", 5),
            ("f", 5),
            ("g", 5),
            ("h", 5),
        ];
        let packed = pack(groups.map(|(name, bytes)| group(name, bytes)).into(), 60);
        let shown: Vec<_> = packed
            .iter()
            .map(|group| (group.component.as_str(), group.bytes, group.packed.len()))
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
