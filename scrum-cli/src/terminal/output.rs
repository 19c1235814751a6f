//! Prints data to stdout, and everything else to stderr.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use scrum_core::terminal::is_harmful;

use super::{Color, PrintOptions};
use crate::error::{CommandError, Result};

/// How to print.
#[derive(Debug)]
pub(crate) struct Output {
    /// `-q` was given.
    pub(crate) quiet: bool,
    /// How often `-v` was given.
    pub(crate) verbose: u8,
    /// Colours on stdout.
    pub(crate) color: bool,
    /// Columns of stdout.
    pub(crate) width: usize,
    color_stderr: bool,
}

impl Output {
    pub(crate) fn new(options: &PrintOptions) -> Self {
        // NO_COLOR counts if it is set and not empty (no-color.org).
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let wanted = |terminal: bool| match options.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !no_color,
        };
        Self {
            quiet: options.quiet,
            verbose: options.verbose,
            color: wanted(io::stdout().is_terminal()),
            width: width(),
            color_stderr: wanted(io::stderr().is_terminal()),
        }
    }

    /// Prints data. `write` gets a buffered stdout; a closed pipe is not an error.
    pub(crate) fn data(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        let mut stdout = io::BufWriter::new(io::stdout().lock());
        match write(&mut stdout).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                // Do not flush what is still buffered.
                let _ = stdout.into_parts();
                Ok(())
            }
            other => Ok(other?),
        }
    }

    /// Prints a warning, unless `-q`.
    pub(crate) fn warning(&self, text: &str) {
        if !self.quiet {
            self.labelled("warning", AnsiColor::Yellow, text);
        }
    }

    /// Prints warnings, one per line, unless `-q`.
    pub(crate) fn warnings(&self, texts: &[String]) {
        texts.iter().for_each(|text| self.warning(text));
    }

    /// Prints details that only `-v` shows.
    pub(crate) fn note(&self, text: &str) {
        if self.verbose > 0 {
            self.labelled("note", AnsiColor::Cyan, text);
        }
    }

    /// Prints an error that ends the command, with its hints. `arguments` are the arguments of the program.
    pub(crate) fn report(&self, error: &CommandError, arguments: &[OsString]) {
        self.error(&error.sentence());
        for hint in error.hints(arguments) {
            self.hint(&hint);
        }
    }

    /// Prints an error.
    pub(crate) fn error(&self, text: &str) {
        self.labelled("error", AnsiColor::Red, text);
    }

    /// Prints what to type next.
    pub(crate) fn hint(&self, text: &str) {
        self.labelled("hint", AnsiColor::Green, text);
    }

    /// Prints lines that belong to the error or hint above.
    pub(crate) fn more(&self, text: &str) {
        self.stderr(&harmless(text));
    }

    /// Prints unimportant lines, unless `-q`.
    pub(crate) fn detail(&self, text: &str) {
        if !self.quiet {
            self.stderr(&harmless(text));
        }
    }

    fn labelled(&self, label: &str, color: AnsiColor, text: &str) {
        let style = if self.color_stderr {
            color.on_default().bold()
        } else {
            Style::new()
        };
        self.stderr(&format!("{style}{label}{style:#}: {}", harmless(text)));
    }

    fn stderr(&self, text: &str) {
        // A closed stderr cannot be reported.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}

/// The width of the terminal, else `COLUMNS`, else 80.
fn width() -> usize {
    const DEFAULT: usize = 80;
    let terminal = terminal_size::terminal_size_of(io::stdout());
    let named = || std::env::var("COLUMNS").ok()?.parse().ok();
    terminal
        .map(|(width, _)| usize::from(width.0))
        .or_else(named)
        .unwrap_or(DEFAULT)
}

/// Replaces harmful characters except line feed and tab: untrusted names and texts may contain terminal escapes, or
/// change the direction of writing.
fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| {
            if is_harmful(c) && c != '\n' && c != '\t' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn escapes_and_turned_writing_do_not_pass() {
        assert_eq!(
            harmless("a\u{1b}[2J\u{202e}b\u{200b}\n\tü"),
            "a\u{fffd}[2J\u{fffd}b\u{fffd}\n\tü"
        );
    }
}
