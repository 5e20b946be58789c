// SPDX-License-Identifier: AGPL-3.0-or-later
//! Everything that a test was answered, held against the official schema when the test is over.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::reference::reference;
use crate::xmllint::xmllint_present;

/// Documents that one run of the validator reads.
const AT_ONCE: usize = 500;

/// The judge of all sentences of this process.
static OF_PROCESS: OnceLock<Judge> = OnceLock::new();

/// Keeps the answers of one test. When it is dropped, an independent program validates each different one of them: the
/// test fails where one is not as the schema says. Without the reference folder or the program nothing is kept.
#[derive(Debug)]
pub struct Judge {
    schema: Option<PathBuf>,
    answers: Mutex<BTreeSet<Vec<u8>>>,
}

impl Judge {
    /// For what we answer the Node.
    ///
    /// # Panics
    /// When the reference or the program is absent and `TRAMITE_REQUIRE_ALL=1`.
    #[must_use]
    pub fn of_answers() -> Self {
        let schema = reference().filter(|_| xmllint_present());
        let schema = schema.map(|folder| folder.join("examples/xsd/cur/paForNode-soap.xsd"));
        Self { schema, answers: Mutex::default() }
    }

    /// For what all sentences of this process are answered, wherever that is heard: [`crate::Suite::run`] asks for the
    /// verdict when the last of them is over.
    ///
    /// # Panics
    /// When the reference or the program is absent and `TRAMITE_REQUIRE_ALL=1`.
    pub fn of_process() -> &'static Self {
        OF_PROCESS.get_or_init(Self::of_answers)
    }

    /// What is to be said of the answers to all sentences of this process.
    pub(crate) fn verdict_on_process() -> Result<(), String> {
        OF_PROCESS.get().map_or(Ok(()), Self::verdict)
    }

    /// Keeps an answer.
    ///
    /// # Panics
    /// When a test has failed while it kept one.
    pub fn keep(&self, answer: &[u8]) {
        if self.schema.is_some() {
            self.answers.lock().expect("no test has failed").insert(answer.to_vec());
        }
    }

    fn verdict(&self) -> Result<(), String> {
        let Some(schema) = &self.schema else { return Ok(()) };
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let answers: Vec<&Vec<u8>> = answers.iter().collect();
        answers.chunks(AT_ONCE).try_for_each(|some| validated(schema, some))
    }
}

fn validated(schema: &Path, answers: &[&Vec<u8>]) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new("xmllint");
    command.args(["--noout", "--nonet", "--schema"]).arg(schema);
    for (number, answer) in answers.iter().enumerate() {
        let file = folder.path().join(format!("{number}.xml"));
        std::fs::write(&file, answer).expect("a file is written");
        command.arg(file);
    }
    let output = command.stdin(Stdio::null()).output().expect("xmllint starts");
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let wrong: Vec<&str> = said.lines().filter(|line| !line.ends_with(" validates")).collect();
    let first = answers.iter().enumerate().find(|(number, _)| said.contains(&format!("{number}.xml fails")));
    let first = first.map(|(_, answer)| String::from_utf8_lossy(answer));
    Err(format!("{}\n{}", wrong.join("\n"), first.unwrap_or_default()))
}

impl Drop for Judge {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        if let Err(wrong) = self.verdict() {
            panic!("an answer is not valid: {wrong}");
        }
    }
}
