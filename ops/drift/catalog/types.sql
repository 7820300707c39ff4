-- Not the row types of tables, not arrays, not the multiranges that come with ranges.
select
    'type' as kind, n.name || '.' || quote_ident(t.typname) as name,
    json_strip_nulls(json_build_object(
        'kind', case t.typtype
            when 'e' then 'enum' when 'd' then 'domain' when 'c' then 'composite' else 'range' end,
        'labels', enum.labels,
        'base', case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end,
        'collation', case when t.typtype = 'd' and t.typcollation <> base.typcollation
            then t.typcollation::regcollation::text end,
        'default', pg_get_expr(t.typdefaultbin, 0),
        'not_null', nullif(t.typnotnull, false),
        'checks', domain.checks,
        'attributes', composite.attributes,
        'range', range.options
    ))::text as properties
from pg_type t
join scope n on n.oid = t.typnamespace
left join pg_class c on c.oid = t.typrelid
left join pg_type base on base.oid = t.typbasetype
left join (
    select enumtypid, array_agg(enumlabel order by enumsortorder) as labels
    from pg_enum
    group by enumtypid
) enum on enum.enumtypid = t.oid
left join (
    select contypid, array_agg(
        'CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid)
        order by conname collate "C") as checks
    from pg_constraint
    where contypid <> 0 and contype = 'c'
    group by contypid
) domain on domain.contypid = t.oid
left join lateral (
    select array_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
        case when a.attcollation <> of.typcollation
            then 'COLLATE ' || a.attcollation::regcollation end) order by a.attnum) as attributes
    from pg_attribute a
    join pg_type of on of.oid = a.atttypid
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
) composite on t.typtype = 'c'
left join lateral (
    select array_remove(array[
        'subtype = ' || format_type(g.rngsubtype, null),
        'subtype_opclass = ' || case when not o.opcdefault
            then quote_ident(s.nspname) || '.' || quote_ident(o.opcname) end,
        'collation = ' || case when g.rngcollation <> sub.typcollation
            then g.rngcollation::regcollation::text end,
        'canonical = ' || nullif(g.rngcanonical, 0)::regproc,
        'subtype_diff = ' || nullif(g.rngsubdiff, 0)::regproc,
        'multirange_type_name = ' || format_type(g.rngmultitypid, null)
    ], null) as options
    from pg_range g
    join pg_opclass o on o.oid = g.rngsubopc
    join pg_namespace s on s.oid = o.opcnamespace
    join pg_type sub on sub.oid = g.rngsubtype
    where g.rngtypid = t.oid
) range on t.typtype = 'r'
where (t.typtype in ('e', 'd', 'r') or (t.typtype = 'c' and c.relkind = 'c'))
    and t.oid not in (select objid from extension_part where classid = 'pg_type'::regclass)
