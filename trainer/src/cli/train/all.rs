//! `scanweave train all`: the stages in order, each in its own run below one folder.

use super::begin::{Job, below, check_data};
use super::foundations::Sources;
use super::{Args, report, stop};
use crate::cli::Usage;
use crate::data::Prepared;
use crate::run::{Directory, Record, State};
use crate::said;
use crate::stages::registry::STAGES;
use crate::stages::{Ending, Stage};
use crate::study::StudyAndRecipe;

/// Trains what is not finished.
pub fn run(args: &Args, data: &Prepared) -> anyhow::Result<()> {
    let given: Vec<String> = args
        .of_stage
        .sources
        .0
        .keys()
        .map(|s| format!("--{s}"))
        .collect();
    if !given.is_empty() {
        let text = format!(
            "`train all` makes its own runs: leave out {}",
            given.join(", ")
        );
        return Err(Usage(text).into());
    }
    let stages = stages(args);
    check_data(data, args, &stages)?;
    let stop = stop::asked()?;
    for (number, &stage) in stages.iter().enumerate() {
        let job = job(args, stage, &stages);
        println!("[{}/{}] {}", number + 1, stages.len(), stage.name);
        let memory = job.memory()?;
        if args.dry_run {
            eprintln!("{memory}");
        }
        if args.dry_run && !stage.builds_upon.is_empty() {
            println!("its configuration follows from the runs before it");
            continue;
        }
        let configuration = job.resolve(data)?;
        if args.dry_run {
            said::result(&(serde_json::to_string_pretty(&configuration)? + "\n"))?;
            continue;
        }
        if job.resume {
            // Read before the run is locked, which would make it look at work.
            let record = Record::read(&job.run);
            drop(Directory::resume(&job.run, &configuration)?);
            if record.state == State::Finished && !job.limit().is_beyond(record.step) {
                println!("finished before: {} steps", record.step);
                continue;
            }
        }
        let ending = job.train(data, &configuration, &stop)?;
        report(&job, ending, "the same command");
        if matches!(ending, Ending::Interrupted(_)) {
            break;
        }
    }
    Ok(())
}

/// The stages that the study needs, in order.
fn stages(args: &Args) -> Vec<&'static Stage> {
    let StudyAndRecipe { study, recipe } = &args.chosen;
    let needed = STAGES.into_iter().filter(|s| (s.is_needed)(study, recipe));
    needed.collect()
}

fn job<'a>(args: &'a Args, stage: &'static Stage, stages: &[&Stage]) -> Job<'a> {
    let run = below(&args.run, stage);
    let upon = stages
        .iter()
        .filter(|s| stage.builds_upon.contains(&s.name));
    let sources = upon.map(|s| (s.name.to_owned(), below(&args.run, s)));
    Job {
        args,
        stage,
        resume: run.join("config.json").exists(),
        run,
        sources: Sources(sources.collect()),
    }
}
