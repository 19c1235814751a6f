//! Dates of commits.

use git2::Oid;

use super::{GitError, Repository};

impl Repository {
    /// The date of a commit, in its own time zone, e.g. `2026-11-26`. `id` is a full hex id.
    ///
    /// # Errors
    ///
    /// If the commit is missing, or `id` is not an id.
    pub fn commit_date(&self, id: &str) -> Result<String, GitError> {
        let objects = self.database().objects();
        let commit = objects.repository()?.find_commit(Oid::from_str(id)?)?;
        let time = commit.time();
        let local = i128::from(time.seconds()) + i128::from(time.offset_minutes()) * 60;
        Ok(date(local.div_euclid(86_400)))
    }
}

/// The date of a day, counted from 1970-01-01. Hinnant's `civil_from_days`, in integers.
fn date(days: i128) -> String {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i128::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn days_are_dates() {
        for (days, text) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_783, "2026-11-26"),
            (47_541, "2100-03-01"),
        ] {
            assert_eq!(date(days), text, "{days}");
        }
    }
}
