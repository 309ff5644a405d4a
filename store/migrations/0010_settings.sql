-- +goose Up
-- Pictures that administrators gave this place for its name; the settings say which one
-- is shown. "bytea" is what PostgreSQL calls bytes, and SQLite takes any word.
create table logos (
    name     text   primary key,
    data     bytea  not null,
    added_at bigint not null
);
