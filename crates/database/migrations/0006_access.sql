-- service: core

-- Tokens for the administration interface and the owner's first code; only hashes are kept.
-- Retention: 30 days after they end.
CREATE TABLE access_token (
    hash BYTEA PRIMARY KEY,
    name CTEXT NOT NULL,
    scopes CTEXT NOT NULL,
    made_us BIGINT NOT NULL,
    ends_us BIGINT NOT NULL
);
