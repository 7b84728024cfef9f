//! Scenes of share links: what is read is written and read again the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scanweave_web::model::scene::Scene;

fuzz_target!(|data: &[u8]| {
    if let Ok(scene) = Scene::from_bytes(data) {
        let bytes = scene.to_bytes();
        let again = Scene::from_bytes(&bytes).expect("what was written is read");
        assert_eq!(again.to_bytes(), bytes);
    }
});
