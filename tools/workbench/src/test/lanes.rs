//! The order of stages: lanes of them run side by side, one of compilers and host programs, one of machines, and one that compiles the
//! kernel as a whole, which keeps one processor busy for long. The stories come last and alone, since they start several machines at once.

use super::Stage;
use super::stage::{Report, Tally};
use std::sync::Mutex;
use std::thread;

/// Stages that run one after the other.
type Lane = Vec<Stage>;

/// Divides stages into steps of lanes; the lanes of a step run side by side.
fn steps(stages: &[Stage]) -> Vec<Vec<Lane>> {
    let lane = |is_in: fn(Stage) -> bool| -> Lane { stages.iter().copied().filter(|&stage| is_in(stage)).collect() };
    let is_release = |stage| stage == Stage::Release;
    let mut side_by_side = vec![lane(is_release), lane(Stage::is_on_host), lane(Stage::is_on_one_machine)];
    side_by_side.retain(|lane| !lane.is_empty());
    let alone = stages.iter().filter(|stage| **stage == Stage::Features);
    std::iter::once(side_by_side).filter(|step| !step.is_empty()).chain(alone.map(|&stage| vec![vec![stage]])).collect()
}

/// Runs stages, and tells how each went as it ends.
pub fn run(stages: &[Stage], tally: &Mutex<Tally>, run_stage: &(dyn Fn(Stage) -> Report + Sync)) {
    for step in steps(stages) {
        thread::scope(|scope| {
            for lane in step {
                scope.spawn(move || lane.into_iter().for_each(|stage| run_one(stage, tally, run_stage)));
            }
        });
    }
}

fn run_one(stage: Stage, tally: &Mutex<Tally>, run_stage: &(dyn Fn(Stage) -> Report + Sync)) {
    let clock = std::time::Instant::now();
    let report = run_stage(stage);
    // A lane that panicked has left a tally that counts what it had.
    tally.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).note(stage.name(), report, clock.elapsed());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_run_beside_compilers_and_stories_alone() {
        let steps = steps(&Stage::ALL);
        assert_eq!(steps.len(), 2);
        assert_eq!(steps[0].len(), 3);
        assert_eq!(steps[1], [[Stage::Features]]);
        assert_eq!(steps.iter().flatten().flatten().count(), Stage::ALL.len());
    }
}
