//! What is said when the engine is gone: whether it ran out of memory or had another fault.

use super::words::{
    ENGINE_BACK, ENGINE_BACK_NO_MEMORY, ENGINE_NO_MEMORY, ENGINE_NOT_LOADED, ENGINE_STOPPED, Word,
};
use crate::model::protocol::Reason;

/// Why the engine is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// The browser gave it no more memory.
    Memory,
    /// A fault of its own or of the browser's.
    Fault,
    /// It never said its first word.
    Unborn,
}

impl Death {
    /// What a worker died of that said this last, and had been there before or not.
    ///
    /// Rust ends a program whose allocation is refused by the instruction `unreachable` and without a
    /// word. A panic ends in it too, but its message comes first ([`crate::model::protocol::Event::Died`]).
    /// Browsers put that instruction in words of their own.
    pub fn of(message: &str, spoke: bool) -> Self {
        let message = message.to_lowercase();
        let signs = [
            "runtimeerror: unreachable",
            "unreachable code should not be executed",
            "out of memory",
            "allocation failed",
        ];
        if signs.iter().any(|sign| message.contains(sign)) {
            Self::Memory
        } else if spoke {
            Self::Fault
        } else {
            Self::Unborn
        }
    }

    /// The sentence where it is not started anew by itself.
    pub fn told(self) -> Word {
        match self {
            Self::Memory => ENGINE_NO_MEMORY,
            Self::Fault => ENGINE_STOPPED,
            Self::Unborn => ENGINE_NOT_LOADED,
        }
    }

    /// The sentence when it is there again.
    pub fn mended(self) -> Word {
        match self {
            Self::Memory => ENGINE_BACK_NO_MEMORY,
            Self::Fault | Self::Unborn => ENGINE_BACK,
        }
    }

    /// What stands behind the sentence: what the browser said, where that says more.
    pub fn detail(self, message: &str) -> &str {
        match self {
            Self::Memory => "",
            Self::Fault | Self::Unborn => message,
        }
    }

    /// Why the one after it computes on the CPU.
    pub fn reason(self, message: &str) -> Reason {
        match self {
            Self::Memory => Reason::RestartedForMemory,
            Self::Fault | Self::Unborn => Reason::Restarted(message.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_memory_is_told_from_a_fault() {
        for message in [
            "Uncaught RuntimeError: unreachable",
            "RuntimeError: unreachable executed",
            "RuntimeError: Unreachable code should not be executed",
            "Uncaught RangeError: WebAssembly.Memory(): out of memory",
            "RangeError: Array buffer allocation failed",
        ] {
            assert_eq!(Death::of(message, true), Death::Memory, "{message}");
        }
        let panic = "panicked at shared/src/lib.rs:1:2:\ninternal error: entered unreachable code";
        assert_eq!(Death::of(panic, true), Death::Fault);
        assert_eq!(Death::of("it could not be loaded", false), Death::Unborn);
    }
}
