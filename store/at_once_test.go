package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"parley/store"
	"parley/store/storetest"
)

func TestAnActAndAnEditOrADeleteOfTheSameMessageLeaveItInOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := crew(t, s)
		for i := range 20 {
			m := post(t, s, ben, fmt.Sprint("k", i), "the first text")
			var group sync.WaitGroup
			var hidden store.Measure
			var hideErr, changeErr error
			group.Go(func() {
				hidden, hideErr = s.Impose(t.Context(), store.Actor{User: ada.ID}, store.Measure{Kind: store.HideMessage, Room: lobby, Seq: m.Seq, Reason: store.Hate})
			})
			group.Go(func() {
				if i%2 == 0 {
					_, changeErr = s.EditMessage(t.Context(), lobby, m.Seq, ben.ID, "the second text")
				} else {
					_, changeErr = s.DeleteMessage(t.Context(), lobby, m.Seq, ben.ID)
				}
			})
			group.Wait()
			if hideErr != nil && !(i%2 == 1 && errors.Is(hideErr, store.ErrMeasured)) || changeErr != nil && !errors.Is(changeErr, store.ErrHidden) {
				t.Fatalf("hide: %v; change: %v", hideErr, changeErr)
			}
			if hideErr == nil {
				_, err := s.Lift(t.Context(), store.Actor{User: ada.ID}, hidden.ID, "")
				must(t, err)
			}
			want := "the first text"
			if changeErr == nil {
				want = []string{"the second text", ""}[i%2]
			}
			if got, err := s.Message(t.Context(), lobby, m.Seq, cleo.ID); err != nil || got.Body != want || got.Hidden != 0 {
				t.Errorf("in the end it is %+v, %v; want %q", got, err, want)
			}
		}
	})
}

func TestAfterABanNothingIsStoredAndNothingAcknowledgedIsLost(t *testing.T) {
	for _, kind := range []store.MeasureKind{store.Ban, store.TimeOut, store.Removal} {
		t.Run(string(kind), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				j := judge(t, s)
				s.SetClock(func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) })
				for round := range 5 {
					ctx, stop := context.WithCancel(t.Context())
					var group sync.WaitGroup
					var mu sync.Mutex
					posted := map[store.Seq]string{}
					for w := range 4 {
						group.Go(func() {
							for i := 0; ctx.Err() == nil; i++ {
								key := fmt.Sprintf("%d %d %d", round, w, i)
								m, err := s.PostMessage(t.Context(), store.Draft{Room: j.kitchen, Author: j.ben.ID, Key: key, Body: key})
								if err == nil {
									mu.Lock()
									posted[m.Seq] = key
									mu.Unlock()
								}
							}
						})
					}
					for enough := false; !enough; { // they are at it
						mu.Lock()
						enough = len(posted) > 8
						mu.Unlock()
					}
					m := store.Measure{Kind: kind, User: j.ben.ID, Reason: store.Spam, Until: time.Now().Add(time.Hour)}
					if kind == store.Removal {
						m.Room = j.kitchen
					}
					m, err := s.Impose(t.Context(), store.Actor{User: j.ada.ID}, m)
					must(t, err)
					after, err := s.AnyRoom(t.Context(), j.kitchen)
					must(t, err)
					for range 3 { // and they go on for a while
						if err := j.say(j.ben, j.kitchen, "once more"); err == nil {
							t.Error("a post after the act was stored")
						}
					}
					stop()
					group.Wait()
					last, err := s.AnyRoom(t.Context(), j.kitchen)
					if must(t, err); last.LastSeq != after.LastSeq {
						t.Errorf("%d messages came after the act", last.LastSeq-after.LastSeq)
					}
					_, err = s.Lift(t.Context(), store.Actor{User: j.ada.ID}, m.ID, "")
					must(t, err)
					all, err := s.MessagesBefore(t.Context(), j.kitchen, j.ben.ID, 0, 1<<20)
					must(t, err)
					there := map[store.Seq]string{}
					for _, m := range all {
						there[m.Seq] = m.Body
					}
					for seq, body := range posted {
						if there[seq] != body {
							t.Errorf("message %d was acknowledged as %q and is %q", seq, body, there[seq])
						}
					}
				}
			})
		})
	}
}

func TestModeratorsAtOnceLeaveWhatOneAfterTheOtherWould(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := judge(t, s)
		for range 10 {
			// Two time-outs at once: the later end counts.
			var group sync.WaitGroup
			ends := []time.Time{j.now.Add(time.Minute), j.now.Add(time.Hour)}
			made := make([]store.Measure, 2)
			for i := range made {
				group.Go(func() {
					m, err := s.Impose(t.Context(), store.Actor{User: []store.UserID{j.ada.ID, j.cleo.ID}[i]},
						store.Measure{Kind: store.TimeOut, User: j.ben.ID, Room: j.kitchen, Until: ends[i], Reason: store.Spam})
					if made[i] = m; err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			if by, err := s.StandingIn(t.Context(), j.kitchen, j.ben.ID); err != nil || !by.Quiet.Equal(ends[1]) {
				t.Errorf("quiet until %v, want %v; %v", by.Quiet, ends[1], err)
			}
			// Lifted by both at once: once.
			errs := make([]error, 2)
			for i := range errs {
				group.Go(func() {
					_, errs[i] = s.Lift(t.Context(), store.Actor{User: []store.UserID{j.ada.ID, j.cleo.ID}[i]}, made[1].ID, "")
				})
			}
			group.Wait()
			if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), store.ErrConflict) {
				t.Errorf("lifted by two: %v, %v", errs[0], errs[1])
			}
			if by, err := s.StandingIn(t.Context(), j.kitchen, j.ben.ID); err != nil || !by.Quiet.Equal(ends[0]) {
				t.Errorf("quiet until %v, want %v; %v", by.Quiet, ends[0], err)
			}
			// One lifts a suspension while the other imposes one.
			m := j.impose(j.ada, store.Measure{Kind: store.Suspension, User: j.ben.ID})
			var second store.Measure
			group.Go(func() {
				if _, err := s.Lift(t.Context(), store.Actor{User: j.ada.ID}, m.ID, ""); err != nil {
					t.Error(err)
				}
			})
			group.Go(func() {
				var err error
				if second, err = s.Impose(t.Context(), store.Actor{User: j.ada.ID}, store.Measure{Kind: store.Ban, User: j.ben.ID, Reason: store.Spam}); err != nil {
					t.Error(err)
				}
			})
			group.Wait()
			if u, err := s.User(t.Context(), j.ben.ID); err != nil || u.SuspendedAt.IsZero() {
				t.Errorf("the ban holds, and he can sign in; %v", err)
			}
			j.lift(second)
			if u, err := s.User(t.Context(), j.ben.ID); err != nil || !u.SuspendedAt.IsZero() {
				t.Errorf("nothing holds, and he cannot sign in; %v", err)
			}
			j.lift(made[0])
			j.now = j.now.Add(time.Minute) // it is another than the one before
		}
	})
}

func TestARiseAndAnActAtOnceAreOneAfterTheOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben, cleo := officers(t, s) // Ben moderates the instance
		for i := range 20 {
			var group sync.WaitGroup
			var done store.Measure
			var acted, rose error
			group.Go(func() { rose = s.SetRole(t.Context(), by(ada), cleo.ID, store.Moderator) })
			group.Go(func() {
				done, acted = s.Impose(t.Context(), by(ben), store.Measure{Kind: store.TimeOut, User: cleo.ID, Reason: store.Spam, Words: fmt.Sprint(i), Until: time.Now().Add(time.Hour)})
			})
			group.Wait()
			must(t, rose)
			log, err := s.Entries(t.Context(), store.EntryQuery{}, 1)
			must(t, err)
			if acted == nil && log[0].Act != store.ChangeRoleAct {
				t.Errorf("Ben did it when she had risen: the last in the log is %s", log[0].Act)
			}
			if all, err := s.MeasuresOn(t.Context(), cleo.ID, 100); err != nil || acted != nil && len(all) > 0 && all[0].EndedAt.IsZero() {
				t.Errorf("it was refused, and holds: %+v, %v", all, err)
			}
			if acted == nil {
				_, acted = s.Lift(t.Context(), by(ada), done.ID, "")
				must(t, acted)
			} else {
				wants(t, "he acts on his equal", acted, store.ErrNotFound)
			}
			must(t, s.SetRole(t.Context(), by(ada), cleo.ID, store.Member))
		}
	})
}

func TestWhoWritesInTheMomentInWhichTheirTimeOutEndsIsHeard(t *testing.T) {
	storetest.Twice(t, func(t *testing.T, s, other *store.Store) {
		j := judge(t, s)
		other.SetClock(func() time.Time { return j.now })
		for i := range 20 {
			m := j.impose(j.cleo, store.Measure{Kind: store.TimeOut, User: j.ben.ID, Room: j.kitchen, Until: j.now.Add(time.Minute)})
			j.now = m.Until.Add(-time.Microsecond)
			j.kept("just before", j.say(j.ben, j.kitchen, "hello"), store.TimeOut)
			j.now = m.Until
			var group sync.WaitGroup
			ended := make([][]store.Measure, 2)
			for n, process := range []*store.Store{s, other} {
				group.Go(func() {
					var err error
					if ended[n], err = process.EndMeasures(t.Context(), 10); err != nil {
						t.Error(err)
					}
				})
				group.Go(func() {
					draft := store.Draft{Room: j.kitchen, Author: j.ben.ID, Key: fmt.Sprint("at once ", i, n), Body: "what I was writing"}
					if _, err := process.PostMessage(t.Context(), draft); err != nil {
						t.Errorf("round %d: what he writes is refused: %v", i, err)
					}
				})
			}
			group.Wait()
			if got := len(ended[0]) + len(ended[1]); got != 1 {
				t.Errorf("round %d: it ended %d times", i, got)
			}
		}
	})
}
