-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What stands below a position is written in one transaction with it, by ids that nobody else chose, and no role of the program may
-- delete what it stands below. Each of these keys looked every new row's parents up again; and as long as a table that grows
-- was not analysed, it did so by whatever index it had taken for the empty one, which may be all rows of the institution
-- (docs/decisions/0007-what-a-write-touches.md).
ALTER TABLE payment_options DROP CONSTRAINT payment_options_institution_id_debt_position_id_fkey;
ALTER TABLE installments
    DROP CONSTRAINT installments_institution_id_debt_position_id_fkey,
    DROP CONSTRAINT installments_institution_id_payment_option_id_fkey;
ALTER TABLE transfers DROP CONSTRAINT transfers_institution_id_installment_id_fkey;
