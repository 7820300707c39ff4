-- NOT NULL belongs to the column, a constraint trigger to the triggers, a domain's check to the type;
-- what a partition or a child inherits cannot differ from its parent's.
select
    'constraint' as kind, r.name || '.' || quote_ident(k.conname) as name,
    json_strip_nulls(json_build_object(
        'type', case k.contype
            when 'p' then 'primary key' when 'u' then 'unique' when 'f' then 'foreign key'
            when 'c' then 'check' when 'x' then 'exclusion' end,
        'definition', regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''),
        'columns', key.columns,
        'references', case when k.contype = 'f' then k.confrelid::regclass::text end,
        'target', target.columns,
        'not_validated', nullif(not k.convalidated, false)
    ))::text as properties
from relation r
join pg_constraint k on k.conrelid = r.oid
left join (
    select k.oid, array_agg(quote_ident(a.attname) order by key.position) as columns
    from pg_constraint k
    cross join unnest(k.conkey) with ordinality key (attnum, position)
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = key.attnum
    group by k.oid
) key on key.oid = k.oid
left join (
    select k.oid, array_agg(quote_ident(a.attname) order by key.position) as columns
    from pg_constraint k
    cross join unnest(k.confkey) with ordinality key (attnum, position)
    join pg_attribute a on a.attrelid = k.confrelid and a.attnum = key.attnum
    group by k.oid
) target on target.oid = k.oid
where k.contype in ('p', 'u', 'f', 'c', 'x') and k.coninhcount = 0 and k.conparentid = 0
