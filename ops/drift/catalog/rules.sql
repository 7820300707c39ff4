select
    'rule' as kind, r.name || '.' || quote_ident(w.rulename) as name,
    json_strip_nulls(json_build_object(
        'definition', pg_get_ruledef(w.oid),
        'enabled', case w.ev_enabled
            when 'D' then 'disabled' when 'R' then 'replica' when 'A' then 'always' end
    ))::text as properties
from relation r
join pg_rewrite w on w.ev_class = r.oid
where w.rulename <> '_RETURN'
