-- +goose Up
-- What somebody has begun to write in a room, with the key of its composer: the message
-- that is sent has the same, and by that a draft is over without a word to this table.
create table drafts (
    user_id bigint not null,
    room_id bigint not null,
    key     text   not null,
    at      bigint not null,
    body    text   not null,
    primary key (user_id, room_id)
);
