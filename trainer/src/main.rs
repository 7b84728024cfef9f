//! `scanweave`: prepares images, trains the networks, exports weights and samples from them.
//!
//! Parse, run, exit code: 0 done, 1 failed, 2 wrong usage.

#[cfg_attr(not(test), macro_use)]
mod said;

mod beside;
mod build;
mod cli;
mod data;
mod device;
mod evaluate;
mod export;
mod files;
mod onnx;
mod page;
mod picture;
mod run;
mod stages;
mod study;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if error.is::<cli::Usage>() { 2 } else { 1 })
        }
    }
}
