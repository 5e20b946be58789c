-- SPDX-License-Identifier: AGPL-3.0-or-later
ALTER TABLE tasks ADD FOREIGN KEY (institution_id) REFERENCES institutions (institution_id);
ALTER TABLE events ADD FOREIGN KEY (institution_id) REFERENCES institutions (institution_id);
ALTER TABLE debt_positions
    ADD FOREIGN KEY (institution_id) REFERENCES institutions (institution_id),
    ADD FOREIGN KEY (institution_id, service_code) REFERENCES services (institution_id, code);
ALTER TABLE checkout_sessions ADD FOREIGN KEY (institution_id) REFERENCES institutions (institution_id);
ALTER TABLE receipts ADD FOREIGN KEY (institution_id) REFERENCES institutions (institution_id);
