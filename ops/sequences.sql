-- Which sequences fill a column whose furthest value an index finds at once; why one is not read, as
-- when somebody holds or waits for a lock that would make us wait too; and how many can be. Each takes
-- about five locks until we are done, all of them together a quarter of those that the server has.
with spaces as materialized (
    select oid, nspname, has_schema_privilege(oid, 'usage') as usable from pg_catalog.pg_namespace
),
locked as (
    select relation from pg_catalog.pg_locks
    where mode = 'AccessExclusiveLock' and pid <> pg_backend_pid() and database = (
        select oid from pg_catalog.pg_database where datname = current_database())
),
-- Defaults as they are stored, up to a constant: to print one, PostgreSQL locks and loads its table.
stored as materialized (
    select a.oid, a.adrelid, a.adnum, d.refobjid, split_part(a.adbin::text, '{', 2) as outer_call,
        split_part(a.adbin::text, '{', 3) as inner_call
    from pg_catalog.pg_depend d
    join pg_catalog.pg_attrdef a on a.oid = d.objid
    where d.classid = 'pg_attrdef'::regclass and d.refclassid = 'pg_class'::regclass
        and d.refobjsubid = 0
),
filled as (
    select d.objid as sequence, d.refobjid as relation, d.refobjsubid as attnum
    from pg_catalog.pg_depend d
    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
        and d.deptype = 'i' and d.refobjsubid > 0
    union
    -- nextval (1574) and nothing else, or that as an integer or a smallint
    select refobjid, adrelid, adnum
    from stored
    where outer_call like 'FUNCEXPR :funcid 1574 %' or outer_call ~ '^FUNCEXPR :funcid (480|714) '
        and inner_call like 'FUNCEXPR :funcid 1574 %'
),
keyed as materialized (
    select i.indrelid, i.indkey[0]::int as attnum
    from pg_catalog.pg_index i
    join pg_catalog.pg_class c on c.oid = i.indexrelid
    where i.indisunique and i.indisvalid and i.indpred is null
        and c.relam = (select oid from pg_catalog.pg_am where amname = 'btree')
),
extended as materialized (
    select objid from pg_catalog.pg_depend where classid = 'pg_class'::regclass and deptype = 'e'
)
select
    quote_ident(sn.nspname) || '.' || quote_ident(s.relname),
    quote_ident(tn.nspname) || '.' || quote_ident(t.relname), quote_ident(a.attname),
    q.seqincrement,
    case
        when not (sn.usable and has_sequence_privilege(s.oid, 'select')) then 'may not read it'
        when not (tn.usable and has_column_privilege(t.oid, a.attnum, 'select'))
            then 'may not read its table'
        when row_security_active(t.oid) then 'does not see every row of its table'
        when pg_is_in_recovery() and 'u' in (s.relpersistence, t.relpersistence)
            then 'cannot: it is unlogged, and this a replica'
        when exists (select from locked where relation in (s.oid, t.oid)) then 'would wait for a lock'
        else ''
    end,
    (select current_setting('max_locks_per_transaction')::int
        * current_setting('max_connections')::int / 20)
from filled f
join pg_catalog.pg_sequence q on q.seqrelid = f.sequence and not q.seqcycle
join pg_catalog.pg_class s on s.oid = f.sequence
join spaces sn on sn.oid = s.relnamespace
join pg_catalog.pg_class t on t.oid = f.relation and t.relkind in ('r', 'p') and not t.relispartition
join spaces tn on tn.oid = t.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = f.attnum and not a.attisdropped
where tn.nspname !~ '^pg_' and tn.nspname not in ('information_schema', 'ops')
    and a.atttypid in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
    and (t.oid, f.attnum) in (select indrelid, attnum from keyed)
    and s.oid not in (select objid from extended) and t.oid not in (select objid from extended)
order by 1, 2, 3;
