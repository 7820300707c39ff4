-- What belongs to an operator class is shown there; the rest of a family was added to it.
select
    'operatorfamily' as kind,
    n.name || '.' || quote_ident(f.opfname) || ' using ' || quote_ident(m.amname) as name,
    json_strip_nulls(json_build_object(
        'owner', owner.name,
        'members', member.texts,
        'comment', remark.description
    ))::text as properties
from pg_opfamily f
join scope n on n.oid = f.opfnamespace
join pg_am m on m.oid = f.opfmethod
left join (
    select refobjid, array_agg(text order by text collate "C") as texts
    from class_member
    where refclassid = 'pg_opfamily'::regclass
    group by refobjid
) member on member.refobjid = f.oid
left join other_role owner on owner.oid = f.opfowner
left join remark on remark.classoid = 'pg_opfamily'::regclass and remark.objoid = f.oid
where f.oid not in (select objid from extension_part where classid = 'pg_opfamily'::regclass)
