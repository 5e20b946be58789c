// SPDX-License-Identifier: AGPL-3.0-or-later
//! Processes of `tramite`, ended when the test is.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

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
        Self::start_by(Command::new(tramite()), arguments, variables, stdout, Stdio::null())
    }

    /// The same by a program that becomes it, with its first arguments.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start_under(wrapper: &[&str], arguments: &[&str], variables: &[(String, String)]) -> Self {
        let (program, first) = wrapper.split_first().expect("a program");
        let mut command = Command::new(program);
        command.args(first).arg(tramite());
        Self::start_by(command, arguments, variables, Stdio::null(), Stdio::null())
    }

    /// The same, where somebody listens to standard error too.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start_heard(arguments: &[&str], variables: &[(String, String)], stdout: Stdio, stderr: Stdio) -> Self {
        Self::start_by(Command::new(tramite()), arguments, variables, stdout, stderr)
    }

    fn start_by(
        mut command: Command,
        arguments: &[&str],
        variables: &[(String, String)],
        stdout: Stdio,
        stderr: Stdio,
    ) -> Self {
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
        self.ask_to_stop();
        assert!(self.0.wait().expect("it ends").success(), "it ended badly");
    }

    /// Asks it to stop.
    ///
    /// # Panics
    /// When it cannot be asked.
    pub fn ask_to_stop(&self) {
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().expect("kill runs");
        assert!(asked.success());
    }

    /// Waits until it has ended, without holding up others; whether it ended well. None when it still runs after that
    /// time.
    ///
    /// # Panics
    /// When it cannot be asked.
    pub async fn ended_within(&mut self, limit: Duration) -> Option<bool> {
        let end = Instant::now() + limit;
        while Instant::now() < end {
            if let Some(status) = self.0.try_wait().expect("it is ours") {
                return Some(status.success());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        None
    }

    /// Memory that it has in use, in KiB (Linux).
    ///
    /// # Panics
    /// When it has ended.
    #[must_use]
    pub fn resident_kib(&self) -> u64 {
        self.memory_kib("VmRSS:")
    }

    /// The most memory that it has had in use since the peak was forgotten last, in KiB (Linux).
    ///
    /// # Panics
    /// When it has ended.
    #[must_use]
    pub fn peak_kib(&self) -> u64 {
        self.memory_kib("VmHWM:")
    }

    /// Forgets the peak of its memory: it is what is in use now (Linux).
    ///
    /// # Panics
    /// When it has ended.
    pub fn forget_peak(&self) {
        // See proc_pid_clear_refs(5).
        std::fs::write(format!("/proc/{}/clear_refs", self.0.id()), "5").expect("it runs");
    }

    fn memory_kib(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("memory is told");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// Files and connections that it has open (Linux).
    ///
    /// # Panics
    /// When it has ended.
    #[must_use]
    pub fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.0.id())).expect("it runs").count()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Where the test has ended it already there is nothing left to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
