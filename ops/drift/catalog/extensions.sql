-- The version is the server's business: providers upgrade extensions with their images.
select
    'extension' as kind, quote_ident(e.extname) as name,
    json_build_object('schema', quote_ident(n.nspname))::text as properties
from pg_extension e
join pg_namespace n on n.oid = e.extnamespace
where e.extname <> 'plpgsql'
