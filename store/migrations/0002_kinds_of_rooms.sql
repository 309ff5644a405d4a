-- +goose Up
alter table rooms add column kind text not null default 'open';
alter table rooms add column archived_at bigint not null default 0;
alter table rooms add column created_by bigint not null default 0;
-- Null where a name need not be unique: archived rooms, direct conversations.
alter table rooms add column name_key text;
-- The people of a direct conversation, by ascending id: the same people, the same room.
alter table rooms add column people_key text;
update rooms set name_key = lower(name);
create unique index rooms_by_name on rooms (name_key);
create unique index rooms_by_people on rooms (people_key);
create index rooms_for_everyone on rooms (everyone, id);
create index rooms_by_archiving on rooms (archived_at);

alter table members add column owner boolean not null default false;
alter table members add column favourite boolean not null default false;
alter table members add column level text not null default 'all';
alter table members add column seen_seq bigint not null default 0;
update members set seen_seq = (select r.last_seq from rooms r where r.id = members.room_id);
create index members_by_seen on members (room_id, seen_seq);

alter table messages add column mentions text not null default '';
create table mentions (
    user_id bigint not null,
    room_id bigint not null,
    seq     bigint not null,
    primary key (user_id, room_id, seq)
);
create index mentions_by_message on mentions (room_id, seq);

alter table users add column about text not null default '';
alter table users add column status_emoji text not null default '';
alter table users add column status_text text not null default '';
alter table users add column status_until bigint not null default 0;
alter table users add column language text not null default '';
alter table users add column scheme text not null default '';
alter table users add column announce text not null default 'count';
alter table users add column shows_typing boolean not null default true;
alter table users add column shows_seen boolean not null default true;
alter table users add column here_at bigint not null default 0;

-- The words of people's names, to find them by the beginning of one.
create table name_words (
    word    text   not null,
    user_id bigint not null,
    primary key (word, user_id)
);
create index name_words_by_user on name_words (user_id);
insert into name_words (word, user_id) select username_key, id from users;

create table settings (
    name  text primary key,
    value text not null
);
