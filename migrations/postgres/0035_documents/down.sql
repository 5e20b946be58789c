-- SPDX-License-Identifier: AGPL-3.0-or-later
DROP TABLE printed_slips;
DROP TABLE document_parts;
DROP TABLE batch_documents;
DROP TABLE document_batches;
