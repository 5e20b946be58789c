-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP TABLE installment_keys;
DROP TABLE form_place_counts;
DROP TABLE form_places;
DROP TABLE submission_persons;
DROP TABLE form_submissions;
