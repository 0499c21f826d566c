"""Every statement of the ledger, once, for SQLite and PostgreSQL alike.

    placid_facts   one row a fact, (stream, seq) unique: appended, never updated nor deleted
    placid_leases  one row a lease; it counts while `until` lies in the future

`at` is whole microseconds since 1970 UTC and `until` seconds since then, both by the clock of the
ledger. `data` is bytes, kept as they came. Parameters are written `:name`, so no statement may hold
another colon or a percent sign.
"""

from __future__ import annotations

END = """
SELECT coalesce(max(seq), 0) FROM placid_facts WHERE stream = :stream
"""

READ = """
SELECT seq, at, data FROM placid_facts WHERE stream = :stream AND seq > :after ORDER BY seq
"""

ADD = """
INSERT INTO placid_facts (stream, seq, at, data) VALUES (:stream, :seq, :at, :data)
"""

# Hops from name to name along the index: the cost is that of the streams, not of their facts.
STREAMS = """
WITH RECURSIVE names (stream) AS (
  SELECT min(stream) FROM placid_facts WHERE stream >= :prefix
  UNION ALL
  SELECT (SELECT min(f.stream) FROM placid_facts AS f WHERE f.stream > names.stream)
  FROM names
  WHERE substr(names.stream, 1, length(CAST(:prefix AS text))) = :prefix
)
SELECT stream FROM names
WHERE substr(stream, 1, length(CAST(:prefix AS text))) = :prefix
ORDER BY stream
"""

TAKE = """
INSERT INTO placid_leases (name, holder, until) VALUES (:name, :holder, :until)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE placid_leases.holder = excluded.holder OR placid_leases.until <= :now
"""

HOLDER = """
SELECT holder FROM placid_leases WHERE name = :name AND until > :now
"""

RELEASE = """
DELETE FROM placid_leases WHERE name = :name AND holder = :holder
"""
