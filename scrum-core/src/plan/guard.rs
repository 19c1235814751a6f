//! The size guard: a bundle that is too large gets no review, so it is judged before anyone is asked.
//!
//! Takes a size and [`Limits`]; gives a [`Verdict`]. Before it: [`bundle`](crate::plan); after it:
//! [`prompt`](crate::wave::prompt).

use serde::{Deserialize, Serialize};

/// Default of [`Limits::warn`]: 60 KB.
pub const DEFAULT_WARN: u64 = 60_000;
/// Default of [`Limits::fail`]: 100 KB.
pub const DEFAULT_FAIL: u64 = 100_000;

/// Size limits of a bundle's diff, in bytes. Both are exceeded strictly above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Above this a bundle is warned about. Default 60,000.
    pub warn: u64,
    /// Above this a bundle fails. Default 100,000.
    pub fail: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            warn: DEFAULT_WARN,
            fail: DEFAULT_FAIL,
        }
    }
}

impl Limits {
    /// Judges one size.
    pub fn judge(self, bytes: u64) -> Verdict {
        if bytes > self.fail {
            Verdict::Fail
        } else if bytes > self.warn {
            Verdict::Warn
        } else {
            Verdict::Ok
        }
    }
}

/// What the guard says of a bundle. Ordered from best to worst.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// At or below the warn limit.
    #[default]
    Ok,
    /// Above the warn limit, at or below the fail limit.
    Warn,
    /// Above the fail limit.
    Fail,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_exceeded_strictly_above() {
        let limits = Limits::default();
        assert_eq!(limits.judge(60_000), Verdict::Ok);
        assert_eq!(limits.judge(60_001), Verdict::Warn);
        assert_eq!(limits.judge(100_000), Verdict::Warn);
        assert_eq!(limits.judge(100_001), Verdict::Fail);
    }
}
