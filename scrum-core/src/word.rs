//! Enums whose values are written as one word: in TOML and JSON, on the command line, in reports.
//!
//! The macro `words!` gives such an enum its list, `as_str`, `Display` and `FromStr` from one table.

/// A text that is none of the expected words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not one of {}", known.join(", "))]
#[non_exhaustive]
pub struct UnknownWord {
    /// The text.
    pub found: String,
    /// The expected words.
    pub known: &'static [&'static str],
}

impl UnknownWord {
    pub(crate) fn new(found: &str, known: &'static [&'static str]) -> Self {
        Self {
            found: found.to_owned(),
            known,
        }
    }
}

macro_rules! words {
    ($kind:ident { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl $kind {
            /// Every value, in the order of the enum.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it, which [`FromStr`](std::str::FromStr) reads back, ignoring case.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::fmt::Display for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $kind {
            type Err = $crate::UnknownWord;

            fn from_str(text: &str) -> Result<Self, $crate::UnknownWord> {
                let mut all = Self::ALL.iter().copied();
                all.find(|value| value.as_str().eq_ignore_ascii_case(text))
                    .ok_or_else(|| $crate::UnknownWord::new(text, &[$($word),+]))
            }
        }
    };
}

pub(crate) use words;

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use crate::plan::component::By;
    use crate::plan::guard::Verdict;
    use crate::review::{ReviewVerdict, Severity};
    use crate::tally::{Gate, ReviewState};

    fn same_everywhere<T>(all: &[T])
    where
        T: Copy + PartialEq + std::fmt::Debug + std::fmt::Display + Serialize + DeserializeOwned,
        T: std::str::FromStr<Err = crate::UnknownWord>,
    {
        for value in all {
            let word = value.to_string();
            assert_eq!(word.parse::<T>().unwrap(), *value);
            assert_eq!(word.to_ascii_uppercase().parse::<T>().unwrap(), *value);
            let json = serde_json::to_string(value).unwrap();
            assert_eq!(json, format!("\"{word}\""));
            assert_eq!(serde_json::from_str::<T>(&json).unwrap(), *value);
        }
        let error = "other".parse::<T>().unwrap_err();
        assert_eq!(error.known.len(), all.len());
    }

    #[test]
    fn a_word_is_the_same_in_text_and_in_json() {
        same_everywhere(By::ALL);
        same_everywhere(Gate::ALL);
        same_everywhere(ReviewState::ALL);
        same_everywhere(ReviewVerdict::ALL);
        same_everywhere(Severity::ALL);
        same_everywhere(Verdict::ALL);
    }

    #[test]
    fn an_unknown_word_is_named_with_the_known_ones() {
        let error = "major".parse::<Severity>().unwrap_err();
        assert_eq!(error.to_string(), "`major` is not one of info, warn, block");
    }
}
