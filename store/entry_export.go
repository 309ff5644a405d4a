package store

import "context"

// LogExport is that somebody took entries of the log with them.
const LogExport Act = "log.export"

// RecordExport logs that by exports what is chosen in words; it fails with ErrNotFound if
// by is no administrator.
func (s *Store) RecordExport(ctx context.Context, by Actor, chosen string) error {
	return s.administer(ctx, by, func(context.Context, *transaction) ([]Entry, error) {
		return []Entry{{Act: LogExport, Target: Target{Kind: OnLog}, Now: chosen}}, nil
	})
}
