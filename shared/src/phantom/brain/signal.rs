//! From tissue to brightness: the signal equations of the four sequences.
//!
//! Healthy tissue: T1, T2 and proton density at 1.5 T as published with the BrainWeb simulator
//! (Kwan, Evans, Pike, IEEE Trans. Med. Imaging 18(11), 1999; Collins et al., ibid. 17(3), 1998,
//! `tissue_mr_parameters.txt`). BrainWeb has no oedema, tumour, necrosis or flowing blood: those
//! values are chosen by us, longer than those of white matter as is known of such tissue, and are
//! no measurement. Contrast agent shortens relaxation times by `1/T = 1/T0 + r C` with
//! r1 = 4.1 and r2 = 4.6 per second and mmol/l (Rohrer et al., Invest. Radiol. 40(11), 2005,
//! gadopentetate, plasma, 1.5 T); the concentrations are chosen by us.

use super::{BrainTissue, Sequence};
use crate::random::Random;

/// Relaxation times in milliseconds, proton density relative to water, uptake of contrast agent in
/// mmol/l.
#[derive(Debug, Clone, Copy)]
struct Parameters {
    t1: f32,
    t2: f32,
    density: f32,
    uptake: f32,
}

const R1: f32 = 4.1e-3;
const R2: f32 = 4.6e-3;

fn parameters(tissue: BrainTissue) -> Parameters {
    let of = |t1, t2, density, uptake| Parameters {
        t1,
        t2,
        density,
        uptake,
    };
    match tissue {
        BrainTissue::Outside => of(1000.0, 50.0, 0.0, 0.0),
        BrainTissue::Scalp => of(900.0, 47.0, 1.0, 0.05),
        BrainTissue::Fat => of(350.0, 70.0, 1.0, 0.0),
        // Cortical bone gives no signal; what is seen is the marrow between its tables.
        BrainTissue::Skull => of(500.0, 55.0, 0.12, 0.0),
        BrainTissue::Csf | BrainTissue::Ventricle => of(2569.0, 329.0, 1.0, 0.0),
        BrainTissue::Grey => of(833.0, 83.0, 0.86, 0.02),
        BrainTissue::White => of(500.0, 70.0, 0.77, 0.01),
        // Flowing blood leaves the slice between the pulses: a low apparent density.
        BrainTissue::Vessel => of(1200.0, 60.0, 0.35, 3.0),
        BrainTissue::Oedema => of(1150.0, 140.0, 0.88, 0.0),
        BrainTissue::Enhancing => of(1100.0, 110.0, 0.88, 0.75),
        BrainTissue::Necrosis => of(1900.0, 230.0, 0.95, 0.03),
    }
}

/// Signal of every tissue in one picture, 1 at the upper end of the grey window.
#[derive(Debug, Clone)]
pub(super) struct Contrast([f32; BrainTissue::COUNT]);

impl Contrast {
    /// The signals of `sequence` on a scanner and a person that differ a little from the table.
    pub(super) fn random(sequence: Sequence, random: &mut Random) -> Self {
        let echo = random.range(0.92, 1.08);
        let repeat = random.range(0.92, 1.08);
        let window = random.range(0.94, 1.08);
        let mut signals = [0.0; BrainTissue::COUNT];
        for (signal, tissue) in signals.iter_mut().zip(BrainTissue::ALL) {
            let mut p = parameters(tissue);
            p.t1 *= random.range(0.96, 1.04);
            p.t2 *= random.range(0.96, 1.04);
            *signal = window * signal_of(sequence, p, repeat, echo);
        }
        Self(signals)
    }

    pub(super) fn of(&self, tissue: BrainTissue) -> f32 {
        self.0[tissue as usize]
    }
}

fn signal_of(sequence: Sequence, p: Parameters, repeat: f32, echo: f32) -> f32 {
    match sequence {
        Sequence::T1c => spin_echo(enhanced(p), 500.0 * repeat, 14.0 * echo) / 0.66,
        Sequence::T2 => spin_echo(p, 4000.0 * repeat, 95.0 * echo) / 0.6,
        Sequence::Flair => inversion_recovery(p, 9000.0 * repeat, 110.0 * echo) / 0.3,
        Sequence::T1 => spin_echo(p, 500.0 * repeat, 14.0 * echo) / 0.6,
    }
}

/// `PD (1 - exp(-TR/T1)) exp(-TE/T2)`.
fn spin_echo(p: Parameters, repetition: f32, echo: f32) -> f32 {
    p.density * (1.0 - libm::expf(-repetition / p.t1)) * libm::expf(-echo / p.t2)
}

/// `PD |1 - 2 exp(-TI/T1) + exp(-TR/T1)| exp(-TE/T2)`, TI such that cerebrospinal fluid is nulled.
fn inversion_recovery(p: Parameters, repetition: f32, echo: f32) -> f32 {
    let fluid = parameters(BrainTissue::Csf).t1;
    let inversion = fluid * libm::logf(2.0 / (1.0 + libm::expf(-repetition / fluid)));
    let recovered = 1.0 - 2.0 * libm::expf(-inversion / p.t1) + libm::expf(-repetition / p.t1);
    p.density * recovered.abs() * libm::expf(-echo / p.t2)
}

/// With contrast agent taken up.
fn enhanced(p: Parameters) -> Parameters {
    Parameters {
        t1: 1.0 / (1.0 / p.t1 + R1 * p.uptake),
        t2: 1.0 / (1.0 / p.t2 + R2 * p.uptake),
        // Slow blood that carries agent is seen in spite of its flow.
        density: if p.uptake > 1.0 { 0.9 } else { p.density },
        ..p
    }
}
