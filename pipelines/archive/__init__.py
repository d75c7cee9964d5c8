"""What is kept: the database, articles as rows, their versions, raw pages, search, and the Archive that joins them.

- ``schema.py``: the tables, as ordered migrations (``index_tables.py``, ``views.py``, ``raw_tables.py``: their longer
  texts); ``catalogue.py``: what each table and column holds, in words; ``db.py``: opening, errors, the lock.
- ``rows.py``: Article to rows and back; ``filing.py``: writing articles; ``revisions.py``: versions and differences;
  ``reading.py``, ``filters.py``: getting them back.
- ``queries.py``: the search language; ``search.py``, ``ranking.py``, ``by_date.py``, ``conditions.py``: what is found,
  in which order; ``words.py``, ``snippets.py``: where it stands; ``facets.py``, ``spelling.py``, ``then.py``: counts,
  did you mean, the past; ``saved.py``: searches with a name.
- ``bodies.py``: raw pages; ``packing.py``: many of them together; ``trust.py``: verify and backup.
- ``archive.py``: the Archive.
"""

from __future__ import annotations

from pipelines.archive.archive import Archive
from pipelines.archive.catalogue import datasette_metadata
from pipelines.archive.rows import from_rows, moment, to_rows

__all__ = ["Archive", "datasette_metadata", "from_rows", "moment", "to_rows"]
