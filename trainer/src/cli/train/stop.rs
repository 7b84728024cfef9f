//! How a training is asked to stop: it finishes its step, saves, and says how to go on.
//!
//! Ctrl-C does so, and a second one ends the process at once. Schedulers send SIGTERM, a terminal that is closed SIGHUP, and
//! often several of them: these only ask.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that is set when the training shall stop.
///
/// # Errors
/// When the system takes no handler.
pub fn asked() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        eprintln!("\nfinishing this step, then saving (Ctrl-C again to stop at once)");
    })?;
    #[cfg(unix)]
    asked_by_others(&stop)?;
    Ok(stop)
}

#[cfg(unix)]
fn asked_by_others(stop: &Arc<AtomicBool>) -> anyhow::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGTERM};
    use signal_hook::flag::register;

    register(SIGTERM, stop.clone())?;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if !hangup_is_ignored(&status) {
        register(SIGHUP, stop.clone())?;
    }
    Ok(())
}

/// What `nohup` is for: such a training outlives its terminal. Told where the system describes its processes as Linux
/// does.
#[cfg(unix)]
fn hangup_is_ignored(status: &str) -> bool {
    let ignored = status.lines().find_map(|l| l.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::hangup_is_ignored;

    #[test]
    fn linux_says_which_signals_are_ignored() {
        let status =
            |mask| format!("Name:\tscanweave\nSigIgn:\t{mask}\nSigCgt:\t0000000000000001\n");
        assert!(hangup_is_ignored(&status("0000000000001001")));
        assert!(!hangup_is_ignored(&status("0000000000001000")));
        assert!(!hangup_is_ignored(""));
    }
}
