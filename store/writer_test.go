package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func openFresh(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "parley.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestManyWritesAtOnceAreEachAnsweredAndKept(t *testing.T) {
	s := openFresh(t)
	refused := errors.New("refused")
	var wg sync.WaitGroup
	var kept atomic.Int64
	for i := range 400 {
		wg.Go(func() {
			err := s.inTx(t.Context(), func(ctx context.Context, tx *transaction) error {
				if _, err := tx.ExecContext(ctx, "insert into settings (name, value) values ($1, 'x')", fmt.Sprint(i)); err != nil {
					return err
				}
				switch i % 10 {
				case 0:
					return refused
				case 1:
					panic("a mistake of ours")
				}
				return nil
			})
			switch {
			case err == nil:
				kept.Add(1)
			case i%10 > 1 || i%10 == 0 && !errors.Is(err, refused):
				t.Errorf("write %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	var n int64
	if err := s.get(t.Context(), &n, "select count(*) from settings"); err != nil || n != 320 || kept.Load() != 320 {
		t.Errorf("%d rows, %d acknowledged, %v; want 320", n, kept.Load(), err)
	}
}

func TestACallerWhoLeavesDoesNotKeepOthersFromWriting(t *testing.T) {
	s := openFresh(t)
	held, let := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.inTx(t.Context(), func(context.Context, *transaction) error { close(held); <-let; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-held
	left, leave := context.WithCancel(t.Context())
	wg.Go(func() {
		err := s.inTx(left, func(ctx context.Context, tx *transaction) error {
			_, err := tx.ExecContext(ctx, "insert into settings (name, value) values ('left', 'x')")
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("who leaves while waiting is told %v", err)
		}
	})
	leave()
	wg.Go(func() {
		if err := s.inTx(t.Context(), func(ctx context.Context, tx *transaction) error {
			_, err := tx.ExecContext(ctx, "insert into settings (name, value) values ('stayed', 'x')")
			return err
		}); err != nil {
			t.Error(err)
		}
	})
	close(let)
	wg.Wait()
	var names []string
	if err := s.list(t.Context(), &names, "select name from settings"); err != nil || len(names) != 1 || names[0] != "stayed" {
		t.Errorf("got %v, %v; want what stayed alone", names, err)
	}
}

func TestAWriteThatGetsNoTurnIsRefusedAfterFiveSecondsAndNotDoneLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openFresh(t)
		put := func(name string) error {
			return s.inTx(t.Context(), func(ctx context.Context, tx *transaction) error {
				_, err := tx.ExecContext(ctx, "insert into settings (name, value) values ($1, 'x')", name)
				return err
			})
		}
		held, let := make(chan struct{}), make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := s.inTx(t.Context(), func(context.Context, *transaction) error { close(held); <-let; return nil }); err != nil {
				t.Errorf("who writes is told %v", err)
			}
		})
		<-held
		// More than the queue holds: those that find no place in it wait no longer.
		for i := range writeQueue + 10 {
			wg.Go(func() {
				start := time.Now()
				err := put(fmt.Sprint("no turn ", i))
				if took := time.Since(start); !errors.Is(err, ErrUnavailable) || took != patience {
					t.Errorf("told %v after %v, want ErrUnavailable after %v", err, took, patience)
				}
			})
		}
		time.Sleep(patience - time.Second)
		wg.Go(func() {
			time.Sleep(time.Second + time.Millisecond) // those before have given up, and the queue is full of them
			start := time.Now()
			if err := put("in time"); err != nil {
				t.Errorf("one whose turn came after %v is told %v", time.Since(start), err)
			}
		})
		time.Sleep(5 * time.Second)
		close(let)
		wg.Wait()
		var names []string
		if err := s.list(t.Context(), &names, "select name from settings"); err != nil || fmt.Sprint(names) != "[in time]" {
			t.Errorf("got %v, %v; want what had its turn alone", names, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestAConnectionThatCannotRollBackIsReplaced(t *testing.T) {
	s := openFresh(t)
	put := func(ctx context.Context, tx *transaction, name string) error {
		_, err := tx.ExecContext(ctx, "insert into settings (name, value) values ($1, 'x')", name)
		return err
	}
	write := func(name string) error {
		return s.inTx(t.Context(), func(ctx context.Context, tx *transaction) error { return put(ctx, tx, name) })
	}
	if err := write("before"); err != nil {
		t.Fatal(err)
	}
	first := s.writer.conn
	refused := errors.New("refused")
	err := s.inTx(t.Context(), func(ctx context.Context, tx *transaction) error {
		const broken = "insert into settings (name, value) values (null, null)"
		if err := first.with(ctx, broken, func(q statement) error { first.direct["rollback"] = q; return nil }); err != nil {
			return err
		}
		delete(first.direct, broken)
		return errors.Join(put(ctx, tx, "refused"), refused)
	})
	if !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	if err := write("after"); err != nil || s.writer.conn == first {
		t.Errorf("the next write: %v, on the same connection %v", err, s.writer.conn == first)
	}
	var names []string
	if err := s.list(t.Context(), &names, "select name from settings order by name"); err != nil || fmt.Sprint(names) != "[after before]" {
		t.Errorf("got %v, %v", names, err)
	}
}

func TestWhatWaitedWhileACommitFailedIsNotWritten(t *testing.T) {
	s := openFresh(t)
	held, let := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = s.inTx(t.Context(), func(context.Context, *transaction) error {
			close(held)
			<-let
			s.failed.Store(true) // as a commit does that the disk did not confirm
			return nil
		})
	})
	<-held
	for range 5 {
		wg.Go(func() {
			err := s.writer.do(t.Context(), func(ctx context.Context, tx *transaction) error {
				_, err := tx.ExecContext(ctx, "insert into settings (name, value) values ('late', 'x')")
				return err
			})
			if !errors.Is(err, ErrReadOnly) {
				t.Errorf("a write that waited is told %v", err)
			}
		})
	}
	for len(s.writer.jobs) < 5 {
		runtime.Gosched()
	}
	close(let)
	wg.Wait()
	var n int
	if err := s.get(t.Context(), &n, "select count(*) from settings"); err != nil || n != 0 {
		t.Errorf("%d rows, %v", n, err)
	}
}
