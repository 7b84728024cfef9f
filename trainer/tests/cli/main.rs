//! The command line as people have it: a process with arguments, an exit code, two streams and the
//! files that it leaves behind.
//!
//! `training` follows the whole path on phantoms and shows that an interruption changes nothing;
//! the other files bring what people bring by mistake.

mod brain;
mod brain_data;
mod colour;
mod comparison;
#[cfg(target_os = "linux")]
mod damaged;
mod evaluation;
mod folders;
mod images;
mod labels;
mod layouts;
mod learning;
mod look;
mod overview;
mod pictures;
mod places;
mod process;
mod real;
mod resample;
mod runs;
mod shapes;
mod smeared;
#[cfg(target_os = "linux")]
mod streams;
mod studies;
mod trained;
mod training;
mod usage;
mod volumes;
mod weights;
