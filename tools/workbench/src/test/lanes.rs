//! The order of stages. Two stages run side by side, since the smallest computer that this runs on has two processors: whenever one ends, the
//! next begins. The stories come last and alone, since they start several machines at once.

use super::Stage;
use super::stage::{Report, Tally};
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

/// Stages that run side by side.
const SIDE_BY_SIDE: usize = 2;

/// The stages that may run beside others, in their order, and those that come after them one by one.
fn order(stages: &[Stage]) -> (Vec<Stage>, Vec<Stage>) {
    stages.iter().partition(|&&stage| stage != Stage::Features)
}

/// Runs stages, and tells how each went as it ends.
pub fn run(stages: &[Stage], tally: &Mutex<Tally>, run_stage: &(dyn Fn(Stage) -> Report + Sync)) {
    let (together, alone) = order(stages);
    let queue = Mutex::new(together.into_iter());
    let next = || queue.lock().ok().and_then(|mut queue| queue.next());
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| std::iter::from_fn(next).for_each(|stage| run_one(stage, tally, run_stage)));
        }
    });
    alone.into_iter().for_each(|stage| run_one(stage, tally, run_stage));
}

fn run_one(stage: Stage, tally: &Mutex<Tally>, run_stage: &(dyn Fn(Stage) -> Report + Sync)) {
    let began = Instant::now();
    let report = run_stage(stage);
    // A stage that panicked has left a tally that counts what it had.
    tally.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).note(stage.name(), report, began.elapsed());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn every_stage_runs_once_two_at_most_together_and_stories_alone() {
        let (running, most, ran) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
        run(&Stage::ALL, &Mutex::new(Tally::default()), &|stage| {
            let now = running.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(now, Ordering::SeqCst);
            assert!(stage != Stage::Features || now == 1);
            ran.lock().unwrap().push(stage);
            thread::sleep(std::time::Duration::from_millis(20));
            running.fetch_sub(1, Ordering::SeqCst);
            Report::default()
        });
        let ran = ran.into_inner().unwrap();
        assert_eq!((ran.len(), most.into_inner()), (Stage::ALL.len(), 2));
        assert_eq!(ran.last(), Some(&Stage::Features));
    }
}
