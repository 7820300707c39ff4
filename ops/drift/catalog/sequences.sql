-- An identity column's sequence is described with its column; an owned one is logged as its table.
select
    'sequence' as kind, r.name,
    json_strip_nulls(json_build_object(
        'type', s.type,
        'unlogged', nullif(r.relpersistence = 'u' and o.objid is null, false),
        'options', nullif(s.options::text, '{}')::json,
        'owned_by', o.name
    ))::text as properties
from relation r
join sequence_option s on s.seqrelid = r.oid
left join sequence_owner o on o.objid = r.oid
where o.objid is null or (o.deptype = 'a' and o.name is not null)
