//! Reviewers that `scrum init` can propose: commands that read a prompt on stdin and answer on stdout, and APIs, by the
//! environment variable that usually contains their key.
//!
//! A command belongs here only if it takes the whole prompt on stdin, without a terminal, and prints nothing but the
//! answer on stdout. aider does not: it takes `--message-file`, edits files, and prints a report. docs/reviewers.md
//! lists the evidence for each entry; its table is generated from this file.

use std::ffi::OsStr;
use std::path::Path;

/// A program that may be on `PATH`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tool {
    /// The program; also the name of the reviewer.
    pub(crate) program: &'static str,
    /// Its arguments. `MODEL` is a placeholder for a model that a person must choose.
    pub(crate) arguments: &'static [&'static str],
    /// What the user should know, in one line.
    pub(crate) note: &'static str,
    /// The evidence that it reads prompts this way, for docs/reviewers.md.
    pub(crate) rests_on: &'static str,
}

impl Tool {
    /// Whether a person must replace `MODEL` in the arguments.
    pub(crate) fn needs_model(&self) -> bool {
        self.arguments.contains(&"MODEL")
    }
}

/// The most common ones first.
pub(crate) const TOOLS: [Tool; 8] = [
    Tool {
        program: "claude",
        arguments: &["-p"],
        note: "Claude Code; it may read files of the folder it runs in",
        rests_on: "its documentation, \"Run Claude Code programmatically\": `-p` prints the answer and exits; stdin is the prompt",
    },
    Tool {
        program: "codex",
        arguments: &["exec", "-"],
        note: "Codex CLI, in its read-only sandbox",
        rests_on: "its documentation, docs/exec.md: `-` reads the prompt from stdin; stdout has the last message alone",
    },
    Tool {
        program: "gemini",
        arguments: &[],
        note: "Gemini CLI",
        rests_on: "its documentation, \"Headless mode\": without a terminal stdin is the prompt, stdout the answer",
    },
    Tool {
        program: "qwen",
        arguments: &[],
        note: "Qwen Code",
        rests_on: "its documentation, \"Headless mode\": as Gemini CLI, from which it descends",
    },
    Tool {
        program: "ollama",
        arguments: &["run", "MODEL"],
        note: "a model on this machine; `ollama list` names them; check its context length",
        rests_on: "its source, cmd/cmd.go: stdin that is no terminal is put in front of the prompt",
    },
    Tool {
        program: "llm",
        arguments: &["--no-stream", "-m", "MODEL"],
        note: "`llm models` names the models",
        rests_on: "its documentation, \"Usage\": a prompt may come on stdin",
    },
    Tool {
        program: "opencode",
        arguments: &["run", "-m", "MODEL"],
        note: "opencode; `opencode models` names the models",
        rests_on: "issues 3871 and 42064 of its project: `run` reads stdin to its end and appends it to the message",
    },
    Tool {
        program: "mods",
        arguments: &["--quiet", "--raw", "--model", "MODEL"],
        note: "mods, of Charm",
        rests_on: "issue 298 of its project: `mods < file` takes the file for the prompt",
    },
];

/// An API whose key may be in the environment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// The variable. scrum only checks whether it is set, never its value.
    pub(crate) variable: &'static str,
    /// The reviewer's name.
    pub(crate) name: &'static str,
    /// `openai` or `anthropic`.
    pub(crate) api: &'static str,
    pub(crate) url: &'static str,
}

/// According to the makers' API references.
pub(crate) const ENDPOINTS: [Endpoint; 3] = [
    Endpoint {
        variable: "ANTHROPIC_API_KEY",
        name: "anthropic",
        api: "anthropic",
        url: "https://api.anthropic.com/v1",
    },
    Endpoint {
        variable: "OPENAI_API_KEY",
        name: "openai",
        api: "openai",
        url: "https://api.openai.com/v1",
    },
    Endpoint {
        variable: "OPENROUTER_API_KEY",
        name: "openrouter",
        api: "openai",
        url: "https://openrouter.ai/api/v1",
    },
];

/// The tools in the folders of a search path.
pub(crate) fn on_path(path: &OsStr) -> Vec<&'static Tool> {
    let folders: Vec<_> = std::env::split_paths(path).collect();
    let there = |tool: &&Tool| {
        folders
            .iter()
            .any(|folder| is_program(folder, tool.program))
    };
    TOOLS.iter().filter(there).collect()
}

/// The APIs whose variable is set and not empty.
pub(crate) fn with_key(is_set: impl Fn(&str) -> bool) -> Vec<&'static Endpoint> {
    let has_key = |endpoint: &&Endpoint| is_set(endpoint.variable);
    ENDPOINTS.iter().filter(has_key).collect()
}

#[cfg(unix)]
fn is_program(folder: &Path, name: &str) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(folder.join(name));
    metadata.is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(folder: &Path, name: &str) -> bool {
    let endings = ["exe", "cmd", "bat", "com"];
    endings
        .iter()
        .any(|ending| folder.join(format!("{name}.{ending}")).is_file())
}
