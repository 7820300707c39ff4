-- A new user has notification preferences, with or without a customer.

insert into customers (id, company, owner, email)
values ('probe', 'Probe', 'Probe', 'owner@probe.invalid');
insert into users (id, "customerId", name, email, role)
values
    ('probe', 'probe', 'Probe', 'owner@probe.invalid', 'owner'),
    ('probe-staff', null, 'Probe', 'staff@probe.invalid', 'support');

select p.user_id is not null as "there is a row of preferences"
from users u
left join notification_preferences p on p.user_id = u.id
where u.id like 'probe%';

select p.customer_id is not distinct from u."customerId" as "it is of the user's customer"
from users u
join notification_preferences p on p.user_id = u.id
where u.id like 'probe%';

select email_enabled and in_app_enabled as "by default everything is heard"
from notification_preferences where user_id like 'probe%';
