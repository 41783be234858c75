-- With which weights an organisation works out the collection priority: the newest version counts, and no row
-- means those of the release. Nothing is changed or removed, so that it stays known what counted when.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';
CREATE TABLE ar.priority_weights (
    org_id    bigint NOT NULL REFERENCES ar.org,
    version   bigint NOT NULL CHECK (version > 0),
    person_id bigint NOT NULL,
    weights   bigint[] NOT NULL  -- in the order of reports/priority.py, in hundredths
        CHECK (cardinality(weights) = 9 AND weights[1] > 0 AND 0 <= ALL (weights) AND 100000 >= ALL (weights)),
    set_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, version),
    FOREIGN KEY (org_id, person_id) REFERENCES ar.person
);
