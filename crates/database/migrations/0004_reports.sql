-- service: reports

-- A report that somebody asked to publish: one question, one metric.
-- Retention: until the report is withdrawn.
CREATE TABLE report (
    report CTEXT PRIMARY KEY,
    product CTEXT NOT NULL,
    ping CTEXT NOT NULL,
    metric CTEXT NOT NULL,
    metric_type CTEXT NOT NULL,
    question CTEXT NOT NULL,
    terms BYTEA NOT NULL,
    proposed_us BIGINT NOT NULL
);

-- One period of a report: made once, never changed.
-- Retention: until the report is withdrawn; it holds a noised total and nothing else.
CREATE TABLE edition (
    report CTEXT NOT NULL REFERENCES report (report),
    day BIGINT NOT NULL,
    shown BIGINT NOT NULL,
    people BIGINT,
    made_us BIGINT NOT NULL,
    PRIMARY KEY (report, day)
);

-- What each edition spent of the privacy of one week's clients, in thousandths of epsilon.
-- Retention: until the report is withdrawn.
CREATE TABLE privacy_ledger (
    report CTEXT NOT NULL,
    day BIGINT NOT NULL,
    product CTEXT NOT NULL,
    week BIGINT NOT NULL,
    epsilon_milli BIGINT NOT NULL,
    PRIMARY KEY (report, day)
);
