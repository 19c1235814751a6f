//! The last word of a review.

use super::ReviewVerdict;

/// Reads the value of a `VERDICT:` line. Only the three words map; what offers a choice, or sets a condition on
/// shipping, is no verdict.
pub(super) fn read(value: &str) -> Option<ReviewVerdict> {
    let mut words = value
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(24);
    let verdict = word(words.next()?)?;
    let rest: Vec<&str> = words.collect();
    let choice = rest.first().is_some_and(|next| word(next).is_some());
    const CONDITIONS: [&str; 9] = [
        "after", "once", "if", "when", "unless", "provided", "but", "with", "pending",
    ];
    let conditional = verdict == ReviewVerdict::Ship
        && rest.iter().take(3).any(|next| {
            CONDITIONS
                .iter()
                .any(|condition| condition.eq_ignore_ascii_case(next))
        });
    (!choice && !conditional).then_some(verdict)
}

fn word(text: &str) -> Option<ReviewVerdict> {
    [
        ("block", ReviewVerdict::Block),
        ("fix", ReviewVerdict::Fix),
        ("ship", ReviewVerdict::Ship),
    ]
    .into_iter()
    .find_map(|(name, verdict)| name.eq_ignore_ascii_case(text).then_some(verdict))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_words_and_nothing_else() {
        for (value, verdict) in [
            ("BLOCK", Some(ReviewVerdict::Block)),
            ("**Ship**", Some(ReviewVerdict::Ship)),
            ("`FIX`.", Some(ReviewVerdict::Fix)),
            ("🔴 BLOCK (two findings)", Some(ReviewVerdict::Block)),
            ("SHIP it", Some(ReviewVerdict::Ship)),
            ("SHIP, no leak or race found", Some(ReviewVerdict::Ship)),
            ("BLOCK with one finding", Some(ReviewVerdict::Block)),
            ("FIX, then ship", Some(ReviewVerdict::Fix)),
            ("BLOCK|FIX|SHIP", None),
            ("BLOCK, FIX or SHIP", None),
            ("SHIP once the first is fixed", None),
            ("do not SHIP", None),
            ("approve", None),
            ("", None),
        ] {
            assert_eq!(read(value), verdict, "{value}");
        }
    }
}
