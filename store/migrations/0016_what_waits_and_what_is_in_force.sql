-- +goose Up
-- Who owns or moderates rooms is asked with each page, and are few of all members.
create index members_in_office on members (user_id, room_id) where owner or moderator;
create index members_by_office on members (room_id, user_id) where owner or moderator;

-- What is in force is little of all that was ever done.
create index measures_in_force on measures (id) where ended_at = 0;
create index measures_in_force_in on measures (room_id, id) where ended_at = 0;

-- An objection waits for those who moderate the room of the measure, 0: everywhere.
alter table appeals add column room_id bigint not null default 0;
update appeals
   set room_id = coalesce((select m.room_id from measures m where m.id = appeals.measure_id), 0);
create index appeals_by_room on appeals (room_id, decided_at, at);
