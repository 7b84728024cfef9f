//! The worker that runs the networks on WebGPU too.

fn main() {
    scanweave_web::engine::start();
}
