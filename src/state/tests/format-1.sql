-- The journal as the first format was left: open and closed lines of every kind that was written.
CREATE TABLE runs (
    id          TEXT PRIMARY KEY,
    started_at  TEXT NOT NULL,
    user        TEXT NOT NULL,
    ssh_source  TEXT,
    sudo_user   TEXT
) STRICT;
CREATE TABLE actions (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    run           TEXT NOT NULL REFERENCES runs (id),
    base_url      TEXT NOT NULL,
    campaign      TEXT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('retry', 'retry-batch', 'send', 'send-batch')),
    message       TEXT,
    batch         TEXT,
    claim         TEXT NOT NULL,
    seen_attempts INTEGER,
    seen_newest   TEXT,
    seen_from     TEXT,
    seen_failures INTEGER,
    fingerprint   TEXT,
    file_name     TEXT,
    file_rows     INTEGER,
    plan          TEXT NOT NULL,
    planned_at    TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('intended', 'not_sent', 'refused', 'accepted', 'unknown',
                      'resolved_accepted', 'resolved_not_accepted', 'resolved_by_person')),
    changed_at    TEXT NOT NULL,
    code          TEXT,
    reason        TEXT,
    trace_id      TEXT,
    resolved_run  TEXT REFERENCES runs (id)
) STRICT;
-- What is claimed by an open action cannot be claimed again, by any process.
CREATE UNIQUE INDEX one_open_action ON actions (base_url, campaign, claim) WHERE state IN ('intended', 'unknown');
CREATE INDEX actions_of_runs ON actions (run) WHERE state IN ('intended', 'unknown');
CREATE TABLE tries (
    action      INTEGER NOT NULL REFERENCES actions (id),
    number      INTEGER NOT NULL,
    started_at  TEXT NOT NULL,
    ended_at    TEXT,
    outcome     TEXT,
    code        TEXT,
    reason      TEXT,
    trace_id    TEXT,
    PRIMARY KEY (action, number)
) STRICT;
CREATE TABLE notes (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    run       TEXT NOT NULL REFERENCES runs (id),
    at        TEXT NOT NULL,
    kind      TEXT NOT NULL,
    base_url  TEXT,
    campaign  TEXT,
    detail    TEXT NOT NULL
) STRICT;
INSERT INTO runs VALUES ('20260921T141320Z-1-0000beef', '2026-09-21T14:13:20Z', 'ann (uid 1000)', '192.0.2.7', NULL);
INSERT INTO actions VALUES (1, '20260921T141320Z-1-0000beef', 'http://127.0.0.1:8025/api/v2', 'campaign_a', 'retry', 'm1', NULL, 'message m1', 1, '2026-09-21T14:12:20Z', 'list', NULL, NULL, NULL, NULL, 'retry of one message', '2026-09-21T14:13:20Z', 'accepted', '2026-09-21T14:13:22Z', NULL, NULL, NULL, NULL);
INSERT INTO actions VALUES (2, '20260921T141320Z-1-0000beef', 'http://127.0.0.1:8025/api/v2', 'campaign_a', 'retry', 'm2', NULL, 'message m2', 1, '2026-09-21T14:12:20Z', 'list', NULL, NULL, NULL, NULL, 'retry of one message', '2026-09-21T14:13:20Z', 'refused', '2026-09-21T14:13:22Z', 'too_many_message_attempts_error', NULL, NULL, NULL);
INSERT INTO actions VALUES (3, '20260921T141320Z-1-0000beef', 'http://127.0.0.1:8025/api/v2', 'campaign_a', 'retry', 'm3', NULL, 'message m3', 1, '2026-09-21T14:12:20Z', 'list', NULL, NULL, NULL, NULL, 'retry of one message', '2026-09-21T14:13:20Z', 'unknown', '2026-09-21T14:13:22Z', NULL, NULL, NULL, NULL);
INSERT INTO actions VALUES (4, '20260921T141320Z-1-0000beef', 'http://localhost:8025/api/v2', 'campaign_a', 'retry', 'm3', NULL, 'message m3', 1, '2026-09-21T14:12:20Z', 'list', NULL, NULL, NULL, NULL, 'retry of one message', '2026-09-21T14:13:20Z', 'unknown', '2026-09-21T14:13:22Z', NULL, NULL, NULL, NULL);
INSERT INTO actions VALUES (5, '20260921T141320Z-1-0000beef', 'https://sms.agency.example/api/v2', 'campaign_b', 'retry', 'm3', NULL, 'message m3', 1, '2026-09-21T14:12:20Z', 'list', NULL, NULL, NULL, NULL, 'retry of one message', '2026-09-21T14:13:20Z', 'intended', '2026-09-21T14:13:22Z', NULL, NULL, NULL, NULL);
INSERT INTO actions VALUES (6, '20260921T141320Z-1-0000beef', 'https://sms-2.agency.example/postman', 'campaign_b', 'retry', 'm3', NULL, 'message m3', 1, '2026-09-21T14:12:20Z', 'list', NULL, NULL, NULL, NULL, 'retry of one message', '2026-09-21T14:13:20Z', 'intended', '2026-09-21T14:13:22Z', NULL, NULL, NULL, NULL);
INSERT INTO actions VALUES (7, '20260921T141320Z-1-0000beef', 'https://sms.agency.example/api/v2', 'campaign_b', 'retry-batch', NULL, 'b1', 'batch b1', 12, NULL, NULL, 3, NULL, NULL, NULL, 'retry of a batch', '2026-09-21T14:13:20Z', 'unknown', '2026-09-21T14:13:22Z', NULL, 'the connection was reset', NULL, NULL);
INSERT INTO actions VALUES (8, '20260921T141320Z-1-0000beef', 'https://sms.agency.example/api/v2', 'campaign_c', 'retry', 'm3', NULL, 'message m3', 1, '2026-09-21T14:12:20Z', 'list', NULL, NULL, NULL, NULL, 'retry of one message', '2026-09-21T14:13:20Z', 'resolved_by_person', '2026-09-21T14:13:22Z', NULL, NULL, NULL, '20260921T141320Z-1-0000beef');
INSERT INTO actions VALUES (9, '20260921T141320Z-1-0000beef', 'http://[::1]:8026/api/v2', 'campaign_a', 'retry', 'm3', NULL, 'message m3', 1, '2026-09-21T14:12:20Z', 'list', NULL, NULL, NULL, NULL, 'retry of one message', '2026-09-21T14:13:20Z', 'intended', '2026-09-21T14:13:22Z', NULL, NULL, NULL, NULL);
INSERT INTO tries VALUES (1, 1, '2026-09-21T14:13:21Z', '2026-09-21T14:13:22Z', 'refused', NULL, NULL, NULL);
INSERT INTO tries VALUES (1, 2, '2026-09-21T14:13:21Z', '2026-09-21T14:13:22Z', 'accepted', NULL, NULL, NULL);
INSERT INTO tries VALUES (2, 1, '2026-09-21T14:13:21Z', '2026-09-21T14:13:22Z', 'refused', NULL, NULL, NULL);
INSERT INTO tries VALUES (3, 1, '2026-09-21T14:13:21Z', '2026-09-21T14:13:22Z', 'unknown', NULL, NULL, NULL);
INSERT INTO tries VALUES (4, 1, '2026-09-21T14:13:21Z', '2026-09-21T14:13:22Z', 'unknown', NULL, NULL, NULL);
INSERT INTO tries VALUES (5, 1, '2026-09-21T14:13:21Z', NULL, NULL, NULL, NULL, NULL);
INSERT INTO tries VALUES (7, 1, '2026-09-21T14:13:21Z', '2026-09-21T14:13:22Z', 'unknown', NULL, NULL, NULL);
INSERT INTO tries VALUES (8, 1, '2026-09-21T14:13:21Z', '2026-09-21T14:13:22Z', 'unknown', NULL, NULL, NULL);
INSERT INTO notes VALUES (1, '20260921T141320Z-1-0000beef', '2026-09-21T14:13:23Z', 'reveal', 'http://127.0.0.1:8025/api/v2', 'campaign_a', 'm1');
PRAGMA application_id = 1347897905;
PRAGMA user_version = 1;
