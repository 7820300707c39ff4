-- Owners, grants and default privileges, for PostgreSQL 14 and later. The roles are PostgreSQL's own.
create schema ops;
create schema app;
create schema elsewhere authorization pg_monitor;

create table public.users (id serial primary key, number integer generated always as identity, name text, email text);
create table public.invoices (id integer primary key, amount numeric);
create table app.theirs (id integer);
create table app.events (at date, kind text) partition by list (kind);
create table app.events_open partition of app.events for values in ('open');
create view public.names as select name from public.users;
create materialized view app.totals as select sum(amount) as total from public.invoices;
create sequence app.counter;
create function public.touch() returns trigger language plpgsql as 'begin return new; end';
create function app.total(integer, text) returns numeric language sql as 'select 1.0';
create procedure app.refresh() language sql as 'select 1';
create function app.add(numeric, numeric) returns numeric language sql as 'select $1 + $2';
create aggregate app.sum_of(numeric) (sfunc = app.add, stype = numeric);
create type public.mood as enum ('sad', 'ok');
create domain app.email as text check (value like '%@%');
create type app.address as (street text);
create type app.timerange as range (subtype = time);
create foreign data wrapper nowhere;
create server elsewhere foreign data wrapper nowhere;

alter table app.theirs owner to pg_monitor;
alter view public.names owner to pg_monitor;
alter materialized view app.totals owner to pg_monitor;
alter sequence app.counter owner to pg_monitor;
alter function app.total(integer, text) owner to pg_monitor;
alter aggregate app.sum_of(numeric) owner to pg_monitor;
alter type public.mood owner to pg_monitor;
alter domain app.email owner to pg_monitor;

grant usage on schema app to pg_signal_backend;
grant select, insert on public.users to pg_signal_backend;
grant select on public.users to pg_monitor with grant option;
grant update (name, email) on public.users to pg_monitor;
grant all on public.invoices to pg_signal_backend;
grant select on public.invoices to public;
grant select on public.names, app.totals to pg_signal_backend;
grant usage on sequence public.users_id_seq, public.users_number_seq, app.counter to pg_signal_backend;
revoke execute on function app.total(integer, text) from public;
grant execute on function app.total(integer, text) to pg_signal_backend;
revoke execute on procedure app.refresh() from public;
revoke usage on type public.mood from public;
grant usage on type public.mood, app.address to pg_signal_backend;
revoke truncate on app.events from current_user;
grant usage on foreign data wrapper nowhere to pg_signal_backend;
grant usage on foreign server elsewhere to pg_signal_backend;

alter default privileges grant select on tables to pg_monitor;
alter default privileges revoke execute on functions from public;
alter default privileges in schema app grant usage on sequences to pg_signal_backend;
alter default privileges for role pg_monitor in schema app grant insert on tables to pg_signal_backend;
