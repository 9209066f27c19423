-- service: core

-- Every version of every notice, as it was shown.
-- Retention: until the server is removed; people must be able to read what they were told.
CREATE TABLE notice_version (
    notice CTEXT NOT NULL,
    number BIGINT NOT NULL,
    fingerprint BYTEA NOT NULL,
    text CTEXT NOT NULL,
    since_us BIGINT NOT NULL,
    PRIMARY KEY (notice, number)
);

-- Results of promise checks, as evidence.
-- Retention: 400 days.
CREATE TABLE check_result (
    promise CTEXT NOT NULL,
    checked_us BIGINT NOT NULL,
    state CTEXT NOT NULL,
    fact CTEXT NOT NULL,
    build CTEXT NOT NULL,
    PRIMARY KEY (promise, checked_us)
);
