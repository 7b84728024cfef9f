//! One small model, trained once for all tests that need one.

use crate::process::{Ended, scanweave};
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

/// Steps of the structure stage.
pub const STRUCTURE_STEPS: u64 = 20;
/// Steps of the synthesis stage; the first two see real structure maps alone.
pub const SYNTHESIS_STEPS: u64 = 6;

/// The command that trains the structure stage on `data.scan`.
pub fn structure(run: &str, more: &str) -> String {
    format!(
        "train structure --study phantom-thorax --preset tiny --batch 2 --save-every 5 --data data.scan --run {run} {more}"
    )
}

/// The command that trains the synthesis stage upon the run `structure`.
pub fn synthesis(run: &str, more: &str) -> String {
    format!(
        "train synthesis --study phantom-thorax --preset tiny --batch 2 --save-every 2 --pretraining 2 --data data.scan --structure structure --run {run} {more}"
    )
}

/// A folder with `data.scan` (of a seed whose validation subject is one that the structure stage learns from), the finished runs `structure` and `synthesis`, and `model.weave`.
/// Tests copy what they change. It lies below cargo's target folder and is made anew each time.
pub static TRAINED: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cli-trained");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder below target/");
    let run = |line: &str| scanweave(&folder, line).well();
    run("data prepare --dataset phantom --count 12 --size 64 --seed 3 --out data.scan");
    run(&structure(
        "structure",
        &format!("--steps {STRUCTURE_STEPS}"),
    ));
    run(&synthesis(
        "synthesis",
        &format!("--steps {SYNTHESIS_STEPS}"),
    ));
    run("export structure synthesis --out model.weave");
    folder
});

/// A folder that holds the data and the two runs, to be changed.
pub fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    crate::process::copy_folder(&TRAINED, folder.path());
    folder
}

/// The exported bytes of two runs, in single precision so that nothing is rounded away.
pub fn exported(folder: &std::path::Path, runs: &str) -> (Vec<u8>, Ended) {
    let ended = scanweave(
        folder,
        &format!("export {runs} --precision f32 --out compared.weave"),
    )
    .well();
    (
        fs::read(folder.join("compared.weave")).expect("it was exported"),
        ended,
    )
}
