package store_test

import (
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
	"parley/store/storetest"
)

func TestNobodyComesAnywhereWhoIsDeletedMeanwhile(t *testing.T) {
	dsn := storetest.Postgres(t) // SQLite has one writer
	s, err := store.Open(t.Context(), dsn)
	must(t, err)
	defer s.Close()
	db := sqlx.MustConnect("pgx", dsn)
	defer db.Close()
	ada, _, _ := crew(t, s)
	secret := makeRoom(t, s, ada, "Secret", store.PrivateRoom)
	for name, comes := range map[string]func(who store.User) error{
		"into a room": func(who store.User) error { return s.AddMember(t.Context(), secret, store.Actor{User: ada.ID}, who.ID) },
		"by themselves": func(who store.User) error {
			return s.Join(t.Context(), makeRoom(t, s, ada, "Of "+who.Username, store.OpenRoom), who.ID)
		},
		"into a conversation": func(who store.User) error {
			_, err := s.Converse(t.Context(), ada.ID, []store.UserID{who.ID})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			who := person(t, s, "guest"+name[len(name)-4:])
			tx := db.MustBegin() // another process deletes them
			tx.MustExec("update users set username_key = $1, deleted_at = 1, suspended_at = 1 where id = $2", "#"+who.Username, who.ID)
			done := make(chan error, 1)
			go func() { done <- comes(who) }()
			for waits := 0; waits == 0 && len(done) == 0; {
				must(t, db.Get(&waits, "select count(*) from pg_locks where not granted"))
			}
			must(t, tx.Commit())
			if err := <-done; err == nil {
				t.Error("they came")
			}
			var n int
			if must(t, db.Get(&n, "select count(*) from members m join rooms r on r.id = m.room_id where m.user_id = $1 and m.present and r.name <> 'Lobby'", who.ID)); n > 0 {
				t.Errorf("they are in %d rooms", n)
			}
		})
	}
}

// Who rises meanwhile is not acted on by who was above them: everywhere, in a case, and
// in a room.
func TestWhoRisesMeanwhileIsNotActedOnByWhoWasAboveThem(t *testing.T) {
	dsn := storetest.Postgres(t) // SQLite has one writer
	s, err := store.Open(t.Context(), dsn)
	must(t, err)
	defer s.Close()
	db := sqlx.MustConnect("pgx", dsn)
	defer db.Close()
	ada, ben, cleo := crew(t, s)
	dan := person(t, s, "dan")
	must(t, s.SetRole(t.Context(), by(ada), ben.ID, store.Moderator))
	kitchen := makeRoom(t, s, dan, "Kitchen", store.OpenRoom)
	eve := person(t, s, "eve") // moderates it
	for _, u := range []store.User{cleo, eve} {
		must(t, s.Join(t.Context(), kitchen, u.ID))
	}
	must(t, s.SetModerator(t.Context(), by(dan), kitchen, eve.ID, true))
	m, err := s.PostMessage(t.Context(), store.Draft{Room: lobby, Author: cleo.ID, Key: "1", Body: "Buy watches"})
	must(t, err)
	c, err := s.ReportMessage(t.Context(), lobby, m.Seq, ada.ID, store.Spam, "")
	must(t, err)
	suspension := store.Measure{Kind: store.Suspension, User: cleo.ID, Reason: store.Spam}
	inKitchen := func(kind store.MeasureKind) func() error {
		return func() error {
			_, err := s.Impose(t.Context(), by(eve), store.Measure{Kind: kind, User: cleo.ID, Room: kitchen, Reason: store.Spam, Until: time.Now().Add(time.Hour)})
			return err
		}
	}
	everywhere := []string{"update users set role = 'moderator' where id = $1", "update users set role = 'administrator' where id = $1"}
	// As SetModerator does it: it has the room before.
	here := []string{"with room as materialized (select id from rooms where name = 'Kitchen' for update) update members set moderator = true where user_id = $1 and room_id = (select id from room)"}
	for name, race := range map[string]struct {
		rises []string
		act   func() error
	}{
		"suspended": {everywhere, func() error { _, err := s.Impose(t.Context(), by(ben), suspension); return err }},
		"suspended in a case": {everywhere, func() error {
			_, err := s.ImposeInCase(t.Context(), by(ben), c.ID, c.Version, suspension, false)
			return err
		}},
		"warned in a room":     {here, inKitchen(store.Warning)},
		"a time-out in a room": {here, inKitchen(store.TimeOut)},
		"removed from a room":  {here, inKitchen(store.Removal)},
	} {
		for _, rise := range race.rises {
			db.MustExec("update users set role = 'member' where id = $1", cleo.ID)
			db.MustExec("update members set moderator = false where user_id = $1", cleo.ID)
			tx := db.MustBegin()
			tx.MustExec(rise, cleo.ID)
			done := make(chan error, 1)
			go func() { done <- race.act() }()
			for waits := 0; waits == 0 && len(done) == 0; {
				must(t, db.Get(&waits, "select count(*) from pg_locks where not granted"))
			}
			must(t, tx.Commit())
			wants(t, name+", who has risen", <-done, store.ErrNotFound)
		}
	}
	if all, err := s.MeasuresOn(t.Context(), cleo.ID, 10); err != nil || len(all) != 0 {
		t.Errorf("done to her was %+v, %v", all, err)
	}
}
