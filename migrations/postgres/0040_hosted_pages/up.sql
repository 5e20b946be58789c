-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The client under whose name the hosted pages of an institution act; none where it has no pages.
ALTER TABLE institutions ADD COLUMN hosted_pages_client_id uuid;
