//! Tests in the kernel of what needs a CPU: tasks, interrupts, page tables, the gates to programs.
//!
//! The boot argument `selftest` runs all of them instead of init, `selftest=NAME` those whose names begin like that;
//! `selftest=panic`, `selftest=overflow`, `selftest=triple-fault` and `selftest=lost-balance` end the kernel, for the tests of what is
//! said then and of bin/when. Results go to the
//! console a line each, their number to the status line. What can be thought through without a machine is tested in
//! `logic`, what programs see by user/tests.

mod check;
mod clock;
mod code;
mod copying;
mod costs;
mod disk;
mod ends;
mod exceptions;
mod files;
mod frames;
mod gates;
mod heap;
mod locks;
mod pace;
mod pages;
mod ports;
mod program;
mod protection;
mod random;
mod spaces;
mod switching;
mod timers;
mod vectors;
mod waiting;

use crate::{
    log,
    task::{self, Patience, TaskContext, WaitQueue},
};
use alloc::{format, sync::Arc};
use check::Failure;
use core::time::Duration;
use logic::command_line;
use machine::{clock::now, early_console, lock::SpinLock, power};

type Outcome = Result<(), Failure>;

/// A test and what to call it.
type Test = (&'static str, fn(&TaskContext) -> Outcome);

/// How long a test may take.
const PATIENCE: Duration = Duration::from_secs(60);

const TESTS: &[Test] = &[
    ("tasks/switch", switching::switch),
    ("tasks/yield", switching::yield_to_all),
    ("tasks/signals-are-kept", switching::signals_are_kept),
    ("tasks/a-thousand-leave-nothing", switching::a_thousand_leave_nothing),
    ("tasks/preemption", switching::preemption),
    ("tasks/shares-after-a-long-run", switching::shares_after_a_long_run),
    ("tasks/nice", switching::nice),
    ("tasks/waker-makes-way", switching::waker_makes_way),
    ("tasks/sleep-is-punctual", waiting::sleep_is_punctual),
    ("tasks/mutex-excludes", waiting::mutex_excludes),
    ("tasks/mutex-keeps-signals", waiting::mutex_keeps_signals),
    ("tasks/wake-all-in-a-storm", waiting::wake_all_in_a_storm),
    ("tasks/wake-one-is-passed-on", waiting::wake_one_is_passed_on),
    ("tasks/time-limits", waiting::time_limits),
    ("tasks/interruption", waiting::interruption),
    ("tasks/timers", timers::timers),
    ("tasks/timers-in-a-storm", timers::timers_in_a_storm),
    ("tasks/alarms-within-switches", timers::alarms_within_switches),
    ("tasks/spawning-in-a-storm", timers::spawning_in_a_storm),
    ("locks/interrupts-wait", locks::interrupts_wait),
    ("locks/preemption-waits", locks::preemption_waits),
    ("locks/interrupts-are-on", locks::interrupts_are_on),
    ("locks/mutex-waits-are-counted", locks::mutex_waits_are_counted),
    ("clock/forward", clock::forward),
    ("clock/pace", clock::pace),
    ("ports/one-owner", ports::one_owner),
    ("costs", costs::tell),
    ("memory/frames", frames::frames),
    ("memory/blocks", frames::blocks),
    ("memory/no-frames-left", frames::no_frames_left),
    ("memory/frames-join", frames::frames_join),
    ("memory/the-reserve-holds", frames::the_reserve_holds),
    ("memory/heap-sizes", heap::heap_sizes),
    ("memory/heap-alignments", heap::heap_alignments),
    ("memory/heap-against-a-model", heap::heap_against_a_model),
    ("memory/heap-too-large", heap::heap_too_large),
    ("memory/page-tables", spaces::page_tables),
    ("memory/many-pages", spaces::many_pages),
    ("memory/sharing", spaces::sharing),
    ("memory/moving", spaces::moving),
    ("memory/copying", copying::copying),
    ("memory/translations-are-forgotten", spaces::translations_are_forgotten),
    ("memory/spaces-of-others", spaces::spaces_of_others),
    ("memory/windows", spaces::windows),
    ("disk/written-and-read", disk::written_and_read),
    ("disk/many-at-once", disk::many_at_once),
    ("disk/refusals", disk::refusals),
    ("files/names", files::names),
    ("files/renaming", files::renaming),
    ("files/sparse", files::sparse_files),
    ("files/forgetting", files::forgetting),
    ("files/no-space", files::no_space),
    ("files/pipes", files::pipes),
    ("files/polling", files::polling),
    ("files/fifos", files::fifos),
    ("files/archives", files::archives),
    ("user/gates", gates::gates),
    ("user/exceptions", exceptions::exceptions),
    ("user/bad-addresses", exceptions::bad_addresses),
    ("user/any-stack-pointer", gates::any_stack_pointer),
    ("user/endless-loop", gates::endless_loop),
    ("user/nice", gates::nice),
    ("user/flags", gates::flags),
    ("user/single-steps", gates::single_steps),
    ("user/segment-bases", gates::segment_bases),
    ("user/the-last-instruction", gates::the_last_instruction),
    ("user/no-local-descriptors", gates::no_local_descriptors),
    ("user/no-look-at-tables", gates::no_look_at_tables),
    ("user/no-sysenter", gates::no_sysenter),
    ("user/errors-asked-for", vectors::errors_asked_for),
    ("user/vectors-are-kept", vectors::vectors_are_kept),
    ("user/vectors-begin-empty", vectors::vectors_begin_empty),
    ("user/vectors-outlive-preemption", vectors::vectors_outlive_preemption),
    ("protection/kernel-image", protection::kernel_image),
    ("protection/no-code-in-data", protection::no_code_in_data),
    ("protection/guard-pages", protection::guard_pages),
    ("protection/nothing-low", protection::nothing_low),
    ("protection/programs-pages", protection::programs_pages),
];

/// Runs the tests that the command line asks for, and powers the machine off; returns if it asks for none.
pub fn run_if_asked(ctx: &TaskContext, line: &str) {
    match command_line::get(line, "selftest") {
        Some("panic") => ends::by_panic(),
        Some("overflow") => ends::by_overflow(),
        Some("triple-fault") => ends::by_triple_fault(),
        Some("lost-balance") => ends::by_lost_balance(),
        Some(name) => run(ctx, name),
        None if command_line::has(line, "selftest") => run(ctx, ""),
        None => {}
    }
}

fn run(ctx: &TaskContext, start: &str) {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (name, test) in TESTS.iter().filter(|(name, _)| name.starts_with(start)) {
        let begun = now();
        match run_one(ctx, *test) {
            Ok(()) => {
                passed += 1;
                print(&format!("ok {name} ({} ms)\n", now().since(begun).as_millis()));
            }
            Err(failure) if failure.skipped => {
                skipped += 1;
                print(&format!("skipped {name}: {failure}\n"));
            }
            Err(failure) => {
                failed += 1;
                print(&format!("not ok {name}: {failure}\n"));
            }
        }
    }
    if passed + failed + skipped == 0 {
        failed += 1;
        print(&format!("not ok {start}: there is no such test\n"));
    }
    early_console::flush_driver();
    early_console::write_status(&format!("selftest {passed} passed, {failed} failed"));
    power::off()
}

/// Runs a test in a task of its own, so that one that hangs is seen as one that failed.
fn run_one(ctx: &TaskContext, test: fn(&TaskContext) -> Outcome) -> Outcome {
    let place = Arc::new((SpinLock::new("result of a test", None), WaitQueue::new()));
    let result = place.clone();
    task::spawn("test", move |ctx| {
        let outcome = test(ctx);
        *result.0.lock() = Some(outcome);
        result.1.wake_all();
    })?;
    let patience = Patience { interruptible: false, deadline: Some(now() + PATIENCE) };
    place.1.wait(ctx, patience, || place.0.lock().take())?
}

fn print(text: &str) {
    log::write_console(text.as_bytes());
}
