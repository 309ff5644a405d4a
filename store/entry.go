package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// EntryID numbers the entries of the log of administration in their order.
type EntryID int64

// Act is what an entry says was done: a noun and a verb, like "account.suspend".
type Act string

// TargetKind is what kind of thing an act was done to.
type TargetKind string

// The kinds of targets.
const (
	OnAccount    TargetKind = "account"
	OnRoom       TargetKind = "room"
	OnMessage    TargetKind = "message"
	OnSession    TargetKind = "session"
	OnInvitation TargetKind = "invitation"
	OnSetting    TargetKind = "setting"
	OnRule       TargetKind = "rule"
	OnLog        TargetKind = "log"
)

// TargetKinds are all of them.
var TargetKinds = []TargetKind{OnAccount, OnRoom, OnMessage, OnSession, OnInvitation, OnSetting, OnRule, OnLog}

// Target is what an act was done to. A message is a room's, by its number; its text is
// never in the log.
type Target struct {
	Kind TargetKind
	ID   int64
	Seq  Seq    // of a message
	Name string // as it was called then
}

// Actor is who does an act of administration, and from where. User 0 is whoever has
// the server itself: the command line, or Parley by itself.
type Actor struct {
	User    UserID
	Address string
}

// Entry is one line of the log: who did what to whom, when and from where.
type Entry struct {
	ID      EntryID
	At      time.Time
	By      UserID
	ByName  string
	Address string
	Act     Act
	Target  Target
	Room    RoomID // in which it was, if what it was done to is a person or a message; 0: in none
	InRoom  string // how that was called then; "": a direct conversation
	Was     string // what it was before; "" where that says nothing
	Now     string
	Reason  string
}

// administer runs fn in one transaction as an act of an administrator, and logs the
// entries that fn returns with it: without them nothing of it is kept, and without it
// there is no entry. It fails with ErrNotFound if by is no active administrator.
func (s *Store) administer(ctx context.Context, by Actor, fn func(context.Context, *transaction) ([]Entry, error)) error {
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		if by.User != 0 {
			if err := administers(ctx, tx, by.User); err != nil {
				return err
			}
		}
		entries, err := fn(ctx, tx)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, by, entries...)
	})
}

// record adds entries to the log as acts of by.
func (s *Store) record(ctx context.Context, tx *transaction, by Actor, entries ...Entry) error {
	if len(entries) == 0 {
		return nil
	}
	name := entries[0].ByName // of who is no longer called so
	if by.User != 0 && name == "" {
		if err := tx.GetContext(ctx, &name, "select name from users where id = $1", by.User); err != nil {
			return err
		}
	}
	for _, e := range entries {
		if err := tx.GetContext(ctx, &e.ID, nextID, "entry"); err != nil {
			return err
		}
		if e.Target.Kind == OnMessage {
			e.Room = RoomID(e.Target.ID)
		}
		if e.Room != 0 {
			if err := tx.GetContext(ctx, &e.InRoom, "select name from rooms where id = $1", e.Room); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, insertEntry, e.ID, micros(s.now()), by.User, name, by.Address, e.Act,
			e.Target.Kind, e.Target.ID, e.Target.Seq, e.Target.Name, clip(e.Was, mostOfValue), clip(e.Now, mostOfValue), clip(e.Reason, mostOfValue), e.Room, e.InRoom); err != nil {
			return err
		}
		e.Address = by.Address
		for _, word := range entryWords(name, e) {
			if _, err := tx.ExecContext(ctx, "insert into log_words (word, entry_id) values ($1, $2)", word, e.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// mostOfValue is how many bytes of a value before or after the log keeps.
const mostOfValue = 2000

const insertEntry = `
insert into log_entries (id, at, by_id, by_name, address, act, target_kind, target_id, target_seq, target_name, was, now, reason, room_id, room_name)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`

// mostFound is how many bytes of a value or a reason an entry is found by.
const mostFound = 300

// entryWords are by what an entry is found: the words of the names in it, of its act, of
// what was before and after, and of its reason, and the address.
func entryWords(by string, e Entry) []string {
	words := wordsIn(strings.Join([]string{by, e.Target.Name, e.InRoom, string(e.Act), clip(e.Was, mostFound), clip(e.Now, mostFound), clip(e.Reason, mostFound)}, " "))
	if e.Address != "" {
		words = append(words, e.Address)
	}
	slices.Sort(words)
	return slices.Compact(words)
}

func wordsIn(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}

// soughtWords are what entries must have that are looked for with text. What has no
// letter, or a colon, is the beginning of an address.
func soughtWords(text string) []string {
	var all []string
	for _, word := range strings.Fields(strings.ToLower(text)) {
		if strings.Contains(word, ":") || !strings.ContainsFunc(word, unicode.IsLetter) {
			all = append(all, word)
		} else {
			all = append(all, wordsIn(word)...)
		}
	}
	return all[:min(len(all), mostSought)]
}

// mostSought is how many words one looks for at once.
const mostSought = 5

// EntryQuery chooses entries of the log; its zero value chooses all.
type EntryQuery struct {
	By     UserID
	Act    Act
	On     Target // by Kind, and ID if it is not 0
	Word   string // the beginnings of words of the names, of the act, or of the address
	Since  time.Time
	Until  time.Time
	Before EntryID // 0: from the newest

	from  EntryID  // not older than this
	words []string // that Word asks for, the rarest first; nil: in its order
	many  bool     // each of words is in very many
}

// nearEntries are the newest of those asked for, where a word is looked for first, in
// one after the other: what is in many entries is found there at once, and of what is not
// the whole list is short.
const nearEntries = 2000

// Entries returns at most limit entries of the log, the newest first.
func (s *Store) Entries(ctx context.Context, q EntryQuery, limit int) ([]Entry, error) {
	var rows []entryRow
	var err error
	if q.Word != "" {
		rows, err = s.entriesWith(ctx, q, limit)
	} else {
		query, args := q.statement(limit)
		err = s.list(ctx, &rows, query, args...)
	}
	if err != nil {
		return nil, s.plain(err)
	}
	all := make([]Entry, len(rows))
	for i, r := range rows {
		all[i] = r.entry()
	}
	return all, nil
}

// entriesWith are the entries for a query with words.
func (s *Store) entriesWith(ctx context.Context, q EntryQuery, limit int) (rows []entryRow, err error) {
	first := EntryID(1)
	if !q.Since.IsZero() {
		if err := s.get(ctx, &first, firstEntrySince, micros(q.Since)); isNone(err) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
	}
	near := q
	if near.Before == 0 {
		if err := s.get(ctx, &near.Before, "select value + 1 from counters where name = 'entry'"); err != nil {
			return nil, err
		}
	}
	near.from = max(first, near.Before-nearEntries)
	query, args := near.statement(limit)
	if err := s.list(ctx, &rows, query, args...); err != nil || len(rows) == limit || near.from == first {
		return rows, err
	}
	if q.words = soughtWords(q.Word); len(q.words) > 1 {
		if q.many, err = s.rarestFirst(ctx, q.words); err != nil {
			return nil, err
		}
	}
	rows = nil
	query, args = q.statement(limit)
	return rows, s.list(ctx, &rows, query, args...)
}

const firstEntrySince = "select l.id from log_entries l where l.at >= $1 order by l.at limit 1"

// rarestFirst sorts words by how many entries have them, and says whether even the first
// is in very many.
func (s *Store) rarestFirst(ctx context.Context, words []string) (bool, error) {
	in := make(map[string]int, len(words))
	for _, word := range words {
		var n int
		if err := s.get(ctx, &n, entriesHaving, word, word+"\U0010FFFF", veryMany); err != nil {
			return false, err
		}
		in[word] = n
	}
	slices.SortStableFunc(words, func(a, b string) int { return in[a] - in[b] })
	return in[words[0]] == veryMany, nil
}

// veryMany is from how many entries of a word on it costs less to list those of another
// than to ask each whether it has that.
const veryMany = 5000

const entriesHaving = `
select count(*)
  from (select 1 from log_words w where w.word >= $1 and w.word < $2 limit $3) found`

const entryColumns = `
select e.id, e.at, e.by_id, e.by_name, e.address, e.act, e.target_kind, e.target_id, e.target_seq, e.target_name, e.was, e.now, e.reason, e.room_id, e.room_name
  from log_entries e
 where true`

type entryRow struct {
	ID         EntryID
	At         int64
	ByID       UserID `db:"by_id"`
	ByName     string `db:"by_name"`
	Address    string
	Act        Act
	TargetKind TargetKind `db:"target_kind"`
	TargetID   int64      `db:"target_id"`
	TargetSeq  Seq        `db:"target_seq"`
	TargetName string     `db:"target_name"`
	Was, Now   string
	Reason     string
	RoomID     RoomID `db:"room_id"`
	RoomName   string `db:"room_name"`
}

func (r entryRow) entry() Entry {
	return Entry{
		ID: r.ID, At: fromMicros(r.At), By: r.ByID, ByName: r.ByName, Address: r.Address, Act: r.Act,
		Target: Target{r.TargetKind, r.TargetID, r.TargetSeq, r.TargetName}, Was: r.Was, Now: r.Now, Reason: r.Reason,
		Room: r.RoomID, InRoom: r.RoomName,
	}
}

// statement is the query that q asks for and its values. Entries are in the order of
// their times, so that a time is a number, found by the index of times.
func (q EntryQuery) statement(limit int) (string, []any) {
	text, args := entryColumns, []any{}
	where := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(args)), 1)
		}
		text += "\n   and " + condition
	}
	if q.By != 0 {
		where("e.by_id = ?", q.By)
	}
	if q.Act != "" {
		where("e.act = ?", q.Act)
	}
	if q.On.Kind != "" {
		where("e.target_kind = ?", q.On.Kind)
	}
	if q.On.ID != 0 {
		where("e.target_id = ?", q.On.ID)
	}
	words := q.words
	if words == nil {
		words = soughtWords(q.Word)
	}
	if len(words) > 0 && q.from == 0 { // the first one's entries are listed, and of those only what has the others
		other := " and exists (select 1 from log_words x where x.entry_id = w.entry_id and x.word >= ? and x.word < ?)"
		if q.many {
			other = " intersect select x.entry_id from log_words x where x.word >= ? and x.word < ?"
		}
		has, values := "e.id in (select w.entry_id from log_words w where w.word >= ? and w.word < ?", []any{words[0], words[0] + "\U0010FFFF"}
		for _, word := range words[1:] {
			has += other
			values = append(values, word, word+"\U0010FFFF")
		}
		where(has+")", values...)
		words = nil
	}
	for _, word := range words {
		where("exists (select 1 from log_words w where w.entry_id = e.id and w.word >= ? and w.word < ?)", word, word+"\U0010FFFF")
	}
	if q.from > 0 {
		where("e.id >= ?", q.from)
	}
	if !q.Since.IsZero() {
		where("e.id >= (select l.id from log_entries l where l.at >= ? order by l.at limit 1)", micros(q.Since))
	}
	if !q.Until.IsZero() {
		where("e.id <= (select l.id from log_entries l where l.at < ? order by l.at desc limit 1)", micros(q.Until))
	}
	before := q.Before
	if before == 0 {
		before = 1 << 62
	}
	where("e.id < ?", before)
	return text + "\n order by e.id desc\n limit " + strconv.Itoa(limit), args
}
