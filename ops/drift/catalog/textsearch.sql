select
    'textsearchconfiguration' as kind, n.name || '.' || quote_ident(c.cfgname) as name,
    json_strip_nulls(json_build_object(
        'owner', owner.name,
        'parser', quote_ident(s.nspname) || '.' || quote_ident(p.prsname),
        'mappings', (
            select array_agg(token.alias || ': ' || m.names order by token.alias collate "C")
            from ts_token_type(c.cfgparser) token
            join (
                select maptokentype, string_agg(mapdict::regdictionary::text, ', '
                    order by mapseqno) as names
                from pg_ts_config_map
                where mapcfg = c.oid
                group by maptokentype
            ) m on m.maptokentype = token.tokid
        ),
        'comment', remark.description
    ))::text as properties
from pg_ts_config c
join scope n on n.oid = c.cfgnamespace
join pg_ts_parser p on p.oid = c.cfgparser
join pg_namespace s on s.oid = p.prsnamespace
left join other_role owner on owner.oid = c.cfgowner
left join remark on remark.classoid = 'pg_ts_config'::regclass and remark.objoid = c.oid
where c.oid not in (select objid from extension_part where classid = 'pg_ts_config'::regclass)

union all

select
    'textsearchdictionary' as kind, n.name || '.' || quote_ident(d.dictname) as name,
    json_strip_nulls(json_build_object(
        'owner', owner.name,
        'definition', concat(
            '(template = ', quote_ident(s.nspname), '.', quote_ident(t.tmplname),
            ', ' || d.dictinitoption, ')'),
        'comment', remark.description
    ))::text as properties
from pg_ts_dict d
join scope n on n.oid = d.dictnamespace
join pg_ts_template t on t.oid = d.dicttemplate
join pg_namespace s on s.oid = t.tmplnamespace
left join other_role owner on owner.oid = d.dictowner
left join remark on remark.classoid = 'pg_ts_dict'::regclass and remark.objoid = d.oid
where d.oid not in (select objid from extension_part where classid = 'pg_ts_dict'::regclass)

union all

select
    'textsearchparser' as kind, n.name || '.' || quote_ident(p.prsname) as name,
    json_strip_nulls(json_build_object(
        'definition', concat(
            '(start = ', p.prsstart, ', gettoken = ', p.prstoken, ', end = ', p.prsend,
            ', lextypes = ', p.prslextype, ', headline = ' || nullif(p.prsheadline, 0)::regproc, ')'),
        'comment', remark.description
    ))::text as properties
from pg_ts_parser p
join scope n on n.oid = p.prsnamespace
left join remark on remark.classoid = 'pg_ts_parser'::regclass and remark.objoid = p.oid
where p.oid not in (select objid from extension_part where classid = 'pg_ts_parser'::regclass)

union all

select
    'textsearchtemplate' as kind, n.name || '.' || quote_ident(t.tmplname) as name,
    json_strip_nulls(json_build_object(
        'definition', concat(
            '(lexize = ', t.tmpllexize, ', init = ' || nullif(t.tmplinit, 0)::regproc, ')'),
        'comment', remark.description
    ))::text as properties
from pg_ts_template t
join scope n on n.oid = t.tmplnamespace
left join remark on remark.classoid = 'pg_ts_template'::regclass and remark.objoid = t.oid
where t.oid not in (select objid from extension_part where classid = 'pg_ts_template'::regclass)
