-- service: core

-- Work that spans parts and survives a restart: kind, what it is about, how far it is.
-- Retention: 30 days after the job has ended.
CREATE TABLE job (
    kind CTEXT NOT NULL,
    subject CTEXT NOT NULL,
    state CTEXT NOT NULL,
    step CTEXT NOT NULL,
    attempts BIGINT NOT NULL,
    run_after_us BIGINT NOT NULL,
    lease_until_us BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    last_error CTEXT,
    finished_us BIGINT,
    PRIMARY KEY (kind, subject)
);

CREATE INDEX job_due ON job (kind, state, run_after_us);

CREATE INDEX job_finished ON job (finished_us);

-- Which process does a thing that only one may do at a time.
-- Retention: overwritten by the next holder; one row for each such thing.
CREATE TABLE lease (
    name CTEXT PRIMARY KEY,
    holder CTEXT NOT NULL,
    fence BIGINT NOT NULL,
    until_us BIGINT NOT NULL
);
