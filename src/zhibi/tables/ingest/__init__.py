"""From a file to rows of a canonical table: read → match → parse → check → commit.

Each step is a file, and what it hands to the next is in `stages`. Rows travel as Parquet files
that DuckDB reads and writes, so a step holds no table in memory.
"""
