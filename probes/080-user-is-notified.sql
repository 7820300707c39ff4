-- A user can be notified, and what becomes of the notification is logged.

insert into customers (id, company, owner, email)
values ('probe', 'Probe', 'Probe', 'owner@probe.invalid');
insert into users (id, "customerId", name, email, role)
values ('probe', 'probe', 'Probe', 'owner@probe.invalid', 'owner');

with notice as (
    insert into notifications (customer_id, user_id, type, title, message)
    values ('probe', 'probe', 'invoice_approved', 'Probe', 'Probe')
    returning id, customer_id, user_id
)
insert into notification_logs (notification_id, customer_id, user_id, action)
select id, customer_id, user_id, 'created' from notice;

select not read and read_at is null as "a new notification is unread"
from notifications where customer_id = 'probe';

delete from users where id = 'probe';
select count(*) = 0 as "the notifications of a user go with the user"
from notifications where customer_id = 'probe';
select count(*) = 0 as "the log of a notification goes with it"
from notification_logs where customer_id = 'probe';
