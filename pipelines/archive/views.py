"""The questions people ask in SQL, as views. ``schema.py`` runs this; what is here never changes, a new view is a new
text."""

from __future__ import annotations

FIRST_VIEWS = """
CREATE VIEW article_list AS
SELECT id, site, published, title, byline AS authors, keywords AS tags, word_count, language, url, revision, fetched_at
FROM articles
;
CREATE VIEW recent_changes AS
SELECT revisions.article_id, articles.site, revisions.revision, revisions.seen_at,
    CASE WHEN revisions.revision = 1 THEN 'new' WHEN revisions.silent THEN 'silent edit' ELSE 'changed' END AS change,
    revisions.title, revisions.published, revisions.modified, revisions.word_count, articles.url
FROM revisions JOIN articles ON articles.id = revisions.article_id
ORDER BY revisions.seen_at DESC, revisions.id DESC
;
CREATE VIEW authors_with_counts AS
SELECT authors.name, count(DISTINCT articles.id) AS articles, count(DISTINCT articles.site) AS sites,
    min(articles.published) AS first_published, max(articles.published) AS last_published
FROM authors
JOIN article_authors ON article_authors.author_id = authors.id
JOIN articles ON articles.id = article_authors.article_id
GROUP BY authors.name ORDER BY articles DESC, authors.name
;
CREATE VIEW tags_with_counts AS
SELECT tags.name, count(DISTINCT article_tags.article_id) AS articles
FROM tags JOIN article_tags ON article_tags.tag_id = tags.id
GROUP BY tags.id ORDER BY articles DESC, tags.name
;
CREATE VIEW site_overview AS
SELECT sites.host AS site, sites.title, counted.articles, counted.words, counted.first_published,
    counted.last_published, coalesce(seen.pages, 0) AS pages, coalesce(seen.queued, 0) AS queued,
    coalesce(seen.failed, 0) AS failed, coalesce(seen.gone, 0) AS gone, sites.crawled_at
FROM sites
LEFT JOIN (
    SELECT site, count(*) AS articles, sum(word_count) AS words, min(published) AS first_published,
        max(published) AS last_published
    FROM articles GROUP BY site
) AS counted ON counted.site = sites.host
LEFT JOIN (
    SELECT site, count(*) AS pages, sum(state = 'queued') AS queued, sum(state = 'failed') AS failed,
        sum(state = 'gone') AS gone
    FROM pages GROUP BY site
) AS seen ON seen.site = sites.host
ORDER BY sites.host
;
CREATE VIEW page_states AS
SELECT site, state, coalesce(reason, '') AS reason, count(*) AS pages
FROM pages GROUP BY site, state, reason ORDER BY site, pages DESC
;
CREATE VIEW silent_edits AS
SELECT article_id, revision, seen_at, title, modified FROM revisions WHERE silent ORDER BY seen_at DESC
"""
"""Statements separated by a line that holds only ``;``."""
