// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a definition, a registry and a submission may hold at most. Each limit is also what makes the cost of a submission known
//! before the form is published.

/// Bytes of a definition as JSON.
pub const DEFINITION_BYTES_MAX: usize = 512 * 1024;
/// Faults of a definition that are told at most.
pub const FAULTS_MAX: usize = 100;
/// Elements of any list of a definition.
pub const ITEMS_MAX: usize = 1_000;
/// Members of any object of a definition.
pub const MEMBERS_MAX: usize = 400;
/// Characters of the name of any member of a definition.
pub const MEMBER_CHARS_MAX: usize = 140;
/// Fields of a definition, those within groups included.
pub const FIELDS_MAX: usize = 200;
/// Rows of a group.
pub const GROUP_ROWS_MAX: usize = 50;
/// Options of one field.
pub const OPTIONS_MAX: usize = 500;
/// Rules across fields.
pub const RULES_MAX: usize = 100;
/// Tables of a definition.
pub const TABLES_MAX: usize = 50;
/// Rows of one table.
pub const TABLE_ROWS_MAX: usize = 1_000;
/// Keys of one table.
pub const TABLE_KEYS_MAX: usize = 4;
/// Lines of an amount.
pub const LINES_MAX: usize = 20;
/// Parts of a uniqueness key, of a quota or of a look-up.
pub const KEY_PARTS_MAX: usize = 10;
/// Quotas of a definition.
pub const QUOTAS_MAX: usize = 10;
/// Rows of all registries together that a form reads.
pub const FORM_ROWS_MAX: usize = 20_000;
/// Bytes of all registries together that a form reads, as JSON.
pub const FORM_REGISTRY_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// Characters of a text that has a pattern: with its size, what matching may cost.
pub const PATTERN_TEXT_CHARS_MAX: usize = 255;
/// Ways in which a text is changed before it is looked at.
pub const NORMALIZE_MAX: usize = 4;
/// Steps that all test cases of a definition may take together, at their worst.
pub const TEST_STEPS_MAX: u64 = 5_000_000;
/// Odd things of a submission that are told at most.
pub const WARNINGS_MAX: usize = 400;
/// Test cases of a definition.
pub const CASES_MAX: usize = 200;
/// Names in a submission that the form does not have; beyond that it is refused without naming them.
pub const UNKNOWN_NAMES_MAX: usize = 20;
/// Bytes of a submission as JSON.
pub const SUBMISSION_BYTES_MAX: usize = 64 * 1024;
/// Rows of a registry.
pub const REGISTRY_ROWS_MAX: usize = 10_000;
/// Registries of an institution.
pub const REGISTRIES_MAX: usize = 50;
/// Bytes of a registry as JSON.
pub const REGISTRY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Versions of a registry that are kept, the present one among them.
pub const REGISTRY_VERSIONS_KEPT: u32 = 20;
/// Columns of a registry of the institution's own choice.
pub const REGISTRY_COLUMNS_MAX: usize = 30;
/// Characters of a text in a registry where its column says nothing.
pub const COLUMN_CHARS_MAX: usize = 140;
/// Characters of the code of a registry's row.
pub const ROW_CODE_CHARS_MAX: usize = 35;

/// Characters of a pattern.
pub const PATTERN_CHARS_MAX: usize = 200;
/// Bytes that a compiled pattern may take.
pub const PATTERN_BYTES_MAX: usize = 16 * 1024;
/// Characters of an expression.
pub const EXPRESSION_CHARS_MAX: usize = 1_000;
/// How deep an expression may be nested.
pub const EXPRESSION_DEPTH_MAX: usize = 32;
/// Nodes from the root of an expression to its deepest one: `a + b + c` is one deeper for each sign.
pub const EXPRESSION_TREE_MAX: usize = 64;
/// Values of a list in an expression.
pub const LIST_VALUES_MAX: usize = 200;
/// Steps that evaluating one submission may take: one for each node of an expression that is visited.
pub const STEPS_MAX: u64 = 200_000;

/// Characters of a name.
pub const NAME_CHARS_MAX: usize = 40;
/// Characters of a label.
pub const LABEL_CHARS_MAX: usize = 200;
/// Characters of a text that is entered, at most.
pub const TEXT_CHARS_MAX: usize = 2_000;
/// Characters of a text that is entered, where the field says nothing.
pub const TEXT_CHARS_DEFAULT: usize = 140;
/// Characters of a template before it is filled in.
pub const TEMPLATE_CHARS_MAX: usize = 500;
/// Places after the point of a decimal number.
pub const DECIMALS_MAX: u8 = 6;
/// The largest whole number that is entered, where the field says nothing.
pub const INTEGER_DEFAULT_MAX: i64 = 999_999_999;
