-- service: telemetry

-- Who looked at single pings of which product, and why; public.
-- Retention: 400 days.
CREATE TABLE raw_read (
    day BIGINT NOT NULL,
    who CTEXT NOT NULL,
    reason CTEXT NOT NULL,
    product CTEXT NOT NULL,
    looks BIGINT NOT NULL,
    pings BIGINT NOT NULL,
    PRIMARY KEY (day, who, reason, product)
);
