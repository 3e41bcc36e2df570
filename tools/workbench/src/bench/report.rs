//! The tables.

use super::memory::Memory;
use super::record::Machine;
use super::rows::{Found, Row, Rows, geometric_mean};
use std::arch::x86_64::_rdtsc;
use std::fmt::Write;
use std::time::{Duration, Instant};

/// Two tables as plain text.
pub fn for_person(rows: &Rows) -> String {
    let mut text = String::new();
    if rows.iter().any(|row| !row.linux.times.is_empty()) {
        let ticks = ticks_per_microsecond();
        let _ = writeln!(text, "{:<18}{:>12}{:>12}{:>8}{:>9}", "row (µs)", "Linux", "Cor", "ratio", "spread");
        for row in rows.iter() {
            let [linux, cor, ratio, spread] = times(row, ticks);
            let _ = writeln!(text, "{:<18}{linux:>12}{cor:>12}{ratio:>8}{spread:>9}", row.name);
        }
        let _ = writeln!(text, "{}\n", mean(rows));
    }
    let heads = ["Linux", "Cor", "ratio", "CR3", "INVLPG", "faults"];
    let _ = writeln!(text, "{:<18}{}", "row (instructions)", heads.map(|head| format!("{head:>14}")).concat());
    for row in rows.iter() {
        let _ = writeln!(text, "{:<18}{}", row.name, counts(row).map(|cell| format!("{cell:>14}")).concat());
    }
    text
}

/// The same as docs/bench.md.
pub fn for_docs(rows: &Rows, machine: &Machine, rounds: u32) -> String {
    let ticks = ticks_per_microsecond();
    let mut text = format!(
        "# Cor beside Linux\n\nWritten by `make bench`. The same static programs in the same machine (one CPU, 1 GiB, root in \
         memory), on Cor and on\n{} with `mitigations=off`.\n{machine}\n\n![Cor's time as a part of Linux's](bench.svg)\n\n\
         {}\n\n## Time\n\nMicroseconds for an operation by the processor's counter: medians of {rounds} alternating boots. The \
         spread is that of Linux's own boots. The\nprograms of app-… are this host's, with their libraries, and have boots of their own; most hardly \
         enter the kernel.\n\n| row | one operation | Linux | Cor | ratio | spread |\n|---|---|--:|--:|--:|--:|\n",
        machine.linux,
        mean(rows)
    );
    for row in rows.iter() {
        let _ = writeln!(text, "| {} | {} | {} |", row.name, row.what, times(row, ticks).join(" | "));
    }
    text.push_str(
        "\n## Instructions\n\nFor an operation, program and kernel together, under `-icount shift=0,sleep=off`, where they repeat; \
         and what\nthey do not show: loads of CR3, INVLPGs and page faults (Linux / Cor), each of which costs the emulated CPU \
         hundreds of\ninstructions' time.\n\n| row | Linux | Cor | ratio | CR3 | INVLPG | faults |\n|---|--:|--:|--:|--:|--:|--:|\n",
    );
    for row in rows.iter() {
        let _ = writeln!(text, "| {} | {} |", row.name, counts(row).join(" | "));
    }
    let missing: Vec<String> = rows.iter().flat_map(missing).collect();
    if !missing.is_empty() {
        let _ = writeln!(text, "\n## Missing\n\n{}", missing.join("\n"));
    }
    text
}

/// What was found of memory, on Linux and on Cor.
pub fn memory([linux, cor]: &[Memory; 2]) -> String {
    let ratio = |linux: f64, cor: f64| format!("{:.2}", cor / linux);
    format!(
        "\n## Memory\n\n| what | Linux | Cor | ratio |\n|---|--:|--:|--:|\n| not free of 1 GiB while nothing runs; kernel and root (10 MiB) \
         are part of it | {} KiB | {} KiB | {} |\n| smallest machine that comes to a shell's prompt | {} MiB | {} MiB | {} |\n",
        linux.used,
        cor.used,
        ratio(linux.used as f64, cor.used as f64),
        linux.smallest,
        cor.smallest,
        ratio(linux.smallest.into(), cor.smallest.into()),
    )
}

fn times(row: &Row, ticks: f64) -> [String; 4] {
    let time = |found: &Found| found.median().map_or("missing".to_string(), |median| number(median / ticks));
    let ratio = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.2}"));
    let spread = row.linux.spread().map_or(String::new(), |spread| format!("{:.0} %", spread * 100.0));
    [time(&row.linux), time(&row.cor), ratio(row.ratio()), spread]
}

fn counts(row: &Row) -> [String; 6] {
    let (linux, cor) = (row.linux.counts, row.cor.counts);
    let whole =
        |found: &Found| found.counts.map_or("missing".to_string(), |counts| format!("{:.0}", counts.instructions));
    let both = |of: fn(&super::rows::Counts) -> f64| {
        let one =
            |counts: &Option<super::rows::Counts>| counts.as_ref().map_or("-".to_string(), |counts| number(of(counts)));
        format!("{} / {}", one(&linux), one(&cor))
    };
    let ratio = row.instructions_ratio().map_or(String::new(), |ratio| format!("{ratio:.2}"));
    [whole(&row.linux), whole(&row.cor), ratio, both(|c| c.cr3), both(|c| c.invlpg), both(|c| c.faults)]
}

fn missing(row: &Row) -> Vec<String> {
    let of = |name: &str, found: &Found| found.missing.as_ref().map(|why| format!("* {} on {name}: {why}", row.name));
    [of("Linux", &row.linux), of("Cor", &row.cor)].into_iter().flatten().collect()
}

/// A number with as many digits as tell something.
fn number(value: f64) -> String {
    match value {
        0.0 => "0".to_string(),
        small if small < 10.0 => format!("{small:.2}"),
        middle if middle < 100.0 => format!("{middle:.1}"),
        large => format!("{large:.0}"),
    }
}

fn mean(rows: &Rows) -> String {
    let counted = || rows.iter().filter(|row| !row.is_application());
    let above: Vec<&str> = counted().filter(|row| is_above(row)).map(|row| row.name.as_str()).collect();
    let Some(mean) = geometric_mean(counted().filter_map(Row::ratio)) else { return String::new() };
    let all = counted().filter_map(Row::ratio).count();
    let above = if above.is_empty() { "none".to_string() } else { above.join(", ") };
    format!(
        "Geometric mean of {all} ratios (the host's programs, app-…, apart): {mean:.2}. Above 1 by more than the spread: {above}."
    )
}

/// Whether a row is slower on Cor than on Linux by more than Linux's own spread.
fn is_above(row: &Row) -> bool {
    row.ratio().is_some_and(|ratio| ratio > 1.0 + row.linux.spread().unwrap_or(0.0))
}

/// How fast the processor's counter runs, by this host's clock.
fn ticks_per_microsecond() -> f64 {
    // SAFETY: every x86-64 processor has RDTSC, and no system that we run on forbids it.
    let ticks = || unsafe { _rdtsc() };
    let (start, began) = (ticks(), Instant::now());
    std::thread::sleep(Duration::from_millis(100));
    (ticks() - start) as f64 / began.elapsed().as_secs_f64() / 1e6
}
