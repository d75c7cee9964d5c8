"""The tables of the file of raw pages. ``schema.py`` runs this; what is here never changes, a change is a new text."""

from __future__ import annotations

FIRST_RAW_TABLES = """
CREATE TABLE dictionaries (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL,
    length INTEGER NOT NULL,
    hash TEXT NOT NULL,
    data BLOB NOT NULL
)
;
CREATE TABLE frames (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL,
    dictionary_id INTEGER REFERENCES dictionaries (id),
    length INTEGER NOT NULL,
    hash TEXT NOT NULL,
    data BLOB NOT NULL
)
;
CREATE INDEX frames_site ON frames (site)
;
CREATE TABLE bodies (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    site TEXT NOT NULL,
    url TEXT NOT NULL,
    content_type TEXT,
    fetched_at TEXT NOT NULL,
    length INTEGER NOT NULL,
    base_id INTEGER REFERENCES bodies (id),
    frame_id INTEGER REFERENCES frames (id),
    start INTEGER,
    data BLOB
)
;
CREATE INDEX bodies_url ON bodies (site, url, id)
;
CREATE INDEX bodies_base ON bodies (base_id) WHERE base_id IS NOT NULL
;
CREATE INDEX bodies_frame ON bodies (frame_id) WHERE frame_id IS NOT NULL
;
CREATE TABLE models (
    site TEXT PRIMARY KEY,
    body_id INTEGER NOT NULL REFERENCES bodies (id)
)
"""
"""Statements separated by a line that holds only ``;``."""
