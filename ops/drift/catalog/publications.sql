-- What PostgreSQL 14 does not have yet: a column that a table lacks is that of `later`; a table that
-- is not there has no dependencies.
select
    'publication' as kind, quote_ident(p.pubname) as name,
    json_strip_nulls(json_build_object(
        'owner', owner.name,
        'all_tables', nullif(p.puballtables, false),
        'tables', member.tables,
        'schemas', whole.schemas,
        'publish', array_remove(array[
            case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
            case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end
        ], null),
        'via_root', nullif(p.pubviaroot, false),
        'generated_columns', case to_json(p) ->> 'pubgencols' when 's' then 'stored' end,
        'comment', remark.description
    ))::text as properties
from pg_publication p
left join (
    select m.prpubid, array_agg(
        m.prrelid::regclass || coalesce(' (' || part.columns || ')', '')
            || coalesce(' WHERE ' || case when part.filter like '(%)' then part.filter
                else '(' || part.filter || ')' end, '')
        order by m.prrelid::regclass::text collate "C") as tables
    from pg_publication_rel m
    cross join (select null::int2vector as prattrs, null::pg_node_tree as prqual) later
    cross join lateral (
        select
            (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
                where a.attrelid = prrelid and a.attnum = any (prattrs)) as columns,
            pg_get_expr(prqual, prrelid) as filter
        from pg_publication_rel
        where oid = m.oid
    ) part
    group by m.prpubid
) member on member.prpubid = p.oid
left join (
    select publication.refobjid, array_agg(quote_ident(n.nspname) order by n.nspname) as schemas
    from pg_depend publication
    join pg_depend schema on schema.classid = publication.classid
        and schema.objid = publication.objid and schema.refclassid = 'pg_namespace'::regclass
    join pg_namespace n on n.oid = schema.refobjid
    where publication.classid = to_regclass('pg_catalog.pg_publication_namespace')
        and publication.refclassid = 'pg_publication'::regclass
    group by publication.refobjid
) whole on whole.refobjid = p.oid
left join other_role owner on owner.oid = p.pubowner
left join remark on remark.classoid = 'pg_publication'::regclass and remark.objoid = p.oid
where p.oid not in (select objid from extension_part where classid = 'pg_publication'::regclass)
