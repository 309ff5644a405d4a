-- +goose Up
insert into counters (name, value) values ('measure', 0), ('case', 0), ('note', 0), ('rule', 0), ('rules', 0), ('held', 0);

-- What moderators did: each measure holds until it ends by itself or is lifted, and
-- what it takes to undo it is kept with it.
create table measures (
    id       bigint primary key,
    kind     text   not null,
    user_id  bigint not null,
    room_id  bigint not null,
    seq      bigint not null,
    case_id  bigint not null,
    by_id    bigint not null,
    at       bigint not null,
    until_at bigint not null,
    ended_at bigint not null default 0,
    ended_by bigint not null default 0,
    reason   text   not null,
    words    text   not null,
    amount   bigint not null,
    kept     text   not null default '',
    read_at  bigint not null default 0
);
create index measures_by_person on measures (user_id, id);
create index measures_by_reading on measures (user_id, read_at);
create index users_by_office on users (role);
create index measures_by_room on measures (room_id, id);
create index measures_by_message on measures (room_id, seq, id);
create index measures_by_end on measures (ended_at, until_at);
create index measures_by_case on measures (case_id, id);

-- The measure that hides a message; 0: it can be read.
alter table messages add column hidden bigint not null default 0;

-- What a post asks of its room and its author is kept where it looks anyway.
alter table rooms add column slow_seconds bigint not null default 0;
alter table rooms add column locked bigint not null default 0;
alter table members add column moderator boolean not null default false;
alter table members add column quiet_until bigint not null default 0;
alter table members add column posted_at bigint not null default 0;
alter table members add column barred bigint not null default 0;
alter table users add column quiet_until bigint not null default 0;
alter table users add column muted text not null default '';

-- From where, or with what e-mail, no account can be created while a ban holds.
create table refusals (
    kind       text   not null,
    value      text   not null,
    measure_id bigint not null references measures (id),
    until_at   bigint not null,
    primary key (kind, value, measure_id)
);
create index refusals_by_measure on refusals (measure_id);

create table cases (
    id          bigint primary key,
    kind        text   not null,
    user_id     bigint not null,
    room_id     bigint not null,
    seq         bigint not null,
    state       text   not null,
    taken_by    bigint not null default 0,
    version     bigint not null default 1,
    reports     bigint not null default 0,
    opened_at   bigint not null,
    closed_at   bigint not null default 0,
    closed_by   bigint not null default 0,
    outcome     text   not null default '',
    copy_body   text   not null default '',
    copy_at     bigint not null default 0,
    copy_rev    bigint not null default 0,
    erased_at   bigint not null default 0
);
create index cases_by_state on cases (state, reports, opened_at, id);
create index cases_by_taker on cases (taken_by, state, id);
create index cases_by_subject on cases (room_id, seq, user_id, state);
create index cases_by_person on cases (user_id, id);
create index cases_by_room on cases (room_id, state, id);
create index cases_by_closing on cases (state, erased_at, closed_at);

create table reports (
    case_id bigint not null references cases (id),
    user_id bigint not null references users (id),
    at      bigint not null,
    reason  text   not null,
    note    text   not null,
    primary key (case_id, user_id)
);
create index reports_by_person on reports (user_id, at);

create table case_notes (
    id      bigint primary key,
    case_id bigint not null references cases (id),
    by_id   bigint not null,
    at      bigint not null,
    text    text   not null
);
create index case_notes_by_case on case_notes (case_id, id);

-- One for each measure.
create table appeals (
    measure_id bigint primary key references measures (id),
    user_id    bigint not null,
    at         bigint not null,
    text       text   not null,
    decided_at bigint not null default 0,
    decided_by bigint not null default 0,
    granted    boolean not null default false,
    answer     text   not null default ''
);
create index appeals_by_state on appeals (decided_at, at);

create table rules (
    id         bigint primary key,
    kind       text   not null,
    text       text   not null,
    text_key   text   not null,
    act        text   not null,
    sentence   text   not null default '',
    active     boolean not null default true,
    by_id      bigint not null,
    at         bigint not null
);
create unique index rules_by_text on rules (kind, text_key);

-- Messages that wait for a moderator: not in any room's log yet.
create table held (
    id         bigint primary key,
    room_id    bigint not null references rooms (id),
    user_id    bigint not null references users (id),
    post_key   text   not null,
    body       text   not null,
    at         bigint not null,
    rule_id    bigint not null,
    decided_at bigint not null default 0,
    decided_by bigint not null default 0,
    state      text   not null
);
create index held_by_state on held (state, at);
create index held_by_room on held (room_id, state);
create index held_by_person on held (user_id, room_id, state);
create unique index held_by_key on held (user_id, room_id, post_key);

create table mutes (
    user_id  bigint not null references users (id),
    other_id bigint not null references users (id),
    blocks   boolean not null,
    at       bigint not null,
    primary key (user_id, other_id)
);
create index mutes_by_other on mutes (other_id, user_id);
