select
    'conversion' as kind, n.name || '.' || quote_ident(c.conname) as name,
    json_strip_nulls(json_build_object(
        'owner', owner.name,
        'is_default', nullif(c.condefault, false),
        'definition', concat(
            'FOR ', quote_literal(pg_encoding_to_char(c.conforencoding)),
            ' TO ', quote_literal(pg_encoding_to_char(c.contoencoding)), ' FROM ', c.conproc),
        'comment', remark.description
    ))::text as properties
from pg_conversion c
join scope n on n.oid = c.connamespace
left join other_role owner on owner.oid = c.conowner
left join remark on remark.classoid = 'pg_conversion'::regclass and remark.objoid = c.oid
where c.oid not in (select objid from extension_part where classid = 'pg_conversion'::regclass)
