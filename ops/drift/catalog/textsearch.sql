select
    'textsearch' || part.kind as kind, n.name || '.' || quote_ident(part.name) as name,
    json_strip_nulls(json_build_object(
        'owner', owner.name,
        'parser', (
            select quote_ident(s.nspname) || '.' || quote_ident(p.prsname)
            from pg_ts_parser p
            join pg_namespace s on s.oid = p.prsnamespace
            where p.oid = part.parser
        ),
        'mappings', (
            select array_agg(token.alias || ': ' || m.names order by token.alias collate "C")
            from ts_token_type(part.parser) token
            join (
                select maptokentype, string_agg(mapdict::regdictionary::text, ', '
                    order by mapseqno) as names
                from pg_ts_config_map
                where mapcfg = part.oid
                group by maptokentype
            ) m on m.maptokentype = token.tokid
        ),
        'definition', part.definition,
        'comment', remark.description
    ))::text as properties
from (
    select
        'pg_ts_config'::regclass as classid, oid, 'configuration' as kind, cfgnamespace as namespace,
        cfgname as name, cfgowner as owner, cfgparser as parser, null as definition
    from pg_ts_config
    union all
    select
        'pg_ts_dict'::regclass, d.oid, 'dictionary', d.dictnamespace, d.dictname, d.dictowner, null,
        concat('(template = ', quote_ident(s.nspname), '.', quote_ident(t.tmplname),
            ', ' || d.dictinitoption, ')')
    from pg_ts_dict d
    join pg_ts_template t on t.oid = d.dicttemplate
    join pg_namespace s on s.oid = t.tmplnamespace
    union all
    select
        'pg_ts_parser'::regclass, oid, 'parser', prsnamespace, prsname, null, null,
        concat('(start = ', prsstart, ', gettoken = ', prstoken, ', end = ', prsend,
            ', lextypes = ', prslextype, ', headline = ' || nullif(prsheadline, 0)::regproc, ')')
    from pg_ts_parser
    union all
    select
        'pg_ts_template'::regclass, oid, 'template', tmplnamespace, tmplname, null, null,
        concat('(lexize = ', tmpllexize, ', init = ' || nullif(tmplinit, 0)::regproc, ')')
    from pg_ts_template
) part
join scope n on n.oid = part.namespace
left join other_role owner on owner.oid = part.owner
left join remark on remark.classoid = part.classid and remark.objoid = part.oid
where (part.classid, part.oid) not in (select classid, objid from extension_part)
