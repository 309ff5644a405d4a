package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

// bench is a world with somebody of each office and everything that can wait or hold:
// Ada administers, Mod and Mia moderate the instance; Cleo owns the Kitchen, which is
// open, and the Cellar, which is private; Ben moderates both; Dan and Mia are in both.
// Room 4 is Ben and Dan's conversation; Eve owns an open room that nobody else is in.
type bench struct {
	*testing.T
	*store.Store
	db     *sqlx.DB
	people []store.User
	rooms  []store.RoomID // with the direct conversation
}

func onTheBench(t *testing.T, fn func(t *testing.T, b *bench)) {
	storetest.Databases(t, func(t *testing.T, s *store.Store, db *sqlx.DB) {
		b := &bench{T: t, Store: s, db: db}
		ada, ben, cleo := crew(t, s)
		dan, eve, mod, mia := person(t, s, "dan"), person(t, s, "eve"), person(t, s, "mod"), person(t, s, "mia")
		b.people = []store.User{ada, ben, cleo, dan, eve, mod, mia}
		must(t, s.SetRole(t.Context(), by(ada), mod.ID, store.Moderator))
		must(t, s.SetRole(t.Context(), by(ada), mia.ID, store.Moderator))
		for _, in := range []store.Charter{{Name: "Kitchen", Kind: store.OpenRoom}, {Name: "Cellar", Kind: store.PrivateRoom}} {
			room, err := s.CreateRoom(t.Context(), cleo.ID, in)
			must(t, err)
			for _, who := range []store.User{ben, dan, mia} {
				must(t, s.AddMember(t.Context(), room, by(cleo), who.ID))
			}
			must(t, s.SetModerator(t.Context(), by(cleo), room, ben.ID, true))
			b.rooms = append(b.rooms, room)
		}
		direct, err := s.Converse(t.Context(), ben.ID, []store.UserID{dan.ID})
		must(t, err)
		_, err = s.CreateRoom(t.Context(), eve.ID, store.Charter{Name: "Attic", Kind: store.OpenRoom})
		must(t, err)
		b.rooms = append(b.rooms, lobby, direct)
		b.fill(ada, ben, cleo, dan, eve, mod, mia)
		fn(t, b)
	})
}

// fill adds a case about each person and about a message of theirs in each room, some of
// which somebody has; a held message of each; and each kind of measure on each of them
// in each place, with an objection to many.
func (b *bench) fill(ada, ben, cleo, dan, eve, mod, mia store.User) {
	tx := b.db.MustBegin()
	defer tx.Rollback()
	n, objected, at := 0, 0, time.Now().UnixMicro()
	next := func() int { n++; return n }
	takers := []store.UserID{0, 0, mod.ID, 0, cleo.ID, mia.ID}
	hides := map[string]int{}
	for _, on := range b.people {
		tx.MustExec("insert into cases (id, kind, user_id, room_id, seq, state, taken_by, opened_at) values ($1, 'person', $2, 0, 0, 'open', $3, $4)", next(), on.ID, takers[n%len(takers)], at+int64(n))
		for _, room := range b.rooms {
			id := next()
			hides[fmt.Sprint(on.ID, room)] = id
			tx.MustExec("insert into cases (id, kind, user_id, room_id, seq, state, taken_by, opened_at) values ($1, 'message', $2, $3, $4, $5, $6, $7)", id, on.ID, room, on.ID, []string{"open", "open", "closed"}[n%3], takers[n%len(takers)], at+int64(n))
			if room != b.rooms[3] {
				tx.MustExec("insert into held (id, room_id, user_id, post_key, body, at, rule_id, state) values ($1, $2, $3, 'k', 'casino', $4, 1, $5)", id, room, on.ID, at, []string{"waiting", "waiting", "published"}[n%3])
			}
		}
	}
	measure := func(kind store.MeasureKind, on store.UserID, room store.RoomID, seq store.Seq, about int, who store.User) (id int) {
		id = next()
		until, ended := int64(0), int64(0)
		switch id % 7 {
		case 3:
			until = at + int64(time.Hour/time.Microsecond)
		case 4:
			until = at - 1 // nobody has tidied it up yet
		case 5:
			ended = at
		}
		tx.MustExec(`insert into measures (id, kind, user_id, room_id, seq, case_id, by_id, at, until_at, ended_at, reason, words, amount) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'spam', '', 30)`,
			id, kind, on, room, seq, about, who.ID, at, until, ended)
		return id
	}
	object := func(id int, on store.UserID, room store.RoomID) {
		objected++
		tx.MustExec("insert into appeals (measure_id, user_id, room_id, at, text, decided_at) values ($1, $2, $3, $4, 'why', $5)", id, on, room, at+int64(objected/2), []int64{0, 0, 0, 0, 9}[objected%5])
	}
	for _, on := range b.people {
		for _, room := range b.rooms {
			for _, who := range []store.User{ada, mod, cleo, ben} {
				out := measure(store.TimeOut, on.ID, room, 0, 0, who)
				measure(store.Warning, on.ID, room, 0, 0, who)
				measure(store.Removal, on.ID, room, 0, 0, who)
				measure(store.HideMessage, on.ID, room, 1000, 0, who) // nobody reported it
				hidden := measure(store.HideMessage, on.ID, room, store.Seq(on.ID), hides[fmt.Sprint(on.ID, room)], who)
				if who.ID == cleo.ID || who.ID == ben.ID {
					object(out, on.ID, room)
				}
				if who.ID == mod.ID {
					object(hidden, on.ID, room)
				}
			}
		}
		for _, kind := range []store.MeasureKind{store.Warning, store.TimeOut, store.Suspension, store.Ban} {
			object(measure(kind, on.ID, 0, 0, 0, []store.User{ada, mod}[n%2]), on.ID, 0)
		}
	}
	for _, room := range b.rooms {
		measure(store.SlowMode, 0, room, 0, 0, cleo)
		measure(store.RoomLock, 0, room, 0, 0, mod)
	}
	measure(store.NewcomerCap, 0, 0, 0, 0, ada)
	measure(store.NewcomerLag, 0, 0, 0, 0, mod)
	tx.MustExec("update counters set value = $1 where name in ('measure', 'case', 'held')", n)
	must(b.T, tx.Commit())
}

// waits is what the pages of who show as waiting for them, there or (0) everywhere.
func (b *bench) waits(who store.UserID, room store.RoomID) (w store.Waiting) {
	b.Helper()
	cases, err := b.Cases(b.Context(), store.Queue{User: who, Room: room, Tab: "open"}, 1000)
	must(b.T, err)
	for _, c := range cases {
		if c.TakenBy == 0 || c.TakenBy == who {
			w.Reports++
		}
		if _, err := b.CaseFor(b.Context(), c.ID, who); err != nil {
			b.Errorf("%d cannot open case %d of the queue of %d: %v", who, c.ID, room, err)
		}
	}
	held, err := b.HeldFor(b.Context(), who, room, 1000)
	must(b.T, err)
	w.Held = len(held)
	w.Objections = b.objections(who, room)
	return w
}

// objections is how many who can decide.
func (b *bench) objections(who store.UserID, room store.RoomID) (n int) {
	b.Helper()
	appeals, err := b.OpenAppeals(b.Context(), store.AppealQuery{User: who, Room: room}, 1000)
	must(b.T, err)
	for _, a := range appeals {
		if a.Measure.By != who {
			n++
		} else if alone, err := b.Alone(b.Context(), a.Measure); err != nil {
			b.Error(err)
		} else if alone {
			n++
		}
	}
	return n
}

func TestWhatWaitsIsCountedExactlyAsThePagesShowIt(t *testing.T) {
	onTheBench(t, func(t *testing.T, b *bench) {
		for _, who := range b.people {
			beside, err := b.Aside(t.Context(), who.ID)
			must(t, err)
			var want store.Waiting
			rooms, err := b.ModeratedRooms(t.Context(), who.ID)
			must(t, err)
			var names []string
			for _, r := range rooms {
				names = append(names, r.Name)
				there := b.waits(who.ID, r.ID)
				if r.Waiting != there {
					t.Errorf("%s in %s is told of %+v; the pages show %+v", who.Name, r.Name, r.Waiting, there)
				}
				want.Reports, want.Held, want.Objections = want.Reports+there.Reports, want.Held+there.Held, want.Objections+there.Objections
			}
			office := map[string]string{"ada": "[]", "ben": "[Cellar Kitchen]", "cleo": "[Cellar Kitchen]", "dan": "[]", "eve": "[]", "mod": "[]", "mia": "[]"}[who.Name]
			if got := fmt.Sprint(names); got != office {
				t.Errorf("%s moderates %s, want %s", who.Name, got, office)
			}
			officer := slices.Contains([]string{"ada", "mod", "mia"}, who.Name)
			if officer {
				want = b.waits(who.ID, 0)
				for _, room := range b.rooms {
					if b.MayQueue(t.Context(), who.ID, room) != nil {
						continue
					}
					if got, err := b.WaitingIn(t.Context(), who.ID, room); err != nil || got != b.waits(who.ID, room) {
						t.Errorf("%s in %d is told of %+v, %v; the pages show %+v", who.Name, room, got, err, b.waits(who.ID, room))
					}
				}
			}
			if beside.Waiting != want {
				t.Errorf("%s is told of %+v; the pages show %+v", who.Name, beside.Waiting, want)
			}
			if got := beside.Moderates; got != (officer || len(names) > 0) {
				t.Errorf("%s moderates something: %t", who.Name, got)
			}
			if want.Objections == 0 && who.Name != "ben" && (officer || len(names) > 0) || want.Total() >= 3*store.MostWaiting {
				t.Errorf("the counts of %s prove nothing: %+v", who.Name, want)
			}
		}
	})
}

func TestWhatIsInForceIsAllThatOneMayLift(t *testing.T) {
	onTheBench(t, func(t *testing.T, b *bench) {
		var ids []store.MeasureID
		must(t, b.db.Select(&ids, "select id from measures order by id desc"))
		var holding []store.Measure
		for _, id := range ids {
			m, err := b.MeasureByID(t.Context(), id)
			if must(t, err); m.Holds(time.Now()) {
				holding = append(holding, m)
			}
		}
		for _, who := range b.people {
			want, err := b.Lifts(t.Context(), who.ID, holding)
			must(t, err)
			ask := func(q store.InForce) (got []store.Measure) {
				t.Helper()
				for q.User = who.ID; ; { // page by page
					page, err := b.MeasuresInForce(t.Context(), q, 40)
					if must(t, err); len(page) == 0 {
						return got
					}
					got, q.Before = append(got, page...), page[len(page)-1].ID
				}
			}
			if _, err := b.MeasuresInForce(t.Context(), store.InForce{User: who.ID}, 10); err != nil {
				wants(t, who.Name+" moderates nothing", err, store.ErrNotFound)
				if len(want) > 0 {
					t.Errorf("%s may lift %d", who.Name, len(want))
				}
				continue
			}
			if got := ask(store.InForce{}); !slices.Equal(got, want) || len(got) < 5 && who.Name != "eve" {
				t.Errorf("%s finds %d, and may lift %d", who.Name, len(got), len(want))
			}
			chosen := func(is func(store.Measure) bool) []store.Measure {
				return slices.DeleteFunc(slices.Clone(want), func(m store.Measure) bool { return !is(m) })
			}
			for name, one := range map[string][2][]store.Measure{
				"bans":         {ask(store.InForce{Kind: store.Ban}), chosen(func(m store.Measure) bool { return m.Kind == store.Ban })},
				"those on Dan": {ask(store.InForce{Name: " DA"}), chosen(func(m store.Measure) bool { return m.UserName == "dan" })},
				"those on the Kitchen": {ask(store.InForce{Name: "kitch"}), chosen(func(m store.Measure) bool {
					return m.User == 0 && m.RoomName == "Kitchen"
				})},
				"time-outs of Ben": {ask(store.InForce{Kind: store.TimeOut, Name: "ben"}), chosen(func(m store.Measure) bool { return m.Kind == store.TimeOut && m.UserName == "ben" })},
				"none":             {ask(store.InForce{Name: "zzz"}), nil},
			} {
				if !slices.Equal(one[0], one[1]) {
					t.Errorf("%s, %s: found %d, want %d", who.Name, name, len(one[0]), len(one[1]))
				}
			}
			for _, room := range b.rooms {
				if b.MayQueue(t.Context(), who.ID, room) != nil {
					_, err := b.MeasuresInForce(t.Context(), store.InForce{User: who.ID, Room: room}, 10)
					wants(t, who.Name+" somewhere else", err, store.ErrNotFound)
				} else if got, there := ask(store.InForce{Room: room}), chosen(func(m store.Measure) bool { return m.Room == room }); !slices.Equal(got, there) {
					t.Errorf("%s in %d: found %d, want %d", who.Name, room, len(got), len(there))
				}
			}
		}
	})
}

// Many objections to what others decide hide none of those that are theirs.
func TestObjectionsAreReadPageByPageUntilTheLast(t *testing.T) {
	onTheBench(t, func(t *testing.T, b *bench) {
		for _, who := range b.people {
			for _, room := range append([]store.RoomID{0}, b.rooms...) {
				q := store.AppealQuery{User: who.ID, Room: room}
				want, err := b.OpenAppeals(t.Context(), q, 1000)
				if err != nil {
					wants(t, fmt.Sprint(who.Name, " in ", room), err, store.ErrNotFound)
					continue
				}
				var got []store.Appeal
				for {
					page, err := b.OpenAppeals(t.Context(), q, 7)
					must(t, err)
					got = append(got, page...)
					if len(page) == 0 {
						break
					}
					q.After = page[len(page)-1].Mark()
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s in %d: %d page by page, of %d", who.Name, room, len(got), len(want))
				}
				decided, err := b.DecidedAppeals(t.Context(), q, 1000)
				must(t, err)
				for _, a := range slices.Concat(want, decided) {
					if mine, err := b.Lifts(t.Context(), who.ID, []store.Measure{a.Measure}); err != nil || len(mine) != 1 || room != 0 && a.Measure.Room != room {
						t.Errorf("%s in %d: %+v is not theirs", who.Name, room, a.Measure)
					}
				}
				if len(decided) == 0 && len(want) > 8 {
					t.Errorf("%s in %d: nothing is decided", who.Name, room)
				}
			}
		}
	})
}
