// SPDX-License-Identifier: AGPL-3.0-or-later
//! Processes of `tramite`, ended when the test is.

use std::process::{Child, Command, Stdio};

use crate::binary::tramite;

/// A running `tramite`.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts it with these arguments and variables, and nothing else of this environment that concerns it. What it
    /// says on standard error is lost.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(arguments: &[&str], variables: &[(String, String)], stdout: Stdio) -> Self {
        Self::start_heard(arguments, variables, stdout, Stdio::null())
    }

    /// The same, where somebody listens to standard error too.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start_heard(arguments: &[&str], variables: &[(String, String)], stdout: Stdio, stderr: Stdio) -> Self {
        let mut command = Command::new(tramite());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TRAMITE_")) {
            command.env_remove(name);
        }
        command.args(arguments).envs(variables.iter().cloned()).stdout(stdout).stdin(Stdio::null()).stderr(stderr);
        Self(command.spawn().expect("tramite starts"))
    }

    /// The process itself.
    pub const fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Ends it as a power failure would.
    ///
    /// # Panics
    /// When it cannot be ended.
    pub fn kill(&mut self) {
        self.0.kill().expect("it can be killed");
        self.0.wait().expect("it ends");
    }

    /// Asks it to stop, as an operator would, and waits until it has.
    ///
    /// # Panics
    /// When it ends badly.
    pub fn stop(&mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().expect("kill runs");
        assert!(asked.success());
        assert!(self.0.wait().expect("it ends").success(), "it ended badly");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Where the test has ended it already there is nothing left to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
