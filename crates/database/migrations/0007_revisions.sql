-- service: core

-- A pushed state of definitions names who pushed it and which state of the team's repository it is.
ALTER TABLE definition ADD COLUMN pushed_by CTEXT NOT NULL DEFAULT '';
ALTER TABLE definition ADD COLUMN rev CTEXT;

-- A request names the state that it asks about, the state it is compared with, and the request that
-- took its place.
ALTER TABLE review_request ADD COLUMN revision BIGINT;
ALTER TABLE review_request ADD COLUMN since BIGINT;
ALTER TABLE review_request ADD COLUMN superseded_by BIGINT;

-- An item says why it is asked, whether its terms ended a grant, and whether it was left out when
-- the rest was granted.
ALTER TABLE review_item ADD COLUMN how CTEXT NOT NULL DEFAULT 'new';
ALTER TABLE review_item ADD COLUMN voided BIGINT NOT NULL DEFAULT 0;
ALTER TABLE review_item ADD COLUMN refused BIGINT NOT NULL DEFAULT 0;
