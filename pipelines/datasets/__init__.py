"""What goes out: the archive's articles as files other programs read, one format per module of this package.

    rows → StoredArticle → record (``records``) → a file (``jsonl``, ``json_array``, ``csv_table``, ``parquet``)
                                                or a folder (``markdown``, ``folder``)

The same archive gives the same bytes: articles in the archive's stable order, keys in the contract's order, no clock.
"""

from __future__ import annotations

from pipelines.datasets.exporting import export
from pipelines.datasets.formats import FORMATS
from pipelines.datasets.report import ExportReport

__all__ = ["FORMATS", "ExportReport", "export"]
