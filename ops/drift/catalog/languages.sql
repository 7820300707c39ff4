-- 16384 is the first number that is not of PostgreSQL itself.
select
    'language' as kind, quote_ident(l.lanname) as name,
    json_strip_nulls(json_build_object(
        'owner', owner.name,
        'trusted', nullif(l.lanpltrusted, false),
        'definition', concat(
            'HANDLER ', l.lanplcallfoid::regproc,
            ' INLINE ' || nullif(l.laninline, 0)::regproc,
            ' VALIDATOR ' || nullif(l.lanvalidator, 0)::regproc),
        'comment', remark.description
    ))::text as properties
from pg_language l
left join other_role owner on owner.oid = l.lanowner
left join remark on remark.classoid = 'pg_language'::regclass and remark.objoid = l.oid
where l.oid >= 16384 and l.lanispl
    and l.oid not in (select objid from extension_part where classid = 'pg_language'::regclass)

union all

select
    'transform' as kind, format_type(t.trftype, null) || ' language ' || quote_ident(l.lanname) as name,
    json_strip_nulls(json_build_object(
        'definition', concat(
            '(', concat_ws(', ',
                'FROM SQL WITH FUNCTION ' || nullif(t.trffromsql, 0)::regprocedure,
                'TO SQL WITH FUNCTION ' || nullif(t.trftosql, 0)::regprocedure), ')'),
        'comment', remark.description
    ))::text as properties
from pg_transform t
join pg_language l on l.oid = t.trflang
left join remark on remark.classoid = 'pg_transform'::regclass and remark.objoid = t.oid
where t.oid not in (select objid from extension_part where classid = 'pg_transform'::regclass)

union all

select
    'accessmethod' as kind, quote_ident(m.amname) as name,
    json_strip_nulls(json_build_object(
        'definition', concat(
            'TYPE ', case m.amtype when 't' then 'TABLE' else 'INDEX' end, ' HANDLER ', m.amhandler),
        'comment', remark.description
    ))::text as properties
from pg_am m
left join remark on remark.classoid = 'pg_am'::regclass and remark.objoid = m.oid
where m.oid >= 16384
    and m.oid not in (select objid from extension_part where classid = 'pg_am'::regclass)
