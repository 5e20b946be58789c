-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Submissions of forms, the places that they take, and what debt positions are looked up by.

-- What was entered goes with its person; amount and form stay.
CREATE TABLE form_submissions (
    institution_id uuid NOT NULL,
    id uuid NOT NULL,
    service_code text COLLATE "C" NOT NULL,
    form_version integer NOT NULL,
    amount bigint NOT NULL,
    breakdown jsonb NOT NULL,
    remittance_information text NOT NULL,
    entered jsonb,
    unique_key text COLLATE "C",
    superseded_by uuid,
    places jsonb NOT NULL,
    debt_position_id uuid,
    found boolean NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    cancelled_at timestamptz,
    PRIMARY KEY (institution_id, id)
);
CREATE UNIQUE INDEX form_submissions_unique_key ON form_submissions (institution_id, service_code, unique_key)
    WHERE unique_key IS NOT NULL;
CREATE INDEX form_submissions_client ON form_submissions (institution_id, created_by, id);
CREATE INDEX form_submissions_position ON form_submissions (institution_id, debt_position_id) WHERE debt_position_id IS NOT NULL;
SELECT tramite_guard('form_submissions');
GRANT SELECT, INSERT, UPDATE ON form_submissions TO tramite_app;

-- Whom a submission names, for as long as it does.
CREATE TABLE submission_persons (
    institution_id uuid NOT NULL,
    tax_code text COLLATE "C" NOT NULL,
    submission_id uuid NOT NULL,
    PRIMARY KEY (institution_id, tax_code, submission_id)
);
CREATE INDEX submission_persons_submission ON submission_persons (institution_id, submission_id);
SELECT tramite_guard('submission_persons');
GRANT SELECT, INSERT, DELETE ON submission_persons TO tramite_app;

-- The places that submissions have. One that comes back goes from here.
CREATE TABLE form_places (
    institution_id uuid NOT NULL,
    submission_id uuid NOT NULL,
    quota text COLLATE "C" NOT NULL,
    service_code text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    debt_position_id uuid,
    held_until timestamptz,
    PRIMARY KEY (institution_id, submission_id, quota)
);
CREATE INDEX form_places_over ON form_places (institution_id, service_code, quota, key, held_until) WHERE held_until IS NOT NULL;
CREATE INDEX form_places_position ON form_places (institution_id, debt_position_id) WHERE debt_position_id IS NOT NULL;
SELECT tramite_guard('form_places');
GRANT SELECT, INSERT, UPDATE, DELETE ON form_places TO tramite_app;

-- How many of them are taken, of how many: whoever takes the last one is the only one who does.
CREATE TABLE form_place_counts (
    institution_id uuid NOT NULL,
    service_code text COLLATE "C" NOT NULL,
    quota text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    taken bigint NOT NULL,
    most bigint NOT NULL,
    PRIMARY KEY (institution_id, service_code, quota, key)
);
SELECT tramite_guard('form_place_counts');
GRANT SELECT, INSERT, UPDATE ON form_place_counts TO tramite_app;

-- What clients wrote of installments, entry by entry, in services: forms look for debt positions by it.
CREATE TABLE installment_keys (
    institution_id uuid NOT NULL,
    service_code text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    installment_id uuid NOT NULL,
    debt_position_id uuid NOT NULL,
    PRIMARY KEY (institution_id, service_code, key, value, installment_id)
);
CREATE INDEX installment_keys_position ON installment_keys (institution_id, debt_position_id);

-- The owner sees the rows of all institutions for as long as this takes.
ALTER TABLE installments NO FORCE ROW LEVEL SECURITY;
ALTER TABLE debt_positions NO FORCE ROW LEVEL SECURITY;
INSERT INTO installment_keys
SELECT installments.institution_id, debt_positions.service_code, entry.key, entry.value, installments.id, debt_positions.id
FROM installments
JOIN debt_positions
    ON debt_positions.institution_id = installments.institution_id AND debt_positions.id = installments.debt_position_id
CROSS JOIN LATERAL jsonb_each_text(installments.metadata) AS entry
WHERE debt_positions.service_code IS NOT NULL AND char_length(entry.value) BETWEEN 1 AND 100;
ALTER TABLE debt_positions FORCE ROW LEVEL SECURITY;
ALTER TABLE installments FORCE ROW LEVEL SECURITY;
SELECT tramite_guard('installment_keys');
GRANT SELECT, INSERT, DELETE ON installment_keys TO tramite_app;
