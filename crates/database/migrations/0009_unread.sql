-- service: core

-- Nobody ever read these: the state of a request says what was decided, and when a product was
-- registered says enough of its applications.
ALTER TABLE review_decision DROP COLUMN outcome;
ALTER TABLE app DROP COLUMN registered_us;
