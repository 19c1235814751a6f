//! Asks a reviewer that is a program: the prompt goes to its stdin, the answer comes from its stdout.
//!
//! It runs in its own process group ([`super::children`]) and without a shell. It gets only the environment variables
//! that it needs, because hostile text may persuade a model to print them.

use std::ffi::{OsStr, OsString};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use scrum_core::config::Reviewer;
use scrum_core::size;

use super::capture::{Captured, Keep, capture};
use super::children::Children;
use super::process::{CommandEnd, program_in, wait};
use super::{AnswerMeta, ApiKeys, AskError, Retry, ReviewerAnswer};

/// How many of the last bytes of stderr are kept.
const STDERR_BYTES: usize = 8 << 10;

/// Variables that every command gets: what programs need to find other programs, their user, their language, a proxy
/// and certificates.
const PASSED: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "TERM",
    "TZ",
    "TMPDIR",
    "TMP",
    "TEMP",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    // Windows.
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "COMSPEC",
    "PATHEXT",
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "USERPROFILE",
    "USERNAME",
    "HOMEDRIVE",
    "HOMEPATH",
];

/// Prefixes of further names.
const PASSED_BEGINNINGS: &[&str] = &["LC_", "XDG_"];

/// A program that can be asked.
#[derive(Debug)]
pub(crate) struct Program {
    command: Vec<String>,
    environment: Vec<(OsString, OsString)>,
    /// Where it runs.
    folder: PathBuf,
    keys: ApiKeys,
    timeout: Duration,
    max_output: u64,
}

/// The prompt of a question.
pub(crate) struct PromptInput<'a> {
    pub(crate) bundle: &'a str,
    pub(crate) text: &'a str,
    /// The file that has this text, if there is one.
    pub(crate) file: Option<&'a Path>,
}

impl Program {
    /// `environment` is the whole environment; only usual variables and those named by the reviewer are passed on.
    pub(crate) fn new(
        reviewer: &Reviewer,
        environment: impl Iterator<Item = (OsString, OsString)>,
        folder: &Path,
        mut keys: ApiKeys,
        max_output: u64,
    ) -> Self {
        let named = |name: &OsStr| {
            let mut names = reviewer.env.iter().chain(&reviewer.api_key_env);
            names.any(|wanted| name == OsStr::new(wanted))
        };
        let environment: Vec<_> = environment
            .filter(|(name, _)| named(name) || is_usual(name))
            .collect();
        for (name, value) in &environment {
            if named(name)
                && let Some(value) = value.to_str()
            {
                keys.add(value);
            }
        }
        Self {
            command: reviewer.command.clone().unwrap_or_default(),
            environment,
            folder: folder.to_owned(),
            keys,
            timeout: reviewer.timeout(),
            max_output,
        }
    }

    /// Asks once.
    pub(crate) fn ask(
        &self,
        prompt: &PromptInput<'_>,
        children: &Children,
    ) -> Result<ReviewerAnswer, AskError> {
        let (mut command, file) = self.command(prompt).map_err(|error| {
            let reason = format!("the prompt cannot be passed to the command: {error}");
            AskError::new(reason, Retry::Never)
        })?;
        let fed = file.is_none();
        command
            .stdin(if fed { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let deadline = Instant::now() + self.timeout;
        let child = children
            .start(command)
            .map_err(|error| self.not_started(&error))?;
        let stdout = Arc::new(Captured::default());
        let stderr = Arc::new(Captured::default());
        {
            let mut child = child.lock();
            if let Some(stream) = child.stdout().take() {
                capture(stream, &stdout, Keep::Beginning(self.max_output));
            }
            if let Some(stream) = child.stderr().take() {
                capture(stream, &stderr, Keep::End(STDERR_BYTES));
            }
            if let Some(mut stream) = child.stdin().take() {
                let text = prompt.text.as_bytes().to_vec();
                // A program may answer without reading the whole prompt, and then closes the pipe.
                std::thread::spawn(move || stream.write_all(&text));
            }
        }
        let end = wait(&child, &[&stdout, &stderr], deadline);
        drop(file);
        if children.is_closed() {
            // After SIGTERM, some programs exit with success and half an answer.
            return Err(AskError::new("interrupted", Retry::Never));
        }
        self.judge(end, &stdout, &stderr)
    }

    /// The command for one prompt, and the file that was created for it. If `{prompt_file}` is in the arguments, stdin
    /// is empty.
    fn command(&self, prompt: &PromptInput<'_>) -> std::io::Result<(Command, Option<PromptFile>)> {
        const FILE: &str = "{prompt_file}";
        let mut file = None;
        if self.command.iter().any(|argument| argument.contains(FILE)) {
            file = Some(match prompt.file {
                Some(path) => PromptFile::OfWave(std::path::absolute(path)?),
                None => {
                    let mut made = tempfile::NamedTempFile::new()?;
                    made.write_all(prompt.text.as_bytes())?;
                    PromptFile::Made(made)
                }
            });
        }
        let path = file.as_ref().map(PromptFile::path);
        let fill = |argument: &String| {
            let argument = argument.replace("{bundle}", prompt.bundle);
            match path {
                Some(path) => argument.replace(FILE, &path.to_string_lossy()),
                None => argument,
            }
        };
        let mut arguments = self.command.iter().map(fill);
        let program = arguments.next().unwrap_or_default();
        let mut command = Command::new(program_in(&self.folder, &program));
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        Ok((command, file))
    }

    fn not_started(&self, error: &std::io::Error) -> AskError {
        let name = self.command.first().map_or("", String::as_str);
        let reason = match error.kind() {
            ErrorKind::NotFound if name.contains(['/', '\\']) => {
                format!("there is no command `{name}`")
            }
            ErrorKind::NotFound => format!("there is no command `{name}` on PATH"),
            _ => format!("`{name}` cannot be started: {error}"),
        };
        AskError::new(reason, Retry::NeverThisReviewer)
    }

    fn judge(
        &self,
        end: CommandEnd,
        stdout: &Captured,
        stderr: &Captured,
    ) -> Result<ReviewerAnswer, AskError> {
        let stderr = String::from_utf8_lossy(&stderr.bytes()).into_owned();
        let stderr = self.keys.hide(stderr.trim_end());
        let status = match end {
            CommandEnd::Exited(status) => Some(status),
            _ => None,
        };
        let meta = AnswerMeta {
            exit_code: status.and_then(|status| status.code()),
            stderr: (!stderr.is_empty()).then_some(stderr),
            ..AnswerMeta::default()
        };
        let failure = |reason: String, retry| {
            Err(AskError {
                reason: self.keys.hide(&reason),
                retry,
                meta: Box::new(meta.clone()),
            })
        };
        match end {
            CommandEnd::TooLate => failure(
                format!("no answer within {:?} (`timeout`); killed", self.timeout),
                Retry::IfConfigured,
            ),
            CommandEnd::TooMuch => failure(
                format!(
                    "wrote more than {} (`max_output`); killed",
                    size::decimal(self.max_output)
                ),
                Retry::Never,
            ),
            CommandEnd::Lost(error) => {
                failure(format!("its exit cannot be read: {error}"), Retry::Never)
            }
            CommandEnd::Exited(status) if !status.success() => {
                let said = meta.stderr.as_deref().and_then(last_line);
                let said = said.map_or(String::new(), |line| {
                    format!(": {}", super::one_line(line, 300))
                });
                failure(format!("{status}{said}"), Retry::IfConfigured)
            }
            CommandEnd::Exited(_) => {
                let text = String::from_utf8_lossy(&stdout.bytes()).into_owned();
                if text.trim().is_empty() {
                    return failure("printed nothing".to_owned(), Retry::IfConfigured);
                }
                if let Some(said) = api_error(&text) {
                    return failure(format!("said `{said}`"), Retry::IfConfigured);
                }
                Ok(ReviewerAnswer {
                    text: self.keys.hide(&text),
                    meta,
                })
            }
        }
    }
}

fn is_usual(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else {
        return false;
    };
    let same = |usual: &&str| {
        if cfg!(windows) {
            name.eq_ignore_ascii_case(usual)
        } else {
            name == *usual
        }
    };
    PASSED.iter().any(same)
        || PASSED_BEGINNINGS
            .iter()
            .any(|beginning| name.starts_with(beginning))
}

/// The error message of a program that could not reach its model but exits with success: `API Error: 529 …` or
/// `API Error (…)` as its only line, or the same as the `result` of `claude -p --output-format json`.
fn api_error(text: &str) -> Option<String> {
    let text = text.trim();
    let said = match serde_json::from_str::<serde_json::Value>(text) {
        Ok(envelope) => {
            let is_error = envelope["is_error"].as_bool().unwrap_or_default();
            let result = envelope["result"].as_str().filter(|_| is_error)?;
            return Some(super::one_line(result, 300));
        }
        Err(_) => text,
    };
    let rest = said.strip_prefix("API Error")?;
    let is_error = rest.trim_start().starts_with([':', '(']);
    // A review may begin with a quotation, but continues after it.
    let alone = said.lines().filter(|line| !line.trim().is_empty()).count() == 1;
    (is_error && alone).then(|| super::one_line(said, 300))
}

fn last_line(text: &str) -> Option<&str> {
    text.lines().rev().find(|line| !line.trim().is_empty())
}

/// A prompt on disk.
enum PromptFile {
    OfWave(PathBuf),
    /// Removed when it is dropped.
    Made(tempfile::NamedTempFile),
}

impl PromptFile {
    fn path(&self) -> &Path {
        match self {
            Self::OfWave(path) => path,
            Self::Made(file) => file.path(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::api_error;

    #[test]
    fn what_a_program_says_in_place_of_an_answer() {
        for (text, is_error) in [
            ("API Error: 529 {\"type\":\"error\"}\n", true),
            ("API Error: Connection error.", true),
            ("API Error (Request timed out.)", true),
            ("{\"is_error\":true,\"result\":\"API Error: 529\"}", true),
            ("{\"is_error\":false,\"result\":\"NONE\"}", false),
            ("API Error: 529 is not handled\nWHERE: a.rs:1\n", false),
            ("API Errors are not handled", false),
            ("NONE", false),
        ] {
            assert_eq!(api_error(text).is_some(), is_error, "{text}");
        }
    }
}
