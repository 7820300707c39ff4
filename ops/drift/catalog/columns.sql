select
    'column' as kind, r.name || '.' || quote_ident(a.attname) as name,
    json_strip_nulls(json_build_object(
        'type', format_type(a.atttypid, a.atttypmod),
        'collation', case when a.attcollation <> t.typcollation
            then a.attcollation::regcollation::text end,
        'not_null', nullif(a.attnotnull, false),
        'default', case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end,
        'generated', case when a.attgenerated <> '' then pg_get_expr(d.adbin, d.adrelid) end,
        'virtual', nullif(a.attgenerated = 'v', false),
        'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end,
        'identity_options', nullif(s.options::text, '{}')::json,
        'inherited', nullif(a.attinhcount > 0, false)
    ))::text as properties
from relation r
join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
left join sequence_owner o
    on o.refobjid = a.attrelid and o.refobjsubid = a.attnum and o.deptype = 'i'
left join sequence_option s on s.seqrelid = o.objid
where r.relkind in ('r', 'p', 'f')
