//! The text of `bin/cucumber --help`.

/// The options, most of which are those of the crate that runs the stories; tags; the environment.
pub const HELP: &str = "\
Runs the stories in features/*.feature: each boots machines by bin/run, and looks at what they print.

Usage: bin/cucumber [OPTIONS]

Options:
  -n, --name REGEX         only scenarios whose name matches (xtask features lists them)
  -t, --tags EXPRESSION    only those with these tags: \"@cor and not @slow\"; not together with --name
  -i, --input GLOB         only these files, as seen from the directory features: \"disk*.feature\"
  -c, --concurrency N      how many run at once [default: 2]
      --fail-fast          stop at the first that fails
      --retry N            run one that fails up to N times more
      --retry-after TIME   wait so long before that: 5s
  -vv, -vvv                print a story's state with a failure, and the texts under its steps
      --color WHEN         auto, always or never [default: auto]
  -h, --help               print this

Tags: @cor (about Cor alone), @linux (wants Debian's kernel in target/linux), @uefi (wants UEFI for QEMU), @slow,
@known-gap (what Cor does not do right yet).

With FEATURES_KERNEL=FILE in the environment, every story that is not @cor is told to that Linux kernel (a bzImage) instead.
The recording of a run that failed is kept under target/tests/recordings: bin/replay has it again.
";

/// Whether a person asks for it.
pub fn is_wanted() -> bool {
    std::env::args().skip(1).any(|word| word == "--help" || word == "-h")
}
