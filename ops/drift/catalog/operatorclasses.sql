select
    'operatorclass' as kind,
    n.name || '.' || quote_ident(c.opcname) || ' using ' || quote_ident(m.amname) as name,
    json_strip_nulls(json_build_object(
        'owner', owner.name,
        'definition', concat(
            case when c.opcdefault then 'DEFAULT ' end, 'FOR TYPE ',
            format_type(c.opcintype, null), ' USING ', quote_ident(m.amname), ' FAMILY ',
            quote_ident(s.nspname), '.', quote_ident(f.opfname), ' AS ',
            coalesce(member.texts || ', STORAGE ' || kept.type, member.texts,
                'STORAGE ' || coalesce(kept.type, format_type(c.opcintype, null)))),
        'family', quote_ident(s.nspname) || '.' || quote_ident(f.opfname),
        'comment', remark.description
    ))::text as properties
from pg_opclass c
join scope n on n.oid = c.opcnamespace
join pg_am m on m.oid = c.opcmethod
join pg_opfamily f on f.oid = c.opcfamily
join pg_namespace s on s.oid = f.opfnamespace
cross join lateral (select format_type(nullif(c.opckeytype, 0), null) as type) kept
left join (
    select refobjid, string_agg(text, ', ' order by text collate "C") as texts
    from class_member
    where refclassid = 'pg_opclass'::regclass
    group by refobjid
) member on member.refobjid = c.oid
left join other_role owner on owner.oid = c.opcowner
left join remark on remark.classoid = 'pg_opclass'::regclass and remark.objoid = c.oid
where c.oid not in (select objid from extension_part where classid = 'pg_opclass'::regclass)
