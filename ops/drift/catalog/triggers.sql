-- A partition's clone is shown only where it is switched differently from its parent's. (Up to 14 it
-- is marked internal, as are those of keys, which go by an index.)
select
    'trigger' as kind, r.name || '.' || quote_ident(g.tgname) as name,
    json_strip_nulls(json_build_object(
        'definition', pg_get_triggerdef(g.oid),
        'enabled', case g.tgenabled
            when 'D' then 'disabled' when 'R' then 'replica' when 'A' then 'always' end,
        'inherited', nullif(parent.oid is not null, false),
        'depends_on', need.names,
        'comment', remark.description
    ))::text as properties
from relation r
join pg_trigger g on g.tgrelid = r.oid
left join pg_trigger parent on parent.oid = g.tgparentid
left join extension_need need on need.classid = 'pg_trigger'::regclass and need.objid = g.oid
left join remark on remark.classoid = 'pg_trigger'::regclass and remark.objoid = g.oid
where (not g.tgisinternal or g.tgconstrindid = 0 and parent.oid is not null)
    and (parent.oid is null or parent.tgenabled <> g.tgenabled)
