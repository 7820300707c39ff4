select
    'view' as kind, r.name,
    json_strip_nulls(json_build_object(
        'materialized', nullif(r.relkind = 'm', false),
        'not_populated', nullif(not r.relispopulated, false),
        'options', (select array_agg(o order by o collate "C") from unnest(r.reloptions) o),
        'definition', pg_get_viewdef(r.oid)
    ))::text as properties
from relation r
where r.relkind in ('v', 'm')
