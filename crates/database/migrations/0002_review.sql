-- service: core

-- A product whose definitions this server knows.
-- Retention: until the product is removed.
CREATE TABLE product (
    product CTEXT PRIMARY KEY,
    title CTEXT NOT NULL,
    contact CTEXT NOT NULL,
    registered_us BIGINT NOT NULL
);

-- An application of a product, with the channel it was registered for (C18).
-- Retention: until the product is removed.
CREATE TABLE app (
    app CTEXT PRIMARY KEY,
    product CTEXT NOT NULL REFERENCES product (product),
    channel CTEXT NOT NULL,
    registered_us BIGINT NOT NULL
);

-- One pushed state of a product's definitions, named by its content.
-- Retention: until the product is removed; earlier ones are the story of its notice.
CREATE TABLE definition (
    product CTEXT NOT NULL REFERENCES product (product),
    number BIGINT NOT NULL,
    fingerprint BYTEA NOT NULL,
    pushed_us BIGINT NOT NULL,
    PRIMARY KEY (product, number)
);

-- The files of a pushed state, as they came.
-- Retention: with their definition.
CREATE TABLE definition_file (
    product CTEXT NOT NULL,
    number BIGINT NOT NULL,
    name CTEXT NOT NULL,
    source CTEXT NOT NULL,
    PRIMARY KEY (product, number, name),
    FOREIGN KEY (product, number) REFERENCES definition (product, number)
);

-- A request to collect, to publish, or to accept this server's own declarations.
-- Retention: public record, until what it is about is removed.
CREATE TABLE review_request (
    request BIGINT PRIMARY KEY,
    kind CTEXT NOT NULL,
    subject CTEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    title CTEXT NOT NULL,
    requester CTEXT NOT NULL,
    opened_us BIGINT NOT NULL,
    state CTEXT NOT NULL
);

-- Each datum that a request asks for, and what exactly a grant would cover.
-- Retention: with its request.
CREATE TABLE review_item (
    request BIGINT NOT NULL REFERENCES review_request (request),
    datum CTEXT NOT NULL,
    terms BYTEA NOT NULL,
    category CTEXT NOT NULL,
    PRIMARY KEY (request, datum)
);

-- Who decided a request, how, and until when it holds.
-- Retention: with its request.
CREATE TABLE review_decision (
    request BIGINT PRIMARY KEY REFERENCES review_request (request),
    outcome CTEXT NOT NULL,
    steward CTEXT NOT NULL,
    note CTEXT NOT NULL,
    decided_us BIGINT NOT NULL,
    expires_day BIGINT NOT NULL
);

-- The states of what is in force: a number that grows with each change.
-- Retention: until the server is removed; the numbers stand beside stored pings.
CREATE TABLE in_force (
    revision BIGINT PRIMARY KEY,
    fingerprint BYTEA NOT NULL,
    made_us BIGINT NOT NULL
);
