"""The tables of `enquete.db`, by version: one entry of `MIGRATIONS` per schema version, applied in order."""

from __future__ import annotations

from typing import Final

# "hEnq" as a 32-bit integer: says that an SQLite file is a study's store.
APPLICATION_ID: Final = 0x68456E71

_FILES = """
CREATE TABLE source_file (
    path TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    imported_at TEXT NOT NULL
);
CREATE TABLE run (
    stage TEXT NOT NULL,
    key TEXT NOT NULL,
    input_hash TEXT NOT NULL,
    summary TEXT NOT NULL DEFAULT '{}',
    finished_at TEXT NOT NULL,
    PRIMARY KEY (stage, key)
);
"""

_RESPONSES = """
CREATE TABLE respondent (id TEXT PRIMARY KEY);
CREATE TABLE respondent_attribute (
    respondent TEXT NOT NULL REFERENCES respondent (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    source TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (respondent, name)
);
CREATE TABLE response (
    id INTEGER PRIMARY KEY,
    respondent TEXT NOT NULL REFERENCES respondent (id) ON DELETE CASCADE,
    questionnaire TEXT NOT NULL,
    questionnaire_version TEXT NOT NULL,
    identity TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    source_file TEXT NOT NULL,
    source_row TEXT NOT NULL,
    current INTEGER NOT NULL DEFAULT 1,
    supersedes INTEGER REFERENCES response (id),
    change TEXT NOT NULL DEFAULT '',
    attributes TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX response_of ON response (questionnaire, respondent, current);
CREATE TABLE answer (
    response INTEGER NOT NULL REFERENCES response (id) ON DELETE CASCADE,
    question TEXT NOT NULL,
    repeat INTEGER NOT NULL DEFAULT 0,
    item INTEGER NOT NULL DEFAULT 0,
    value TEXT NOT NULL,
    label TEXT NOT NULL DEFAULT '',
    raw TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,
    sheet TEXT NOT NULL DEFAULT '',
    cell TEXT NOT NULL DEFAULT ''
);
CREATE INDEX answer_of ON answer (response);
"""

_TEXTS = """
CREATE TABLE document (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    source_file TEXT NOT NULL,
    source_sha256 TEXT NOT NULL,
    source_sheet TEXT,
    source_cell TEXT,
    attributes TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX document_file ON document (source_file);
CREATE TABLE document_version (
    document TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    sha256 TEXT NOT NULL,
    text TEXT NOT NULL,
    replaced_at TEXT NOT NULL,
    PRIMARY KEY (document, sha256)
);
CREATE TABLE document_respondent (
    document TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    rank INTEGER NOT NULL,
    respondent TEXT NOT NULL REFERENCES respondent (id) ON DELETE CASCADE,
    PRIMARY KEY (document, rank)
);
CREATE TABLE speaker (
    document TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    rank INTEGER NOT NULL,
    label TEXT NOT NULL,
    role TEXT NOT NULL,
    respondent TEXT,
    declared INTEGER NOT NULL DEFAULT 0,
    evidence TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (document, rank)
);
CREATE TABLE turn (
    document TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    idx INTEGER NOT NULL,
    speaker TEXT NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    start_time REAL,
    end_time REAL,
    position TEXT,
    PRIMARY KEY (document, idx)
);
CREATE TABLE annotation (
    document TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    rank INTEGER NOT NULL,
    kind TEXT NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (document, rank)
);
"""

_CODINGS = """
CREATE TABLE coding (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    code TEXT NOT NULL,
    coder TEXT NOT NULL,
    coder_kind TEXT NOT NULL,
    state TEXT NOT NULL,
    score REAL NOT NULL DEFAULT 1,
    reason TEXT NOT NULL DEFAULT '',
    negated INTEGER NOT NULL DEFAULT 0,
    hypothetical INTEGER NOT NULL DEFAULT 0,
    reported INTEGER NOT NULL DEFAULT 0,
    respondent TEXT,
    turn INTEGER,
    text_sha256 TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX coding_document ON coding (document);
CREATE INDEX coding_code ON coding (code, state);
CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    coder TEXT NOT NULL,
    action TEXT NOT NULL,
    coding INTEGER,
    before TEXT NOT NULL DEFAULT '',
    after TEXT NOT NULL DEFAULT '',
    batch INTEGER NOT NULL,
    undoes INTEGER
);
CREATE INDEX journal_coding ON journal (coding);
CREATE INDEX journal_coder ON journal (coder, batch);
CREATE TABLE memo (
    target_kind TEXT NOT NULL,
    target TEXT NOT NULL,
    coder TEXT NOT NULL,
    at TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (target_kind, target, coder)
);
"""

_PATHWAYS = """
CREATE TABLE episode (
    respondent TEXT NOT NULL REFERENCES respondent (id) ON DELETE CASCADE,
    rank INTEGER NOT NULL,
    source TEXT NOT NULL,
    start_earliest TEXT,
    start_latest TEXT,
    start_precision TEXT,
    end_earliest TEXT,
    end_latest TEXT,
    end_precision TEXT,
    tenure TEXT,
    dwelling TEXT,
    commune TEXT,
    place TEXT NOT NULL DEFAULT '',
    household TEXT,
    motives TEXT NOT NULL DEFAULT '[]',
    satisfaction INTEGER,
    main INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL,
    quote TEXT NOT NULL DEFAULT '',
    attributes TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (respondent, source, rank)
);
CREATE TABLE pathway_type (
    respondent TEXT PRIMARY KEY REFERENCES respondent (id) ON DELETE CASCADE,
    type TEXT NOT NULL,
    label TEXT NOT NULL DEFAULT '',
    medoid INTEGER NOT NULL DEFAULT 0,
    stability REAL
);
"""

_FINDINGS = """
CREATE TABLE finding (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL,
    label TEXT NOT NULL,
    theme TEXT NOT NULL,
    polarity TEXT NOT NULL,
    rank INTEGER NOT NULL,
    people INTEGER NOT NULL,
    base INTEGER NOT NULL,
    documents INTEGER NOT NULL,
    mentions INTEGER NOT NULL,
    details TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE evidence (
    finding TEXT NOT NULL REFERENCES finding (id) ON DELETE CASCADE,
    rank INTEGER NOT NULL,
    coding INTEGER NOT NULL,
    PRIMARY KEY (finding, rank)
);
"""

MIGRATIONS: Final = (_FILES + _RESPONSES + _TEXTS + _CODINGS + _PATHWAYS + _FINDINGS,)
SCHEMA_VERSION: Final = len(MIGRATIONS)
