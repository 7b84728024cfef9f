//! The four pulse sequences that show a phantom brain.

/// A pulse sequence. Its number seeds its own random stream: asking for fewer changes none of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sequence {
    /// T1-weighted spin echo.
    T1 = 1,
    /// The same after contrast agent.
    T1c = 2,
    /// T2-weighted spin echo.
    T2 = 3,
    /// Fluid-attenuated inversion recovery.
    Flair = 4,
}

impl Sequence {
    /// Every sequence.
    pub const ALL: [Self; 4] = [Self::T1, Self::T1c, Self::T2, Self::Flair];

    /// The name of the modality that it is.
    pub fn name(self) -> &'static str {
        match self {
            Self::T1 => "t1",
            Self::T1c => "t1c",
            Self::T2 => "t2",
            Self::Flair => "flair",
        }
    }
}
