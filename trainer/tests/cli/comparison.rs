//! `compare`: two weights files side by side.

use crate::process::{scanweave, untouched};

#[test]
fn a_file_beside_itself_is_as_near_to_the_real_images() {
    let folder = crate::trained::copy();
    let folder = folder.path();
    let line = "compare model.weave model.weave --data data.scan --count 3 --out sheets/both.png";
    let ended = scanweave(folder, line).well();
    for word in [
        "nearer to real",
        "xray, random features: Frechet distance",
        "share with a closed outline",
        "structure maps",
    ] {
        assert!(ended.said.contains(word), "`{word}` is missing\n{ended}");
    }
    let named = |line: &&str| line.ends_with(" A") || line.ends_with(" B");
    assert_eq!(ended.said.lines().filter(named).count(), 0, "{ended}");
    let sheet = image::open(folder.join("sheets/both.png")).expect("a sheet");
    // Three columns, and three rows each for map and image, each below a line of words.
    let row = 66 + 13;
    assert_eq!((sheet.width(), sheet.height()), (3 * 66 + 2, 6 * row + 2));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let folder = crate::trained::copy();
    let folder = folder.path();
    let prepare =
        "data prepare --dataset phantom --study phantom-brain --count 2 --size 64 --out brain.scan";
    scanweave(folder, prepare).well();
    untouched(folder, || {
        let line = "compare model.weave model.weave --data brain.scan --out n.png";
        scanweave(folder, line).badly(1, &["model.weave", "phantom-brain", "phantom-thorax"]);
        let line = "compare model.weave model.weave --data data.scan --out model.weave";
        scanweave(folder, line).badly(2, &["model.weave"]);
        let line = "compare model.weave --data data.scan";
        scanweave(folder, line).badly(2, &["B.weave"]);
    });
}
