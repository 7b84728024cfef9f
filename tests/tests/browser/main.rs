//! The built page in headless Chromium, on both backends.
//!
//! `SCANWEAVE_DIST` names the built page (`dist/` unless set), `CHROMIUM` and `CHROMEDRIVER` the
//! programs. A copy of the page is served with small models of our own, so that these tests need no
//! shipped weights and may damage what they like. What the page shows is read back from its canvases
//! and compared with the same pipeline computed here.

mod about;
mod agreement;
mod archives;
mod backends;
mod colours;
mod drawing;
mod driver;
mod engines;
mod everyone;
mod failures;
mod files;
mod first_sight;
mod home;
mod keyboard;
mod lesions;
mod losses;
mod marking;
mod memory;
mod model;
mod network;
mod numbers;
mod overlays;
mod page;
mod shares;
mod shipped;
mod site;
mod snapshots;
mod stored;
mod updates;
mod viewer;
mod walk;
mod workbench;
