-- What rich.sql needs and drift does not compare.
create foreign data wrapper nowhere;
create server elsewhere foreign data wrapper nowhere;
