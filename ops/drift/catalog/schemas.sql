select 'schema' as kind, n.name, '{}' as properties
from scope n
where n.oid not in (select objid from extension_part where classid = 'pg_namespace'::regclass)
