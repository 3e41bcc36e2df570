//! The rows, and what was found of each.

use super::boot::Kernel;

/// What an operation took, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Instructions of program and kernel.
    pub instructions: f64,
    /// Loads of CR3.
    pub cr3: f64,
    /// INVLPGs.
    pub invlpg: f64,
    /// Page faults.
    pub faults: f64,
}

/// What was found of a row on one kernel.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Ticks for an operation, one for each boot.
    pub times: Vec<f64>,
    /// What was counted.
    pub counts: Option<Counts>,
    /// Why there is nothing.
    pub missing: Option<String>,
}

/// A row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// What one operation is.
    pub what: String,
    /// On Cor.
    pub cor: Found,
    /// On Linux.
    pub linux: Found,
}

/// All rows, in order.
#[derive(Clone, Debug, Default)]
pub struct Rows(Vec<Row>);

impl Found {
    /// The middle one of the times.
    pub fn median(&self) -> Option<f64> {
        let sorted = self.sorted();
        let middle = sorted.len() / 2;
        match sorted.len() {
            0 => None,
            odd if odd % 2 == 1 => Some(sorted[middle]),
            _ => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
        }
    }

    /// How far the times lie apart, as a part of the median. Of five or more the lowest and the highest do not count: another
    /// program's moment on this computer is not the kernel's.
    pub fn spread(&self) -> Option<f64> {
        let sorted = self.sorted();
        let inner = if sorted.len() >= 5 { &sorted[1..sorted.len() - 1] } else { &sorted[..] };
        Some((inner.last()? - inner.first()?) / self.median()?)
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.times.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }
}

impl Row {
    /// Whether it is a large program, which hardly enters the kernel: such do not count in the mean.
    pub fn is_application(&self) -> bool {
        self.name.starts_with("app-")
    }

    /// Whether it measures booting, which no program in the machine can do.
    pub fn is_boot(&self) -> bool {
        ["boot", "prompt"].contains(&self.name.as_str())
    }

    /// Cor's time as a part of Linux's.
    pub fn ratio(&self) -> Option<f64> {
        Some(self.cor.median()? / self.linux.median()?)
    }

    /// Cor's instructions as a part of Linux's.
    pub fn instructions_ratio(&self) -> Option<f64> {
        Some(self.cor.counts?.instructions / self.linux.counts?.instructions)
    }
}

impl Rows {
    /// Those that `bench list` prints: `row NAME WHAT…`.
    pub fn of_list(text: &str) -> Rows {
        let row = |line: &str| {
            let (name, what) = line.strip_prefix("row ")?.split_once(' ')?;
            Some(Row { name: name.to_string(), what: what.to_string(), ..Row::default() })
        };
        Rows(text.lines().filter_map(row).collect())
    }

    /// All.
    pub fn iter(&self) -> std::slice::Iter<'_, Row> {
        self.0.iter()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes a boot's time.
    pub fn add_time(&mut self, kernel: Kernel, name: &str, ticks: f64) {
        self.of(kernel, name, |found| found.times.push(ticks));
    }

    /// Notes what was counted.
    pub fn set_counts(&mut self, kernel: Kernel, name: &str, counts: Counts) {
        self.of(kernel, name, |found| found.counts = Some(counts));
    }

    /// Notes that a row cannot be had.
    pub fn set_missing(&mut self, kernel: Kernel, name: &str, why: String) {
        self.of(kernel, name, |found| found.missing = Some(why));
    }

    fn of(&mut self, kernel: Kernel, name: &str, note: impl FnOnce(&mut Found)) {
        if let Some(row) = self.0.iter_mut().find(|row| row.name == name) {
            note(if kernel == Kernel::Cor { &mut row.cor } else { &mut row.linux });
        }
    }
}

/// The geometric mean of what there is.
pub fn geometric_mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let logarithms: Vec<f64> = values.map(f64::ln).collect();
    if logarithms.is_empty() { None } else { Some((logarithms.iter().sum::<f64>() / logarithms.len() as f64).exp()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(times: &[f64]) -> Found {
        Found { times: times.to_vec(), ..Found::default() }
    }

    #[test]
    fn medians_and_spreads() {
        assert_eq!(found(&[3.0, 1.0, 2.0]).median(), Some(2.0));
        assert_eq!(found(&[4.0, 1.0]).median(), Some(2.5));
        assert_eq!(found(&[]).median(), None);
        assert_eq!(found(&[10.0, 1.0, 2.0, 2.5, 3.0]).spread(), Some(0.4));
        assert_eq!(geometric_mean([0.5, 2.0].into_iter()), Some(1.0));
        assert_eq!(geometric_mean([].into_iter()), None);
    }

    #[test]
    fn rows_keep_what_is_found_of_them() {
        let mut rows = Rows::of_list("row null getppid by SYSCALL\nend\n");
        rows.add_time(Kernel::Cor, "null", 5.0);
        rows.add_time(Kernel::Linux, "null", 10.0);
        rows.add_time(Kernel::Linux, "unknown", 10.0);
        let row = rows.iter().next().unwrap();
        assert_eq!((row.what.as_str(), row.ratio(), rows.len()), ("getppid by SYSCALL", Some(0.5), 1));
    }
}
