package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"parley/store"
)

// onPostgres is ruled on PostgreSQL alone, where writers wait for each other's rows: on
// SQLite there is one.
func onPostgres(t *testing.T, fn func(t *testing.T, c *court)) {
	ruled(t, func(t *testing.T, c *court) {
		if c.db.DriverName() == "pgx" {
			fn(t, c)
		}
	})
}

// beside begins do, and returns what waits for its end once it waits for what tx holds.
// If it does not wait, it is done already, and the test goes on to say what is wrong.
func (c *court) beside(tx *sqlx.Tx, do func() error) (end func() error) {
	c.t.Helper()
	var holder int
	must(c.t, tx.Get(&holder, "select pg_backend_pid()"))
	done := make(chan error, 1)
	go func() { done <- do() }()
	for waits := 0; waits == 0 && len(done) == 0; {
		must(c.t, c.db.Get(&waits, "select count(*) from pg_stat_activity where $1 = any (pg_blocking_pids(pid))", holder))
	}
	return func() error { return <-done }
}

// free fails if anybody but tx has a row of table locked.
func (c *court) free(tx *sqlx.Tx, table string, id any) {
	c.t.Helper()
	if _, err := tx.Exec("select 1 from "+table+" where id = $1 for update nowait", id); err != nil {
		c.t.Errorf("who waits for the room has a row of %s: %v", table, err)
	}
}

func TestWhoDecidesAboutWhatIsHeldWaitsForItsRoomFirst(t *testing.T) {
	onPostgres(t, func(t *testing.T, c *court) {
		for what, decide := range map[string]func(store.HeldID) error{"publish": c.publish(c.mod), "turn down": c.turnDown(c.mod)} {
			h := c.waits(c.ben, what, "casino")
			tx := c.db.MustBegin()
			tx.MustExec("select 1 from rooms where id = $1 for update", lobby) // as the deletion of the room does
			end := c.beside(tx, func() error { return decide(h.ID) })
			c.free(tx, "held", h.ID)
			if _, err := tx.Exec("delete from held where room_id = $1", lobby); err == nil {
				must(t, tx.Commit())
			} else {
				t.Error(err)
				must(t, tx.Rollback())
			}
			wants(t, what, end(), store.ErrNotFound)
		}
	})
}

func TestWhoActsOnACaseWaitsForItsRoomFirst(t *testing.T) {
	onPostgres(t, func(t *testing.T, c *court) {
		open := c.report(c.cleo, c.said)
		tx := c.db.MustBegin()
		tx.MustExec("select 1 from rooms where id = $1 for update", lobby) // as a measure does, and then its person
		end := c.beside(tx, func() error { return c.s.AssignCase(t.Context(), act(c.mod), open.ID, open.Version, c.mod) })
		c.free(tx, "users", c.ben)
		must(t, tx.Rollback())
		must(t, end())
	})
}

// waiting are the held messages that nobody has decided about, of whoever wrote them.
func (c *court) waiting() (n int) {
	c.t.Helper()
	must(c.t, c.db.Get(&n, "select count(*) from held where state = 'waiting'"))
	return n
}

// gone are what takes the place away from somebody who writes, Ben, or their room.
func (c *court) gone(room store.RoomID) map[string]func() error {
	ctx := c.t.Context()
	impose := func(kind store.MeasureKind, room store.RoomID, user store.UserID) func() error {
		return func() error {
			m := store.Measure{Kind: kind, User: user, Room: room, Reason: kind.Reasons()[0], Until: time.Now().Add(time.Hour)}
			_, err := c.s.Impose(ctx, act(c.ada), m)
			return err
		}
	}
	return map[string]func() error{
		"his account is suspended": func() error { return suspend(ctx, c.s, act(c.ada), c.ben) },
		"his account is deleted":   func() error { return c.s.DeleteAccount(ctx, act(c.ada), c.ben, false) },
		"he is suspended":          impose(store.Suspension, 0, c.ben),
		"he is in a time-out":      impose(store.TimeOut, 0, c.ben),
		"he is removed":            impose(store.Removal, room, c.ben),
		"the room is locked":       impose(store.RoomLock, room, 0),
		"the room is archived":     func() error { return c.s.ArchiveRoom(ctx, room, act(c.ada)) },
		"the room is deleted":      func() error { return c.delete(room) },
	}
}

// delete has the room be deleted now.
func (c *court) delete(room store.RoomID) error {
	if err := c.s.DeleteRoom(c.t.Context(), act(c.ada), room); err != nil {
		return err
	}
	if _, err := c.db.Exec("update jobs set run_at = 0 where state = 'waiting'"); err != nil {
		return err
	}
	_, err := c.s.RunJob(c.t.Context())
	return err
}

// garden is a room of Ada's with Ben in it.
func (c *court) garden() store.RoomID {
	c.t.Helper()
	garden, err := c.s.CreateRoom(c.t.Context(), c.ada, store.Charter{Name: "Garden", Kind: store.OpenRoom})
	must(c.t, err)
	must(c.t, c.s.Join(c.t.Context(), garden, c.ben))
	return garden
}

func TestNothingIsHeldOfWhoCouldNotWriteAnyMore(t *testing.T) {
	for what := range (&court{t: t}).gone(0) {
		t.Run(what, func(t *testing.T) {
			onPostgres(t, func(t *testing.T, c *court) {
				garden := c.garden()
				tx := c.db.MustBegin()
				tx.MustExec("update counters set value = value where name = 'held'") // he has been found a member by then
				end := c.beside(tx, func() error {
					_, err := c.try(garden, c.ben, "1", "casino")
					return err
				})
				must(t, c.gone(garden)[what]())
				must(t, tx.Rollback())
				var w store.Waits
				if err := end(); err == nil || errors.As(err, &w) {
					t.Errorf("he is told %v", err)
				}
				if n := c.waiting(); n > 0 {
					t.Errorf("%d messages wait", n)
				}
			})
		})
	}
}

func TestADeletionWaitsForWhatIsBeingHeldAndTakesItAlong(t *testing.T) {
	for _, what := range []string{"his account is deleted", "the room is deleted"} {
		t.Run(what, func(t *testing.T) {
			onPostgres(t, func(t *testing.T, c *court) {
				garden := c.garden()
				tx := c.db.MustBegin()
				tx.MustExec("insert into held (id, room_id, user_id, post_key, body, at, rule_id, state) values (99, $1, $2, 'k', 'casino', 1, 1, 'waiting')", garden, c.ben)
				end := c.beside(tx, c.gone(garden)[what])
				must(t, tx.Commit())
				must(t, end())
				if n := c.waiting(); n > 0 {
					t.Errorf("%d messages wait", n)
				}
			})
		})
	}
}

func TestASuspensionOfAnAccountWaitsForWhatItWrites(t *testing.T) {
	onPostgres(t, func(t *testing.T, c *court) {
		tx := c.db.MustBegin()
		tx.MustExec("select 1 from users where id = $1 for key share", c.ben) // as a message of his does
		end := c.beside(tx, func() error { return suspend(t.Context(), c.s, act(c.ada), c.ben) })
		if u, err := c.s.User(t.Context(), c.ben); err != nil || !u.SuspendedAt.IsZero() {
			t.Errorf("he is suspended, and his message comes after: %v", err)
		}
		must(t, tx.Rollback())
		must(t, end())
	})
}

func TestNothingIsEditedOfWhoCouldNotWriteAnyMore(t *testing.T) {
	for what, changed := range map[string]string{
		"he is in a time-out there": "update members set quiet_until = 9000000000000000 where room_id = 1 and user_id = $1",
		"he is removed":             "update members set present = false where room_id = 1 and user_id = $1",
		"the room is locked":        "update rooms set locked = 1 where id = 1 and $1 > 0",
		"the room is archived":      "update rooms set archived_at = 1 where id = 1 and $1 > 0",
		"he is suspended":           "", // holds him, and not the room
		"he is in a time-out":       "",
		"his account is suspended":  "",
		"his account is deleted":    "",
	} {
		t.Run(what, func(t *testing.T) {
			onPostgres(t, func(t *testing.T, c *court) {
				tx := c.db.MustBegin()
				tx.MustExec("select 1 from rooms where id = $1 for update", lobby)
				end := c.beside(tx, func() error {
					_, err := c.s.EditMessage(t.Context(), lobby, c.said.Seq, c.ben, "And worse")
					return err
				})
				if changed != "" {
					tx.MustExec(changed, c.ben)
				} else {
					must(t, c.gone(lobby)[what]())
				}
				must(t, tx.Commit())
				if err := end(); err == nil {
					t.Error("he has edited what he said")
				}
			})
		})
	}
}

func TestWhoReportsSomebodyHasTheLowerNumberOfBothFirst(t *testing.T) {
	onPostgres(t, func(t *testing.T, c *court) {
		tx := c.db.MustBegin()
		tx.MustExec("select 1 from users where id = $1 for update", c.ben) // as a report of Ben does
		end := c.beside(tx, func() error {                                 // and he reports her
			_, err := c.s.ReportPerson(t.Context(), c.cleo, c.ben, store.Hate, "")
			return err
		})
		c.free(tx, "users", c.cleo)
		must(t, tx.Rollback())
		must(t, end())
	})
}

func TestWhoAcceptsAnInvitationHasAllItsRoomsFirst(t *testing.T) {
	onPostgres(t, func(t *testing.T, c *court) {
		rooms := []store.RoomID{c.garden()}
		yard, err := c.s.CreateRoom(t.Context(), c.ada, store.Charter{Name: "Yard", Kind: store.OpenRoom})
		must(t, err)
		link, _, err := c.s.CreateInvitation(t.Context(), act(c.ada), store.InvitationDraft{Life: time.Hour, Uses: 5, Role: store.Member, Rooms: append(rooms, yard)})
		must(t, err)
		tx := c.db.MustBegin()
		tx.MustExec("select 1 from rooms where id = $1 for update", yard) // as a removal does, and then its person
		end := c.beside(tx, func() error {
			_, err := c.s.AcceptInvitation(t.Context(), act(c.dan), link)
			return err
		})
		c.free(tx, "users", c.dan)
		must(t, tx.Rollback())
		must(t, end())
	})
}
