-- service: telemetry

-- Counts of pings by outcome: no row is about a person.
-- Retention: 400 days.
CREATE TABLE telemetry_count (
    day BIGINT NOT NULL,
    product CTEXT NOT NULL,
    reason CTEXT NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (day, product, reason)
);
