// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is told of an import, as far as the command line shows it. What a newer Tramite tells beside it is left alone.

use serde::Deserialize;

/// An import, as the API shows it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct State {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) is_final: bool,
    pub(super) phase: String,
    pub(super) dry_run: bool,
    pub(super) failure: Option<Failed>,
    pub(super) rows_total: Option<u64>,
    pub(super) counts: Counts,
    pub(super) rows_per_second: Option<u64>,
    file: Option<Sent>,
}

/// What was sent.
#[derive(Debug, Clone, Deserialize)]
struct Sent {
    encoding: Option<String>,
}

/// Why nothing, or nothing more, was loaded.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Failed {
    code: String,
    detail: String,
    line: Option<u64>,
    column: Option<String>,
}

/// How many rows came to what.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(super) struct Counts {
    pub(super) read: u64,
    loaded: u64,
    updated: u64,
    unchanged: u64,
    cancelled: u64,
    pub(super) rejected: u64,
    pub(super) skipped: u64,
}

impl State {
    /// It in one line.
    pub(super) fn line(&self) -> String {
        let mut line = format!("import {}: {}", self.id, self.status);
        if !self.is_final {
            return line;
        }
        // What was only checked is counted as what would be loaded.
        line.push_str(match (self.dry_run, self.status.as_str()) {
            (true, _) => " (nothing was loaded: a dry run)",
            (false, "aborted") => " (nothing was loaded)",
            (false, _) => "",
        });
        line.push_str(&format!(", {} rows: {}", self.counts.read, self.counts.text()));
        if self.file.as_ref().is_some_and(|file| file.encoding.as_deref() == Some("windows-1252")) {
            line.push_str("; read as Windows-1252");
        }
        if let Some(failed) = &self.failure {
            line.push_str(&format!("; {}", failed.text()));
        }
        line
    }
}

impl Counts {
    /// What is more than nothing.
    pub(super) fn text(&self) -> String {
        let all = [
            (self.loaded, "loaded"),
            (self.updated, "updated"),
            (self.unchanged, "unchanged"),
            (self.cancelled, "cancelled"),
            (self.rejected, "rejected"),
            (self.skipped, "skipped"),
        ];
        let told: Vec<String> =
            all.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        if told.is_empty() { "none".to_owned() } else { told.join(", ") }
    }
}

impl Failed {
    fn text(&self) -> String {
        let line = self.line.map(|line| format!(" (line {line})")).unwrap_or_default();
        let column = self.column.as_ref().map(|column| format!(" (column {column})")).unwrap_or_default();
        format!("{}: {}{line}{column}", self.code, self.detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_that_is_over_is_told_in_one_line() {
        let state = |text: &str| serde_json::from_str::<State>(text).unwrap().line();
        let running = r#"{"id": "a", "status": "queued", "is_final": false, "phase": "loading", "dry_run": false,
            "counts": {"read": 0, "loaded": 0, "updated": 0, "unchanged": 0, "cancelled": 0, "rejected": 0, "skipped": 0},
            "new_member": 7}"#;
        assert_eq!(state(running), "import a: queued");
        let ended = running.replace("queued", "completed").replace("false, \"phase", "true, \"phase");
        assert_eq!(state(&ended), "import a: completed, 0 rows: none");
        let ended = ended.replace("\"read\": 0, \"loaded\": 0", "\"read\": 3, \"loaded\": 2");
        let ended = ended.replace("\"rejected\": 0", "\"rejected\": 1");
        assert_eq!(state(&ended), "import a: completed, 3 rows: 2 loaded, 1 rejected");
        let old = ended.replace("\"new_member\": 7", "\"file\": {\"encoding\": \"windows-1252\", \"bytes\": 7}");
        assert_eq!(state(&old), "import a: completed, 3 rows: 2 loaded, 1 rejected; read as Windows-1252");
        let failure =
            r#""failure": {"code": "unknown_column", "detail": "No such column.", "line": 1, "column": "Importi"}"#;
        let failed = ended.replace("completed", "failed").replace("\"new_member\": 7", failure);
        let told =
            "import a: failed, 3 rows: 2 loaded, 1 rejected; unknown_column: No such column. (line 1) (column Importi)";
        assert_eq!(state(&failed), told);
    }
}
