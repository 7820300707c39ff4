-- A user without a customer, such as internal staff, can be created.

insert into users (id, name, email, role)
values ('probe', 'Probe', 'staff@probe.invalid', 'support');

select exists (select from users where id = 'probe') as "the user is there";
