package store

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Charter is what is said of a room when it is made or changed.
type Charter struct {
	Name, Topic string
	Kind        Kind // OpenRoom or PrivateRoom
	Everyone    bool // new accounts are in it; only of an open room, and only administrators set it

	// Was is what was said of the room when its form was shown, nil for a change that
	// stands whatever that was. If something of it is another now, and not what this
	// makes it, the change is ErrOutdated.
	Was *Charter
}

func (in Charter) outdated(r Room, everyone bool) bool {
	return in.Was != nil && (replaces(in.Was.Name, r.Name, in.Name) || replaces(in.Was.Topic, r.Topic, in.Topic) ||
		replaces(in.Was.Kind, r.Kind, in.Kind) || everyone && replaces(in.Was.Everyone, r.Everyone, in.Everyone))
}

// replaces says whether to make a value will would undo what somebody made of it since
// it was was.
func replaces[T comparable](was, is, will T) bool { return is != was && is != will }

// The most characters of a room's name (the rule) and topic.
const (
	roomNameRunes = 60
	topicRunes    = 250
)

func checkCharter(in Charter) (Charter, Problems) {
	var p Problems
	in.Name, in.Topic = norm.NFC.String(oneLine(in.Name)), oneLine(in.Topic)
	if n := utf8.RuneCountInString(in.Name); n < 1 || n > roomNameRunes || roomKey(in.Name) == "" {
		p = append(p, Invalid{"name", "Enter a name of 1 to 60 characters."})
	}
	if utf8.RuneCountInString(in.Topic) > topicRunes {
		p = append(p, Invalid{"topic", "Use at most 250 characters."})
	}
	if in.Kind != OpenRoom && in.Kind != PrivateRoom {
		p = append(p, Invalid{"kind", "Choose open or private."})
	}
	in.Everyone = in.Everyone && in.Kind == OpenRoom
	return in, p
}

// roomKey is what must be unique among rooms in use.
func roomKey(name string) string {
	return nameKey(strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, name))
}

// slugOf is name for a URL: letters and digits, with hyphens between.
func slugOf(name string) string {
	slug := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return '-'
	}, norm.NFC.String(name))
	slug = strings.Join(strings.FieldsFunc(slug, func(r rune) bool { return r == '-' }), "-")
	if slug == "" {
		return "room"
	}
	return slug
}

var errNameTaken = Problems{{"name", "There is a room of that name. Choose another."}}

// CreateRoom makes a room whose owner and first member is by. It fails with
// Problems, and with ErrNotFound if members may not create rooms.
func (s *Store) CreateRoom(ctx context.Context, by UserID, in Charter) (RoomID, error) {
	in, p := checkCharter(in)
	if len(p) > 0 {
		return 0, p
	}
	settings := s.Settings()
	var room RoomID
	err := s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		administrator := administers(ctx, tx, by) == nil
		if !administrator && !settings.MembersCreateRooms {
			return ErrNotFound
		}
		if err := s.timedOut(ctx, tx, by); err != nil {
			return err
		}
		if !administrator {
			if err := mayMakeMore(ctx, tx, by); err != nil {
				return err
			}
		}
		if err := tx.GetContext(ctx, &room, nextID, "room"); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, insertRoom, room, slugOf(in.Name), in.Name, roomKey(in.Name), in.Topic, in.Kind, in.Everyone && administrator, by, micros(s.now())); err != nil {
			return err
		}
		if err := setRoomWords(ctx, tx, room, in.Name); err != nil {
			return err
		}
		return setMember(ctx, tx, room, by, true, true)
	})
	if isConflict(err) {
		return 0, errNameTaken
	}
	if problem, is := err.(Invalid); is {
		return 0, Problems{problem}
	}
	if err != nil {
		return 0, fmt.Errorf("create room: %w", err)
	}
	return room, nil
}

const insertRoom = `
insert into rooms (id, slug, name, name_key, list_name, topic, kind, everyone, created_by, created_at)
values ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9)`

// UpdateRoom changes what is said of the room, and who may come into it. Everyone
// is kept as it is unless by is an administrator. It fails with Problems and ErrOutdated,
// and with Restraint if by has a time-out there and would give it other words.
func (s *Store) UpdateRoom(ctx context.Context, room RoomID, by Actor, in Charter) error {
	in, p := checkCharter(in)
	if len(p) > 0 {
		return p
	}
	err := s.manage(ctx, room, by, func(ctx context.Context, tx *transaction, who Standing) error {
		if who.Archived {
			return ErrArchived
		}
		was, err := roomIn(ctx, tx, room)
		if err != nil {
			return err
		}
		if in.Name != was.Name || in.Topic != was.Topic {
			if err := timedOutUntil(who.Quiet, s.now()); err != nil {
				return err
			}
		}
		entries, err := setCharter(ctx, tx, was, in, who.Administrator)
		if err != nil || !actsAsAdministrator(who) {
			return err
		}
		return s.record(ctx, tx, by, entries...)
	})
	if isConflict(err) {
		return errNameTaken
	}
	return err
}

const updateRoom = `
update rooms
   set slug = $1, name = $2, name_key = $3, list_name = $4, topic = $5, kind = $6, everyone = $7, rev = rev + 1
 where id = $8 and kind in ('open', 'private')`

// ArchiveRoom makes the room one that can only be read; its name is free again.
func (s *Store) ArchiveRoom(ctx context.Context, room RoomID, by Actor) error {
	return s.manage(ctx, room, by, func(ctx context.Context, tx *transaction, who Standing) error {
		if who.Archived {
			return nil
		}
		if err := s.archive(ctx, tx, room); err != nil {
			return err
		}
		return s.recordManaged(ctx, tx, room, by, who, RoomArchive, 0)
	})
}

// ReopenRoom makes an archived room one that can be written in again, by another name
// unless name is "". It fails with Problems if there is another room of that name now, and
// with Restraint if by has a time-out there and would give it another name.
func (s *Store) ReopenRoom(ctx context.Context, room RoomID, by Actor, name string) error {
	err := s.manage(ctx, room, by, func(ctx context.Context, tx *transaction, who Standing) error {
		if !who.Archived {
			return nil
		}
		r, err := roomIn(ctx, tx, room)
		if err != nil {
			return err
		}
		if name != "" && name != r.Name {
			in, p := checkCharter(Charter{Name: name, Topic: r.Topic, Kind: r.Kind, Everyone: r.Everyone})
			if len(p) > 0 {
				return p
			}
			if err := timedOutUntil(who.Quiet, s.now()); err != nil {
				return err
			}
			entries, err := setCharter(ctx, tx, r, in, who.Administrator)
			if err != nil {
				return err
			}
			if actsAsAdministrator(who) {
				if err := s.record(ctx, tx, by, entries...); err != nil {
					return err
				}
			}
			r.Name = in.Name
		}
		if err := reopen(ctx, tx, r); err != nil {
			return err
		}
		return s.recordManaged(ctx, tx, room, by, who, RoomReopen, 0)
	})
	if isConflict(err) {
		return errNameTaken
	}
	return err
}

// manage runs fn if by may manage the room: ErrNotFound if not.
func (s *Store) manage(ctx context.Context, room RoomID, by Actor, fn func(context.Context, *transaction, Standing) error) error {
	err := s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		if err := s.lockRoom(ctx, tx, room); err != nil {
			return err
		}
		who, err := standing(ctx, tx, room, by.User)
		if err != nil {
			return err
		}
		if !May(who, Manage, nil) {
			return ErrNotFound
		}
		return fn(ctx, tx, who)
	})
	if err != nil {
		return fmt.Errorf("change room %d: %w", room, err)
	}
	return nil
}

// lockRoom takes the room's row first, as every writer of the room does, so that
// what is read after it is still so when it is written. SQLite has one writer.
func (s *Store) lockRoom(ctx context.Context, tx *transaction, room RoomID) error {
	if s.writer != nil {
		return nil
	}
	_, err := tx.ExecContext(ctx, "select 1 from rooms where id = $1 for update", room)
	return err
}
