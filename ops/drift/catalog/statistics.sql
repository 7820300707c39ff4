-- The definition starts behind the name, as that of an index does.
select
    'statistics' as kind, n.name || '.' || quote_ident(s.stxname) as name,
    json_strip_nulls(json_build_object(
        'owner', owner.name,
        'table', r.name,
        'definition', substr(pg_get_statisticsobjdef(s.oid), 2 + length(concat(
            'CREATE STATISTICS ', n.name, '.', quote_ident(s.stxname)))),
        'statistics', nullif(s.stxstattarget, -1),
        'comment', remark.description
    ))::text as properties
from pg_statistic_ext s
join scope n on n.oid = s.stxnamespace
join relation r on r.oid = s.stxrelid
left join other_role owner on owner.oid = s.stxowner
left join remark on remark.classoid = 'pg_statistic_ext'::regclass and remark.objoid = s.oid
