-- Attachments count against the customer's storage, and one too many is refused.

insert into customers (id, company, owner, email, storage_limit)
values ('probe', 'Probe', 'Probe', 'owner@probe.invalid', 1000);
insert into projects (id, "customerId", name) values ('probe', 'probe', 'Probe');
insert into invoices (id, "projectId", "invoiceNumber", description, amount, currency)
values ('probe', 'probe', 'PROBE-1', 'Probe', 1, 'EUR');
insert into invoice_attachments
    (id, invoice_id, customer_id, file_path, file_name, file_size, file_type, mime_type)
values
    ('probe-1', 'probe', 'probe', 'probe/1', '1.pdf', 600, 'pdf', 'application/pdf'),
    ('probe-2', 'probe', 'probe', 'probe/2', '2.png', 300, 'image', 'image/png');

select storage_used = 900 as "storage_used is the sum of what was attached"
from customers where id = 'probe';
select file_count = 1 and total_size = 600 as "storage_usage counts each kind of file"
from storage_usage where customer_id = 'probe' and file_type = 'pdf';

-- expect error: 23514 storage limit
insert into invoice_attachments
    (id, invoice_id, customer_id, file_path, file_name, file_size, file_type, mime_type)
values ('probe-3', 'probe', 'probe', 'probe/3', '3.pdf', 101, 'pdf', 'application/pdf');

delete from invoice_attachments where id = 'probe-1';

select storage_used = 300 as "storage_used sinks when a file is deleted"
from customers where id = 'probe';
select file_count = 0 and total_size = 0 as "storage_usage sinks when a file is deleted"
from storage_usage where customer_id = 'probe' and file_type = 'pdf';

-- expect error: 23514 invoice_attachments_file_size_check
update invoice_attachments set file_size = 0 where id = 'probe-2';
-- expect error: 23514 invoice_attachments_file_type_check
update invoice_attachments set file_type = 'nonsense' where id = 'probe-2';
-- expect error: 23514 customers_storage_used_check
update customers set storage_used = -1 where id = 'probe';
-- expect error: 23514 customers_storage_limit_check
update customers set storage_limit = 0 where id = 'probe';
-- expect error: 23514 storage_usage_file_count_check
update storage_usage set file_count = -1 where customer_id = 'probe';
-- expect error: 23514 storage_usage_total_size_check
update storage_usage set total_size = -1 where customer_id = 'probe';
