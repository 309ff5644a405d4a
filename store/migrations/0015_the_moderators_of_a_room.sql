-- +goose Up
-- In a room of very many those who moderate it are few.
create index members_moderating on members (room_id, user_id) where moderator;
