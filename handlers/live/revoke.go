package live

import "context"

// revokedChunk is about how many viewers Config.Revoked is asked at a time.
const revokedChunk = 500

func (h *Hub) checkAll(ctx context.Context) {
	all := h.members()
	for len(all) > 0 {
		n := min(revokedChunk, len(all))
		if err := h.check(ctx, all[:n]); err != nil {
			if ctx.Err() == nil {
				h.cfg.Log.Warn("ask who may look", "error", err)
			}
			return
		}
		all = all[n:]
	}
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
