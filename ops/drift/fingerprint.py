"""Whether the catalogue is still the very one that a sync compared and found equal.

DDL, a GRANT, even a COMMENT write a row of the catalogue anew, elsewhere, and with the number of
their transaction. So a sum over place and number of all rows stays the same for exactly as long as
nothing is changed. A sync that found no difference keeps that sum, with a hash of what it compared
the catalogue with; while both are as they were, the catalogue need not be sent. TRUNCATE, VACUUM
FULL and the like change the sum and not the schema: then all of it is read and compared, as it is
the first time. What PostgreSQL does write in place, row counts and freezing marks, is no schema.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from psycopg import sql

QUERY = Path(__file__).with_name("fingerprint.sql")
# All that the queries of catalog/ read, where every role may read it as a table.
TABLES = """aggregate am amop amproc attrdef attribute cast class collation constraint conversion
default_acl depend enum event_trigger extension foreign_data_wrapper foreign_server foreign_table
index inherits init_privs language opclass operator opfamily partitioned_table policy proc
publication publication_rel range rewrite sequence statistic_ext transform trigger ts_config
ts_config_map ts_dict ts_parser ts_template type"""
SINCE_15 = "publication_namespace"
TABLE = """select {0!r}, concat_ws(' ', count(*), sum(hashtidextended(ctid, xmin::text::bigint)))
    from pg_catalog.pg_{0}"""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The catalogue's sum now, and what the last sync that found no difference has left."""

    key: str
    sum: str
    unchanged: bool
    compared: int  # objects that were looked at then
    ignored: tuple[str, ...]  # what was left out then
    may_mark: bool
    untouched: bool = False  # since a sync found no difference, whatever it compared with

    def mark(self, compared: int, ignored: Iterable[str]) -> sql.Composed | None:
        """The statement that keeps the sum, once a comparison found nothing; None if it is kept."""
        if self.unchanged or not self.may_mark:
            return None
        text = f"{self.key} {self.sum} {json.dumps([compared, list(ignored)])}"
        return sql.SQL("comment on table ops.runs is {}").format(sql.Literal(text))


def key(schema: str, ignore: Iterable[tuple[str, str]]) -> str:
    """What the catalogue is compared with, and by which code: another of either, another key."""
    rest = json.dumps([sorted(ignore), code()])
    return hashlib.sha256(f"{rest} {schema}".encode()).hexdigest()


@cache
def code() -> str:
    """A hash over this package: what compares differently must look anew."""
    paths = sorted(p for p in Path(__file__).parent.rglob("*") if p.suffix in (".py", ".sql"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


def query(key: str, server_version: int) -> str:
    """The statement that sums the catalogue, and lets the next one know whether it may rest."""
    tables = f"{TABLES} {SINCE_15}" if server_version >= 150000 else TABLES
    sums = "\n    union all\n    ".join(TABLE.format(name) for name in tables.split())
    text = sql.SQL(QUERY.read_text("utf-8"))
    return text.format(tables=sql.SQL(sums), key=sql.Literal(key)).as_string()


def parse(key: str, row: tuple[str | None, str, str | None, bool | None]) -> Fingerprint:
    unchanged, total, mark, ours = row
    if unchanged != "true" or mark is None:
        untouched = total in (mark or "").split(" ", 2)[1:2]
        return Fingerprint(key, total, False, 0, (), bool(ours), untouched)
    compared, ignored = json.loads(mark.split(" ", 2)[2])
    return Fingerprint(key, total, True, compared, tuple(ignored), bool(ours), untouched=True)
