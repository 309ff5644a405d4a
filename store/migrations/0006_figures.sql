-- +goose Up
-- What each process measured in a minute (grain 60), and what all of them did in a
-- quarter of an hour (grain 900, node ''), both kept for a day; and in an hour (grain
-- 3600, kept for a week).
create table figures (
    grain          bigint not null,
    at             bigint not null,
    node           text   not null,
    span           bigint not null,
    people         bigint not null,
    sockets        bigint not null,
    queue_bytes    bigint not null,
    database_bytes bigint not null,
    memory_bytes   bigint not null,
    goroutines     bigint not null,
    posts          bigint not null,
    deliveries     bigint not null,
    resumes        bigint not null,
    commits        bigint not null,
    writes         bigint not null,
    dropped        text   not null,
    delivery_times text   not null,
    write_times    text   not null,
    primary key (grain, at, node)
);

-- The list of all sessions goes on after the one that a page ends with.
drop index sessions_by_use;
create index sessions_by_use on sessions (used_at, token_hash);
