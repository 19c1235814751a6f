//! The lists around the diff, cut to a size: a reviewer's attention is for the diff.

use serde::Serialize;

use super::{BundleContext, PromptContext, RangeContext};

/// The lists of a prompt. Each `…_omitted` counts what did not fit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Lists {
    /// Commits that touch the bundle, newest first.
    pub commits: Vec<CommitItem>,
    /// Commits left out.
    pub commits_omitted: usize,
    /// Files of which this part shows only some hunks.
    pub cut_files: Vec<String>,
    /// Cut files left out.
    pub cut_files_omitted: usize,
    /// The other bundles of the wave.
    pub others: Vec<OtherItem>,
    /// Other bundles left out.
    pub others_omitted: usize,
    /// Files that no reviewer is shown.
    pub excluded: Vec<ExcludedItem>,
    /// Excluded files left out.
    pub excluded_omitted: usize,
}

/// An entry of `commits`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CommitItem {
    /// First seven digits of the commit's id; empty for a mail that names none.
    pub id: String,
    /// First line of its message.
    pub subject: String,
    /// The rest of its message, each line with `> ` in front; empty if there is none, or no room for it.
    pub body: String,
}

/// An entry of `others`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OtherItem {
    /// The bundle's id.
    pub id: String,
    /// Number of its files.
    pub files: usize,
    /// Its folders, each with the number of files: `src (3), tests (1)`.
    pub folders: String,
}

/// An entry of `excluded`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExcludedItem {
    /// The file's path.
    pub path: String,
    /// Why it is excluded.
    pub reason: String,
}

/// How much of the room an entry takes, with what a template puts around it.
pub trait ListItem {
    /// Bytes of the entry's line, about.
    fn room(&self) -> usize;
}

/// `- `, the line feed, and a few bytes of the words that a template puts between the fields.
const DRESSING: usize = 16;

/// The indent of a line of a commit's body, and its line feed.
const INDENT: usize = 3;

impl ListItem for CommitItem {
    fn room(&self) -> usize {
        let indent = INDENT * self.body.lines().count();
        self.id.len() + self.subject.len() + self.body.len() + indent + DRESSING
    }
}

impl ListItem for OtherItem {
    fn room(&self) -> usize {
        self.id.len() + self.folders.len() + DRESSING
    }
}

impl ListItem for ExcludedItem {
    fn room(&self) -> usize {
        self.path.len() + self.reason.len() + DRESSING
    }
}

impl ListItem for String {
    fn room(&self) -> usize {
        self.len() + DRESSING
    }
}

/// Cuts the lists so that together they take at most `room` bytes. Each gets an equal share, and what a short list
/// leaves goes to the longer ones. Entries are kept from the front; the counts of those left out grow.
pub fn cap(lists: &mut Lists, room: usize) {
    let mut sizes = [
        (total(&lists.cut_files), 0),
        (total(&lists.others), 1),
        (total(&lists.excluded), 2),
        (total(&lists.commits), 3),
    ];
    // Shortest first, so that what it leaves is known when the longer ones are cut.
    sizes.sort_unstable();
    let mut shares = [0; 4];
    let mut left = room;
    for (rank, (size, list)) in sizes.into_iter().enumerate() {
        shares[list] = size.min(left / (shares.len() - rank));
        left -= shares[list];
    }
    lists.cut_files_omitted += keep(&mut lists.cut_files, shares[0]);
    lists.others_omitted += keep(&mut lists.others, shares[1]);
    lists.excluded_omitted += keep(&mut lists.excluded, shares[2]);
    lists.commits_omitted += keep(&mut lists.commits, shares[3]);
}

/// Adds the bodies of commits in the order of the list, each whole or not at all, as far as they take at most `room` bytes.
/// `bodies` are those of the commits from the front.
pub(in crate::wave) fn add_bodies(commits: &mut [CommitItem], bodies: Vec<String>, room: usize) {
    let mut left = room;
    for (commit, body) in commits.iter_mut().zip(bodies) {
        let without = commit.room();
        let subject_only = std::mem::replace(&mut commit.body, body);
        match left.checked_sub(commit.room() - without) {
            Some(rest) => left = rest,
            None => commit.body = subject_only,
        }
    }
}

fn total<T: ListItem>(list: &[T]) -> usize {
    list.iter().map(ListItem::room).sum()
}

/// Keeps the entries that fit; returns how many do not.
fn keep<T: ListItem>(list: &mut Vec<T>, room: usize) -> usize {
    let mut used = 0;
    let over = list.iter().position(|item| {
        used += item.room();
        used > room
    });
    let kept = over.unwrap_or(list.len());
    let omitted = list.len() - kept;
    list.truncate(kept);
    omitted
}

impl PromptContext {
    /// A context in which everything that a template can name is there.
    pub(super) fn full_sample() -> Self {
        let word = || "sample".to_owned();
        Self {
            bundle: BundleContext {
                id: word(),
                component: word(),
                part: Some(1),
                parts: Some(2),
                bytes: 1,
                files: 1,
                additions: 1,
                deletions: 1,
            },
            range: RangeContext {
                spec: word(),
                base: Some(word()),
                head: Some(word()),
            },
            line_numbers: true,
            instructions: word(),
            title: word(),
            description: word(),
            lists: Lists {
                commits: vec![CommitItem {
                    id: word(),
                    subject: word(),
                    body: word(),
                }],
                commits_omitted: 1,
                cut_files: vec![word()],
                cut_files_omitted: 1,
                others: vec![OtherItem {
                    id: word(),
                    files: 1,
                    folders: word(),
                }],
                others_omitted: 1,
                excluded: vec![ExcludedItem {
                    path: word(),
                    reason: word(),
                }],
                excluded_omitted: 1,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("{number:04}")).collect()
    }

    #[test]
    fn a_short_list_leaves_its_room_to_the_long_ones() {
        let mut lists = Lists {
            cut_files: files(1000),
            ..Lists::default()
        };
        lists.excluded.push(ExcludedItem {
            path: "Cargo.lock".into(),
            reason: "lock file".into(),
        });
        cap(&mut lists, 1_035);
        assert_eq!(lists.excluded.len(), 1);
        // 35 bytes are the excluded file's, the other 1000 hold 50 names of 20.
        assert_eq!((lists.cut_files.len(), lists.cut_files_omitted), (50, 950));
    }

    #[test]
    fn what_is_kept_never_passes_the_room() {
        for room in [0, 19, 20, 79, 80, 500] {
            let mut lists = Lists {
                cut_files: files(30),
                ..Lists::default()
            };
            lists.commits = vec![
                CommitItem {
                    id: "1234567".into(),
                    subject: "s".repeat(50),
                    body: String::new(),
                };
                30
            ];
            cap(&mut lists, room);
            assert!(total(&lists.cut_files) + total(&lists.commits) <= room);
            assert_eq!(lists.cut_files.len() + lists.cut_files_omitted, 30);
            assert_eq!(lists.commits.len() + lists.commits_omitted, 30);
        }
    }

    #[test]
    fn a_body_is_shown_whole_or_not_at_all() {
        let mut commits = vec![CommitItem::default(); 3];
        let bodies = ["> a", "> a long body", "> b"].map(str::to_owned);
        add_bodies(&mut commits, bodies.to_vec(), 12);
        let shown: Vec<&str> = commits.iter().map(|commit| commit.body.as_str()).collect();
        assert_eq!(shown, ["> a", "", "> b"]);
    }
}
