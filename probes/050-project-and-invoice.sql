-- A project can be created, and an invoice for it, which somebody approves.

insert into customers (id, company, owner, email)
values ('probe', 'Probe', 'Probe', 'owner@probe.invalid');
insert into users (id, "customerId", name, email, role)
values ('probe', 'probe', 'Probe', 'owner@probe.invalid', 'owner');
insert into projects (id, "customerId", name) values ('probe', 'probe', 'Probe');
insert into invoices (id, "projectId", "invoiceNumber", description, amount, currency)
values ('probe', 'probe', 'PROBE-1', 'Probe', 12.34, 'EUR');

update invoices set status = 'approved', "approvedBy" = 'probe', "approvedAt" = now()
where id = 'probe';

select amount = 12.34 and "approvedBy" = 'probe' as "the invoice is as it was written"
from invoices where id = 'probe';

-- expect error: 23514 invoices_amount_check
update invoices set amount = -1 where id = 'probe';

-- expect error: 23505 invoices_invoice_number_key
insert into invoices (id, "projectId", "invoiceNumber", description, amount, currency)
values ('probe-2', 'probe', 'PROBE-1', 'Probe', 1, 'EUR');

-- expect error: 23503 invoices_project_id_fkey
update invoices set "projectId" = 'no such project' where id = 'probe';

delete from users where id = 'probe';
select "approvedBy" is null as "an approval outlives its approver" from invoices where id = 'probe';
