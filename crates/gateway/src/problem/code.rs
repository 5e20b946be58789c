// SPDX-License-Identifier: AGPL-3.0-or-later
//! The catalogue of problems. A new refusal of the domain is a line here and a line in `refusal.rs`.

pub use super::table::Entry;
use super::table::problems;

problems! {
    InvalidRequest = 400 "invalid_request" "The request cannot be read" {
        "The request breaks the rules of HTTP or of its media type before any rule of Tramite is asked."
        "Correct the request; sending it again unchanged gives the same answer."
    }
    InvalidJson = 400 "invalid_json" "The body is not JSON" {
        "The body is not one JSON value in UTF-8, is nested too deeply, or names a member twice in one object."
        "Send one JSON object, each member once."
    }
    BodyTooSlow = 400 "body_too_slow" "The body came too slowly" {
        "The body of the request had not come in full after ten seconds, or the next mebibyte of a file after a minute; the connection is closed, and nothing was done."
        "Send the request again over a better line; with an Idempotency-Key nothing is done twice."
    }
    IdempotencyKeyRequired = 400 "idempotency_key_required" "An Idempotency-Key is required" {
        "This operation creates something or acts, and must carry an Idempotency-Key of 1 to 255 visible ASCII characters, so that it can be sent again safely."
        "Make a new random key for each new intention, keep it with the intention, and send the same key when you send the request again."
    }
    Unauthenticated = 401 "unauthenticated" "A token is required" {
        "The request carries no access token."
        "Take a token at /oauth2/token and send it as `Authorization: Bearer …`."
    }
    InvalidToken = 401 "invalid_token" "The token is not accepted" {
        "The token is neither one of ours nor of an issuer that is trusted here, has expired, lacks the proof that it is bound to, or what it stands for no longer holds: its client was revoked, its delegation has ended, or its institution is not active."
        "Take a new token. If that fails too, ask the operator of this Tramite."
    }
    InsufficientScope = 403 "insufficient_scope" "The token may not do this" {
        "The token is good but lacks the scope that the operation needs; the WWW-Authenticate header names it."
        "Ask for that scope when taking the token; if it is not granted, the institution has not delegated it to you."
    }
    NotFound = 404 "not_found" "There is nothing here" {
        "Nothing of that name exists for this token. Things of other institutions, services and clients answer exactly like things that do not exist."
        "Check the id and the institution of the token."
    }
    MethodNotAllowed = 405 "method_not_allowed" "The method is not allowed here" {
        "The path exists, but not with this method; the Allow header lists the methods it has."
        "Use one of the methods in the Allow header."
    }
    NotAcceptable = 406 "not_acceptable" "No acceptable media type" {
        "The Accept header excludes every media type that this operation can answer with."
        "Accept application/json, or what the contract says of the operation."
    }
    Conflict = 409 "conflict" "Somebody else changed it at the same time" {
        "The thing was changed by another request while this one was being decided, three times in a row."
        "Read it again and repeat the request."
    }
    IdempotencyInProgress = 409 "idempotency_in_progress" "The same request is still being worked on" {
        "Another request with the same Idempotency-Key has not finished."
        "Send the request again after the seconds in Retry-After: the answer of the first one will be replayed."
    }
    InstitutionTaken = 409 "institution_taken" "The institution exists already" {
        "An institution with this code or this tax code is registered."
        "Change the one that exists; `existing_id` names it."
    }
    SecretsFull = 409 "secrets_full" "The client has two live secrets" {
        "A client may have two live secrets at a time, so that it can change them without a pause."
        "Remove the old secret first."
    }
    ClientKeysFull = 409 "client_keys_full" "The client has two live keys" {
        "A client may have two live public keys at a time, so that it can change them without a pause."
        "End the old key first."
    }
    KeyIdTaken = 409 "key_id_taken" "The client has or had a key of this name" {
        "The name of a key, its `kid`, stands once in its client for ever: what an ended key has signed is never taken for a new one's."
        "Give the new key another `kid`, or none: its thumbprint names it then."
    }
    TrustedIssuerTaken = 409 "trusted_issuer_taken" "The issuer is trusted already" {
        "An issuer of this name is registered: what its tokens are worth is said in one place."
        "Change the one that exists."
    }
    TrustedIssuersFull = 409 "trusted_issuers_full" "There are fifty trusted issuers" {
        "This Tramite takes tokens of fifty other issuers at most; those that are switched off count too."
        "Give one that nobody needs another name, or ask why there are so many."
    }
    WebhookEndpointsFull = 409 "webhook_endpoints_full" "The client has ten webhook endpoints" {
        "A client may have ten webhook endpoints in an institution, and ten that are told of all its delegations."
        "End one that nobody needs, or let one be told of more types of events."
    }
    LastOperator = 409 "last_operator" "The last operator cannot be revoked" {
        "No operator with a live secret would be left to run the platform."
        "Add another operator first."
    }
    ExternalIdTaken = 409 "external_id_taken" "A debt position with this external_id exists" {
        "The service holds a debt position under the same external_id; `existing_id` names it and `differences` says where the request differs, where that was asked."
        "Use the existing position, send if_exists, or choose another external_id."
    }
    AlreadySubmitted = 409 "already_submitted" "The same was submitted before" {
        "The form takes one submission of these values; `existing_id` is the first, `debt_position_id` what is to be paid for it."
        "Pay that one. Once its debt position is cancelled or has expired, the same may be submitted again."
    }
    NoPlaceLeft = 409 "no_place_left" "No place is left" {
        "All places of a quota of the form are taken, or held by people who are about to pay."
        "Try again later: a place that nobody pays for comes back."
    }
    PositionFound = 409 "position_found" "There is a debt position for these values" {
        "The form looks for a debt position before it makes one; `debt_position_id` names the one that it has found, which was paid already, is not payable yet, or must be paid as it is."
        "Read that debt position, and pay it where it can be paid."
    }
    SubmissionOwed = 409 "submission_owed" "A debt position stands for the submission" {
        "A submission with something to pay ends with its debt position, which `debt_position_id` names."
        "Cancel the debt position."
    }
    DebtPositionState = 409 "debt_position_state" "The state of the debt position does not allow this" {
        "The debt position, or its installment, is in a state in which this cannot be done; see the table of states."
        "Read the debt position and decide by its status."
    }
    InstallmentPaid = 409 "installment_paid" "A paid installment would be changed" {
        "A paid installment must stand in the request exactly as it is: paid is final."
        "Send the paid installment unchanged."
    }
    PaymentInProgress = 409 "payment_in_progress" "A payment is in progress" {
        "Somebody is paying this installment right now."
        "Wait until `locked_until`; to change or cancel a debt position all the same, send `force=true`."
    }
    AlreadyResolved = 409 "already_resolved" "Somebody has resolved it before" {
        "It was resolved before, with another note; what was written then stays."
        "Read it: who resolved it, when and with which note stands there."
    }
    ReceiptRecoveryOff = 409 "receipt_recovery_off" "Receipts are not recovered here" {
        "This Tramite was given no address of the receipts API, so that it asks for none."
        "Ask the operator of this Tramite to set TRAMITE_RECEIPTS_URL and its key."
    }
    NoAmountCallback = 409 "no_amount_callback" "The service has no amount_callback" {
        "The service asks nobody what is due: there is nothing that a secret would sign."
        "Give the service an `amount_callback` first."
    }
    DemandTaken = 409 "demand_taken" "Another service is demanded by these codes" {
        "Another service of the institution is known to the Node's catalogue by the same service_id and subject_id."
        "Take `demand` out of the other service first, or use the codes of this one."
    }
    CursorExpired = 409 "cursor_expired" "The cursor is older than what is kept" {
        "The cursor was told more than 24 months ago; what followed it may have gone, so going on from it could miss something in silence."
        "Read from the beginning, without a cursor, and pass over what you know by its id; or read the lists with updated_since."
    }
    ServiceNotActive = 409 "service_not_active" "The service is not active" {
        "A draft or retired service takes no new debt positions."
        "Use another service, or ask the institution to activate it."
    }
    InstitutionNotActive = 409 "institution_not_active" "The institution is not active" {
        "The institution is being set up, is suspended, or is closed."
        "Ask the operator of this Tramite."
    }
    SupportAccessOff = 409 "support_access_off" "The institution has switched support access off" {
        "The institution does not let operators read its data in support; accesses that were open have ended."
        "Ask the institution: one of its own clients with `delegations:write` switches support access on."
    }
    NoIssuingStation = 409 "no_issuing_station" "No notice number can be given" {
        "The institution has no station under which notice numbers are given, or its range is used up."
        "Ask the operator of this Tramite."
    }
    AmountChanged = 409 "amount_changed" "The amount is not the expected one" {
        "What is due now differs from expected_amount; `amount_due` says what is due, where the caller may know it."
        "Show the new amount to the payer and try again with it."
    }
    NotPayable = 409 "not_payable" "Nothing of it can be paid now" {
        "The debt position or notice is paid, expired, cancelled or not yet open."
        "Read the debt position and decide by its status."
    }
    NotPublished = 409 "not_published" "The debt position is not published" {
        "A draft has no notice: no provider would find it, and what it asks for may still change."
        "Publish the debt position first."
    }
    NothingToPay = 409 "nothing_to_pay" "There is nothing to pay" {
        "What was asked for of the debt position is paid, withdrawn or past its time, or has no notice number; or a submission came to zero."
        "Read the debt position and decide by the states of its installments."
    }
    CheckoutSessionState = 409 "checkout_session_state" "The state of the checkout session does not allow this" {
        "The session is in a state in which this cannot be done; see the table of states."
        "Read the session and decide by its status."
    }
    TooManyCheckoutSessions = 409 "too_many_checkout_sessions" "Too many checkout sessions are open" {
        "As many checkout sessions of this installment are open as one may have at a time."
        "Use a session that is open, or cancel those that nobody needs."
    }
    NoSuchPosition = 409 "no_such_position" "There is no debt position to change" {
        "A row of a file asks to change or to cancel a debt position, and the service has none under its external_id."
        "Load the row with the action `load` or `insert`, or correct its external_id."
    }
    FormOutdated = 409 "form_outdated" "What the form reads has changed" {
        "A registry that the form of the service reads has changed in a way with which the form could not be published any more."
        "Publish the form again, or write the registry as it was."
    }
    ImportState = 409 "import_state" "The state of the import does not allow this" {
        "The import is in a state in which this cannot be done: one that is over is not cancelled, and there is no report before it is over."
        "Read the import, with `wait`, and decide by its status."
    }
    ImportFileGone = 409 "import_file_gone" "The file is kept no longer" {
        "What was sent is deleted thirty days after the import was over, with what became of its rows; reports are made of it."
        "Read the debt positions, or the outcome exports."
    }
    ImportStorageFull = 409 "import_storage_full" "There is no room for another file" {
        "The files that are kept of the institution, for thirty days after their imports were over, take the ten gibibytes that it has."
        "Wait until older files are deleted, or load the debt positions through the API."
    }
    DocumentBatchState = 409 "document_batch_state" "The state of the document batch does not allow this" {
        "The document batch is in a state in which this cannot be done: one that is over is not cancelled, and there is no file unless it is `completed`."
        "Read the document batch, with `wait`, and decide by its status."
    }
    DocumentFileGone = 409 "document_file_gone" "The file of documents is kept no longer" {
        "A file of documents is deleted thirty days after it was made, or when its client wants it to be."
        "Ask for the documents again."
    }
    DocumentStorageFull = 409 "document_storage_full" "There is no room for another file of documents" {
        "The files of documents that are kept of the institution, for thirty days, take the ten gibibytes that it has."
        "Wait until older files are deleted, or take the documents one by one."
    }
    PreconditionFailed = 412 "precondition_failed" "It is not the version you know" {
        "If-Match names another version than the present one, or If-None-Match forbids the thing to exist and it does."
        "Read the resource again, apply your change to what it is now, and send its ETag."
    }
    BodyTooLarge = 413 "body_too_large" "The body is too large" {
        "The body is larger than the operation takes (256 KiB of JSON where nothing else is said, 500 MiB of a file)."
        "Send less at a time."
    }
    UnsupportedMediaType = 415 "unsupported_media_type" "The media type is not supported" {
        "The body was not sent as `Content-Type: application/json`, uncompressed; or, where the operation takes a file, as `multipart/form-data`."
        "Send the media type that the contract says; an operation that needs no data takes the body `{}` as `application/json`."
    }
    ValidationFailed = 422 "validation_failed" "The request breaks rules" {
        "The body can be read but is wrong; `errors` lists every fault with the place where it stands. Faults of form come first: the rules are asked once the form is right."
        "Correct all listed faults and send the request again."
    }
    InvalidParameter = 422 "invalid_parameter" "A query parameter is wrong" {
        "A query parameter is unknown, given twice, or has a value that the contract excludes; `errors` lists each of them."
        "Correct the listed parameters."
    }
    InvalidCursor = 422 "invalid_cursor" "The cursor is not one of this list" {
        "The cursor was not given by this list, or was changed on its way."
        "Begin the list again without a cursor, and pass cursors on as they are."
    }
    IdempotencyKeyReused = 422 "idempotency_key_reused" "The Idempotency-Key was used for another request" {
        "The same key came before with another body."
        "Make a new key for a new intention."
    }
    ImmutableField = 422 "immutable_field" "A field cannot be changed" {
        "The named field is given once, at creation."
        "Leave it as it is; make a new resource where another value is needed."
    }
    StillExpired = 422 "still_expired" "It would still be expired" {
        "The debt position would be expired in the moment it is reopened."
        "Give it a later due date first."
    }
    InstallmentAmbiguous = 422 "installment_ambiguous" "Several installments could be meant" {
        "The debt position has several payable installments; `choices` lists their references."
        "Name one of them."
    }
    ReturnUrlNotAllowed = 422 "return_url_not_allowed" "The return address is not allowed" {
        "A return address must have the scheme, host and port of one of the delegation's return origins, and no user info, fragment or parameter of ours."
        "Use an address of a registered origin, or have the origin registered."
    }
    RateLimited = 429 "rate_limited" "Too many requests" {
        "The limit of this client and institution, or of this source, is used up for the moment."
        "Wait the seconds in Retry-After, and spread requests out."
    }
    QuotaExceeded = 429 "quota_exceeded" "The quota of the day is used up" {
        "The operator of this Tramite gave this client a number of requests a day (Europe/Rome), for all its institutions together, and they have been served."
        "Wait the seconds in Retry-After: a new day begins then. If the quota is too small for what you do, ask the operator for another."
    }
    TooManyImports = 429 "too_many_imports" "Two files are being loaded" {
        "Two files of the institution are not done yet, and no more are loaded at a time."
        "Wait until one of them is over, or the seconds in Retry-After, and send the file again with the same Idempotency-Key."
    }
    TooManyDocumentBatches = 429 "too_many_document_batches" "Two files of documents are being made" {
        "Two document batches of the institution are not over yet, and no more are made at a time."
        "Wait until one of them is over, or the seconds in Retry-After, and ask again with the same Idempotency-Key."
    }
    InternalError = 500 "internal_error" "Something is wrong on our side" {
        "Tramite has failed in a way that was not foreseen; the cause is in its log under the request id."
        "Send the request again later, with the same Idempotency-Key; if it stays so, tell the operator the request id."
    }
    AmountUnknown = 503 "amount_unknown" "What is due is not known for the moment" {
        "The institution's own system, which alone knows what is due, gave no usable answer within a second; nothing was done."
        "Send the request again after the seconds in Retry-After, with the same Idempotency-Key; if it stays so, tell the institution."
    }
    Unavailable = 503 "unavailable" "Not available for the moment" {
        "The database cannot be reached or is too busy. Nothing was written, or what was written will be found under the same Idempotency-Key."
        "Send the request again after the seconds in Retry-After, with the same Idempotency-Key."
    }
}

impl Code {
    /// The code of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// Stable snake_case name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.entry().status
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_name_and_an_answer_to_what_now() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            let entry = code.entry();
            assert_eq!(Code::named(entry.name), Some(*code));
            assert!(entry.name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", entry.name);
            assert!(entry.meaning.ends_with('.') && entry.action.ends_with('.'), "{}", entry.name);
            assert!((400..=599).contains(&entry.status));
        }
    }
}
