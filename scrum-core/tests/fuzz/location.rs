//! Any text behind `WHERE:`: what is read is written so that it reads back the same.

use scrum_core::review::location::citations;

pub(crate) fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let read = citations(&text);
    assert!(!read.is_empty(), "never none");
    for citation in read.iter().flatten() {
        let location = &citation.location;
        assert!(!location.path.is_empty());
        if let Some(lines) = location.lines {
            assert!(1 <= lines.start && lines.start <= lines.end, "{location:?}");
            assert!(location.symbol.is_none(), "{location:?}");
        }
        let written = location.to_string();
        let again = citations(&written);
        assert!(
            matches!(&again[..], [Ok(one)] if one.location == *location && !one.swapped),
            "{location:?} is written as {written:?} and read as {again:?}"
        );
    }
}
