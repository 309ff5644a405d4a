-- +goose Up
-- Who wrote last and when, and before that: what a new message keeps of the one before
-- it comes from the row that a post locks anyway.
alter table rooms add column last_author bigint not null default 0;
alter table rooms add column last_at bigint not null default 0;
alter table rooms add column prev_author bigint not null default 0;
alter table rooms add column prev_at bigint not null default 0;
update rooms
   set last_author = coalesce((select m.author_id from messages m where m.room_id = rooms.id and m.seq = rooms.last_seq), 0),
       last_at = coalesce((select m.created_at from messages m where m.room_id = rooms.id and m.seq = rooms.last_seq), 0);
