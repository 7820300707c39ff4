-- The definition starts at the access method: two indexes that differ in name alone then look alike.
select
    'index' as kind, n.name || '.' || quote_ident(c.relname) as name,
    json_strip_nulls(json_build_object(
        'table', r.name,
        'unique', nullif(i.indisunique, false),
        'definition', substr(pg_get_indexdef(c.oid), 1 + length(concat(
            'CREATE ', case when i.indisunique then 'UNIQUE ' end, 'INDEX ', quote_ident(c.relname),
            ' ON ', case when c.relkind = 'I' then 'ONLY ' end, r.name, ' USING '))),
        'columns', key.columns,
        'invalid', nullif(not i.indisvalid, false),
        'not_ready', nullif(not i.indisready, false)
    ))::text as properties
from relation r
join pg_index i on i.indrelid = r.oid
join pg_class c on c.oid = i.indexrelid and not c.relispartition
join scope n on n.oid = c.relnamespace
left join (
    select i.indexrelid, array_agg(
        coalesce(quote_ident(a.attname), pg_get_indexdef(i.indexrelid, key.position::int, false))
        order by key.position) as columns
    from pg_index i
    join relation r on r.oid = i.indrelid
    cross join unnest(i.indkey) with ordinality key (attnum, position)
    left join pg_attribute a
        on a.attrelid = i.indrelid and a.attnum = key.attnum and key.attnum <> 0
    where key.position <= i.indnkeyatts
    group by i.indexrelid
) key on key.indexrelid = i.indexrelid
where i.indexrelid not in (select conindid from pg_constraint where contype in ('p', 'u', 'x'))
