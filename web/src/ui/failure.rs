//! What is said when something that was asked for failed.

use scanweave::image::MAX_SIDE;

use super::words::{
    DID_NOT_WORK, ENGINE_GONE, FILE_DAMAGED, FILE_EMPTY, FILE_MISSING, FILE_NO_MEMORY, FILE_TIFF,
    FILE_TOO_LONG, FILE_UNKNOWN, FILE_UNREADABLE, IMAGE_FLAT, IMAGE_SIDES, MODEL_UNUSABLE,
    NO_MODEL, STORE_STUCK, Sentence, WEIGHTS_DAMAGED, WEIGHTS_INTERRUPTED, WEIGHTS_LOST,
    WEIGHTS_NO_MEMORY, WEIGHTS_UNLISTED, WEIGHTS_UNREACHABLE, spoken,
};
use crate::model::protocol::{Cause, Failure};

/// The sentence for a failure, without its detail.
pub fn sentence(failure: &Failure) -> Sentence {
    let word = match failure.cause {
        Cause::FileMissing => FILE_MISSING,
        Cause::FileEmpty => FILE_EMPTY,
        Cause::FileTiff => FILE_TIFF,
        Cause::FileUnknown => FILE_UNKNOWN,
        Cause::FileUnreadable => FILE_UNREADABLE,
        Cause::FileTooLong => FILE_TOO_LONG,
        Cause::ImageSides => IMAGE_SIDES,
        Cause::ImageFlat => IMAGE_FLAT,
        Cause::FileNoMemory => FILE_NO_MEMORY,
        Cause::FileDamaged => FILE_DAMAGED,
        Cause::ModelUnusable => MODEL_UNUSABLE,
        Cause::WeightsUnlisted => WEIGHTS_UNLISTED,
        Cause::WeightsUnreachable => WEIGHTS_UNREACHABLE,
        Cause::WeightsInterrupted => WEIGHTS_INTERRUPTED,
        Cause::WeightsNoMemory => WEIGHTS_NO_MEMORY,
        Cause::WeightsDamaged => WEIGHTS_DAMAGED,
        Cause::WeightsLost => WEIGHTS_LOST,
        Cause::StoreStuck => STORE_STUCK,
        Cause::NoModel => NO_MODEL,
        Cause::Computation => DID_NOT_WORK,
        Cause::EngineGone => ENGINE_GONE,
    };
    let most = MAX_SIDE.to_string();
    word.sentence(&[("name", &failure.name), ("most", &most)])
}

/// What stands behind the sentence, in English.
pub fn detail(failure: &Failure) -> String {
    match (failure.cause, failure.detail.as_str()) {
        (_, "") => String::new(),
        (Cause::Computation, detail) => format!("{detail}."),
        (_, detail) => format!("({detail})"),
    }
}

/// Sentence and detail, in the language of the page, as the reason within another sentence.
pub fn told(failure: &Failure) -> String {
    if failure.cause == Cause::Computation {
        return detail(failure);
    }
    let told = [sentence(failure).in_language(spoken()), detail(failure)];
    told.join(" ").trim_end().to_owned()
}
