-- A function that chooses its search_path while it runs is checked with that of the session, where
-- the tables are: what it will choose, nobody can read off its text. All of this is rolled back.
create schema plpgsql_check;
create extension plpgsql_check schema plpgsql_check;
do $$
declare
    own regprocedure;
begin
    for own in select oid from pg_proc where prosrc ~* 'set_config\s*\(\s*''search_path''' loop
        execute format('alter routine %s reset search_path', own);
    end loop;
end
$$;
select
    'function ' || quote_ident(n.nspname) || '.' || quote_ident(p.proname)
        || '(' || oidvectortypes(p.proargtypes) || ')',
    c.message, coalesce(c.hint, c.detail, ''), c.level, coalesce(c.lineno, 1)
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace and n.nspname !~ '^pg_'
join pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
left join pg_trigger t on t.tgfoid = p.oid and not t.tgisinternal
cross join lateral plpgsql_check.plpgsql_check_function_tb(p.oid, coalesce(t.tgrelid, 0)) c
where p.prorettype <> 'event_trigger'::regtype
    and (p.prorettype <> 'trigger'::regtype or t.oid is not null)
order by 1, 5, 2;
