-- +goose Up
-- The lock of every act that may change who administers.
insert into counters (name, value) values ('administrators', 0);

alter table users add column deleted_at bigint not null default 0;
-- By what people are sorted: their name as it is compared.
alter table users add column name_key text not null default '';
update users set name_key = lower(name);

create index people_by_name on users (name_key, id) where deleted_at = 0;
create index people_by_here on users (here_at, id) where deleted_at = 0;
create index people_of_role_by_name on users (role, name_key, id) where deleted_at = 0;
create index people_of_role_by_here on users (role, here_at, id) where deleted_at = 0;
create index people_of_role on users (role, id) where deleted_at = 0;
create index people_suspended_by_name on users (name_key, id) where suspended_at > 0 and deleted_at = 0;
create index people_suspended_by_here on users (here_at, id) where suspended_at > 0 and deleted_at = 0;
create index people_suspended on users (id) where suspended_at > 0 and deleted_at = 0;
create index people_deleted on users (id) where deleted_at > 0;

-- What is stored about a person, as JSON Lines, until its job removes it.
create table export_parts (
    job_id bigint not null,
    number bigint not null,
    body   text   not null,
    primary key (job_id, number)
);
