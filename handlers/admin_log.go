package handlers

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"context"

	"parley/store"
	"parley/views"
)

// entriesPage is how many entries of the log a page shows.
const entriesPage = 50

// exportChunk is how many entries an export reads at once.
const exportChunk = 1000

func (s *Server) showLog(w http.ResponseWriter, r *http.Request) error {
	page, err := s.adminPage(r, "Log", "")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	v := views.Log{Page: page, Values: valuesOf(q), Now: time.Now(), Zone: views.Zone(asker(r).User)}
	query, err := s.entryQuery(r, q)
	var problem store.Invalid
	if errors.As(err, &problem) {
		v.Errors = map[string]string{problem.Field: problem.Text}
		return s.render(w, r, http.StatusUnprocessableEntity, views.LogPage(v))
	}
	if err != nil {
		return err
	}
	if v.Entries, err = s.Store.Entries(r.Context(), query, entriesPage+1); err != nil {
		return err
	}
	if len(v.Entries) > entriesPage {
		v.Entries, v.More = v.Entries[:entriesPage], true
	}
	return s.render(w, r, http.StatusOK, views.LogPage(v))
}

func valuesOf(q url.Values) map[string]string {
	all := make(map[string]string, len(q))
	for name := range q {
		all[name] = q.Get(name)
	}
	return all
}

// entryQuery reads what a form asks the log for; days are the asker's.
func (s *Server) entryQuery(r *http.Request, q url.Values) (store.EntryQuery, error) {
	in := store.EntryQuery{Act: store.Act(q.Get("act")), On: store.Target{Kind: store.TargetKind(q.Get("on"))}, Word: strings.TrimSpace(q.Get("q"))}
	if by := strings.TrimSpace(q.Get("by")); by != "" {
		user, err := s.Store.UserByLogin(r.Context(), by)
		if errors.Is(err, store.ErrNotFound) {
			return in, store.Invalid{Field: "by", Text: "There is nobody of that name. Enter a username."}
		}
		if err != nil {
			return in, err
		}
		in.By = user.ID
	}
	in.On.ID, _ = strconv.ParseInt(q.Get("id"), 10, 64)    // 0: any
	before, _ := strconv.ParseInt(q.Get("before"), 10, 64) // 0: from the newest
	in.Before = store.EntryID(before)
	zone := views.Zone(asker(r).User)
	day := func(name string, days int) (time.Time, error) {
		if q.Get(name) == "" {
			return time.Time{}, nil
		}
		t, err := time.ParseInLocation(time.DateOnly, q.Get(name), zone)
		if err != nil {
			return t, store.Invalid{Field: name, Text: "Enter a day like 2026-03-31."}
		}
		return t.AddDate(0, 0, days), nil
	}
	var err error
	if in.Since, err = day("since", 0); err == nil {
		in.Until, err = day("until", 1)
	}
	return in, err
}

// exportLog sends all that the form chooses as a file, chunk by chunk. That it was
// taken is an entry, too: a POST, for no GET changes anything.
func (s *Server) exportLog(w http.ResponseWriter, r *http.Request) error {
	q, err := s.entryQuery(r, r.PostForm)
	if err != nil {
		return err
	}
	format, chosen := "csv", url.Values{}
	if r.PostForm.Get("format") == "jsonl" {
		format = "jsonl"
	}
	for _, name := range []string{"q", "by", "act", "on", "id", "since", "until"} {
		if value := r.PostForm.Get(name); value != "" {
			chosen.Set(name, value)
		}
	}
	if err := s.Store.RecordExport(r.Context(), s.actor(r), strings.TrimSpace(format+" "+chosen.Encode())); err != nil {
		return err
	}
	entries, err := s.Store.Entries(r.Context(), q, exportChunk)
	if err != nil {
		return err
	}
	head := w.Header()
	head.Set("Content-Type", map[string]string{"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}[format])
	head.Set("Content-Disposition", `attachment; filename="parley-log.`+format+`"`)
	write := entryWriter(w, format)
	// A large log takes longer than an answer may: each chunk has its own time.
	ctx, control := context.WithoutCancel(r.Context()), http.NewResponseController(w)
	for len(entries) > 0 {
		if err := control.SetWriteDeadline(time.Now().Add(answerWithin)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			s.Log.Warn("export the log", "error", err)
		}
		if write(entries) != nil || r.Context().Err() == context.Canceled || len(entries) < exportChunk {
			return nil // who asked may have left
		}
		q.Before = entries[len(entries)-1].ID
		if entries, err = s.nextEntries(ctx, asker(r).User.ID, q); err != nil {
			s.Log.Error("export the log", "error", err)
			panic(http.ErrAbortHandler) // half a file must not look like a whole one
		}
	}
	return nil
}

// nextEntries are those of another chunk, if user administers still.
func (s *Server) nextEntries(ctx context.Context, user store.UserID, q store.EntryQuery) ([]store.Entry, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	u, err := s.Store.User(ctx, user)
	if err == nil && (u.Role != store.Administrator || !u.SuspendedAt.IsZero()) {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return s.Store.Entries(ctx, q, exportChunk)
}

// entryLine is an entry in an export.
type entryLine struct {
	ID         store.EntryID    `json:"id"`
	At         string           `json:"at"`
	By         store.UserID     `json:"by"`
	ByName     string           `json:"by_name"`
	Address    string           `json:"address"`
	Act        store.Act        `json:"act"`
	TargetKind store.TargetKind `json:"target_kind"`
	TargetID   int64            `json:"target_id"`
	TargetSeq  store.Seq        `json:"target_message,omitempty"`
	TargetName string           `json:"target_name"`
	Was        string           `json:"was"`
	Now        string           `json:"now"`
	Reason     string           `json:"reason"`
	RoomID     store.RoomID     `json:"room_id,omitempty"`
	RoomName   string           `json:"room_name,omitempty"`
}

func lineOf(e store.Entry) entryLine {
	return entryLine{e.ID, e.At.Format(time.RFC3339Nano), e.By, e.ByName, e.Address, e.Act, e.Target.Kind, e.Target.ID, e.Target.Seq, e.Target.Name, e.Was, e.Now, e.Reason, e.Room, e.InRoom}
}

// entryWriter writes entries to w in the format, "csv" or "jsonl".
func entryWriter(w io.Writer, format string) func([]store.Entry) error {
	if format == "jsonl" {
		out := json.NewEncoder(w)
		return func(all []store.Entry) error {
			for _, e := range all {
				if err := out.Encode(lineOf(e)); err != nil {
					return err
				}
			}
			return nil
		}
	}
	out := csv.NewWriter(w)
	err := out.Write([]string{"id", "at", "by", "by_name", "address", "act", "target_kind", "target_id", "target_message", "target_name", "was", "now", "reason", "room_id", "room_name"})
	return func(all []store.Entry) error {
		for _, e := range all {
			l := lineOf(e)
			if err = out.Write([]string{
				strconv.FormatInt(int64(l.ID), 10), l.At, strconv.FormatInt(int64(l.By), 10), cell(l.ByName), l.Address, string(l.Act), string(l.TargetKind),
				strconv.FormatInt(l.TargetID, 10), strconv.FormatInt(int64(l.TargetSeq), 10), cell(l.TargetName), cell(l.Was), cell(l.Now), cell(l.Reason),
				strconv.FormatInt(int64(l.RoomID), 10), cell(l.RoomName),
			}); err != nil {
				return err
			}
		}
		out.Flush()
		return out.Error()
	}
}

// cell keeps a spreadsheet from taking a text for a formula (OWASP, CSV injection).
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
