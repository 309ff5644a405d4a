-- +goose Up
insert into counters (name, value) values ('entry', 0), ('job', 0), ('settings', 0);

-- The log of administration. Nothing in the program changes or deletes a row.
create table log_entries (
    id          bigint primary key,
    at          bigint not null,
    by_id       bigint not null,
    by_name     text   not null,
    address     text   not null,
    act         text   not null,
    target_kind text   not null,
    target_id   bigint not null,
    target_seq  bigint not null,
    target_name text   not null,
    was         text   not null,
    now         text   not null,
    reason      text   not null
);
create index log_entries_by_time on log_entries (at);
create index log_entries_by_person on log_entries (by_id, id);
create index log_entries_by_act on log_entries (act, id);
create index log_entries_by_target on log_entries (target_kind, target_id, id);

-- The words of the names in an entry, to find it by the beginning of one.
create table log_words (
    word     text   not null,
    entry_id bigint not null,
    primary key (word, entry_id)
);

-- Work that takes longer than a request: it goes on after a restart where it was.
create table jobs (
    id          bigint primary key,
    kind        text   not null,
    user_id     bigint not null default 0,
    room_id     bigint not null default 0,
    by_id       bigint not null,
    created_at  bigint not null,
    run_at      bigint not null,
    ended_at    bigint not null default 0,
    state       text   not null,
    done        bigint not null default 0,
    total       bigint not null default 0,
    place       text   not null default '',
    note        text   not null default ''
);
create index jobs_by_turn on jobs (state, run_at);
create index jobs_by_person on jobs (user_id, kind, id);
create index jobs_by_room on jobs (room_id, kind, id);
