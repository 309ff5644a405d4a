-- +goose Up
-- By what rooms are listed for administrators: '' for direct conversations and what was
-- deleted, which are in no list.
alter table rooms add column list_name text not null default '';
update rooms set list_name = coalesce(name_key, lower(name)) where kind <> 'direct';
create index rooms_by_list_name on rooms (list_name, id);

alter table rooms add column member_count bigint not null default 0;
update rooms set member_count = (select count(*) from members m where m.room_id = rooms.id and m.present);
create index rooms_by_members on rooms (member_count, id);
create index rooms_by_creator on rooms (created_by);

-- When the room is deleted; 0: it stays.
alter table rooms add column delete_at bigint not null default 0;
create index rooms_by_deletion on rooms (delete_at);

-- How many days messages are kept: -1 as long as everywhere, 0 for ever.
alter table rooms add column keep_days bigint not null default -1;
-- What is forgotten: every message up to here. Rows that were forgotten longer ago are
-- gone, too: those that changed last at purged_rev or before.
alter table rooms add column forgot_seq bigint not null default 0;
alter table rooms add column purged_rev bigint not null default 0;

-- A room's name from each of its words on, to find it by the beginning of one.
create table room_words (
    word    text   not null,
    room_id bigint not null,
    primary key (word, room_id)
);
create index room_words_by_room on room_words (room_id);
insert into room_words (word, room_id)
with recursive places (id, name, at) as (
    select id, list_name, 1 from rooms where list_name > ''
    union all
    select id, name, at + 1 from places where at < length(name)
)
select distinct substr(name, at), id
  from places
 where at = 1 or substr(name, at - 1, 1) in (' ', '-', '.', '_');

create index log_words_by_entry on log_words (entry_id, word);
create index log_entries_by_kind on log_entries (target_kind, id);
