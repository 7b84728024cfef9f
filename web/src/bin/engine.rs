//! The worker that runs the networks.

fn main() {
    scanweave_web::engine::start();
}
