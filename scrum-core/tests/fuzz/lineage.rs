//! Any model id: case and blanks say nothing, and a model is never independent of itself.

use scrum_core::tally::lineage::{LineageSet, LineageTable, independence};

thread_local! {
    static TABLE: LineageTable = LineageTable::builtin();
}

pub(crate) fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    TABLE.with(|table| {
        let mut sets = Vec::new();
        for id in text.lines() {
            let lineages = table.of_model(id);
            assert_eq!(
                table.of_model(&format!("  {id}\t")),
                lineages,
                "{id:?} among blanks"
            );
            assert_eq!(
                table.of_model(&id.to_ascii_uppercase()),
                lineages,
                "{id:?} in capitals"
            );
            assert_eq!(
                table.of_name(&id.to_ascii_uppercase()),
                table.of_name(id),
                "{id:?}"
            );
            // A caller's own rule outranks the built-in ones.
            let own = table
                .clone()
                .with_overrides([(id, vec!["ours".to_owned()])]);
            if let Some(lineages) = own.of_own_name(id) {
                assert_eq!(lineages, LineageSet::from_iter(["ours"]), "{id:?}");
                assert_eq!(own.of_name(id), Some(lineages), "{id:?}");
            }
            let set = lineages.unwrap_or_default();
            assert_eq!(independence(&vec![set.clone(); 3]), 1, "{id:?} three times");
            sets.push(set);
        }
        sets.truncate(12);
        let all = independence(&sets);
        let different: std::collections::BTreeSet<_> = sets.iter().collect();
        assert!(all as usize <= different.len(), "{all} of {sets:?}");
        sets.reverse();
        assert_eq!(independence(&sets), all, "the order says nothing: {sets:?}");
        if let Some(last) = sets.pop() {
            let fewer = independence(&sets);
            assert!(
                fewer <= all && all <= fewer + 1,
                "{last:?} added to {sets:?}"
            );
        }
    });
}
