//! The worker that runs the networks on the CPU, and starts wherever there is one.

fn main() {
    scanweave_web::engine::start();
}
