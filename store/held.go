package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// HeldID numbers the messages that were held.
type HeldID int64

// HeldState is what became of a message that a rule held.
type HeldState string

// The states. What is not waiting was decided once, and stays so.
const (
	HeldWaiting    HeldState = "waiting"
	HeldPublished  HeldState = "published"
	HeldTurnedDown HeldState = "refused"
	HeldWithdrawn  HeldState = "withdrawn" // by its author
)

// HeldMessage is a message that a rule keeps out of its room until a moderator decides.
type HeldMessage struct {
	ID         HeldID
	Room       RoomID
	RoomName   string
	Author     UserID
	AuthorName string
	Body       string
	At         time.Time
	DecidedAt  time.Time // zero: it waits
	State      HeldState
	Rule       string    // what it looks for; "": it is deleted
	Sentence   string    // of the rule
	Words      string    // of who turned it down, to its author
	Measure    MeasureID // that keeps it out; 0: it waits, or was turned down when that was none
}

// HeldLife is how long after it was decided what a held message said is known: to its
// author, who was turned down, and to who could let it through yet. While an objection to
// that is open it is CopyLife.
const HeldLife = 7 * 24 * time.Hour

// Waits is what PostMessage returns of a draft that it keeps for a moderator, or has
// kept before: the text is safe, and not in the room.
type Waits struct {
	State    HeldState
	Sentence string // of the rule; "": Parley's own
}

func (e Waits) Error() string { return "the message was held: " + string(e.State) }

// Ruled is the error of a text that a rule refuses.
type Ruled struct {
	Sentence string // of the rule; "": Parley's own
	Edit     bool   // as a new message it would wait for a moderator
}

func (e Ruled) Error() string { return "a rule refuses the text" }

// meets is what rule does to a text of by's: nobody is above being refused, moderators
// need no other moderator, and a direct conversation has none.
func (by Standing) meets(rule Rule) RuleAct {
	if rule.Act != RuleRefuses && (by.Moderates() || by.Kind == DirectRoom) {
		return ""
	}
	return rule.Act
}

// MostHeld is how many messages of one person wait in one room at once: each of them is
// on its author's page.
const MostHeld = 50

// hold keeps d for a moderator instead of posting it. It fails with Invalid if as many of
// its author wait there already as may.
func (s *Store) hold(ctx context.Context, tx *transaction, d Draft, body, digest string, rule Rule) (*Waits, error) {
	var id HeldID
	if err := tx.GetContext(ctx, &id, nextID, "held"); err != nil {
		return nil, err
	}
	res, err := tx.ExecContext(ctx, insertHeld, id, d.Room, d.Author, heldKey(d, digest), body, micros(s.now()), rule.ID)
	if err := one(res, err); err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	} else if err != nil { // the same post, held since the question
		return heldBefore(ctx, tx, d, digest)
	}
	var waiting int
	if err := tx.GetContext(ctx, &waiting, waitingOf, d.Author, d.Room); err != nil {
		return nil, err
	}
	if waiting > MostHeld {
		return nil, Invalid{"body", "Fifty messages of yours wait for a moderator in this room. Send this when some of them are decided."}
	}
	return &Waits{HeldWaiting, rule.Sentence}, nil
}

const waitingOf = "select count(*) from held where user_id = $1 and room_id = $2 and state = 'waiting'"

const insertHeld = `
insert into held (id, room_id, user_id, post_key, body, at, rule_id, state)
values ($1, $2, $3, $4, $5, $6, $7, 'waiting')
on conflict do nothing`

// heldKey is the draft's key in the table: with its digest, for the same key with
// another body is another message.
func heldKey(d Draft, digest string) string { return digest + " " + d.Key }

// heldBefore is what became of d if it was held, nil if it was not.
func heldBefore(ctx context.Context, tx *transaction, d Draft, digest string) (*Waits, error) {
	var w Waits
	err := tx.scan(ctx, []any{(*string)(&w.State), &w.Sentence}, heldAs, d.Author, d.Room, heldKey(d, digest))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &w, err
}

const heldAs = `
select h.state, coalesce(x.sentence, '')
  from held h
  left join rules x on x.id = h.rule_id
 where h.user_id = $1 and h.room_id = $2 and h.post_key = $3`

// flag opens a case about m, or adds to the one that is open: rule is who reports it.
func (s *Store) flag(ctx context.Context, tx *transaction, m Message, rule Rule) (CaseID, error) {
	c := Case{User: m.Author, Room: m.Room, Seq: m.Seq, Copies: []Copy{{Body: m.Body, Rev: m.Rev, At: s.now(), Rule: rule.Text}}}
	err := s.caseAbout(ctx, tx, 0, &c)
	return c.ID, err
}

// HeldFor returns what waits for user to decide, the oldest first, at most limit: in room,
// or for who moderates the instance in all rooms (0) that they may read. What they wrote
// themselves is not theirs to decide. It fails with ErrNotFound for who moderates neither.
func (s *Store) HeldFor(ctx context.Context, user UserID, room RoomID, limit int) ([]HeldMessage, error) {
	if err := s.MayQueue(ctx, user, room); err != nil {
		return nil, err
	}
	if room != 0 {
		return s.held(ctx, heldIn, user, room, limit)
	}
	return s.held(ctx, heldAnywhere, user, limit)
}

// HeldToDecide returns one of those that HeldFor does, ErrNotFound if it is none of them,
// and also ErrConflict if it was decided, or withdrawn.
func (s *Store) HeldToDecide(ctx context.Context, user UserID, id HeldID) (HeldMessage, error) {
	all, err := s.held(ctx, heldByID, id)
	if err != nil || len(all) == 0 || all[0].Author == user {
		return HeldMessage{}, orNotFound(err)
	}
	if err := s.MayQueue(ctx, user, all[0].Room); err != nil {
		return HeldMessage{}, err
	}
	if all[0].State != HeldWaiting {
		return all[0], ErrConflict
	}
	return all[0], nil
}

const heldByID = heldColumns + " where h.id = $1"

// HeldOf returns what user sees of their own in room: what waits, and what was turned
// down, while it is kept.
func (s *Store) HeldOf(ctx context.Context, user UserID, room RoomID) ([]HeldMessage, error) {
	if s.rules.Load().version == 0 {
		return nil, nil // there has never been a rule
	}
	return s.held(ctx, heldOf, user, room, micros(s.now().Add(-HeldLife)))
}

// HeldBy returns what HeldOf does of all rooms, also of those that user has left, the
// newest first, at most limit: without the name of one that they may not know any more.
func (s *Store) HeldBy(ctx context.Context, user UserID, limit int) ([]HeldMessage, error) {
	if s.rules.Load().version == 0 {
		return nil, nil // there has never been a rule
	}
	return s.held(ctx, heldOfAll, user, micros(s.now().Add(-HeldLife)), limit)
}

const heldColumns = `
select h.id, h.room_id, r.name as room_name, h.user_id, u.name as user_name, h.body, h.at, h.decided_at, h.state, h.words, h.measure_id,
       coalesce(x.text, '') as rule, coalesce(x.sentence, '') as sentence
  from held h
  join rooms r on r.id = h.room_id
  join users u on u.id = h.user_id
  left join rules x on x.id = h.rule_id`

const heldAnywhere = heldColumns + `
 where h.state = 'waiting' and h.user_id <> $1
   and (r.kind = 'open' or exists (select 1 from members m where m.room_id = h.room_id and m.user_id = $1 and m.present))
 order by h.at
 limit $2`

const heldIn = heldColumns + `
 where h.state = 'waiting' and h.user_id <> $1 and h.room_id = $2
 order by h.at
 limit $3`

const heldOf = heldColumns + `
 where h.user_id = $1 and h.room_id = $2 and h.state in ('waiting', 'refused') and (h.decided_at = 0 or h.measure_id > 0 or h.decided_at > $3)
 order by h.id`

const heldOfAll = `
select h.id, h.room_id, case when r.kind = 'open' or exists (select 1 from members m where m.room_id = h.room_id and m.user_id = $1 and m.present)
                             then r.name else '' end as room_name,
       h.user_id, '' as user_name, h.body, h.at, h.decided_at, h.state, h.words, h.measure_id, '' as rule, coalesce(x.sentence, '') as sentence
  from held h
  join rooms r on r.id = h.room_id
  left join rules x on x.id = h.rule_id
 where h.user_id = $1 and h.state in ('waiting', 'refused') and (h.decided_at = 0 or h.measure_id > 0 or h.decided_at > $2)
 order by h.id desc
 limit $3`

type heldRow struct {
	ID        HeldID
	RoomID    RoomID `db:"room_id"`
	RoomName  string `db:"room_name"`
	UserID    UserID `db:"user_id"`
	UserName  string `db:"user_name"`
	Body      string
	At        int64
	DecidedAt int64 `db:"decided_at"`
	State     HeldState
	Rule      string
	Sentence  string
	Words     string
	MeasureID MeasureID `db:"measure_id"`
}

func (s *Store) held(ctx context.Context, query string, args ...any) ([]HeldMessage, error) {
	var rows []heldRow
	if err := s.list(ctx, &rows, query, args...); err != nil {
		return nil, s.plain(err)
	}
	all := make([]HeldMessage, len(rows))
	for i, r := range rows {
		all[i] = r.message()
	}
	return all, nil
}

func (r heldRow) message() HeldMessage {
	return HeldMessage{
		ID: r.ID, Room: r.RoomID, RoomName: r.RoomName, Author: r.UserID, AuthorName: r.UserName, Body: r.Body,
		At: fromMicros(r.At), DecidedAt: fromMicros(r.DecidedAt), State: r.State, Rule: r.Rule, Sentence: r.Sentence, Words: r.Words, Measure: r.MeasureID,
	}
}
