package store

import (
	"context"
	"regexp"
	"slices"
	"time"
)

// The most that newcomers can be kept from something: by then they are none.
const (
	longestCap = 30 * 24 * time.Hour
	longestLag = 72 * time.Hour
)

// What accounts may not do while they are new is asked with each post, and so kept in
// memory: of the measures that hold the newest counts, as for rooms.
func init() {
	effects[NewcomerCap] = effect{check: func(m *Measure) error {
		if m.Amount < 1 || m.Amount > int(longestCap/time.Hour) {
			return Invalid{"amount", "Choose from one hour to thirty days."}
		}
		return nil
	}}
	effects[NewcomerLag] = effect{check: func(m *Measure) error {
		if m.Amount < 1 || m.Amount > int(longestLag/time.Minute) {
			return Invalid{"amount", "Choose from one minute to three days."}
		}
		return nil
	}}
}

// newcomerLimit is a measure on new accounts that has not ended.
type newcomerLimit struct {
	Kind    MeasureKind
	Amount  int
	UntilAt int64 `db:"until_at"`
}

func (l newcomerLimit) age() time.Duration {
	if l.Kind == NewcomerLag {
		return time.Duration(l.Amount) * time.Minute
	}
	return time.Duration(l.Amount) * time.Hour
}

// refreshIf learns what m has changed for newcomers, if it has.
func (s *Store) refreshIf(ctx context.Context, m Measure) error {
	if m.Kind != NewcomerCap && m.Kind != NewcomerLag {
		return nil
	}
	_, err := s.RefreshNewcomers(ctx)
	return err
}

// RefreshNewcomers learns what another process has decided about newcomers, and says
// whether that was anything new.
func (s *Store) RefreshNewcomers(ctx context.Context) (changed bool, err error) {
	var all []newcomerLimit
	if err := s.list(ctx, &all, newcomerLimits); err != nil {
		return false, s.plain(err)
	}
	before := s.newcomers.Swap(&all)
	return before != nil && !slices.Equal(*before, all), nil
}

// Few measures are on no person, and the index by person finds those of the newcomers.
const newcomerLimits = `
select kind, amount, until_at
  from measures
 where user_id = 0 and room_id = 0 and ended_at + 0 = 0 and kind in ('newcomer', 'wait')
 order by id desc`

// newcomerWait is how long an account that was created at since is still a newcomer at
// now, for what kind keeps from; 0: it is none. Where the newest measure ends before
// that, an older one may go on.
func (s *Store) newcomerWait(kind MeasureKind, since, now time.Time) time.Duration {
	all := s.newcomers.Load()
	if all == nil {
		return 0
	}
	free := now
	for _, l := range *all {
		end := fromMicros(l.UntilAt)
		if l.Kind != kind || l.UntilAt != 0 && !end.After(free) {
			continue
		}
		grown := since.Add(l.age())
		if l.UntilAt == 0 || grown.Before(end) {
			return max(free.Sub(now), grown.Sub(now))
		}
		free = end
	}
	return free.Sub(now)
}

// link finds what a text has of addresses, also such as leads nowhere without a click.
var link = regexp.MustCompile(`(?i)https?://|mailto:|\bwww\.`)

// newcomerMay is a Restraint if by is too new here at now to write, or to write body
// where there was text before: a link that stays is no new one.
func (s *Store) newcomerMay(by Standing, body, before string, now time.Time) error {
	if by.Moderates() {
		return nil
	}
	if wait := s.newcomerWait(NewcomerLag, by.Since, now); wait > 0 {
		return Restraint{Kind: NewcomerLag, Wait: wait}
	}
	if wait := s.newcomerWait(NewcomerCap, by.Since, now); wait > 0 && len(link.FindAllString(body, -1)) > len(link.FindAllString(before, -1)) {
		return Restraint{Kind: NewcomerCap, Wait: wait}
	}
	return nil
}
