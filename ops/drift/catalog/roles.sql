-- No objects, but what must be known to judge them: who syncs, and who may read what verify reads;
-- that there is no MAINTAIN yet (up to version 16), or that everybody may create in schema public
-- from the start (up to 14) and nobody has revoked it.
select 'role' as kind, quote_ident(pg_get_userbyid(oid)) as name, '{"syncs": true}' as properties
from syncing
where known
union all
select distinct 'role', role.name, '{"verifies": true}'
from pg_class c
join scope n on n.oid = c.relnamespace
cross join lateral aclexplode(c.relacl) x
join other_role role on role.oid = x.grantee and role.oid <> c.relowner
where c.relname = '_yoyo_migration' and x.privilege_type = 'SELECT'
union all
select 'role', 'pg_maintain', '{"unknown": true}'
from origin
where version < 170000
union all
select 'role', 'public', '{"creates": true}'
from origin
join pg_namespace n on n.nspname = 'public' and origin.version < 150000
cross join lateral aclexplode(n.nspacl) x
where x.grantee = 0 and x.privilege_type = 'CREATE'
