"""How the properties of objects are called, and what stands for those that are left out."""

# what a flag says when it is set, and when it is not
FLAGS = {
    "not_null": ("not null", "nullable"),
    "unique": ("unique", "not unique"),
    "not_validated": ("not validated", "validated"),
    "invalid": ("invalid", "valid"),
    "not_ready": ("not ready", "ready"),
    "unlogged": ("unlogged", "logged"),
    "row_security": ("row security enabled", "row security disabled"),
    "force_row_security": ("row security forced on the owner", "not forced on the owner"),
    "virtual": ("virtual", "stored"),
    "not_populated": ("not populated", "populated"),
    "materialized": ("materialized", "not materialized"),
    "strict": ("strict", "called on null input"),
    "security_definer": ("security definer", "security invoker"),
    "leakproof": ("leakproof", "not leakproof"),
    "restrictive": ("restrictive", "permissive"),
    "is_default": ("the default", "not the default"),
    "trusted": ("trusted", "not trusted"),
    "no_inherit": ("not null for itself alone", "not null for its children too"),
    "detach_pending": ("partly detached", "attached"),
    "all_tables": ("for all tables", "not for all tables"),
    "via_root": ("published as the partitioned table", "published as partitions"),
    "binary": ("binary", "in text"),
}

# what is amiss with the live object, whatever Git says of it
AMISS = {
    "invalid": "invalid here: a CREATE INDEX CONCURRENTLY failed",
    "not_ready": "not ready here: a CREATE INDEX CONCURRENTLY failed",
    "not_validated": "not validated here",
    "not_populated": "not populated here: refresh it",
    "detach_pending": "partly detached here: a DETACH CONCURRENTLY failed",
}

# the value that leaving it out stands for
DEFAULTS = {
    "type": "bigint",  # a sequence's
    "kind": "function",
    "enabled": "enabled",
    "volatility": "volatile",
    "parallel": "unsafe",
    "cost": "100 (the default)",
    "rows": "1000 (the default)",
    "replica_identity": "the primary key",
    "triggers": "enabled",  # of a foreign key
    "access_method": "heap",
    "synchronous_commit": "off",
}

# what to say when it is left out and has no value
WITHOUT = {
    "collation": "the default collation",
    "generated": "not generated",
    "identity": "not an identity",
    "partition_of": "not a partition",
    "partition_by": "not partitioned",
    "foreign_server": "not a foreign table",
    "owned_by": "owned by no column",
    "using": "no using clause",
    "check": "no check clause",
    "storage": "the type's storage",
    "compression": "the default compression",
    "statistics": "the default statistics target",
    "tablespace": "the default tablespace",
    "clustered_on": "clustered on no index",
    "of_type": "of no type",
    "support": "no support function",
    "generated_columns": "generated columns not published",
    "owner": "the role that syncs",
}

# values that do not speak for themselves
SPOKEN = {
    ("enabled", "always"): "enabled always",
    ("enabled", "replica"): "enabled for replication only",
    ("parallel", "safe"): "parallel safe",
    ("parallel", "restricted"): "parallel restricted",
    ("parallel", "unsafe"): "parallel unsafe",
}

OPTIONS = {"increment": 1, "cache": 1, "cycle": False}  # a sequence's, when left out

ITEMS = {
    "labels": "label",
    "attributes": "attribute",
    "checks": "check",
    "roles": "role",
    "settings": "setting",
    "options": "option",
    "foreign_options": "option",
    "column_statistics": "statistics target",
    "columns": "column",
    "depends_on": "dependency on extension",
    "transforms": "transform",
    "tables": "table",
    "schemas": "schema",
    "publish": "operation",
    "publications": "publication",
    "mappings": "mapping",
    "members": "member",
    "inherits": "parent",
    "aggregate": "part",
    "range": "part",
}

# the value says what it is
NAMELESS = {"type", "kind", "definition", "enabled", "volatility", "parallel"}

# follow from the definition, so they are told only when it is equal
DERIVED = {"columns", "references", "target", "family"}

# told only when both sides have what it is said of
TOLD_OF = {
    "bound": "partition_of",
    "identity_options": "identity",
    "sequence": "identity",
    "virtual": "generated",
    "not_validated": "not_null",
    "no_inherit": "not_null",
}

# told of each part: what to call it, and what to say where there is nothing to tell
PARTS = {
    "comments": ("comment on {}", "no comment"),
    "defaults": ("default of {}", "no default"),
    "column_options": ("{}:", "nothing special"),
}
