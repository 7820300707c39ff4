-- depends: 0002.create-notification-system

-- Internal staff belong to no customer. The trigger copied their null into a column that refused
-- it, and so every INSERT of such a user failed.

alter table notification_preferences alter column customer_id drop not null;

-- Preferences are a convenience and a user is not: a row that is already there is left as it is,
-- and the table is found whatever the search_path of whoever inserts the user (see 0001).
create or replace function create_default_preferences() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
begin
    perform set_config('search_path', format('%I, pg_temp', tg_table_schema), true);

    insert into notification_preferences (user_id, customer_id)
    values (new.id, new."customerId")
    on conflict (user_id) do nothing;

    return null;
end
$$;

-- Whoever was there before the trigger, or came in around it.
insert into notification_preferences (user_id, customer_id)
select id, "customerId" from users
on conflict (user_id) do nothing;
