//! Sizes as people read them: KB means 1000 bytes.
//!
//! Takes bytes as a number; gives text for people.

/// `46.1 KB`: one decimal, rounded half up; whole bytes below 1 KB, MB from 1000 KB.
pub fn decimal(bytes: u64) -> String {
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let (unit, name) = if bytes < 999_950 {
        (1_000, "KB")
    } else {
        (1_000_000, "MB")
    };
    let tenths = bytes.saturating_add(unit / 20) / (unit / 10);
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

/// `46 KB`: whole KB, rounded half up, the form of the tally's headline.
pub fn whole_kb(bytes: u64) -> String {
    format!("{} KB", bytes.saturating_add(500) / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_round_half_up() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 KB"),
            (1_050, "1.1 KB"),
            (46_123, "46.1 KB"),
            (999_949, "999.9 KB"),
            (999_950, "1.0 MB"),
            (122_449_999, "122.4 MB"),
        ] {
            assert_eq!(decimal(bytes), text);
        }
        assert_eq!(whole_kb(45_500), "46 KB");
        assert_eq!(whole_kb(45_499), "45 KB");
        assert_eq!(whole_kb(u64::MAX), format!("{} KB", u64::MAX / 1_000));
    }
}
