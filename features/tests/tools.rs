//! The project's commands for people, beside running machines.

use crate::command::finish;
use crate::world::World;
use cucumber::when;
use std::path::Path;
use tokio::process::Command;

#[when(regex = r#"^(bin/cucumber|xtask|cargo) is called with "(.*)"$"#)]
async fn is_called(world: &mut World, tool: String, words: String) {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("");
    let mut command = Command::new(match tool.as_str() {
        "cargo" => tool.into(),
        "xtask" => project.join("target/debug/xtask"),
        script => project.join(script),
    });
    command.current_dir(project).args(words.split(' '));
    world.outcomes.push(finish(command, Some(&[])).await);
}
