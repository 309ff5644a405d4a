package store

import (
	"context"
	"regexp"
	"strconv"
	"strings"
)

// Mention is a member whom a text names as @username.
type Mention struct {
	User UserID
	Name string // as it is written, without @
}

// mostMentions is how many different names in one text are looked up.
const mostMentions = 50

// named finds @name where a name can begin.
var named = regexp.MustCompile(`(?:^|[^\pL\pN_.@/-])@([\pL\pM\pN][\pL\pM\pN_.-]{1,29})`)

// mentionsIn returns the members of room whom body mentions.
func mentionsIn(ctx context.Context, tx *transaction, room RoomID, body string) ([]Mention, error) {
	if !strings.Contains(body, "@") {
		return nil, nil
	}
	var found []Mention
	asked := map[string]bool{}
	for _, match := range named.FindAllStringSubmatch(body, -1) {
		// A sentence may end with the name.
		for name := match[1]; name != ""; name = name[:len(name)-1] {
			if !asked[name] && len(asked) < mostMentions {
				asked[name] = true
				var users []UserID
				if err := tx.SelectContext(ctx, &users, memberNamed, room, nameKey(name)); err != nil {
					return nil, err
				}
				if len(users) > 0 {
					found = append(found, Mention{users[0], name})
					break
				}
			}
			if last := name[len(name)-1]; last != '.' && last != '-' && last != '_' {
				break
			}
		}
	}
	return found, nil
}

const memberNamed = `
select u.id
  from users u
  join members m on m.user_id = u.id and m.room_id = $1
 where u.username_key = $2 and m.present and u.suspended_at = 0`

// setMentions notes who is mentioned in a message, for counting: not those who have
// muted its author.
func setMentions(ctx context.Context, tx *transaction, m Message) error {
	told, err := listening(ctx, tx, m.Author, m.Mentions)
	if err != nil {
		return err
	}
	for _, who := range told {
		if who.User == m.Author {
			continue
		}
		if _, err := tx.ExecContext(ctx, "insert into mentions (user_id, room_id, seq) values ($1, $2, $3) on conflict do nothing", who.User, m.Room, m.Seq); err != nil {
			return err
		}
	}
	return nil
}

func forgetMentions(ctx context.Context, tx *transaction, m Message) error {
	_, err := tx.ExecContext(ctx, "delete from mentions where room_id = $1 and seq = $2", m.Room, m.Seq)
	return err
}

// mentionsText is how a message's row keeps its mentions: "42=ben 43=mei".
func mentionsText(all []Mention) string {
	words := make([]string, len(all))
	for i, m := range all {
		words[i] = strconv.FormatInt(int64(m.User), 10) + "=" + m.Name
	}
	return strings.Join(words, " ")
}

func mentionsOf(text string) []Mention {
	var all []Mention
	for word := range strings.FieldsSeq(text) {
		number, name, _ := strings.Cut(word, "=")
		user, err := strconv.ParseInt(number, 10, 64)
		if err == nil {
			all = append(all, Mention{UserID(user), name})
		}
	}
	return all
}
