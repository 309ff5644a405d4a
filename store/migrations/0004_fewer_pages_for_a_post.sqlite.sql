-- +goose Up
-- A post changes a page in each tree that it is in, and each page is written to the log
-- and confirmed by the disk: the rows lie in their primary key, and of the keys of posts
-- nothing else is kept in order.
create table messages_by_place (
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
    mentions    text   not null default '',
    primary key (room_id, seq)
) without rowid;
insert into messages_by_place (room_id, seq, rev, posted_rev, author_id, body, created_at, edited_at, deleted_at, prev_author, prev_at, mentions)
select room_id, seq, rev, posted_rev, author_id, body, created_at, edited_at, deleted_at, prev_author, prev_at, mentions
  from messages
 order by room_id, seq;
drop table messages;
alter table messages_by_place rename to messages;
create unique index messages_by_rev on messages (room_id, rev);

create table keys_of_posts (
    author_id bigint not null,
    room_id   bigint not null,
    key       text   not null,
    digest    text   not null,
    seq       bigint not null,
    posted_at bigint not null,
    primary key (author_id, room_id, key)
) without rowid;
insert into keys_of_posts (author_id, room_id, key, digest, seq, posted_at)
select author_id, room_id, key, digest, seq, posted_at
  from post_keys
 order by author_id, room_id, key;
drop table post_keys;
alter table keys_of_posts rename to post_keys;
