-- One row about the server and our standing on it.
select current_database(), current_user, current_schema(), current_setting('server_version'),
       current_setting('server_version_num')::int, pg_is_in_recovery(),
       has_database_privilege(current_database(), 'create'),
       coalesce(has_schema_privilege(current_schema(), 'create'), false),
       has_function_privilege('pg_catalog.pg_control_system()', 'execute')
       and has_function_privilege('pg_catalog.pg_control_checkpoint()', 'execute'),
       current_setting('default_transaction_read_only') = 'on',
       (select substring(obj_description(oid, 'pg_namespace') from 'version (\d+)')::int
        from pg_catalog.pg_namespace where nspname = 'ops');
-- Which of the tables that hold rows of interest are there, and whether this role sees all of them.
select n.nspname, c.relname,
       has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
       , row_security_active(c.oid),
       has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'insert')
       and has_table_privilege(c.oid, 'update')
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'f') and (n.nspname = 'ops' or c.relname = any ({names}));
