-- +goose Up
create table counters (
    name  text   primary key,
    value bigint not null
);
insert into counters (name, value) values ('user', 0), ('room', 1);

create table secrets (
    name  text primary key,
    value text not null
);

create table users (
    id           bigint  primary key,
    username     text    not null,
    username_key text    not null unique,
    email        text    not null,
    email_key    text    not null unique,
    name         text    not null,
    role         text    not null,
    password     text    not null,
    zone         text    not null default '',
    last_room    bigint  not null default 0,
    created_at   bigint  not null,
    suspended_at bigint  not null default 0
);

create table sessions (
    token_hash text   primary key,
    user_id    bigint not null references users (id),
    agent      text   not null default '',
    address    text   not null default '',
    created_at bigint not null,
    used_at    bigint not null
);
create index sessions_by_user on sessions (user_id);
create index sessions_by_use on sessions (used_at);

create table resets (
    token_hash text   primary key,
    user_id    bigint not null references users (id),
    expires_at bigint not null
);
create index resets_by_user on resets (user_id);

create table rooms (
    id         bigint  primary key,
    slug       text    not null,
    name       text    not null,
    topic      text    not null default '',
    everyone   boolean not null default false,
    last_seq   bigint  not null default 0,
    rev        bigint  not null default 0,
    created_at bigint  not null
);
insert into rooms (id, slug, name, topic, everyone, created_at)
values (1, 'lobby', 'Lobby', 'Where everyone meets', true, 0);

create table members (
    room_id bigint  not null references rooms (id),
    user_id bigint  not null references users (id),
    rev     bigint  not null,
    present boolean not null default true,
    primary key (room_id, user_id)
);
create index members_by_user on members (user_id, room_id);
create index members_by_rev on members (room_id, rev);

create table messages (
    room_id     bigint not null references rooms (id),
    seq         bigint not null,
    rev         bigint not null,
    posted_rev  bigint not null,
    author_id   bigint not null references users (id),
    body        text   not null,
    created_at  bigint not null,
    edited_at   bigint not null default 0,
    deleted_at  bigint not null default 0,
    prev_author bigint not null default 0,
    prev_at     bigint not null default 0,
    primary key (room_id, seq)
);
create unique index messages_by_rev on messages (room_id, rev);

create table post_keys (
    author_id bigint not null,
    room_id   bigint not null,
    key       text   not null,
    digest    text   not null,
    seq       bigint not null,
    posted_at bigint not null,
    primary key (author_id, room_id, key)
);
create index post_keys_by_age on post_keys (posted_at);
create index post_keys_by_message on post_keys (room_id, seq);
