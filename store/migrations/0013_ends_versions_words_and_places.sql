-- +goose Up
-- Until when a room is locked, and slow: 0: until it is lifted. What is over counts no
-- more from that moment on, whoever tidies up when.
alter table rooms add column locked_until bigint not null default 0;
alter table rooms add column slow_until bigint not null default 0;
update rooms
   set locked_until = coalesce((select case when min(until_at) = 0 then 0 else max(until_at) end
                                  from measures
                                 where room_id = rooms.id and ended_at = 0 and kind = 'lock' and user_id = 0), 0)
 where locked <> 0;
update rooms
   set slow_until = coalesce((select until_at
                                from measures
                               where room_id = rooms.id and ended_at = 0 and kind = 'slow' and user_id = 0
                               order by id desc
                               limit 1), 0)
 where slow_seconds <> 0;

-- Who changes a rule says which one they saw.
alter table rules add column version bigint not null default 1;

-- What the author of a message that is turned down is told besides the rule's sentence.
alter table held add column words text not null default '';

-- In which room an act on a person or a message was, as it was called then; 0: in none.
alter table log_entries add column room_id bigint not null default 0;
alter table log_entries add column room_name text not null default '';
