-- +goose Up
-- An objection is settled with the end of what it is about: nobody waits for an answer.
update appeals
   set decided_at = (select m.ended_at from measures m where m.id = appeals.measure_id),
       decided_by = (select m.ended_by from measures m where m.id = appeals.measure_id),
       granted = (select m.ended_by <> 0 from measures m where m.id = appeals.measure_id)
 where decided_at = 0
   and measure_id in (select id from measures where ended_at > 0);

-- What holds over a room is asked for with each of its pages.
create index measures_over_room on measures (room_id, kind, id) where user_id = 0 and ended_at = 0;

-- Something became of what somebody reported, and they have not been shown it.
alter table reports add column news boolean not null default false;
create index reports_with_news on reports (user_id) where news;
