package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// demoFirst and demoLast are of what the names of those are made who have an account and
// say little: enough of them to page through.
var (
	demoFirst = []string{"Amara", "Bruno", "Chidi", "Dorota", "Emil", "Farah", "Goran", "Hanna", "Ines", "Jonas", "Keiko", "Lars", "Marta", "Noor", "Otto", "Priya", "Quentin", "Rosa", "Samir", "Tilda", "Ulf", "Vera", "Wim", "Yara"}
	demoLast  = []string{"Adeyemi", "Brandt", "Costa", "Duarte", "Eriksen", "Fontaine", "Gruber", "Haddad", "Ivanova", "Janssen"}
)

// demoAccounts adds people to administer: Cleo moderates, of the others one is suspended,
// one is banned, one was removed from the Flea market, and one has left. Nobody of them is
// in a room.
func (s *Store) demoAccounts(ctx context.Context, people map[string]UserID) error {
	ada := Actor{User: people["ada"], Address: "192.0.2.14"}
	now := s.now()
	var others []User
	err := s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		for i := range 72 {
			first, last := demoFirst[i%len(demoFirst)], demoLast[(i*7+i/24)%len(demoLast)]
			username := strings.ToLower(first + "." + last)
			u := User{Username: username, Email: username + "@example.com", Name: first + " " + last, Role: Member, CreatedAt: now.Add(-time.Duration(i*i%211) * time.Hour)}
			if err := tx.GetContext(ctx, &u.ID, nextID, "user"); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, insertUser, u.ID, u.Username, nameKey(u.Username), u.Email, emailKey(u.Email), u.Name, u.Role, nobody(), "Europe/Berlin", micros(u.CreatedAt), true, true); err != nil {
				return err
			}
			if i%9 != 4 { // the others were never here
				if _, err := tx.ExecContext(ctx, "update users set here_at = $1 where id = $2", micros(now.Add(-time.Duration(i*37%190)*time.Hour-time.Duration(i)*time.Minute)), u.ID); err != nil {
					return err
				}
			}
			if err := setNameWords(ctx, tx, u); err != nil {
				return err
			}
			others = append(others, u)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := s.SetRole(ctx, ada, people["cleo"], Moderator); err != nil {
		return err
	}
	if _, err := s.Suspend(ctx, ada, Measure{User: others[6].ID, Reason: Spam, Words: "You advertised a shop in every room, twice after a warning."}); err != nil {
		return err
	}
	if _, err := s.Impose(ctx, ada, Measure{Kind: Ban, User: others[31].ID, Amount: 1, Reason: Spam, Words: "This is your third account for the same shop."}); err != nil {
		return err
	}
	if err := s.demoRemoved(ctx, Actor{User: people["ben"]}, others[20].ID); err != nil {
		return err
	}
	if err := s.DeleteAccount(ctx, ada, others[11].ID, false); err != nil {
		return err
	}
	return s.UpdateAccount(ctx, ada, others[2].ID, Account{Name: others[2].Name, Username: "chidi", Email: others[2].Email})
}

// demoRemoved has user come into the Flea market, and by, who made it, take them out.
func (s *Store) demoRemoved(ctx context.Context, by Actor, user UserID) error {
	rooms, err := s.RoomsToBrowse(ctx, by.User, false)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(rooms, func(r Listed) bool { return r.Name == "Flea market" })
	if err := s.Join(ctx, rooms[at].ID, user); err != nil {
		return err
	}
	_, err = s.Impose(ctx, by, Measure{
		Kind: Removal, User: user, Room: rooms[at].ID, Until: s.now().Add(7 * 24 * time.Hour), Reason: Spam,
		Words: "Forty watches in ten minutes are a shop. Come back with something of your own.",
	})
	return err
}
