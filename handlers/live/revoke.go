package live

import (
	"context"
	"time"
)

// revokedChunk is about how many viewers Config.Revoked is asked at a time.
const revokedChunk = 500

// checkAllEvery asks about everybody, regularly and whenever sessions have ended: the
// hint of another process may not reach this one.
func (h *Hub) checkAllEvery(ctx context.Context) {
	look := time.NewTicker(h.cfg.EndedEvery)
	defer look.Stop()
	ended, asked := int64(-1), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		if _, all := h.Count(0); all == 0 {
			continue
		}
		now, err := ended, error(nil)
		if h.cfg.Ended != nil {
			now, err = h.cfg.Ended(ctx)
		}
		if err == nil {
			if now == ended && time.Since(asked) < h.cfg.RevokedEvery {
				continue
			}
			asked = time.Now()
			err = h.checkAll(ctx)
		}
		if err == nil {
			ended = now // only now: what failed is asked again soon
		} else if ctx.Err() == nil {
			h.cfg.Log.Warn("ask who may look", "error", err)
		}
	}
}

func (h *Hub) checkAll(ctx context.Context) error {
	all := h.members()
	for len(all) > 0 {
		n := min(revokedChunk, len(all))
		if err := h.check(ctx, all[:n]); err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

// check drops those of members who may no longer look.
func (h *Hub) check(ctx context.Context, members []*Member) error {
	if len(members) == 0 {
		return nil
	}
	viewers := make([]Viewer, len(members))
	for i, m := range members {
		viewers[i] = m.Viewer
	}
	reasons, err := h.cfg.Revoked(ctx, viewers)
	if err != nil {
		return err
	}
	for i, why := range reasons {
		if why != "" {
			h.drop(members[i], why)
		}
	}
	return nil
}

// drop tells the page why and ends it for good; what waits for it is left out.
func (h *Hub) drop(m *Member, why Reason) {
	m.socket.Close(Revoked, string(why), Text(h.cfg.Farewell(m.Viewer, why)))
}
