-- +goose Up
drop index post_keys_by_age;
drop index post_keys_by_message;
