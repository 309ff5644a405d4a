package store

import (
	"context"
	"sync/atomic"
)

// work counts what the store writes.
type work struct {
	commits, writes atomic.Int64
	times           Histogram
}

// Work is what this process has written since it began: commits, the writes that they
// confirmed, and how long those took.
func (s *Store) Work() (commits, writes int64, times Times) {
	return s.work.commits.Load(), s.work.writes.Load(), s.work.times.Times()
}

// Size is how many bytes the database has.
func (s *Store) Size(ctx context.Context) (int64, error) {
	var n int64
	err := s.get(ctx, &n, s.dialect.size())
	return n, s.plain(err)
}
