-- service: reports

-- Nothing of the first form was ever released; its editions told of days, without versions.
DROP TABLE privacy_ledger;
DROP TABLE edition;
DROP TABLE report;

-- A version of a report that somebody asked to publish: what it asks, joined with what was in force.
-- Retention: kept; it describes a question.
CREATE TABLE report (
    report CTEXT NOT NULL,
    version BIGINT NOT NULL,
    product CTEXT NOT NULL,
    plan CTEXT NOT NULL,
    request BIGINT,
    proposed_us BIGINT NOT NULL,
    withdrawn_us BIGINT,
    withdrawn_note CTEXT,
    PRIMARY KEY (report, version)
);

-- One period of a report: a document that is made once and never changed, with its SHA-256.
-- Retention: kept; it holds totals with noise and nothing else.
CREATE TABLE edition (
    report CTEXT NOT NULL,
    version BIGINT NOT NULL,
    period CTEXT NOT NULL,
    start_day BIGINT NOT NULL,
    document CTEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    made_us BIGINT NOT NULL,
    PRIMARY KEY (report, version, period, start_day)
);

-- What an edition gave away of one week's clients by reading one metric, in millionths of epsilon.
-- Retention: kept; it holds bounds.
CREATE TABLE privacy_ledger (
    report CTEXT NOT NULL,
    version BIGINT NOT NULL,
    period CTEXT NOT NULL,
    start_day BIGINT NOT NULL,
    week BIGINT NOT NULL,
    metric_group CTEXT NOT NULL,
    product CTEXT NOT NULL,
    epsilon_millionths BIGINT NOT NULL,
    PRIMARY KEY (report, version, period, start_day, week, metric_group)
);
CREATE INDEX privacy_ledger_by_week ON privacy_ledger (product, week, metric_group);

-- An edition for which nobody had sent anything: for the operator, while it can be mended.
-- Retention: 30 days, as long as the pings it missed.
CREATE TABLE empty_edition (
    report CTEXT NOT NULL,
    version BIGINT NOT NULL,
    period CTEXT NOT NULL,
    start_day BIGINT NOT NULL,
    day BIGINT NOT NULL,
    PRIMARY KEY (report, version, period, start_day)
);
