//! Reads keys from a terminal, or else from standard input.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};

use console::{Key, Term};

/// Where keys come from.
pub(super) struct Keys {
    terminal: Option<Term>,
}

impl Keys {
    pub(super) fn new() -> Self {
        Self {
            terminal: io::stdin().is_terminal().then(Term::stdout),
        }
    }

    pub(super) fn is_terminal(&self) -> bool {
        self.terminal.is_some()
    }

    /// The next key; `None` at the end of the input, or after Ctrl-D or Escape on a terminal. White space is skipped.
    /// Ctrl-C ends the program.
    pub(super) fn key(&self) -> io::Result<Option<char>> {
        let Some(terminal) = &self.terminal else {
            let mut byte = [0];
            loop {
                if io::stdin().lock().read(&mut byte)? == 0 {
                    return Ok(None);
                }
                if !byte[0].is_ascii_whitespace() {
                    return Ok(Some(char::from(byte[0])));
                }
            }
        };
        loop {
            match terminal.read_key()? {
                Key::Char('\u{4}') | Key::Escape | Key::Unknown => return Ok(None),
                Key::Char(c) if !c.is_whitespace() => return Ok(Some(c)),
                // Other keys mean nothing here; the caller reports them.
                Key::Char(_) | Key::Enter => {}
                _ => return Ok(Some('?')),
            }
        }
    }

    /// A line of text. From standard input the rest of the line; if that is empty, the next.
    pub(super) fn line(&self) -> io::Result<String> {
        let mut text = String::new();
        let mut stdin = io::stdin().lock();
        stdin.read_line(&mut text)?;
        if text.trim().is_empty() && !self.is_terminal() {
            text.clear();
            stdin.read_line(&mut text)?;
        }
        Ok(text.trim().to_owned())
    }
}
