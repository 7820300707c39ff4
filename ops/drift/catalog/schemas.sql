-- Who owns schema public depends on the version and the provider: any owner that is usual will do.
select
    'schema' as kind, n.name,
    json_strip_nulls(json_build_object(
        'owner', case when n.name <> 'public'
            or s.nspowner not in (10, 'pg_database_owner'::regrole, d.datdba) then owner.name end,
        'comment', remark.description
    ))::text as properties
from scope n
join pg_namespace s on s.oid = n.oid
join pg_database d on d.datname = current_database()
left join other_role owner on owner.oid = s.nspowner
left join remark on remark.classoid = 'pg_namespace'::regclass and remark.objoid = n.oid
where n.oid not in (select objid from extension_part where classid = 'pg_namespace'::regclass)
