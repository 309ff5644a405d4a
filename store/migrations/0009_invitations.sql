-- +goose Up
insert into counters (name, value) values ('invitation', 0);

-- A link with which people sign up. Its rooms and people may be gone: a room is
-- deleted without asking here.
create table invitations (
    id           bigint primary key,
    token_hash   text   not null unique,
    by_id        bigint not null,
    created_at   bigint not null,
    expires_at   bigint not null,
    withdrawn_at bigint not null default 0,
    most         bigint not null,
    used         bigint not null default 0,
    role         text   not null,
    email        text   not null default '',
    note         text   not null default ''
);

create index invitations_by_maker on invitations (by_id, id);

create table invitation_rooms (
    invitation_id bigint not null references invitations (id),
    room_id       bigint not null,
    primary key (invitation_id, room_id)
);

-- Who used an invitation: the how manieth, and whether their account was created by it.
create table arrivals (
    invitation_id bigint  not null references invitations (id),
    user_id       bigint  not null,
    place         bigint  not null,
    at            bigint  not null,
    created       boolean not null,
    primary key (invitation_id, user_id)
);
create index arrivals_by_place on arrivals (invitation_id, place);
create index arrivals_by_user on arrivals (user_id, created);

-- A link that signs an account in once, made by an administrator.
create table signin_links (
    token_hash text   primary key,
    user_id    bigint not null references users (id),
    role       text   not null,
    by_id      bigint not null,
    expires_at bigint not null
);
create index signin_links_by_user on signin_links (user_id);
create index signin_links_by_end on signin_links (expires_at);
