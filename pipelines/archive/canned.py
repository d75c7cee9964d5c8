"""Questions ready to be asked in Datasette, by name: what people ask of an archive in SQL. ``:words`` is to be filled
in."""

from __future__ import annotations

CANNED_QUERIES: dict[str, dict[str, str]] = {
    "search": {
        "title": "Search, best match first",
        "description": 'FTS5\'s language: words, "a phrase", OR, NOT, beg*. The title counts most.',
        "sql": "SELECT articles.id, articles.title, articles.site, articles.published,\n"
        "    snippet(articles_fts, 3, '', '', '…', 24) AS snippet\n"
        "FROM articles_fts JOIN articles ON articles.id = articles_fts.rowid\n"
        "WHERE articles_fts MATCH :words\n"
        "ORDER BY bm25(articles_fts, 8.0, 2.0, 4.0, 1.0, 1.0) LIMIT 50",
    },
    "search_newest": {
        "title": "Search, newest first",
        "sql": "SELECT articles.id, articles.title, articles.site, articles.published\n"
        "FROM articles_fts JOIN articles ON articles.id = articles_fts.rowid\n"
        "WHERE articles_fts MATCH :words ORDER BY articles.published DESC LIMIT 100",
    },
    "posts_per_month": {
        "title": "Posts per month of a site",
        "sql": "SELECT substr(published, 1, 7) AS month, count(*) AS articles, sum(word_count) AS words\n"
        "FROM articles WHERE site = :site AND published IS NOT NULL GROUP BY month ORDER BY month",
    },
    "silent_edits": {
        "title": "Changed without saying so",
        "description": "Versions whose text differs from the one before while the page named the same modified date.",
        "sql": "SELECT seen_at, article_id, revision, title, modified FROM silent_edits LIMIT 200",
    },
    "vanished": {
        "title": "Gone from their site",
        "description": "The last good copy is kept.",
        "sql": "SELECT id, gone_at, gone_reason, site, title, url FROM articles\n"
        "WHERE gone_at IS NOT NULL ORDER BY gone_at DESC LIMIT 200",
    },
    "not_archived": {
        "title": "What is not archived, and why",
        "sql": "SELECT site, state, reason, pages FROM page_states WHERE state <> 'archived' ORDER BY pages DESC",
    },
    "what_links_here": {
        "title": "Who links to an address",
        "sql": "SELECT sources.url, links.kind, links.text FROM pages AS targets\n"
        "JOIN links ON links.target_id = targets.id JOIN pages AS sources ON sources.id = links.page_id\n"
        "WHERE targets.url = :url ORDER BY sources.url",
    },
}
"""Name → title, what it is for, and the SQL, as Datasette's metadata has them."""
