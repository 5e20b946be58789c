// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is held of the parts of a spreadsheet, such as its sheets and what leads to them: bounded in their number and in their names.

use super::limits::{PARTS_BYTES_MAX, PARTS_MAX};
use super::model::FileFault;

/// How many parts of one kind are held, and the bytes of their names.
#[derive(Default)]
pub(super) struct Held {
    parts: usize,
    bytes: usize,
}

impl Held {
    /// Counts one more part, of which these names are held; what is one too many is refused.
    pub(super) fn add(&mut self, names: &[&str]) -> Result<(), FileFault> {
        self.parts = self.parts.saturating_add(1);
        self.bytes = names.iter().map(|name| name.len()).fold(self.bytes, usize::saturating_add);
        if self.parts > PARTS_MAX {
            return Err(too_many_parts());
        }
        if self.bytes > PARTS_BYTES_MAX {
            let detail =
                format!("the names of the spreadsheet's parts of one kind have more than {PARTS_BYTES_MAX} bytes");
            return Err(FileFault::new("too_many_parts", detail));
        }
        Ok(())
    }
}

/// The fault of a spreadsheet of more parts than any has.
pub(super) fn too_many_parts() -> FileFault {
    FileFault::new("too_many_parts", format!("the spreadsheet has more than {PARTS_MAX} parts of one kind"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_bounded_in_their_number_and_in_the_bytes_of_all_their_names() {
        let mut held = Held::default();
        for _ in 0..PARTS_MAX {
            held.add(&["sheet", ""]).unwrap();
        }
        assert_eq!(held.add(&[]).unwrap_err().code, "too_many_parts");

        let (mut held, half) = (Held::default(), "x".repeat(PARTS_BYTES_MAX / 2));
        held.add(&[&half, &half]).unwrap();
        held.add(&[""]).unwrap();
        assert_eq!(held.add(&["x"]).unwrap_err().code, "too_many_parts");
    }
}
