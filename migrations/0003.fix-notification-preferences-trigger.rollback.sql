-- DESTROYS DATA. The preferences of users without a customer have no place in the older table,
-- and inserting such a user fails again. What was filled in for other users stays: it is valid.
-- Two statements that do not need each other, so that either may come first.

do $$
begin
    delete from notification_preferences where customer_id is null;
    alter table notification_preferences alter column customer_id set not null;
end
$$;

create or replace function create_default_preferences() returns trigger
language plpgsql
as $$
begin
    insert into notification_preferences (user_id, customer_id)
    values (new.id, new."customerId");
    return new;
end
$$;
