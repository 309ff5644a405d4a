package store_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/store"
	"parley/store/storetest"
)

// invite makes an invitation of that draft, of an hour for one if it says nothing else.
func invite(t *testing.T, s *store.Store, by store.UserID, in store.InvitationDraft) (store.Token, store.Invitation) {
	t.Helper()
	if in.Life == 0 {
		in.Life = time.Hour
	}
	if in.Uses == 0 {
		in.Uses = 1
	}
	if in.Role == "" {
		in.Role = store.Member
	}
	in.Password = "correct horse battery"
	token, i, err := s.CreateInvitation(t.Context(), store.Actor{User: by, Address: "192.0.2.1"}, in)
	if err != nil {
		t.Fatal(err)
	}
	return token, i
}

func member(t *testing.T, s *store.Store, name string) store.User {
	t.Helper()
	u, err := s.CreateUser(t.Context(), store.SignUp{Username: name, Email: name + "@example.com", Password: "correct horse battery", MayBeFirst: true})
	must(t, err)
	return u
}

// accepts is a sign-up with the invitation that token is of.
func accepts(s *store.Store, t *testing.T, name string, token store.Token) (store.User, error) {
	return s.CreateUser(t.Context(), store.SignUp{Username: name, Email: name + "@example.com", Password: "correct horse battery", Invitation: token, Address: "192.0.2.7"})
}

func problem(err error, field string) string {
	var p store.Problems
	if errors.As(err, &p) {
		return p.ByField()[field]
	}
	var i store.Invalid
	if errors.As(err, &i) && i.Field == field {
		return i.Text
	}
	return ""
}

func roomNames(t *testing.T, s *store.Store, u store.UserID) []string {
	t.Helper()
	rooms, err := s.RoomsOf(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range rooms {
		names = append(names, m.Name)
	}
	return names
}

func room(t *testing.T, s *store.Store, by store.UserID, name string, kind store.Kind) store.RoomID {
	t.Helper()
	id, err := s.CreateRoom(t.Context(), by, store.Charter{Name: name, Kind: kind})
	must(t, err)
	return id
}

func acts(t *testing.T, s *store.Store) []string {
	t.Helper()
	entries, err := s.Entries(t.Context(), store.EntryQuery{}, 50)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, string(e.Act)+" by "+e.ByName)
	}
	slices.Reverse(all)
	return all
}

func TestWhoComesWithAnInvitationHasItsRoleAndRoomsAndIsItsMakersGuest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben := member(t, s, "ada"), member(t, s, "ben")
		plans, kitchen, bens := room(t, s, ada.ID, "Plans", store.PrivateRoom), room(t, s, ben.ID, "Kitchen", store.OpenRoom), room(t, s, ben.ID, "Bens", store.PrivateRoom)
		direct, err := s.Converse(t.Context(), ada.ID, []store.UserID{ben.ID})
		if err != nil {
			t.Fatal(err)
		}
		// Rooms that are not hers to give look like rooms that are not there.
		for _, not := range []store.RoomID{bens, direct, 99} {
			_, _, err := s.CreateInvitation(t.Context(), store.Actor{User: ada.ID}, store.InvitationDraft{Life: time.Hour, Uses: 1, Role: store.Member, Rooms: []store.RoomID{not}})
			if problem(err, "rooms") == "" {
				t.Errorf("room %d: got %v, want a problem with the rooms", not, err)
			}
		}
		give, err := s.RoomsToGive(t.Context(), ada.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range give {
			if r.ID == bens || r.ID == direct {
				t.Errorf("she is offered %q", r.Name)
			}
		}
		token, made := invite(t, s, ada.ID, store.InvitationDraft{Uses: 3, Role: store.Moderator, Rooms: []store.RoomID{plans, kitchen, plans}, Note: "Spring"})
		cleo, err := accepts(s, t, "cleo", token)
		if err != nil {
			t.Fatal(err)
		}
		if got := roomNames(t, s, cleo.ID); cleo.Role != store.Moderator || !slices.Equal(got, []string{"Kitchen", "Lobby", "Plans"}) {
			t.Errorf("got role %s in %q", cleo.Role, got)
		}
		arrival, by, err := s.InvitedBy(t.Context(), cleo.ID)
		if err != nil || by.ID != ada.ID || arrival.Invitation != made.ID || !arrival.Created {
			t.Errorf("invited by: got %+v %+v %v", arrival, by, err)
		}
		if _, _, err := s.InvitedBy(t.Context(), ben.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Ben came by himself: got %v", err)
		}
		guests, err := s.InvitedFrom(t.Context(), ada.ID, 10)
		if err != nil || len(guests) != 1 || guests[0].Name != "cleo" {
			t.Errorf("invited from Ada: got %+v %v", guests, err)
		}
		got, err := s.Invitation(t.Context(), made.ID)
		if err != nil || got.Left() != 2 || len(got.Arrivals) != 1 || got.Arrivals[0].User != cleo.ID || len(got.Rooms) != 2 || got.ByName != "ada" {
			t.Errorf("the invitation: got %+v %v", got, err)
		}
		if got := acts(t, s); !slices.Equal(got, []string{"invitation.create by ada", "invitation.use by cleo"}) {
			t.Errorf("the log: got %q", got)
		}
		entries, _ := s.Entries(t.Context(), store.EntryQuery{Act: "invitation.use"}, 1)
		if len(entries) != 1 || entries[0].Address != "192.0.2.7" || entries[0].Target.ID != int64(made.ID) {
			t.Errorf("the entry of the use: got %+v", entries)
		}
		// What the maker may no longer give, it no longer gives.
		dan := member(t, s, "dan")
		if err := s.AddMember(t.Context(), plans, store.Actor{User: ada.ID}, ben.ID); err != nil {
			t.Fatal(err)
		}
		if err := s.Leave(t.Context(), plans, ada.ID); err != nil {
			t.Fatal(err)
		}
		joined, err := s.AcceptInvitation(t.Context(), store.Actor{User: dan.ID}, token)
		if err != nil || !slices.Equal(joined, []store.RoomID{kitchen}) {
			t.Errorf("Dan came into %v %v, want the Kitchen alone", joined, err)
		}
	})
}

func TestAnInvitationThatDoesNotWorkSaysTheSameWhateverTheReason(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := member(t, s, "ada")
		used, _ := invite(t, s, ada.ID, store.InvitationDraft{})
		withdrawn, w := invite(t, s, ada.ID, store.InvitationDraft{})
		expired, _ := invite(t, s, ada.ID, store.InvitationDraft{Life: time.Microsecond})
		if _, err := accepts(s, t, "ben", used); err != nil {
			t.Fatal(err)
		}
		if err := s.WithdrawInvitation(t.Context(), store.Actor{User: ada.ID}, w.ID); err != nil {
			t.Fatal(err)
		}
		if err := s.WithdrawInvitation(t.Context(), store.Actor{User: ada.ID}, w.ID); !errors.Is(err, store.ErrConflict) {
			t.Errorf("withdrawn twice: got %v, want a conflict", err)
		}
		for name, token := range map[string]store.Token{"used up": used, "withdrawn": withdrawn, "expired": expired, "unknown": store.NewToken()} {
			_, err := accepts(s, t, "cleo", token)
			if got := problem(err, "invitation"); got != store.ErrInvitation.Text {
				t.Errorf("%s: got %q (%v)", name, got, err)
			}
			if _, err := s.Invited(t.Context(), token); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: got %v, want not found", name, err)
			}
			if _, err := s.AcceptInvitation(t.Context(), store.Actor{User: ada.ID}, token); problem(err, "invitation") != store.ErrInvitation.Text {
				t.Errorf("%s for somebody with an account: got %v", name, err)
			}
		}
		// Nor does one whose maker administers no more.
		chief, _, err := s.CreateInvitation(t.Context(), store.Actor{User: ada.ID}, store.InvitationDraft{Life: time.Hour, Uses: 2, Role: store.Administrator, Password: "correct horse battery"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := accepts(s, t, "dan", chief); err != nil {
			t.Fatal(err)
		}
		if err := suspend(t.Context(), s, store.Actor{}, ada.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := accepts(s, t, "eve", chief); problem(err, "invitation") != store.ErrInvitation.Text {
			t.Errorf("of somebody suspended: got %v", err)
		}
		ben, err := s.UserByLogin(t.Context(), "ben")
		must(t, err)
		if _, err := s.AcceptInvitation(t.Context(), store.Actor{User: ben.ID}, chief); problem(err, "invitation") != store.ErrInvitation.Text {
			t.Errorf("of somebody suspended, for who has an account: got %v", err)
		}
		if err := s.WithdrawInvitation(t.Context(), store.Actor{User: ada.ID}, 1); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("withdrawn by somebody suspended: got %v", err)
		}
	})
}

func TestOfTwoWhoTakeTheLastUseAtOnceExactlyOneGetsIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := member(t, s, "ada")
		kitchen := room(t, s, ada.ID, "Kitchen", store.OpenRoom)
		ben := member(t, s, "ben")
		for n := range 5 {
			token, made := invite(t, s, ada.ID, store.InvitationDraft{Rooms: []store.RoomID{kitchen}})
			if err := s.Leave(t.Context(), kitchen, ben.ID); err != nil && n > 0 && !errors.Is(err, store.ErrNotFound) {
				t.Fatal(err)
			}
			names := []string{"cleo", "dan", "eve"}
			errs := make([]error, len(names)+1)
			var all sync.WaitGroup
			for i, name := range names {
				all.Go(func() { _, errs[i] = accepts(s, t, name+strings.Repeat("x", n), token) })
			}
			all.Go(func() { _, errs[len(names)] = s.AcceptInvitation(t.Context(), store.Actor{User: ben.ID}, token) })
			all.Wait()
			in := 0
			for _, err := range errs {
				if err == nil {
					in++
				} else if problem(err, "invitation") != store.ErrInvitation.Text {
					t.Errorf("refused with %v", err)
				}
			}
			got, err := s.Invitation(t.Context(), made.ID)
			if err != nil || in != 1 || got.Used != 1 || len(got.Arrivals) != 1 {
				t.Errorf("%d got in, %d of 1 used, %d came: %v", in, got.Used, len(got.Arrivals), err)
			}
		}
	})
}

func TestASignUpThatIsRefusedDoesNotUseTheInvitationUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := member(t, s, "ada")
		token, made := invite(t, s, ada.ID, store.InvitationDraft{Email: "Cleo@example.com", Uses: 7})
		if made.Most != 1 {
			t.Errorf("for one address it has %d uses, want 1", made.Most)
		}
		if _, err := accepts(s, t, "ada", token); problem(err, "username") == "" {
			t.Errorf("a taken name: got %v", err)
		}
		if _, err := accepts(s, t, "ben", token); problem(err, "email") == "" {
			t.Errorf("another address: got %v", err)
		}
		// Two take the same name at once, each with an invitation of their own.
		one, first := invite(t, s, ada.ID, store.InvitationDraft{})
		two, second := invite(t, s, ada.ID, store.InvitationDraft{})
		var both sync.WaitGroup
		for _, token := range []store.Token{one, two} {
			both.Go(func() { _, _ = accepts(s, t, "dan", token) })
		}
		both.Wait()
		a, _ := s.Invitation(t.Context(), first.ID)
		b, _ := s.Invitation(t.Context(), second.ID)
		if a.Used+b.Used != 1 {
			t.Errorf("one account has used %d invitations", a.Used+b.Used)
		}
		if _, err := accepts(s, t, "cleo", token); err != nil {
			t.Errorf("afterwards, rightly: %v", err)
		}
	})
}

func TestAnInvitationToAnOfficeAsksForThePasswordAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben := member(t, s, "ada"), member(t, s, "ben")
		in := store.InvitationDraft{Life: time.Hour, Uses: 1}
		for _, in.Role = range []store.Role{store.Moderator, store.Administrator} {
			for wrong, want := range map[string]string{"": "Enter your own password.", "not hers at all": "That is not your password."} {
				in.Password = wrong
				if _, _, err := s.CreateInvitation(t.Context(), store.Actor{User: ada.ID}, in); problem(err, "again") != want {
					t.Errorf("to be %s with %q: got %v", in.Role, wrong, err)
				}
			}
		}
		in.Password = "correct horse battery"
		if _, _, err := s.CreateInvitation(t.Context(), store.Actor{User: ben.ID}, in); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("by a member: got %v", err)
		}
		token, _, err := s.CreateInvitation(t.Context(), store.Actor{User: ada.ID}, in)
		if err != nil {
			t.Fatal(err)
		}
		if u, err := accepts(s, t, "cleo", token); err != nil || u.Role != store.Administrator {
			t.Errorf("got %s %v", u.Role, err)
		}
	})
}

func TestAnInvitationTakesOnlyWhatItsFormOffers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := member(t, s, "ada")
		for field, in := range map[string]store.InvitationDraft{
			"life":  {Uses: 1, Role: store.Member},
			"uses":  {Life: time.Hour, Role: store.Member, Uses: store.MostInvited + 1},
			"role":  {Life: time.Hour, Uses: 1, Role: "emperor"},
			"email": {Life: time.Hour, Uses: 1, Role: store.Member, Email: "nonsense"},
			"note":  {Life: time.Hour, Uses: 1, Role: store.Member, Note: strings.Repeat("x", 201)},
		} {
			if _, _, err := s.CreateInvitation(t.Context(), store.Actor{User: ada.ID}, in); problem(err, field) == "" {
				t.Errorf("%s: got %v", field, err)
			}
		}
	})
}

func TestWhoHasAnAccountComesIntoTheRoomsOnceAndKeepsTheirRole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada, ben := member(t, s, "ada"), member(t, s, "ben")
		plans := room(t, s, ada.ID, "Plans", store.PrivateRoom)
		token, made := invite(t, s, ada.ID, store.InvitationDraft{Uses: 5, Role: store.Moderator, Rooms: []store.RoomID{plans}})
		accept := func() error {
			_, err := s.AcceptInvitation(t.Context(), store.Actor{User: ben.ID}, token)
			return err
		}
		if err := accept(); err != nil {
			t.Fatal(err)
		}
		if u, _ := s.User(t.Context(), ben.ID); u.Role != store.Member || !slices.Contains(roomNames(t, s, ben.ID), "Plans") {
			t.Errorf("Ben is %s in %q", u.Role, roomNames(t, s, ben.ID))
		}
		if err := remove(t.Context(), s, ada, plans, ben); err != nil {
			t.Fatal(err)
		}
		if err := accept(); problem(err, "invitation") == "" {
			t.Errorf("again after he was removed: got %v", err)
		}
		if _, err := s.AcceptInvitation(t.Context(), store.Actor{User: ada.ID}, token); problem(err, "invitation") == "" {
			t.Errorf("Ada, who is in it: got %v", err)
		}
		if got, _ := s.Invitation(t.Context(), made.ID); got.Used != 1 {
			t.Errorf("%d used, want 1", got.Used)
		}
	})
}

func TestSignUpIsAsItIsSet(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := member(t, s, "ada")
		token, _ := invite(t, s, ada.ID, store.InvitationDraft{Uses: 5})
		set := func(mode store.SignUpMode) {
			t.Helper()
			in := s.Settings()
			in.SignUp = mode
			if err := s.SetSettings(t.Context(), store.Actor{User: ada.ID}, in); err != nil {
				t.Fatal(err)
			}
		}
		set(store.SignUpInvited)
		if _, err := accepts(s, t, "ben", ""); !strings.Contains(problem(err, ""), "by invitation") {
			t.Errorf("without an invitation: got %v", err)
		}
		if _, err := accepts(s, t, "ben", token); err != nil {
			t.Errorf("with one: got %v", err)
		}
		set(store.SignUpClosed)
		for _, token := range []store.Token{"", token} {
			if _, err := accepts(s, t, "cleo", token); problem(err, "") == "" {
				t.Errorf("while it is closed: got %v", err)
			}
		}
		set(store.SignUpOpen)
		if _, err := accepts(s, t, "cleo", ""); err != nil {
			t.Errorf("while it is open: got %v", err)
		}
	})
}

func TestAnInvitationIsInTheStateOfItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		i := store.Invitation{Most: 1, ByActive: true, ExpiresAt: now.Add(time.Hour)}
		if got := i.State(now); got != store.Working {
			t.Errorf("got %s", got)
		}
		time.Sleep(time.Hour)
		if got := i.State(time.Now()); got != store.Expired {
			t.Errorf("an hour later: got %s", got)
		}
	})
}
