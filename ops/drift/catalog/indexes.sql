-- The definition starts at the access method: two indexes that differ in name alone then look alike.
-- A partition's part of its parent's index is shown only where something is said of it alone.
select
    'index' as kind, n.name || '.' || quote_ident(c.relname) as name,
    left(json_strip_nulls(json_build_object(
        'table', r.name,
        'unique', nullif(i.indisunique, false),
        'definition', case when not c.relispartition then
            substr(pg_get_indexdef(c.oid), 1 + length(concat(
                'CREATE ', case when i.indisunique then 'UNIQUE ' end, 'INDEX ',
                quote_ident(c.relname), ' ON ', case when c.relkind = 'I' then 'ONLY ' end,
                r.name, ' USING '))) end,
        'columns', key.columns
    ))::text, -1)
    || case when c.reltablespace <> 0 or target.statistics is not null or not i.indisvalid
        or not i.indisready or c.relispartition or need.names is not null
        or remark.description is not null
    then substr(json_strip_nulls(json_build_object('', '',
        'tablespace', quote_ident(space.spcname),
        'column_statistics', target.statistics,
        'invalid', nullif(not i.indisvalid, false),
        'not_ready', nullif(not i.indisready, false),
        'part_of', case when c.relispartition then pg_partition_root(c.oid)::regclass::text end,
        'options', case when c.relispartition and c.reloptions is not null then (
            select array_agg(o order by o collate "C") from unnest(c.reloptions) o) end,
        'depends_on', need.names,
        'comment', remark.description
    ))::text, length('{"":""') + 1) else '}' end as properties
from relation r
join pg_index i on i.indrelid = r.oid
join pg_class c on c.oid = i.indexrelid
join scope n on n.oid = c.relnamespace
left join pg_tablespace space on space.oid = c.reltablespace
left join (
    select i.indexrelid, array_agg(
        coalesce(a.name, pg_get_indexdef(i.indexrelid, key.position::int, false))
        order by key.position) as columns
    from pg_index i
    join relation r on r.oid = i.indrelid
    cross join unnest(i.indkey) with ordinality key (attnum, position)
    left join attribute a on a.attrelid = i.indrelid and a.attnum = key.attnum
    where key.position <= i.indnkeyatts
    group by i.indexrelid
) key on key.indexrelid = i.indexrelid
left join (
    select
        a.attrelid,
        array_agg(concat('column ', a.attnum, ' ', a.attstattarget) order by a.attnum) as statistics
    from pg_attribute a
    join pg_index i on i.indexrelid = a.attrelid and i.indexprs is not null
    where a.attstattarget <> -1 and a.attnum > 0
    group by a.attrelid
) target on target.attrelid = i.indexrelid
left join pg_inherits child on child.inhrelid = c.oid
left join pg_class parent on parent.oid = child.inhparent
left join extension_need need on need.classid = 'pg_class'::regclass and need.objid = c.oid
left join remark
    on remark.classoid = 'pg_class'::regclass and remark.objoid = c.oid and remark.objsubid = 0
where i.indexrelid not in (select conindid from pg_constraint where contype in ('p', 'u', 'x'))
    and (not c.relispartition or target.statistics is not null or remark.description is not null
        or c.reloptions is distinct from parent.reloptions
        or c.reltablespace <> parent.reltablespace)
