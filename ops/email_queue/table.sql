-- The table of the queue as it is here: its columns, and whether our role may read and change it.
select n.nspname, a.attname, format_type(a.atttypid, null),
       has_table_privilege(c.oid, 'select') and not row_security_active(c.oid),
       has_table_privilege(c.oid, 'update')
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'p', 'v', 'f') and c.relname = %(name)s
  and n.nspname = coalesce(%(schema)s::text, current_schema())
