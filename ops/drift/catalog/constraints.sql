-- NOT NULL belongs to the column, a constraint trigger to the triggers, a domain's check to the type;
-- what a partition or a child inherits is shown only where something is said of its index alone.
select
    'constraint' as kind, r.name || '.' || quote_ident(k.conname) as name,
    left(json_strip_nulls(json_build_object(
        'type', case k.contype
            when 'p' then 'primary key' when 'u' then 'unique' when 'f' then 'foreign key'
            when 'c' then 'check' when 'x' then 'exclusion' end,
        'definition', case
            when k.conparentid <> 0 then null
            when k.convalidated then pg_get_constraintdef(k.oid)
            else regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '') end,
        'columns', key.columns,
        'references', case when k.contype = 'f' then k.confrelid::regclass::text end,
        'target', target.columns
    ))::text, -1)
    || case when not k.convalidated or switched.triggers is not null or i.indexrelid is not null
        or remark.description is not null or on_index.description is not null
    then substr(json_strip_nulls(json_build_object('', '',
        'not_validated', nullif(not k.convalidated, false),
        'triggers', switched.triggers,
        'invalid', nullif(not i.indisvalid, false),
        'options', i.options,
        'tablespace', i.tablespace,
        'part_of', root.conrelid::regclass || '.' || quote_ident(root.conname),
        'comment', remark.description,
        'comments', nullif(json_strip_nulls(json_build_object('index', on_index.description))::text,
            '{}')::json
    ))::text, length('{"":""') + 1) else '}' end as properties
from relation r
join pg_constraint k on k.conrelid = r.oid
left join (
    select k.oid, array_agg(a.name order by key.position) as columns
    from pg_constraint k
    cross join unnest(k.conkey) with ordinality key (attnum, position)
    join attribute a on a.attrelid = k.conrelid and a.attnum = key.attnum
    where k.contype in ('p', 'u', 'f', 'c', 'x')
    group by k.oid
) key on key.oid = k.oid
left join (
    select k.oid, array_agg(quote_ident(a.attname) order by key.position) as columns
    from pg_constraint k
    cross join unnest(k.confkey) with ordinality key (attnum, position)
    join pg_attribute a
        on a.attrelid = k.confrelid and a.attnum = key.attnum and a.attnum > 0
    where k.contype = 'f'
    group by k.oid
) target on target.oid = k.oid
-- DISABLE TRIGGER ALL reaches those that check foreign keys too
left join (
    select
        tgconstraint,
        case max(tgenabled) when 'D' then 'disabled' when 'R' then 'replica' else 'always' end as triggers
    from pg_trigger
    where tgisinternal and tgenabled <> 'O'
    group by tgconstraint
) switched on switched.tgconstraint = k.oid
left join (
    select
        i.indexrelid, i.indisvalid, c.relispartition, quote_ident(space.spcname) as tablespace,
        case when c.reloptions is not null then (
            select array_agg(o order by o collate "C") from unnest(c.reloptions) o) end as options,
        c.reloptions is distinct from parent.reloptions
            or c.reltablespace <> parent.reltablespace as has_own
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    left join pg_tablespace space on space.oid = c.reltablespace
    left join pg_inherits child on child.inhrelid = c.oid
    left join pg_class parent on parent.oid = child.inhparent
    where c.reloptions is not null or parent.reloptions is not null
        or c.reltablespace <> coalesce(parent.reltablespace, 0) or not i.indisvalid
) i on i.indexrelid = k.conindid and k.contype in ('p', 'u', 'x')
left join pg_constraint root
    on root.contype in ('p', 'u', 'x') and root.conparentid = 0
        and root.conindid = case when i.relispartition and i.has_own
            then pg_partition_root(i.indexrelid) end
left join remark
    on remark.classoid = 'pg_constraint'::regclass and remark.objoid = k.oid
left join remark on_index
    on on_index.classoid = 'pg_class'::regclass and on_index.objsubid = 0
        and on_index.objoid = case when k.contype in ('p', 'u', 'x') then k.conindid end
where k.contype in ('p', 'u', 'f', 'c', 'x')
    and (k.coninhcount = 0 and k.conparentid = 0 or root.oid is not null)
