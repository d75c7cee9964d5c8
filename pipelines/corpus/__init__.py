"""Files on disk → records, at scale and without an archive: the input is cut into shards, each shard becomes one file.

    plan (cutting) → work for an engine (shards) → manifest (running)

Everything that is known of a run lies in its output folder: a finished shard is two files, and the next run with the
same command passes over it.
"""

from __future__ import annotations

from pipelines.corpus.cutting import PAGES_PER_SHARD, Piece, cut
from pipelines.corpus.running import CorpusReport, extract_corpus
from pipelines.corpus.shards import ShardReport, extract_shard

__all__ = ["PAGES_PER_SHARD", "CorpusReport", "Piece", "ShardReport", "cut", "extract_corpus", "extract_shard"]
