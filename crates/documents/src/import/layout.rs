// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tables of others, as data: what their columns are called, where they stand, and which of ours they are.

use std::collections::BTreeMap;

use serde::Deserialize;
use tramite_domain::import::FileLayout;

use crate::sheet::SheetError;

/// A table of others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layout {
    /// Whether columns are known by their place. Then a first row that begins with `first_header` is a header.
    pub(super) positional: bool,
    #[serde(default)]
    pub(super) first_header: Option<String>,
    /// Whether what is due is the sum of the transfers.
    #[serde(default)]
    pub(super) amount_of_transfers: bool,
    pub(super) columns: Vec<LayoutColumn>,
}

/// One column of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LayoutColumn {
    pub(super) name: String,
    /// Which of ours it is; none where nothing is taken from it.
    #[serde(default)]
    pub(super) key: Option<String>,
    /// A column from which nothing is taken, and which may say nothing but this: what it says would be lost otherwise.
    #[serde(default)]
    pub(super) only: Option<Vec<String>>,
    /// Of such a column, which words may stand there only where another column says something.
    #[serde(default)]
    pub(super) needs: BTreeMap<String, String>,
    /// Whether it names the application whose keys these are: then the key of the position begins with it.
    #[serde(default)]
    pub(super) key_prefix: bool,
    /// Whether nothing but a whole number has a place here.
    #[serde(default)]
    pub(super) digits: bool,
    /// A column that says whose the row is: it may name nobody but the institution itself.
    #[serde(default)]
    pub(super) creditor: bool,
    /// What its words stand for; others are unknown.
    #[serde(default)]
    pub(super) values: BTreeMap<String, String>,
    /// Whether a file without it is refused.
    #[serde(default)]
    pub(super) required: bool,
    /// The column that must say `true` for this one to count. Where that says nothing, this one may not either.
    #[serde(default)]
    pub(super) when: Option<String>,
    /// What is taken away before and after.
    #[serde(default)]
    pub(super) strip: Option<[String; 2]>,
    /// Which others of ours it sets where it says something.
    #[serde(default)]
    pub(super) sets: BTreeMap<String, String>,
    /// Whether it holds the entries of a budget, which the first transfer is booked at.
    #[serde(default)]
    pub(super) budget: bool,
    /// What it says to cancel.
    #[serde(default)]
    pub(super) cancels: Vec<String>,
}

impl Layout {
    /// The table of others of this name; none for our own.
    pub(super) fn of(layout: FileLayout) -> Result<Option<Self>, SheetError> {
        let text = match layout {
            FileLayout::Tramite => return Ok(None),
            FileLayout::MyPay10 => include_str!("layouts/mypay_1_0.json"),
            FileLayout::MyPay11 => include_str!("layouts/mypay_1_1.json"),
            FileLayout::MyPay12 => include_str!("layouts/mypay_1_2.json"),
            FileLayout::MyPay13 => include_str!("layouts/mypay_1_3.json"),
            FileLayout::MyPay14 => include_str!("layouts/mypay_1_4.json"),
            FileLayout::GovPay => include_str!("layouts/govpay.json"),
        };
        serde_json::from_str(text).map(Some).map_err(|error| SheetError::Io(std::io::Error::other(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::spot::Spot;
    use super::*;

    #[test]
    fn every_layout_is_read_and_every_key_of_it_is_known() {
        let columns = [
            (FileLayout::MyPay10, 20),
            (FileLayout::MyPay11, 20),
            (FileLayout::MyPay12, 21),
            (FileLayout::MyPay13, 22),
            (FileLayout::MyPay14, 35),
            (FileLayout::GovPay, 87),
        ];
        for (layout, count) in columns {
            let layout = Layout::of(layout).unwrap().unwrap();
            assert_eq!(layout.columns.len(), count);
            let names: Vec<&String> = layout.columns.iter().map(|column| &column.name).collect();
            for column in &layout.columns {
                let keys = column.key.iter().chain(column.sets.keys());
                assert!(keys.into_iter().all(|key| Spot::named(key).is_some()), "{}", column.name);
                assert!(column.when.iter().all(|name| names.contains(&name)), "{}", column.name);
                assert!(column.only.is_none() || column.key.is_none(), "{}", column.name);
                // What another column says is looked up by its place.
                assert!(column.needs.is_empty() || (layout.positional && column.only.is_some()), "{}", column.name);
                assert!(column.needs.values().all(|name| names.contains(&name)), "{}", column.name);
            }
        }
        assert!(Layout::of(FileLayout::Tramite).unwrap().is_none());
    }
}
