// SPDX-License-Identifier: AGPL-3.0-or-later
//! XML inside a message, as base64: the data of a spontaneous service, the signed stamp.

use std::fmt;

use crate::schema::lexical;
use crate::xml::{EMBEDDED_BYTES_MAX, Node, Tree, Unreadable, guard, trimmed};

/// Characters of a path: of a document within its limits that many names one above the other are longer than any field is
/// named by, and thousands of them would be more memory than the document.
const PATH_BYTES_MAX: usize = 512;

/// A guarded document: its root, and its texts by their path. The texts do not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Embedded {
    /// Local name of the root.
    pub root: String,
    /// Namespace of the root, empty for none.
    pub namespace: String,
    /// Every element without children: local names from the root's children down, joined by `/`, and its text
    /// without the white space around it, in document order.
    pub leaves: Vec<(String, String)>,
}

impl fmt::Debug for Embedded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Embedded({} with {} texts)", self.root, self.leaves.len())
    }
}

impl Embedded {
    /// The text of the first leaf of that path.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        self.leaves.iter().find(|(place, _)| place == path).map(|(_, text)| text.as_str())
    }
}

/// Takes base64 away, white space in it allowed.
#[must_use]
pub fn decode(base64: &str) -> Option<Vec<u8>> {
    lexical::base64(base64)
}

/// The same guard as for a message, once: XML within XML within XML is never followed.
///
/// # Errors
/// [`Unreadable`], as for the message around it.
pub fn guard_embedded(bytes: &[u8]) -> Result<Embedded, Unreadable> {
    if bytes.len() > EMBEDDED_BYTES_MAX {
        return Err(Unreadable::TooLarge);
    }
    let Tree { root, root_namespace } = guard(bytes).map_err(|stopped| stopped.reason)?;
    let root = root.ok_or(Unreadable::Malformed)?;
    let mut leaves = Vec::new();
    for child in &root.children {
        collect(child, "", &mut leaves)?;
    }
    Ok(Embedded { root: root.name.into_string(), namespace: root_namespace, leaves })
}

fn collect(node: &Node<'_>, above: &str, leaves: &mut Vec<(String, String)>) -> Result<(), Unreadable> {
    if above.len() + node.name.len() >= PATH_BYTES_MAX {
        return Err(Unreadable::TooLarge);
    }
    let path = if above.is_empty() { node.name.to_string() } else { format!("{above}/{}", node.name) };
    if node.children.is_empty() {
        leaves.push((path, trimmed(&node.text).to_owned()));
        return Ok(());
    }
    node.children.iter().try_for_each(|child| collect(child, &path, leaves))
}
