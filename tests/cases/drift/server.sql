-- What rich.sql is built on.
create foreign data wrapper nowhere options (debug 'true');
create server elsewhere version '1' foreign data wrapper nowhere
    options (host 'db.example.org', port '5432', dsn 'password=hunter2');
create user mapping for public server elsewhere options (password 'hunter2');
