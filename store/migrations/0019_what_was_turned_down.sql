-- +goose Up
-- The measure that keeps a message out that was held; 0: none does. While it holds, the
-- text is kept.
alter table held add column measure_id bigint not null default 0;
create index held_by_measure on held (measure_id);
