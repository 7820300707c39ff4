-- Nearly all columns have but the first three properties; to look for the others only where there
-- is one of them halves the time. (They begin with a comma: an empty name stood before it.) A child
-- of an identity column has an identity of its own or (since 17, in a partition) none to tell.
select
    'column' as kind, r.name || '.' || quote_ident(a.attname) as name,
    concat(
        '{"type": ', to_json(format_type(a.atttypid, a.atttypmod)),
        case when a.attnotnull then ', "not_null": true' end,
        case when a.attgenerated = '' then
            ', "default": ' || to_json(pg_get_expr(d.adbin, d.adrelid)) end,
        case when a.attcollation <> t.typcollation or a.attgenerated <> '' or a.attidentity <> ''
            or a.attinhcount > 0 or a.attstorage <> t.typstorage or a.attcompression <> ''
            or a.attstattarget <> -1 or a.attoptions is not null or a.attfdwoptions is not null
            or check_null.attnum is not null or remark.description is not null
        then substr(json_strip_nulls(json_build_object('', '',
            'collation', case when a.attcollation <> t.typcollation
                then a.attcollation::regcollation::text end,
            'generated', case when a.attgenerated <> '' then pg_get_expr(d.adbin, d.adrelid) end,
            'virtual', nullif(a.attgenerated = 'v', false),
            'identity', case when a.attinhcount = 0 or o.objid is not null then
                case a.attidentity when 'a' then 'always' when 'd' then 'by default' end end,
            'identity_options', nullif(s.options::text, '{}')::json,
            'sequence', o.sequence,
            'not_validated', check_null.not_validated,
            'no_inherit', check_null.no_inherit,
            'storage', case when a.attstorage <> t.typstorage then case a.attstorage when 'p' then
                'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end end,
            'compression', case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end,
            'statistics', nullif(a.attstattarget, -1),
            'options', (select array_agg(o order by o collate "C") from unnest(a.attoptions) o),
            'foreign_options', (
                select array_agg(o order by o collate "C") from unnest(a.attfdwoptions) o),
            'inherited', nullif(a.attinhcount > 0, false),
            'comment', remark.description
        ))::text, length('{"":""') + 1) else '}' end
    ) as properties
from relation r
join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
left join sequence_owner o
    on o.refobjid = a.attrelid and o.refobjsubid = a.attnum and o.deptype = 'i'
left join sequence_option s on s.seqrelid = o.objid
left join (
    select
        conrelid, conkey[1] as attnum, nullif(not convalidated, false) as not_validated,
        nullif(connoinherit, false) as no_inherit
    from pg_constraint
    where contype = 'n' and conrelid <> 0 and (connoinherit or not convalidated)
) check_null on check_null.conrelid = a.attrelid and check_null.attnum = a.attnum
left join remark
    on remark.classoid = 'pg_class'::regclass and remark.objoid = a.attrelid
        and remark.objsubid = a.attnum
where r.relkind in ('r', 'p', 'f')
