-- An option may be a password: of those that are known not to be, the value is shown, of others a
-- hash that is no other server's; of a user's mapping nothing but that it is there.
select
    'foreigndatawrapper' as kind, quote_ident(w.fdwname) as name,
    json_strip_nulls(json_build_object(
        'owner', owner.name,
        'handler', nullif(w.fdwhandler, 0)::regproc::text,
        'validator', nullif(w.fdwvalidator, 0)::regproc::text,
        'options', option.texts,
        'comment', remark.description
    ))::text as properties
from pg_foreign_data_wrapper w
left join shown_option option on option.oid = w.oid
left join other_role owner on owner.oid = w.fdwowner
left join remark on remark.classoid = 'pg_foreign_data_wrapper'::regclass and remark.objoid = w.oid
where w.oid not in (
    select objid from extension_part where classid = 'pg_foreign_data_wrapper'::regclass
)

union all

select
    'server' as kind, quote_ident(s.srvname) as name,
    json_strip_nulls(json_build_object(
        'owner', owner.name,
        'wrapper', quote_ident(w.fdwname),
        'type', s.srvtype,
        'version', s.srvversion,
        'options', option.texts,
        'comment', remark.description
    ))::text as properties
from pg_foreign_server s
join pg_foreign_data_wrapper w on w.oid = s.srvfdw
left join shown_option option on option.oid = s.oid
left join other_role owner on owner.oid = s.srvowner
left join remark on remark.classoid = 'pg_foreign_server'::regclass and remark.objoid = s.oid
where s.oid not in (select objid from extension_part where classid = 'pg_foreign_server'::regclass)

union all

select
    'usermapping' as kind,
    case umuser when 0 then 'public' else quote_ident(usename) end || ' server ' || quote_ident(srvname)
        as name,
    '{}' as properties
from pg_user_mappings
where umid not in (select objid from extension_part where classid = 'pg_user_mapping'::regclass)
