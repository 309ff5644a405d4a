package handlers

import (
	"context"
	"maps"
	"net/http"
	"strings"

	"parley/store"
	"parley/views"
	"parley/views/words"
)

// before begins the names of the fields in which a form carries what it was made of, so
// that what somebody else has changed meanwhile is shown before it is replaced.
const before = "was."

// madeOf are the fields of a form that changes values.
func madeOf(values map[string]string) views.Fields {
	f := views.Fields{Values: maps.Clone(values)}
	for name, is := range values {
		f.Values[before+name] = is
	}
	return f
}

// saysWhatItWas says whether the form carries what it was made of: a script's need not.
func saysWhatItWas(r *http.Request, name string) bool { return r.PostForm.Has(before + name) }

// outdated is the posted form again with what others made of it: now are its fields as
// they would be now. What was typed is kept, what was not follows, and the next save
// decides.
func outdated(r *http.Request, now views.Fields, by changes) views.Fields {
	f := fieldsOf(r, nil)
	f.Errors = map[string]string{}
	f.Problem = "Somebody else changed this while you did. What you entered is still here: look at it, and save again to decide."
	for name := range by.acts {
		is, has := now.Values[name]
		was, typed := r.PostForm.Get(before+name), r.PostForm.Get(name)
		if !has || !r.PostForm.Has(before+name) || is == was || is == typed {
			continue
		}
		if f.Errors[name] = by.sentence(r.Context(), name, is); typed == was {
			f.Values[name] = is // nothing of one's own is lost
		}
	}
	for name, is := range now.Values {
		if strings.HasPrefix(name, before) {
			f.Values[name] = is
		}
	}
	return f
}

// changes are those of an account or a room as far as the log has them, the newest first:
// what owners do in their rooms, and people with their profiles, is not in it.
type changes struct {
	acts map[string]store.Act // what the log calls the change of a field
	log  []store.Entry
}

var (
	accountChanges = map[string]store.Act{"name": store.RenameAccountAct, "username": store.ChangeUsernameAct, "email": store.ChangeEmailAct, "role": store.ChangeRoleAct}
	roomChanges    = map[string]store.Act{"name": store.RoomRename, "topic": store.RoomTopic, "kind": store.RoomConvert, "everyone": store.RoomEveryone, "keep": store.RoomKeep}
)

func (s *Server) changesOf(ctx context.Context, what store.Target, acts map[string]store.Act) (changes, error) {
	log, err := s.Store.Entries(ctx, store.EntryQuery{On: what}, 100)
	return changes{acts, log}, err
}

// sentence says that the field of that name is now another, and who made it so.
func (c changes) sentence(ctx context.Context, name, is string) string {
	if name == "everyone" && is == "" {
		is = "no" // as the log writes it
	}
	who := words.Say(ctx, "Somebody")
	for _, e := range c.log {
		if e.Act == c.acts[name] {
			if e.Now == is && e.ByName != "" {
				who = e.ByName
			}
			break
		}
	}
	return words.Say(ctx, "%s changed this meanwhile. It is now: %s", who, views.EntryValue(ctx, c.acts[name], is))
}
