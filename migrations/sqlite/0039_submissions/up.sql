-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Submissions of forms, the places that they take, and what debt positions are looked up by.

-- What was entered goes with its person; amount and form stay.
CREATE TABLE form_submissions (
    institution_id BLOB NOT NULL,
    id BLOB NOT NULL,
    service_code TEXT NOT NULL,
    form_version INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    breakdown TEXT NOT NULL,
    remittance_information TEXT NOT NULL,
    entered TEXT,
    unique_key TEXT,
    superseded_by BLOB,
    places TEXT NOT NULL,
    debt_position_id BLOB,
    found INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    cancelled_at INTEGER,
    PRIMARY KEY (institution_id, id)
) STRICT;
CREATE UNIQUE INDEX form_submissions_unique_key ON form_submissions (institution_id, service_code, unique_key)
    WHERE unique_key IS NOT NULL;
CREATE INDEX form_submissions_client ON form_submissions (institution_id, created_by, id);
CREATE INDEX form_submissions_position ON form_submissions (institution_id, debt_position_id) WHERE debt_position_id IS NOT NULL;

-- Whom a submission names, for as long as it does.
CREATE TABLE submission_persons (
    institution_id BLOB NOT NULL,
    tax_code TEXT NOT NULL,
    submission_id BLOB NOT NULL,
    PRIMARY KEY (institution_id, tax_code, submission_id)
) STRICT;
CREATE INDEX submission_persons_submission ON submission_persons (institution_id, submission_id);

-- The places that submissions have. One that comes back goes from here.
CREATE TABLE form_places (
    institution_id BLOB NOT NULL,
    submission_id BLOB NOT NULL,
    quota TEXT NOT NULL,
    service_code TEXT NOT NULL,
    key TEXT NOT NULL,
    debt_position_id BLOB,
    held_until INTEGER,
    PRIMARY KEY (institution_id, submission_id, quota)
) STRICT;
CREATE INDEX form_places_over ON form_places (institution_id, service_code, quota, key, held_until) WHERE held_until IS NOT NULL;
CREATE INDEX form_places_position ON form_places (institution_id, debt_position_id) WHERE debt_position_id IS NOT NULL;

-- How many of them are taken, of how many: whoever takes the last one is the only one who does.
CREATE TABLE form_place_counts (
    institution_id BLOB NOT NULL,
    service_code TEXT NOT NULL,
    quota TEXT NOT NULL,
    key TEXT NOT NULL,
    taken INTEGER NOT NULL,
    most INTEGER NOT NULL,
    PRIMARY KEY (institution_id, service_code, quota, key)
) STRICT;

-- What clients wrote of installments, entry by entry, in services: forms look for debt positions by it.
CREATE TABLE installment_keys (
    institution_id BLOB NOT NULL,
    service_code TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    installment_id BLOB NOT NULL,
    debt_position_id BLOB NOT NULL,
    PRIMARY KEY (institution_id, service_code, key, value, installment_id)
) STRICT;
CREATE INDEX installment_keys_position ON installment_keys (institution_id, debt_position_id);

INSERT INTO installment_keys
SELECT installments.institution_id, debt_positions.service_code, entry.key, entry.value, installments.id, debt_positions.id
FROM installments
JOIN debt_positions
    ON debt_positions.institution_id = installments.institution_id AND debt_positions.id = installments.debt_position_id
JOIN json_each(installments.metadata) AS entry
WHERE debt_positions.service_code IS NOT NULL AND length(entry.value) BETWEEN 1 AND 100;
