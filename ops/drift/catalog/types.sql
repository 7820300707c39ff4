-- Not the row types of tables, not arrays, not the multiranges that come with ranges.
select
    'type' as kind, n.name || '.' || quote_ident(t.typname) as name,
    json_strip_nulls(json_build_object(
        'owner', owner.name,
        'kind', case t.typtype
            when 'e' then 'enum' when 'd' then 'domain' when 'c' then 'composite' when 'r' then 'range'
            when 'b' then 'base' else 'shell' end,
        'labels', enum.labels,
        'base', case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end,
        'collation', case when t.typtype = 'd' and t.typcollation <> base.typcollation
            then t.typcollation::regcollation::text end,
        'default', pg_get_expr(t.typdefaultbin, 0),
        'not_null', nullif(t.typnotnull, false),
        'checks', domain.checks,
        'attributes', composite.attributes,
        'range', range.options,
        'options', base_type.options,
        'comment', remark.description,
        'comments', coalesce(domain.comments, composite.comments)
    ))::text as properties
from pg_type t
join scope n on n.oid = t.typnamespace
left join other_role owner on owner.oid = t.typowner
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
        order by conname collate "C") as checks,
        json_object_agg('constraint ' || quote_ident(conname), m.description
            order by conname collate "C") filter (where m.description is not null) as comments
    from pg_constraint
    left join remark m on m.classoid = 'pg_constraint'::regclass and m.objoid = oid
    where contypid <> 0 and contype = 'c'
    group by contypid
) domain on domain.contypid = t.oid
left join lateral (
    select array_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
        case when a.attcollation <> of.typcollation
            then 'COLLATE ' || a.attcollation::regcollation end) order by a.attnum) as attributes,
        json_object_agg('column ' || quote_ident(a.attname), said.comment order by a.attnum)
            filter (where said.comment is not null) as comments
    from pg_attribute a
    join pg_type of on of.oid = a.atttypid
    cross join lateral (select col_description(a.attrelid, a.attnum) as comment) said
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
left join lateral (
    select array_remove(array[
        'input = ' || t.typinput::regproc,
        'output = ' || t.typoutput::regproc,
        'receive = ' || nullif(t.typreceive, 0)::regproc,
        'send = ' || nullif(t.typsend, 0)::regproc,
        'typmod_in = ' || nullif(t.typmodin, 0)::regproc,
        'typmod_out = ' || nullif(t.typmodout, 0)::regproc,
        'analyze = ' || nullif(t.typanalyze, 0)::regproc,
        'subscript = ' || nullif(t.typsubscript, 0)::regproc,
        'internallength = ' || case when t.typlen > 0 then t.typlen::text else 'variable' end,
        case when t.typbyval then 'passedbyvalue' end,
        'alignment = ' || case t.typalign
            when 'c' then 'char' when 's' then 'int2' when 'i' then 'int4' else 'double' end,
        'storage = ' || case t.typstorage when 'p' then 'plain'
            when 'e' then 'external' when 'm' then 'main' else 'extended' end,
        'category = ' || quote_literal(nullif(t.typcategory, 'U')::text),
        case when t.typispreferred then 'preferred = true' end,
        'default = ' || quote_literal(t.typdefault),
        'element = ' || format_type(nullif(t.typelem, 0), null),
        'delimiter = ' || quote_literal(nullif(t.typdelim, ',')::text),
        case when t.typcollation <> 0 then 'collatable = true' end
    ], null) as options
) base_type on t.typtype = 'b'
left join remark on remark.classoid = 'pg_type'::regclass and remark.objoid = t.oid
where (t.typtype in ('e', 'd', 'r') or (t.typtype = 'c' and c.relkind = 'c')
        or (t.typtype = 'b' and t.typarray <> 0) or not t.typisdefined)
    and t.oid not in (select objid from extension_part where classid = 'pg_type'::regclass)
