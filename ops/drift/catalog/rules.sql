select
    'rule' as kind, r.name || '.' || quote_ident(w.rulename) as name,
    json_strip_nulls(json_build_object(
        'definition', pg_get_ruledef(w.oid),
        'enabled', case w.ev_enabled
            when 'D' then 'disabled' when 'R' then 'replica' when 'A' then 'always' end,
        'comment', remark.description
    ))::text as properties
from relation r
join pg_rewrite w on w.ev_class = r.oid
left join remark on remark.classoid = 'pg_rewrite'::regclass and remark.objoid = w.oid
where w.rulename <> '_RETURN'
