//! Images whose class nobody knows: "no class" is not "normal", so they train nothing that needs one.

use scanweave::study::Study;

use crate::data::{Prepared, split};

/// Says how many training images a stage leaves out.
pub fn tell(data: &Prepared, study: &Study, stage: &str) {
    let training = split::training(&data.items);
    let unlabelled = training.iter().filter(|i| !study.lesion.trains(&i.label));
    let count = unlabelled.count();
    if count > 0 {
        eprintln!(
            "note: {count} of {} training images have no class that the study knows; the {stage} stage leaves them out",
            training.len()
        );
    }
}
