//! The text of a first `scrum.toml`.
//!
//! A `#` with a space after it begins a comment; a `#` without one disables a line of TOML, and removing it enables the
//! example. The tests read both forms back.

pub(crate) mod seats;

use std::fmt::Write as _;

use scrum_core::plan::component::ComponentRule;
use scrum_core::plan::guard::{Limits, Verdict};
use scrum_core::plan::proposal::{Proposal, Root, Share};
use scrum_core::size::decimal;

use seats::{Endpoint, Tool};

/// Maximum number of components to write; the others are only counted.
const MAX_COMPONENTS: usize = 40;

/// Maximum number of bundles or folders to list for a divided component.
const MAX_LISTED: usize = 8;

/// The contents of the file.
#[derive(Debug)]
pub(crate) struct Findings<'a> {
    /// The components, and the range of their sizes in words; `None` if there is no commit.
    pub(crate) proposal: Option<(&'a Proposal, String)>,
    /// Why there are no components.
    pub(crate) no_proposal: &'static str,
    pub(crate) limits: Limits,
    pub(crate) tools: Vec<&'static Tool>,
    pub(crate) endpoints: Vec<&'static Endpoint>,
}

/// Writes the file.
pub(crate) fn text(findings: &Findings<'_>) -> String {
    let mut out = HEAD.to_owned();
    out.push_str(
        "\n# ---- Components: named parts of the repository, the first match wins ----\n#\n",
    );
    match &findings.proposal {
        Some((proposal, range)) => components(&mut out, proposal, range, findings.limits),
        None => {
            let _ = writeln!(
                out,
                "# {}, so none are proposed. An example:",
                findings.no_proposal
            );
            out.push_str("\n#[[components]]\n#name = \"core\"\n#paths = [\"crates/core/**\"]\n");
        }
    }
    reviewers(&mut out, findings);
    out.push_str(TAIL);
    out
}

const HEAD: &str = "\
# How scrum divides this repository, and who reviews it.
#
# A `#` directly before a setting disables it: remove the `#` to enable the setting. The values in
# [guard], [bundle], [exclude] and [tally] are the defaults. An unknown key is an error, with its line.
# For your editor: `scrum init --schema > scrum.schema.json`, and as the first line of this file
# #:schema ./scrum.schema.json

# A bundle whose diff is above `warn` gets a warning; above `fail` nothing is written. KB is 1000 bytes.
#[guard]
#warn = \"60KB\"
#fail = \"100KB\"

#[bundle]
#by = \"workspace\"     # for files in no component: \"workspace\", \"codeowners\" or \"top-level\"
#divide = true        # a found component above `warn`: at its sub-folders
#pack = true          # small found components share a bundle, up to a third of `warn`
#split = false        # cut bundles above `warn` into parts
#context = 3          # lines around a change

# These are not shown to reviewers; they are kept in excluded.diff and listed in every prompt.
#[exclude]
#paths = []           # globs, as in \"**/*.snap\"
#binary = true
#lock_files = true
#generated = true
#vendored = true
#deleted = false      # bodies of deleted files
";

const TAIL: &str = "
#[review]
#quorum = 2           # independent lineages that must have reviewed each bundle

# For a model whose name does not tell who it descends from.
#[lineages]
#\"our-finetune\" = [\"alibaba\"]

#[tally]
#near_lines = 1
#min_lineages = 0
";

fn components(out: &mut String, proposal: &Proposal, range: &str, limits: Limits) {
    let (warn, fail) = (decimal(limits.warn()), decimal(limits.fail()));
    let _ = writeln!(
        out,
        "# The comments show the size of each diff in the {range}:\n\
         # ok is at most {warn}, FAIL above {fail}. A component that is named here is a bundle of its own,\n\
         # whatever its size. Without an entry scrum finds the component, divides it at its sub-folders\n\
         # if it is too large, and packs it with its neighbours up to {}.",
        decimal(limits.pack())
    );
    // Those that changed come first if there are too many.
    let mut left = MAX_COMPONENTS;
    let mut written: Vec<bool> = Vec::new();
    for changed in [true, false] {
        for (index, found) in proposal.components.iter().enumerate() {
            written.resize(proposal.components.len(), false);
            if (found.share.files > 0) == changed && left > 0 {
                written[index] = true;
                left -= 1;
            }
        }
    }
    // Those that are left to be found, whose files an entry around them would take.
    let mut unnamed: Vec<String> = Vec::new();
    for (found, written) in proposal.components.iter().zip(&written) {
        let folder = format!("{}/", found.rule.name);
        let fits = found.share.verdict == Verdict::Ok && found.share.bytes > limits.pack();
        let takes = unnamed.iter().any(|inner| inner.starts_with(&folder));
        let is_named = *written && fits && !takes;
        if !is_named {
            unnamed.push(folder);
        }
        if !*written {
            continue;
        }
        out.push('\n');
        if found.share.verdict == Verdict::Ok {
            let comment = if is_named { "" } else { "#" };
            let around = if fits && takes {
                ", around another package"
            } else {
                ""
            };
            entry(
                out,
                comment,
                &found.rule,
                &format!("{}{around}", told(&found.share)),
            );
        } else {
            let note = format!("{}, so scrum divides it:", told(&found.share));
            entry(out, "#", &found.rule, &note);
            divided(out, &found.share);
        }
    }
    let silent = written.iter().filter(|is| !**is).count();
    if silent > 0 {
        let _ = writeln!(
            out,
            "\n# {silent} more packages; scrum finds them without an entry."
        );
    }
    match &proposal.root {
        Some(root) => outside(out, root, proposal.components.is_empty()),
        None if proposal.components.is_empty() => {
            out.push_str("#\n# The only package is the top folder's, and nothing changed.\n");
        }
        None => {}
    }
}

/// The files that are in no package.
fn outside(out: &mut String, root: &Root, alone: bool) {
    let what = if alone {
        "The repository is one package, `root`"
    } else {
        "Files that belong to no package are in `root`"
    };
    let share = &root.share;
    let _ = writeln!(out, "\n# {what}: {}.", told(share));
    if share.bundles.len() > 1 {
        out.push_str("# scrum finds and divides it:\n");
        divided(out, share);
    }
    // If it is small, there is nothing to divide.
    if share.verdict == Verdict::Ok || root.folders.is_empty() {
        return;
    }
    out.push_str("# To name its folders yourself:\n");
    for (rule, bytes) in root.folders.iter().take(MAX_LISTED) {
        out.push('\n');
        entry(out, "#", rule, &decimal(*bytes));
    }
    let more = root.folders.len().saturating_sub(MAX_LISTED);
    if more > 0 {
        let _ = writeln!(out, "\n# And {more} more folders.");
    }
}

fn entry(out: &mut String, comment: &str, rule: &ComponentRule, note: &str) {
    let paths: Vec<String> = rule.paths.iter().map(|path| quoted(path)).collect();
    let _ = writeln!(
        out,
        "{:<20}  # {note}\n{comment}name = {}\n{comment}paths = [{}]",
        format!("{comment}[[components]]"),
        quoted(&rule.name),
        paths.join(", ")
    );
}

fn divided(out: &mut String, share: &Share) {
    let widest = share.bundles.iter().map(|(id, ..)| id.len()).max();
    let width = widest.unwrap_or_default().min(50);
    let mut bundles: Vec<_> = share.bundles.iter().collect();
    bundles.sort_by_key(|(_, bytes, _)| std::cmp::Reverse(*bytes));
    for (id, bytes, verdict) in bundles.iter().take(MAX_LISTED) {
        let _ = writeln!(
            out,
            "#   {id:<width$}  {:>9}  {}",
            decimal(*bytes),
            word(*verdict)
        );
    }
    let more = bundles.len().saturating_sub(MAX_LISTED);
    if more > 0 {
        let _ = writeln!(out, "#   and {more} smaller ones");
    }
}

/// `4 files, 12.3 KB, ok`.
fn told(share: &Share) -> String {
    match share.files {
        0 => "unchanged".to_owned(),
        files => format!(
            "{files} file{}, {}, {}",
            if files == 1 { "" } else { "s" },
            decimal(share.bytes),
            word(share.verdict)
        ),
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Warn => "warn",
        Verdict::Fail => "FAIL",
    }
}

fn reviewers(out: &mut String, findings: &Findings<'_>) {
    out.push_str(
        "\n# ---- Reviewers: who is asked ----\n#\n\
         # A command gets the prompt on stdin and answers on stdout. scrum derives the lineage from the model or the name.\n\
         # Reviewers of one lineage have one vote, so ask models from different makers. docs/reviewers.md has all keys.\n",
    );
    if findings.tools.is_empty() {
        out.push_str("# None of the known tools is on PATH; any command that reads a prompt and prints a review works:\n");
        out.push_str("\n#[[reviewers]]\n#name = \"mine\"\n#command = [\"my-model\", \"--stdin\"]\n#lineage = [\"mine\"]\n");
    } else {
        out.push_str("# On PATH:\n");
    }
    for tool in &findings.tools {
        let command: Vec<String> = std::iter::once(tool.program)
            .chain(tool.arguments.iter().copied())
            .map(quoted)
            .collect();
        let _ = writeln!(
            out,
            "\n#[[reviewers]]          # {}\n#name = \"{}\"\n#command = [{}]",
            tool.note,
            tool.program,
            command.join(", ")
        );
        if tool.needs_model() {
            out.push_str("#model = \"MODEL\"        # the same; it determines the lineage\n");
        }
    }
    if findings.endpoints.is_empty() {
        out.push_str(
            "\n# A server with OpenAI's or Anthropic's API; this example is on this machine.\n\
             \n#[[reviewers]]\n#name = \"local\"\n#api = \"openai\"\n#url = \"http://127.0.0.1:11434/v1\"\n#model = \"MODEL\"\n",
        );
    } else {
        out.push_str(
            "\n# For the keys in the environment; scrum.toml contains the name of the variable, never the key:\n",
        );
    }
    for endpoint in &findings.endpoints {
        let _ = writeln!(
            out,
            "\n#[[reviewers]]\n#name = \"{}\"\n#api = \"{}\"\n#url = \"{}\"\n#model = \"MODEL\"\n#api_key_env = \"{}\"",
            endpoint.name, endpoint.api, endpoint.url, endpoint.variable
        );
    }
    out.push_str(
        "\n# A person. Save the answer in the wave's reviews/ yourself.\n\
         \n#[[reviewers]]\n#name = \"alice\"\n#human = true\n",
    );
}

/// A TOML string. Names and globs come from paths of the repository, which may contain anything.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            letter if letter.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use scrum_core::config::Config;

    use super::*;

    struct NoPatches;

    impl scrum_core::change::PatchSource for NoPatches {
        fn read_patch(&self, _: usize, _: &mut Vec<u8>) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// The file with every example turned on.
    fn uncommented(text: &str) -> String {
        let turned_on = |line: &str| match line.strip_prefix('#') {
            Some(rest) if !rest.is_empty() && !rest.starts_with([' ', '#']) => rest.to_owned(),
            _ => line.to_owned(),
        };
        text.lines().map(|line| turned_on(line) + "\n").collect()
    }

    fn share(files: usize, bytes: u64) -> Share {
        let mut share = Share::default();
        share.files = files;
        share.bytes = bytes;
        share.verdict = Limits::default().judge(bytes);
        share.bundles = vec![("one".into(), bytes / 2, Verdict::Ok); 2];
        share
    }

    #[test]
    fn the_file_is_read_by_its_own_program_with_and_without_the_examples() {
        let findings = |tools, endpoints| Findings {
            proposal: None,
            no_proposal: "There is no commit yet",
            limits: Limits::default(),
            tools,
            endpoints,
        };
        let all = findings(
            seats::TOOLS.iter().collect(),
            seats::ENDPOINTS.iter().collect(),
        );
        for (findings, seats) in [(all, 12), (findings(Vec::new(), Vec::new()), 3)] {
            let text = text(&findings);
            assert_eq!(
                Config::from_toml(&text).unwrap(),
                Config::default(),
                "{text}"
            );
            let config = Config::from_toml(&uncommented(&text));
            let config = config.unwrap_or_else(|error| panic!("{error}\n{}", uncommented(&text)));
            assert_eq!(config.reviewers.len(), seats, "{text}");
            assert_eq!(config.components.len(), 1);
            // What is shown as the default is the default.
            let default = Config::default();
            assert_eq!(config.guard, default.guard);
            assert_eq!(config.bundle, default.bundle);
            assert_eq!(config.exclude, default.exclude);
            assert_eq!(config.tally, default.tally);
        }
    }

    #[test]
    fn only_what_fits_is_named_and_hostile_names_stay_names() {
        use scrum_core::change::ChangeSet;
        use scrum_core::plan::BundleOptions;
        let changes = ChangeSet::new(
            scrum_core::range::Range::default(),
            Vec::new(),
            ["a\"b\\\n/Cargo.toml", "big/Cargo.toml"]
                .map(scrum_core::path::RepoPath::from)
                .to_vec(),
            Box::new(NoPatches),
        );
        let mut proposal =
            scrum_core::plan::proposal::propose(&changes, &BundleOptions::default()).unwrap();
        proposal.components[0].share = share(1, 30_000);
        proposal.components[1].share = share(3, 70_000);
        let findings = Findings {
            proposal: Some((&proposal, "last commits".to_owned())),
            no_proposal: "",
            limits: Limits::default(),
            tools: Vec::new(),
            endpoints: Vec::new(),
        };
        let text = text(&findings);
        let config = Config::from_toml(&text).unwrap();
        let names: Vec<_> = config.components.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["a\"b\\\n"], "{text}");
        assert!(text.contains("70.0 KB, warn"), "{text}");
        let config = Config::from_toml(&uncommented(&text)).unwrap();
        assert_eq!(config.components.len(), 2, "{text}");
    }
}
