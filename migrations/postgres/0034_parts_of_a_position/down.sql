-- SPDX-License-Identifier: AGPL-3.0-or-later
ALTER TABLE transfers
    ADD FOREIGN KEY (institution_id, installment_id) REFERENCES installments (institution_id, id);
ALTER TABLE installments
    ADD FOREIGN KEY (institution_id, debt_position_id) REFERENCES debt_positions (institution_id, id),
    ADD FOREIGN KEY (institution_id, payment_option_id) REFERENCES payment_options (institution_id, id);
ALTER TABLE payment_options
    ADD FOREIGN KEY (institution_id, debt_position_id) REFERENCES debt_positions (institution_id, id);
