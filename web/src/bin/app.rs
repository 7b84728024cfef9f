//! The page.

fn main() {
    scanweave_web::ui::start();
}
