"""The full-text indexes, the triggers that keep them, and saved searches. ``schema.py`` runs this; it never changes."""

from __future__ import annotations

FIRST_INDEX = """
CREATE VIRTUAL TABLE articles_fts USING fts5(
    title, byline, keywords, text, grams,
    content="articles", content_rowid='id', tokenize='unicode61 remove_diacritics 2'
)
;
CREATE VIRTUAL TABLE titles_fts USING fts5(
    title, content='articles', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
)
;
CREATE VIRTUAL TABLE articles_vocabulary USING fts5vocab(articles_fts, row)
;
CREATE TRIGGER articles_fts_insert AFTER INSERT ON articles BEGIN
    INSERT INTO articles_fts (rowid, title, byline, keywords, text, grams)
    VALUES (new.id, new.title, new.byline, new.keywords, new.text, new.grams);
    INSERT INTO titles_fts (rowid, title) VALUES (new.id, new.title);
END
;
CREATE TRIGGER articles_fts_delete AFTER DELETE ON articles BEGIN
    INSERT INTO articles_fts (articles_fts, rowid, title, byline, keywords, text, grams)
    VALUES ('delete', old.id, old.title, old.byline, old.keywords, old.text, old.grams);
    INSERT INTO titles_fts (titles_fts, rowid, title) VALUES ('delete', old.id, old.title);
END
;
CREATE TRIGGER articles_fts_update AFTER UPDATE OF id, title, byline, keywords, text, grams ON articles
WHEN old.id IS NOT new.id OR old.title IS NOT new.title OR old.byline IS NOT new.byline
    OR old.keywords IS NOT new.keywords OR old.text IS NOT new.text OR old.grams IS NOT new.grams
BEGIN
    INSERT INTO articles_fts (articles_fts, rowid, title, byline, keywords, text, grams)
    VALUES ('delete', old.id, old.title, old.byline, old.keywords, old.text, old.grams);
    INSERT INTO articles_fts (rowid, title, byline, keywords, text, grams)
    VALUES (new.id, new.title, new.byline, new.keywords, new.text, new.grams);
    INSERT INTO titles_fts (titles_fts, rowid, title) VALUES ('delete', old.id, old.title);
    INSERT INTO titles_fts (rowid, title) VALUES (new.id, new.title);
END
;
CREATE TABLE saved_searches (
    name TEXT PRIMARY KEY,
    query TEXT NOT NULL,
    filters TEXT NOT NULL DEFAULT '{}',
    saved_at TEXT NOT NULL,
    seen_at TEXT,
    seen_article_id INTEGER NOT NULL DEFAULT 0
)
"""
"""Statements separated by a line that holds only ``;``."""
