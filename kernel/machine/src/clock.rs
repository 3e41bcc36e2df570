//! What time it is: the TSC, measured against the PIT. Intel SDM volume 3, section 18.17.
//!
//! Boot is not held up: the PIT counts from `start` on, the processor may tell the frequency itself (CPUID), and if
//! not, the first, rough measure takes at most two milliseconds. `refine`, called from the alarm's interrupt, measures
//! again over ever longer spans, each of which begins a new scale (logic::clock_scale). `now` takes no lock: writers count
//! `VERSION` up before and after they change the scale (a sequence lock), and readers try again when it changed.

use crate::clock_page::{self, Shown};
use crate::frame::Frame;
use crate::lock::SpinLock;
use crate::pit;
use core::arch::x86_64::{__cpuid, __cpuid_count, _rdtsc};
use core::ops::Add;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering, fence};
use core::time::Duration;
use logic::calibration::{Calibration, Sample};
use logic::clock_scale::Scale;
use logic::errno::Result;

/// A moment: nanoseconds since the kernel started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub u64);

/// The shortest span that the first measure may have.
const FIRST_SPAN: u64 = 2 * pit::FREQUENCY / 1000;
/// When to measure again, after the start; then it is as exact as the PIT's own crystal.
const REFINE_AT: [u64; 4] = [40_000_000, 1_000_000_000, 20_000_000_000, 300_000_000_000];

/// The measure; `None` before `calibrate`. Its lock also orders those who change the scale.
static CALIBRATION: SpinLock<Option<Calibration>> = SpinLock::new("clock calibration", None);
static VERSION: AtomicU32 = AtomicU32::new(0);
/// The scale: `nanoseconds = BASE_TIME + (tsc - BASE_TSC) * RATE / 2^32`.
static BASE_TSC: AtomicU64 = AtomicU64::new(0);
static BASE_TIME: AtomicU64 = AtomicU64::new(0);
static RATE: AtomicU64 = AtomicU64::new(0);
/// What was told last.
static LATELY: AtomicU64 = AtomicU64::new(0);
/// Nanoseconds after which `refine` measures again.
static NEXT_REFINE: AtomicU64 = AtomicU64::new(REFINE_AT[0]);
static STARTED: spin::Once<Sample> = spin::Once::new();
/// The date is more than the time since the start and a constant: somebody corrects it.
static DATE_CORRECTED: AtomicBool = AtomicBool::new(false);

/// Starts to measure: the first thing that the kernel does. `now` stands still until `calibrate`.
pub(crate) fn start() {
    pit::start_counter();
    let sample = sample().0;
    STARTED.call_once(|| sample);
    BASE_TSC.store(sample.fast, Ordering::Relaxed);
}

/// Makes `now` run: takes the frequency from the processor if it tells, else from what the PIT has counted since
/// `start`.
pub(crate) fn calibrate() {
    let Some(&from) = STARTED.get() else { return };
    let calibration = match frequency_told() {
        // A processor's own word is taken for exact to a thousandth, until it has been measured.
        Some(hertz) => Calibration::told(from, hertz, hertz / 1000, pit::FREQUENCY),
        None => measure(from),
    };
    set_rate(tsc(), calibration.hertz());
    *CALIBRATION.lock() = Some(calibration);
}

/// The time since the kernel started; it never goes back.
pub fn now() -> Instant {
    let time = steady(|| time_at(tsc()));
    LATELY.store(time, Ordering::Relaxed);
    Instant(time)
}

/// Reads by a scale that did not change meanwhile.
#[inline(always)]
fn steady(read: impl Fn() -> u64) -> u64 {
    loop {
        let version = VERSION.load(Ordering::Acquire);
        let time = read();
        fence(Ordering::Acquire);
        if version.is_multiple_of(2) && VERSION.load(Ordering::Relaxed) == version {
            return time;
        }
        core::hint::spin_loop();
    }
}

/// What `now` told last: for whom a few milliseconds do not matter. Every tick and every switch asks.
pub fn lately() -> Instant {
    Instant(LATELY.load(Ordering::Relaxed))
}

/// How often the TSC counts in a second, as far as it is known (0 before the first measure).
pub fn frequency() -> u64 {
    CALIBRATION.lock().map_or(0, |calibration| calibration.hertz())
}

/// How far the frequency may be off, in millionths.
pub fn doubt() -> u64 {
    CALIBRATION.lock().map_or(0, |calibration| calibration.parts_per_million())
}

/// When the kernel started, as nanoseconds since 1970 (0 if the machine has no date). Asks the clock chip the first
/// time, so it is for tasks, not for interrupt handlers.
pub fn wall_clock_at_boot() -> u64 {
    at_boot().load(Ordering::Relaxed)
}

/// Changes that: somebody knows the date better.
pub fn set_wall_clock_at_boot(nanoseconds: u64) {
    at_boot().store(nanoseconds, Ordering::Relaxed);
    clock_page::show(shown);
}

/// Has programs ask the kernel for the date from now on: what the page tells is not all there is to it.
pub fn date_is_corrected() {
    DATE_CORRECTED.store(true, Ordering::Relaxed);
    clock_page::show(shown);
}

/// The page by which programs can tell the time themselves; for tasks.
pub fn page() -> Result<Frame> {
    // The clock chip is asked before anybody shows the date from an interrupt.
    wall_clock_at_boot();
    let page = clock_page::page()?;
    clock_page::show(shown);
    Ok(page)
}

fn shown() -> Shown {
    let corrected = DATE_CORRECTED.load(Ordering::Relaxed);
    let Scale { base_counter, base_time, rate } = scale();
    Shown { base_counter, base_time, rate, date_at_start: if corrected { 0 } else { wall_clock_at_boot() } }
}

fn at_boot() -> &'static AtomicU64 {
    static AT_BOOT: spin::Once<AtomicU64> = spin::Once::new();
    AT_BOOT.call_once(|| {
        let seconds = crate::rtc::unix_seconds().unwrap_or(0);
        AtomicU64::new((seconds * 1_000_000_000).saturating_sub(now().0))
    })
}

/// Measures again when it is time to. Cheap when it is not.
pub(crate) fn refine() {
    let time = now().0;
    if time < NEXT_REFINE.load(Ordering::Relaxed) {
        return;
    }
    let next = REFINE_AT.iter().find(|&&at| at > time).copied().unwrap_or(u64::MAX);
    let sample = sample().0;
    let mut calibration = CALIBRATION.lock();
    let Some(calibration) = calibration.as_mut() else { return };
    NEXT_REFINE.store(next, Ordering::Relaxed);
    if calibration.refine(sample) {
        set_rate(tsc(), calibration.hertz());
    }
}

/// Changes the scale from here on. Only one does so at a time: the boot, or whoever holds the calibration's lock.
fn set_rate(tsc: u64, hertz: u64) {
    if hertz == 0 {
        return;
    }
    let scale = scale().rebased(tsc, hertz);
    VERSION.fetch_add(1, Ordering::Relaxed);
    fence(Ordering::Release);
    BASE_TSC.store(scale.base_counter, Ordering::Relaxed);
    BASE_TIME.store(scale.base_time, Ordering::Relaxed);
    RATE.store(scale.rate, Ordering::Relaxed);
    VERSION.fetch_add(1, Ordering::Release);
    clock_page::show(shown);
}

/// The scale; in the midst of a change, a mixture.
fn scale() -> Scale {
    Scale {
        base_counter: BASE_TSC.load(Ordering::Relaxed),
        base_time: BASE_TIME.load(Ordering::Relaxed),
        rate: RATE.load(Ordering::Relaxed),
    }
}

fn time_at(tsc: u64) -> u64 {
    // Another processor's TSC may be a little behind the one that set the base.
    let ticks = tsc.saturating_sub(BASE_TSC.load(Ordering::Relaxed));
    let nanoseconds = (u128::from(ticks) * u128::from(RATE.load(Ordering::Relaxed))) >> 32;
    BASE_TIME.load(Ordering::Relaxed) + nanoseconds as u64
}

/// The first measure, against the PIT: waits until enough has been counted since `from`. If a whole round has passed
/// unseen, it begins anew.
fn measure(mut from: Sample) -> Calibration {
    loop {
        let (to, first_round) = sample();
        if !first_round {
            pit::start_counter();
            from = sample().0;
        } else if u64::from(from.slow.wrapping_sub(to.slow)) >= FIRST_SPAN
            && let Some(calibration) = Calibration::first(from, to, pit::FREQUENCY)
        {
            return calibration;
        }
    }
}

/// Reads both counters; and whether the PIT is in its first round.
fn sample() -> (Sample, bool) {
    let mut moments = [0; 2];
    let mut next = moments.iter_mut();
    let reading = pit::read_counter(|| {
        if let Some(moment) = next.next() {
            *moment = tsc();
        }
    });
    let [before, after] = moments;
    let doubt = after - before;
    (Sample { fast: before + doubt / 2, doubt, slow: reading.count }, reading.first_round)
}

/// The TSC's frequency as the processor tells it, or the machine monitor that it runs on.
fn frequency_told() -> Option<u64> {
    let highest = __cpuid(0).eax;
    if highest >= 0x15 {
        let crystal = __cpuid_count(0x15, 0);
        if crystal.eax != 0 && crystal.ebx != 0 && crystal.ecx != 0 {
            return Some(u64::from(crystal.ecx) * u64::from(crystal.ebx) / u64::from(crystal.eax));
        }
    }
    if let Some(hertz) = frequency_of_monitor() {
        return Some(hertz);
    }
    let megahertz = if highest >= 0x16 { __cpuid(0x16).eax & 0xffff } else { 0 };
    (megahertz != 0).then_some(u64::from(megahertz) * 1_000_000)
}

/// Leaf 0x40000010, which VMware began and KVM can give too.
fn frequency_of_monitor() -> Option<u64> {
    const TIMING: u32 = 0x4000_0010;
    let monitor = __cpuid(1).ecx & 1 << 31 != 0;
    let highest = if monitor { __cpuid(0x4000_0000).eax } else { 0 };
    if !(TIMING..0x4001_0000).contains(&highest) {
        return None;
    }
    let kilohertz = __cpuid(TIMING).eax;
    (kilohertz != 0).then_some(u64::from(kilohertz) * 1000)
}

/// The moment at which the time stamp counter had a value, also one from before the last measure.
pub(crate) fn at(tsc: u64) -> Instant {
    Instant(steady(|| scale().time(tsc)))
}

/// The time stamp counter, as it is.
pub fn tsc() -> u64 {
    // SAFETY: every x86-64 has the instruction, and the kernel does not forbid it to itself.
    unsafe { _rdtsc() }
}

impl Instant {
    /// How long it is from `earlier` to here; nothing if it is not earlier.
    pub fn since(self, earlier: Instant) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    /// A moment so late that it cannot be told becomes the last one.
    fn add(self, time: Duration) -> Instant {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Instant(self.0.saturating_add(nanoseconds))
    }
}
