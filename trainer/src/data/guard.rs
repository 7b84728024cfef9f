//! Decoders of others meet files that their authors did not: one that panics is one broken file, and not the end of
//! the work.

use anyhow::{Result, anyhow};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Once;

/// What `work` on a file gives; when it panics, an error that names the file and this remedy.
///
/// # Errors
/// That of `work`.
pub fn guarded<T>(path: &Path, remedy: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    quiet_where_guarded();
    GUARDED.set(true);
    let ended = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(false);
    ended.unwrap_or_else(|_| {
        Err(anyhow!(
            "{}: the decoder fails on this file: {remedy}",
            path.display()
        ))
    })
}

thread_local! {
    /// This thread is in [`guarded`].
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// A panic that becomes an error is not told twice.
fn quiet_where_guarded() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !GUARDED.get() {
                told(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_that_names_the_file() {
        let failed = guarded::<()>(Path::new("a.png"), "save it again", || {
            panic!("index out of bounds")
        });
        let error = failed.expect_err("a panic").to_string();
        assert_eq!(
            error,
            "a.png: the decoder fails on this file: save it again"
        );
        let next = guarded(Path::new("b.png"), "", || Ok(1));
        assert_eq!(next.expect("the next one goes on"), 1);
    }
}
