// SPDX-License-Identifier: AGPL-3.0-or-later
//! Numbers: integers all of them, with their bounds.

use std::borrow::Cow;

use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! numbers {
    ($($name:ident $format:ident $min:literal ..= $max:literal = $example:literal, $doc:literal;)+) => {
        $(
            #[doc = $doc]
            #[derive(Debug)]
            pub struct $name;

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    ObjectBuilder::new()
                        .schema_type(Type::Integer)
                        .format(Some(SchemaFormat::KnownFormat(KnownFormat::$format)))
                        .description(Some($doc))
                        .minimum(Some($min))
                        .maximum(Some($max))
                        .examples([serde_json::json!($example)])
                        .into()
                }
            }

            impl ToSchema for $name {
                fn name() -> Cow<'static, str> {
                    stringify!($name).into()
                }
            }
        )+

        pub(super) fn all() -> Vec<(&'static str, RefOr<Schema>)> {
            vec![$((stringify!($name), $name::schema())),+]
        }
    };
}

numbers! {
    AmountCents Int64 1i64..=9_999_999_999i64 = 12050, "An amount in euro cents, as much as a notice can carry.";
    ReceivedCents Int64 0i64..=99_999_999_999i64 = 12050, "An amount in euro cents, as much as a receipt can carry.";
    HttpStatus Int32 100i32..=599i32 = 422, "An HTTP status.";
    AuxDigit Int32 0i32..=3i32 = 3, "The first digit of a notice number.";
    NumberBase Int64 0i64..=9_999_999_999_999i64 = 5_000_000_000_000i64, "The thirteen digits between the codes and the check digits of a notice number.";
    StationVersion Int32 1i32..=2i32 = 2, "Version of a station or of its primitives.";
    CollectionKind Int32 6i32..=9i32 = 9, "The kind of collection of the legacy messages.";
    SignedCents Int64 -9_999_999_999i64..=9_999_999_999i64 = 12050, "An amount in euro cents, below zero for a discount.";
    PricedCents Int64 0i64..=9_999_999_999i64 = 12050, "An amount in euro cents that was worked out; zero where there is nothing to pay.";
    FormVersionNumber Int32 1i32..=2_147_483_647i32 = 3, "A version of a form or of a registry; they count from 1.";
    ColumnBound Int64 -9_007_199_254_740_991i64..=9_007_199_254_740_991i64 = 0, "A bound of a number; cents for money.";
    ColumnLength Int32 1i32..=2_000i32 = 140, "Most characters of a text in a column.";
    RegistryRowCount Int32 0i32..=10_000i32 = 42, "Rows of a registry.";
    RowVersion Int64 1i64..=9_007_199_254_740_991i64 = 3, "How many times it was written.";
    PageLimit Int32 1i32..=500i32 = 50, "How many items at most.";
    OutcomeLimit Int32 1i32..=10_000i32 = 1_000, "How many lines at most.";
    Microseconds Int64 0i64..=9_007_199_254_740_991i64 = 12_345, "A time in microseconds.";
    FileBytes Int64 0i64..=524_288_000i64 = 1_834_211, "The size of a file in bytes.";
    RowCount Int64 0i64..=9_007_199_254_740_991i64 = 12_000, "A number of rows.";
    GatheredBytes Int64 0i64..=10_737_418_240i64 = 52_428_800, "The size of a file of documents in bytes.";
    NoticePage Int32 1i32..=1_000i32 = 1, "A page of a notice, counted from 1.";
    PictureWidth Int32 200i32..=2_480i32 = 1_240, "The width of a picture in pixels.";
    LogoSide Int32 1i32..=709i32 = 709, "A side of a logo as it is kept, in pixels.";
    PageNumber Int32 1i32..=1_000_000i32 = 17, "A page of a file, counted from 1.";
    LineNumber Int64 1i64..=9_007_199_254_740_991i64 = 17, "A line of a file, counted from 1 with its header; of a spreadsheet the number of the row.";
    ByteCount Int64 0i64..=10_000_000i64 = 1_834, "A number of bytes.";
    ItemCount Int32 0i32..=1_000_000i32 = 3, "How many.";
    MoreItems Int32 1i32..=1_000_000i32 = 12, "How many there are beyond those that are shown.";
    RequestsPerSecond Int32 1i32..=1_000i32 = 100, "Requests a second.";
    RequestBurst Int32 1i32..=10_000i32 = 400, "Requests at once.";
    RequestsPerDay Int32 1i32..=100_000_000i32 = 500_000, "Requests a day (Europe/Rome).";
    RateNumber Int32 0i32..=100_000_000i32 = 200, "A number of requests or of seconds.";
    RetrySeconds Int32 1i32..=90_000i32 = 2, "Seconds to wait.";

    BasisPoints Int32 0i32..=3_000i32 = 160, "A rate in hundredths of a percent for a year.";
    DaysLate Int64 1i64..=10_000_000i64 = 30, "Days since the due date.";
    TransferIndex Int32 1i32..=5i32 = 1, "The place of a transfer: its `idTransfer` at the Node.";
    ReceivedIndex Int32 0i32..=255i32 = 1, "The `idTransfer` of a received transfer; 0 where the message has none.";
    IuvBatchSize Int32 1i32..=10_000i32 = 500, "How many notice numbers.";
    AccountingYear Int32 1900i32..=2999i32 = 2026, "A year of competence.";
    Days Int32 1i32..=365i32 = 5, "A number of days.";
    SessionSeconds Int64 300i64..=86_400i64 = 1800, "Life of a session in seconds.";
    SupportSeconds Int64 60i64..=28_800i64 = 3600, "Life of a support access in seconds.";
    LiveSecrets Int32 1i32..=2i32 = 1, "How many secrets sign.";
    DeliveryAttempts Int32 0i32..=1_000i32 = 2, "How many times a delivery was tried.";
    AnsweredStatus Int32 100i32..=999i32 = 500, "An HTTP status that somebody else answered.";
    Milliseconds Int64 0i64..=4_294_967_295i64 = 41, "A time in milliseconds.";
    RedeliveryCount Int32 0i32..=10_000i32 = 1_834, "How many deliveries.";
    WaitSeconds Int32 1i32..=25i32 = 25, "How long to wait, in seconds.";
}
