//! Collapses the repetitions in a backtrace, so that the trace of a recursion shows its start and its callers.
//!
//! `machine::panic` feeds it return addresses, innermost first, and prints the steps that come out. It needs no heap.

use arrayvec::ArrayVec;

/// The longest cycle of functions calling each other that is recognised, in frames.
const LONGEST_CYCLE: usize = 8;

/// A line, or a group of lines, of a collapsed backtrace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// A frame, by its return address.
    Frame(u64),
    /// The last `frames` frames come `times` more times.
    Repeated {
        /// Length of the cycle.
        frames: usize,
        /// Repetitions after the first.
        times: usize,
    },
}

/// The state between two frames of one backtrace.
#[derive(Clone, Debug, Default)]
pub struct Collapser {
    /// The frames emitted last, the newest at the end.
    recent: ArrayVec<u64, LONGEST_CYCLE>,
    /// Length of the cycle being followed; 0 if there is none.
    cycle: usize,
    /// Frames held back because they match that cycle.
    matched: usize,
}

impl Collapser {
    /// Takes the next frame and emits what has become certain.
    pub fn push(&mut self, address: u64, emit: &mut impl FnMut(Step)) {
        if self.cycle > 0 {
            if self.of_cycle(self.matched % self.cycle) == Some(address) {
                self.matched += 1;
                return;
            }
            self.finish(emit);
        }
        match self.recent.iter().rev().position(|&recent| recent == address) {
            Some(distance) => (self.cycle, self.matched) = (distance + 1, 1),
            None => self.emit_frame(address, emit),
        }
    }

    /// Emits what is held back, at the end of the backtrace.
    pub fn finish(&mut self, emit: &mut impl FnMut(Step)) {
        let (frames, matched) = (core::mem::take(&mut self.cycle), core::mem::take(&mut self.matched));
        if frames == 0 {
            return;
        }
        let before = self.recent.len() - frames;
        let cycle: ArrayVec<u64, LONGEST_CYCLE> = self.recent[before..].iter().copied().collect();
        if matched >= frames {
            emit(Step::Repeated { frames, times: matched / frames });
            // Frames from before the cycle are no longer next to the last one.
            self.recent.drain(..before);
        }
        cycle.into_iter().take(matched % frames).for_each(|address| self.emit_frame(address, emit));
    }

    fn of_cycle(&self, index: usize) -> Option<u64> {
        self.recent.get(self.recent.len() - self.cycle + index).copied()
    }

    fn emit_frame(&mut self, address: u64, emit: &mut impl FnMut(Step)) {
        emit(Step::Frame(address));
        if self.recent.is_full() {
            self.recent.remove(0);
        }
        self.recent.push(address);
    }
}

#[cfg(test)]
mod tests {
    use super::{Step::*, *};
    use crate::random::Random;
    use alloc::vec::Vec;

    fn collapse(frames: &[u64]) -> Vec<Step> {
        let (mut collapser, mut steps) = (Collapser::default(), Vec::new());
        let mut emit = |step| steps.push(step);
        frames.iter().for_each(|&frame| collapser.push(frame, &mut emit));
        collapser.finish(&mut emit);
        steps
    }

    fn expand(steps: &[Step]) -> Vec<u64> {
        let mut frames: Vec<u64> = Vec::new();
        for step in steps {
            match *step {
                Frame(address) => frames.push(address),
                Repeated { frames: length, times } => {
                    let cycle = frames[frames.len() - length..].to_vec();
                    (0..times).for_each(|_| frames.extend(&cycle));
                }
            }
        }
        frames
    }

    #[test]
    fn a_trace_without_repetitions_stays() {
        assert_eq!(collapse(&[]), []);
        assert_eq!(collapse(&[1, 2, 1, 3]), [Frame(1), Frame(2), Frame(1), Frame(3)]);
    }

    #[test]
    fn a_function_that_calls_itself() {
        let trace = [9, 1, 1, 1, 1, 2, 3];
        assert_eq!(collapse(&trace), [Frame(9), Frame(1), Repeated { frames: 1, times: 3 }, Frame(2), Frame(3)]);
        assert_eq!(collapse(&[1; 1000]), [Frame(1), Repeated { frames: 1, times: 999 }]);
    }

    #[test]
    fn functions_that_call_each_other() {
        let trace = [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 4];
        assert_eq!(
            collapse(&trace),
            [Frame(1), Frame(2), Frame(3), Repeated { frames: 3, times: 2 }, Frame(1), Frame(4)]
        );
    }

    #[test]
    fn nothing_is_lost_or_invented() {
        let mut random = Random(11);
        for _ in 0..5000 {
            let kinds = 1 + random.below(12);
            let trace: Vec<u64> = (0..random.below(60)).map(|_| random.below(kinds)).collect();
            let steps = collapse(&trace);
            assert_eq!(expand(&steps), trace);
            assert!(steps.len() <= trace.len());
        }
    }
}
