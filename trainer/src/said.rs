//! What is said on standard output and standard error: a stream that is closed or full never ends work.
//!
//! `println!` of the standard library panics when its reader has gone or its disk is full, and a training of days with
//! it. So this program has macros of these names of its own: what they cannot write is lost, and the work goes on.
//! A command whose whole result is what it prints says so by [`result`], which fails.
//!
//! Names of files and texts of strangers' files are part of what is said: control characters are shown escaped, so that
//! none commands the terminal.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};

use anyhow::{Context as _, Result};

/// A line on standard output. Tests keep that of the standard library, whose output is caught.
#[cfg(not(test))]
macro_rules! println {
    () => {
        $crate::said::line(&mut std::io::stdout(), format_args!(""))
    };
    ($($said:tt)+) => {
        $crate::said::line(&mut std::io::stdout(), format_args!($($said)+))
    };
}

/// A line on standard error.
#[cfg(not(test))]
macro_rules! eprintln {
    ($($said:tt)+) => {
        $crate::said::line(&mut std::io::stderr(), format_args!($($said)+))
    };
}

/// Says one line, or loses it.
pub fn line(stream: &mut impl Write, said: Arguments) {
    let _ = stream.write_all((plain(&said.to_string()) + "\n").as_bytes());
}

/// Prints the result of a command.
///
/// # Errors
/// When it cannot be written, unless its reader has read enough and gone.
pub fn result(text: &str) -> Result<()> {
    print(&mut io::stdout().lock(), text).context("standard output cannot be written")
}

fn print(stream: &mut impl Write, text: &str) -> io::Result<()> {
    let written = stream.write_all(plain(text).as_bytes());
    match written.and_then(|()| stream.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Text with its control characters escaped, but for the ends of lines and tabulators.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() && !matches!(character, '\n' | '\t') {
            plain.extend(character.escape_default());
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that fails in one way.
    struct Failing(ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    #[test]
    fn a_line_that_cannot_be_written_is_lost_and_a_result_is_not() {
        let (gone, full) = (ErrorKind::BrokenPipe, ErrorKind::StorageFull);
        for kind in [gone, full] {
            line(&mut Failing(kind), format_args!("step 1"));
        }
        assert!(print(&mut Failing(gone), "a table").is_ok());
        let error = print(&mut Failing(full), "a table").expect_err("full");
        assert_eq!(error.kind(), full);
    }

    #[test]
    fn a_name_commands_no_terminal() {
        let mut said = Vec::new();
        let name = "a\u{1b}[2J\r\u{7}\u{9b}.png";
        line(&mut said, format_args!("{name}: é\tno\nimage"));
        let said = String::from_utf8(said).expect("text");
        assert_eq!(said, "a\\u{1b}[2J\\r\\u{7}\\u{9b}.png: é\tno\nimage\n");
    }
}
