//! The calls of Linux 6.1 that the kernel does not have, by what they are for.

use super::calls::Call;

// The kernel's own list of all names, which its trace needs.
#[path = "../../../../kernel/src/syscall/names.rs"]
mod names;

/// The name that Linux has for a number.
pub fn name(number: usize) -> Option<&'static str> {
    names::name(number)
}

/// Beyond all numbers.
const END: usize = 512;

/// What calls are for: the first group counts that has a part of a name.
const GROUPS: &[(&str, &[&str])] = &[
    (
        "Nothing on Linux either",
        &[
            "uselib",
            "_sysctl",
            "create_module",
            "get_kernel_syms",
            "query_module",
            "nfsservctl",
            "getpmsg",
            "putpmsg",
            "afs_syscall",
            "tuxcall",
            "security",
            "set_thread_area",
            "get_thread_area",
            "epoll_ctl_old",
            "epoll_wait_old",
            "vserver",
            "lookup_dcookie",
        ],
    ),
    (
        "Sockets",
        &[
            "socket",
            "connect",
            "accept",
            "sendto",
            "recv",
            "sendm",
            "shutdown",
            "bind",
            "listen",
            "getsockname",
            "getpeername",
            "sockopt",
        ],
    ),
    ("System V's messages, semaphores and shared memory", &["shm", "sem", "msg"]),
    ("POSIX message queues", &["mq_"]),
    ("Asynchronous input and output", &["io_"]),
    ("Descriptors of events", &["inotify", "fanotify", "signalfd", "eventfd", "epoll", "timerfd"]),
    (
        "Mounts of the new kind, and quotas",
        &[
            "open_tree",
            "move_mount",
            "fsopen",
            "fsconfig",
            "fsmount",
            "fspick",
            "mount_setattr",
            "quotactl",
            "pivot_root",
        ],
    ),
    ("Name spaces", &["unshare", "setns"]),
    ("Descriptors of processes", &["pidfd", "process_mrelease", "process_madvise"]),
    ("Tracing and other processes' memory", &["ptrace", "process_vm", "kcmp", "perf_event", "bpf", "userfaultfd"]),
    ("Threads", &["clone3", "rseq", "membarrier", "futex_waitv", "restart_syscall"]),
    ("Memory of several nodes and keys of protection", &["mempolicy", "mbind", "_pages", "pkey", "memfd"]),
    ("Confinement and keys", &["seccomp", "landlock", "_key", "keyctl"]),
    (
        "Modules, swap, other kernels, the machine's ports",
        &["module", "swap", "kexec", "iopl", "ioperm", "modify_ldt", "acct", "vhangup", "ioprio"],
    ),
    ("Files by handles, and old ways to ask", &["handle", "ustat", "sysfs"]),
    ("Others", &[""]),
];

/// The groups that have missing calls.
pub fn groups(calls: &[Call]) -> Vec<(&'static str, Vec<(usize, &'static str)>)> {
    let is_there = |number: usize| calls.iter().any(|call| call.number == number);
    let missing: Vec<(usize, &str)> = (0..END)
        .filter(|&number| !is_there(number))
        .filter_map(|number| names::name(number).map(|name| (number, name)))
        .collect();
    let group = |name: &str| {
        GROUPS.iter().position(|(_, parts)| parts.iter().any(|part| name.contains(part))).unwrap_or(GROUPS.len())
    };
    let members = |index: usize| missing.iter().copied().filter(|(_, name)| group(name) == index).collect::<Vec<_>>();
    let all = GROUPS.iter().enumerate().map(|(index, (title, _))| (*title, members(index)));
    all.filter(|(_, members)| !members.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_missing_call_is_in_one_group() {
        let calls = [Call { name: "read".to_string(), ..Call::default() }];
        let all: Vec<usize> =
            groups(&calls).iter().flat_map(|(_, members)| members).map(|(number, _)| *number).collect();
        let mut sorted = all.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), all.len());
        assert_eq!(all.len(), (1..END).filter(|&number| names::name(number).is_some()).count());
    }
}
