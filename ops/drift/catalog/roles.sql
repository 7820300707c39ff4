-- No objects, but what must be known to judge them: who syncs, and who may read what verify reads.
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
