package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// MeasureID numbers the measures.
type MeasureID int64

// MeasureKind is what a moderator does.
type MeasureKind string

// The kinds. Those on a person are notices to them; those on a room its members see.
const (
	HideMessage MeasureKind = "hide"      // a placeholder for others; its author and moderators can read it
	TurnDown    MeasureKind = "turn-down" // a held message stays out of its room; lifted, it is posted
	Warning     MeasureKind = "warn"      // nothing but the notice
	TimeOut     MeasureKind = "time-out"  // cannot write, in a room or everywhere
	Removal     MeasureKind = "remove"    // out of a room, and cannot come back
	Suspension  MeasureKind = "suspend"   // cannot sign in
	Ban         MeasureKind = "ban"       // nor create another account
	SlowMode    MeasureKind = "slow"      // one message each Amount seconds
	RoomLock    MeasureKind = "lock"      // nobody but its moderators writes
	NewcomerCap MeasureKind = "newcomer"  // accounts younger than Amount hours: no links, no new direct conversations
	NewcomerLag MeasureKind = "wait"      // accounts younger than Amount minutes do not write at all
)

// Measure is an act of moderation. It holds until Until, or until it is lifted; then
// all is as before.
type Measure struct {
	ID      MeasureID
	Kind    MeasureKind
	User    UserID // on whom; 0: on a room, or on all newcomers
	Room    RoomID // where; 0: everywhere
	Seq     Seq    // of the message that is hidden, or that it is about; 0: none
	Case    CaseID // 0: none
	By      UserID // 0: a rule, or the server itself
	At      time.Time
	Until   time.Time // zero: until it is lifted
	EndedAt time.Time // zero: it holds
	EndedBy UserID    // 0: it ended by itself
	Reason  Reason
	Words   string // what the person, or the room's members, are told besides the reason
	Amount  int    // seconds or hours, as the kind says; of a Ban 1: addresses are refused, too
	ReadAt  time.Time

	UserName, RoomName, ByName string // where it was read to be shown; "": none

	Quote string // of the message that it is about, where it was read for who wrote that

	kept string // what it takes to undo it
	held HeldID // what it turns down; only what begins it says so
}

// Holds says whether m is in force at now.
func (m Measure) Holds(now time.Time) bool {
	return m.EndedAt.IsZero() && (m.Until.IsZero() || m.Until.After(now))
}

// CaseID numbers the cases.
type CaseID int64

// effect is what a kind of measure does when it begins and when it ends. Both find the
// measure in its table as it is then. end runs for one that was lifted and for one that
// ended by itself, and leaves what other measures of the kind that still hold want.
type effect struct {
	check func(*Measure) error // nil: nothing is asked of it
	begin func(*Store, context.Context, *transaction, *Measure) error
	end   func(*Store, context.Context, *transaction, Measure) error
}

// effects are those of each kind; each is beside what it changes.
var effects = map[MeasureKind]effect{
	Warning: {},
}

// ErrMeasured is Impose's answer where the same measure holds already.
var ErrMeasured = errors.New("this measure holds already")

// Meanwhile is the answer of ImposeAfter: the same was done since, and holds.
type Meanwhile struct{ Measure }

func (e Meanwhile) Error() string { return "the same was done meanwhile, and holds" }

// Impose does in as an act of by, with its entry in the log, and returns it. It fails
// with ErrNotFound if by may not do this to them (see MayModerate), and with Invalid. A
// form that is sent twice is done once: the second time it returns what the first did.
func (s *Store) Impose(ctx context.Context, by Actor, in Measure) (Measure, error) {
	return s.ImposeAfter(ctx, by, in, math.MaxInt64)
}

// ImposeAfter is Impose of somebody who has seen all measures there until seen: it fails
// with Meanwhile if the same was done after that, and holds.
func (s *Store) ImposeAfter(ctx context.Context, by Actor, in Measure, seen MeasureID) (Measure, error) {
	in.By, in.At = by.User, s.now()
	if err := checkMeasure(&in); err != nil {
		return in, err
	}
	var m Measure
	err := s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		m = in
		if m.Seq != 0 { // whose message it is, nobody chooses
			if err := tx.GetContext(ctx, &m.User, "select author_id from messages where room_id = $1 and seq = $2", m.Room, m.Seq); err != nil {
				return err
			}
		}
		if err := mayImpose(ctx, tx, by.User, m); err != nil {
			return err
		}
		if err := s.lockMeasured(ctx, tx, m.Room, m.User); err != nil {
			return err
		}
		// Again: what they are may have become another while this waited.
		if err := mayImpose(ctx, tx, by.User, m); err != nil {
			return err
		}
		return s.imposeOnce(ctx, tx, by, &m, seen)
	})
	if err != nil {
		return m, fmt.Errorf("%s: %w", in.Kind, err)
	}
	return m, s.refreshIf(ctx, m)
}

// checkMeasure says what is wrong with m, and leaves out what is no part of such a measure.
func checkMeasure(m *Measure) error {
	effect, is := effects[m.Kind]
	if !is {
		return Invalid{"kind", "Choose what to do."}
	}
	if !slices.Contains(m.Kind.Reasons(), m.Reason) {
		return Invalid{"reason", "Choose a reason."}
	}
	if !m.Kind.Lasts() {
		m.Until = time.Time{}
	}
	if !m.Until.IsZero() && !m.Until.After(m.At) {
		return Invalid{"until", "Choose an end that is still to come."}
	}
	var err error
	if m.Words, err = checkWords(m.Words); err != nil {
		return err
	}
	if effect.check != nil {
		return effect.check(m)
	}
	return nil
}

// Lasts says whether a measure has a length to choose: a warning is said once, and what is
// turned down is kept for as long as all of that is.
func (k MeasureKind) Lasts() bool { return k != Warning && k != TurnDown }

// Usual is how long a measure lasts that nobody chose a length for: 0 until it is lifted.
func (k MeasureKind) Usual() time.Duration {
	switch k {
	case TimeOut, SlowMode, RoomLock:
		return time.Hour
	case Removal, Suspension:
		return 7 * 24 * time.Hour
	}
	return 0
}

// WordsRunes is how long what a person is told of a measure may be.
const WordsRunes = 1000

// checkWords returns what a person is told as it is kept; "" is nothing.
func checkWords(words string) (string, error) {
	words = strings.TrimSpace(readable(newlines.Replace(words)))
	if err := fits("words", words, WordsRunes); err != nil {
		return "", err
	}
	return words, nil
}

// imposeOnce is impose, but for a form that is sent twice: then m is what the first did.
// It is Meanwhile if another did the same after seen. The caller has locked what m is on.
func (s *Store) imposeOnce(ctx context.Context, tx *transaction, by Actor, m *Measure, seen MeasureID) error {
	again, err := sameJustNow(ctx, tx, *m)
	if err == nil {
		*m = again
		return nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if other, err := sameSince(ctx, tx, *m, seen); err == nil {
		return Meanwhile{other}
	} else if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return s.impose(ctx, tx, by, m)
}

// impose is Impose within a transaction, by somebody who may.
func (s *Store) impose(ctx context.Context, tx *transaction, by Actor, m *Measure) error {
	if err := s.lockMeasured(ctx, tx, m.Room, m.User); err != nil {
		return err
	}
	if err := tx.GetContext(ctx, &m.ID, nextID, "measure"); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, insertMeasure, m.ID, m.Kind, m.User, m.Room, m.Seq, m.Case, m.By, micros(m.At), micros(m.Until),
		m.Reason, m.Words, m.Amount); err != nil {
		return err
	}
	if begin := effects[m.Kind].begin; begin != nil {
		if err := begin(s, ctx, tx, m); err != nil {
			return err
		}
	}
	if m.kept != "" {
		if _, err := tx.ExecContext(ctx, "update measures set kept = $1 where id = $2", m.kept, m.ID); err != nil {
			return err
		}
	}
	entry, err := measureEntry(ctx, tx, *m)
	if err != nil {
		return err
	}
	if m.Kind != TurnDown { // what is said of a text goes with it
		noted := Noted{entry.Now, m.Amount, m.Words}
		if open, err := openTo(ctx, tx, m.Room); err != nil {
			return err
		} else if !open { // what is said in a private room stays there
			noted.Words = ""
		}
		entry.Now = noted.String()
	}
	return s.record(ctx, tx, by, entry)
}

// openTo says whether a room is open; what is of no room is everybody's.
func openTo(ctx context.Context, tx *transaction, room RoomID) (bool, error) {
	if room == 0 {
		return true, nil
	}
	var kind Kind
	err := tx.GetContext(ctx, &kind, "select kind from rooms where id = $1", room)
	return kind == OpenRoom, err
}

const insertMeasure = `
insert into measures (id, kind, user_id, room_id, seq, case_id, by_id, at, until_at, reason, words, amount)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

// lockMeasured has measures on the same room, or on the same person everywhere, wait for
// each other, and posts there for them: a post locks its room, and then its author, and
// asks again what keeps them from it.
func (s *Store) lockMeasured(ctx context.Context, tx *transaction, room RoomID, user UserID) error {
	if room != 0 {
		if err := s.lockRoom(ctx, tx, room); err != nil {
			return err
		}
	}
	if user != 0 {
		return s.lockPerson(ctx, tx, user)
	}
	_, err := tx.ExecContext(ctx, "update counters set value = value where name = 'measure'")
	return err
}

// measureEntry is the log's entry of m.
func measureEntry(ctx context.Context, tx *transaction, m Measure) (Entry, error) {
	e := Entry{Act: Act("moderation." + m.Kind), Reason: string(m.Reason)}
	if !m.Until.IsZero() && m.Kind.Lasts() {
		e.Now = "until " + m.Until.Format(time.RFC3339)
	}
	if m.held != 0 {
		var err error
		if e.Now, err = ruleOf(ctx, tx, m.held); err != nil {
			return e, err
		}
	}
	switch {
	case m.Kind == HideMessage: // what else is said of a message is done to who wrote it
		e.Target = Target{Kind: OnMessage, ID: int64(m.Room), Seq: m.Seq}
	case m.User != 0:
		e.Target, e.Room = Target{Kind: OnAccount, ID: int64(m.User)}, m.Room
		return e, tx.GetContext(ctx, &e.Target.Name, "select name from users where id = $1", m.User)
	case m.Room != 0:
		e.Target = Target{Kind: OnRoom, ID: int64(m.Room)}
		return e, tx.GetContext(ctx, &e.Target.Name, "select name from rooms where id = $1", m.Room)
	}
	return e, nil
}
