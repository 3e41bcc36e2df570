//! Which test programs make which calls, found in their sources: a name with a bracket behind it, or `SYS_NAME`.

use anyhow::{Context, Result};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use xtask::files;

/// Functions of the C libraries, and of the tests' own headers, that make a call of another name.
const MADE_BY: &[(&str, &str)] = &[
    ("IN_CHILD", "fork"),
    ("EXPECT_SIGNAL", "fork"),
    ("_Exit", "exit_group"),
    ("_exit", "exit_group"),
    ("clock", "clock_gettime"),
    ("execl", "execve"),
    ("execv", "execve"),
    ("execvp", "execve"),
    ("fexecve", "execveat"),
    ("fstatat", "newfstatat"),
    ("futimens", "utimensat"),
    ("gethostname", "uname"),
    ("isatty", "ioctl"),
    ("mq_receive", "mq_timedreceive"),
    ("mq_send", "mq_timedsend"),
    ("nice", "setpriority"),
    ("opendir", "openat"),
    ("posix_fadvise", "fadvise64"),
    ("posix_fallocate", "fallocate"),
    ("pread", "pread64"),
    ("pthread_kill", "tgkill"),
    ("pthread_sigmask", "rt_sigprocmask"),
    ("pwrite", "pwrite64"),
    ("raise", "tgkill"),
    ("readdir", "getdents64"),
    ("recv", "recvfrom"),
    ("sbrk", "brk"),
    ("sched_getcpu", "getcpu"),
    ("send", "sendto"),
    ("shm_open", "openat"),
    ("sigaction", "rt_sigaction"),
    ("signal", "rt_sigaction"),
    ("sigpending", "rt_sigpending"),
    ("sigprocmask", "rt_sigprocmask"),
    ("sigqueue", "rt_sigqueueinfo"),
    ("sigsuspend", "rt_sigsuspend"),
    ("sigtimedwait", "rt_sigtimedwait"),
    ("sigwait", "rt_sigtimedwait"),
    ("sigwaitinfo", "rt_sigtimedwait"),
    ("start_child", "fork"),
    ("tcgetattr", "ioctl"),
    ("tcgetpgrp", "ioctl"),
    ("tcsetattr", "ioctl"),
    ("tcsetpgrp", "ioctl"),
    ("umount", "umount2"),
    ("wait", "wait4"),
    ("wait3", "wait4"),
    ("waitpid", "wait4"),
];

/// Those that only glibc turns into another call.
const MADE_BY_GLIBC: &[(&str, &str)] = &[
    ("eventfd", "eventfd2"),
    ("fork", "clone"),
    ("fstat", "newfstatat"),
    ("getrlimit", "prlimit64"),
    ("lstat", "newfstatat"),
    ("nanosleep", "clock_nanosleep"),
    ("open", "openat"),
    ("select", "pselect6"),
    ("setrlimit", "prlimit64"),
    ("signalfd", "signalfd4"),
    ("sleep", "clock_nanosleep"),
    ("stat", "newfstatat"),
    ("usleep", "clock_nanosleep"),
];

/// How often each test makes each call.
#[derive(Default)]
pub struct Uses(HashMap<String, BTreeMap<String, usize>>);

impl Uses {
    /// Reads all tests.
    pub fn find(folder: &Path) -> Result<Uses> {
        let mut uses = Uses::default();
        for file in
            files::files_under(folder)?.into_iter().filter(|file| file.extension().is_some_and(|kind| kind == "c"))
        {
            let inside = file.strip_prefix(folder)?.with_extension("");
            let source = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            uses.add(&inside.display().to_string(), &String::from_utf8_lossy(&source));
        }
        Ok(uses)
    }

    /// The tests of a call, those first that make it most often.
    pub fn of(&self, call: &str) -> Vec<&str> {
        let mut tests: Vec<(&str, usize)> =
            self.0.get(call).into_iter().flatten().map(|(name, times)| (name.as_str(), *times)).collect();
        tests.sort_by_key(|(name, times)| (usize::MAX - times, *name));
        tests.into_iter().map(|(name, _)| name).collect()
    }

    fn add(&mut self, test: &str, source: &str) {
        let glibc = !source.lines().next().is_some_and(|line| line.contains("build:") && line.contains("musl"));
        let renamed = |names: &[(&str, &'static str)], word: String| {
            names.iter().find(|(name, _)| *name == word).map_or(word, |(_, call)| call.to_string())
        };
        for word in made(&without_talk(source)) {
            let call = match word.strip_prefix("SYS_").or(word.strip_prefix("__NR_")) {
                Some(call) => call.to_string(),
                None => renamed(if glibc { MADE_BY_GLIBC } else { &[] }, renamed(MADE_BY, word)),
            };
            *self.0.entry(call).or_default().entry(test.to_string()).or_default() += 1;
        }
    }
}

/// The calls whose numbers a source has.
pub fn numbers(source: &str) -> Vec<String> {
    let words = made(&without_talk(source));
    words.iter().filter_map(|word| word.strip_prefix("SYS_").map(str::to_string)).collect()
}

/// A source without its comments and the insides of its strings.
fn without_talk(source: &str) -> String {
    let mut text = String::new();
    let mut letters = source.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('/', Some('/')) => while letters.next().is_some_and(|letter| letter != '\n') {},
            ('/', Some('*')) => {
                let mut last = ' ';
                for letter in letters.by_ref() {
                    if last == '*' && letter == '/' {
                        break;
                    }
                    last = letter;
                }
            }
            ('"' | '\'', _) => {
                while let Some(inside) = letters.next().filter(|&inside| inside != letter) {
                    if inside == '\\' {
                        letters.next();
                    }
                }
            }
            _ => {
                text.push(letter);
                continue;
            }
        }
        text.push(' ');
    }
    text
}

/// The words of a source that look like calls.
fn made(source: &str) -> Vec<String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(start) = rest.find(is_part) {
        rest = &rest[start..];
        let (word, after) = rest.split_at(rest.find(|letter| !is_part(letter)).unwrap_or(rest.len()));
        if after.starts_with('(') || word.starts_with("SYS_") || word.starts_with("__NR_") {
            found.push(word.to_string());
        }
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn talk_is_not_a_call() {
        let source =
            "// select(2)\nx = read(0); /* write(1) */ printf(\"open(%d) \\\" dup(1)\", '\"', y(2)); SYS_getpid, pipes";
        assert_eq!(made(&without_talk(source)), ["read", "printf", "y", "SYS_getpid"]);
    }

    #[test]
    fn tests_are_counted_by_the_call_that_the_library_makes() {
        let mut uses = Uses::default();
        uses.add("file/a", "open(x); pread(y); __NR_open");
        uses.add("file/b", "// build: musl\nopen(x); open(y);");
        assert_eq!(uses.of("open"), ["file/b", "file/a"]);
        assert_eq!(uses.of("openat"), ["file/a"]);
        assert_eq!(uses.of("pread64"), ["file/a"]);
        assert!(uses.of("pread").is_empty());
    }
}
