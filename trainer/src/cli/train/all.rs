//! `scanweave train all`: the stages in order, each in its own run below one folder.

use super::begin::{Job, below};
use super::foundations::{Sources, needs_lesion, needs_translator};
use super::{Args, report, stop_on_interrupt};
use crate::cli::Usage;
use crate::data::Prepared;
use crate::run::{Directory, Record, Stage, State};
use crate::stages::{Ending, lesion, translator};

/// Trains what is not finished.
pub fn run(args: &Args, data: &Prepared) -> anyhow::Result<()> {
    let given = [&args.structure, &args.lesion, &args.translator];
    if given.iter().any(|run| run.is_some()) {
        let text =
            "`train all` makes its own runs: leave out --structure, --lesion and --translator";
        return Err(Usage(text.into()).into());
    }
    let stop = stop_on_interrupt()?;
    let stages = stages(args);
    check(&stages, args, data)?;
    for (number, &stage) in stages.iter().enumerate() {
        let job = job(args, stage, &stages);
        println!("[{}/{}] {stage}", number + 1, stages.len());
        if args.dry_run && stage == Stage::Synthesis {
            println!("its configuration follows from the runs before it");
            continue;
        }
        let configuration = job.resolve(data)?;
        if args.dry_run {
            println!("{}", serde_json::to_string_pretty(&configuration)?);
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

/// What would end a later stage before its first step ends the first.
fn check(stages: &[Stage], args: &Args, data: &Prepared) -> anyhow::Result<()> {
    if stages.contains(&Stage::Lesion) {
        lesion::check(data, &args.chosen.study)?;
    }
    if stages.contains(&Stage::Translator) {
        translator::check(data, &args.chosen.study)?;
    }
    Ok(())
}

/// The stages that the study needs, in order.
fn stages(args: &Args) -> Vec<Stage> {
    let mut stages = vec![Stage::Structure];
    let (study, recipe) = (&args.chosen.study, &args.chosen.recipe);
    stages.extend(needs_lesion(study, recipe).then_some(Stage::Lesion));
    stages.extend(needs_translator(study, recipe).then_some(Stage::Translator));
    stages.push(Stage::Synthesis);
    stages
}

fn job<'a>(args: &'a Args, stage: Stage, stages: &[Stage]) -> Job<'a> {
    let run = below(&args.run, stage);
    let source = |of: Stage| stages.contains(&of).then(|| below(&args.run, of));
    let sources = match stage {
        Stage::Synthesis => Sources {
            structure: source(Stage::Structure),
            lesion: source(Stage::Lesion),
            translator: source(Stage::Translator),
        },
        _ => Sources::default(),
    };
    Job {
        args,
        stage,
        resume: run.join("config.json").exists(),
        run,
        sources,
    }
}
