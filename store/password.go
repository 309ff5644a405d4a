package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"parley/store/internal/cost"
)

// Argon2id; how much of it says the package cost.
const (
	argonLanes = 1
	argonKey   = 32
)

// mostWaiting bounds the queue: whoever comes later would wait for seconds.
const mostWaiting = 100

var waiting atomic.Int64

// hashing bounds the memory: 19 MiB for each that runs, the rest waits.
var hashing = make(chan struct{}, max(1, runtime.GOMAXPROCS(0)))

// common holds the passwords of at least 8 characters among the most common ones
// (npm @zxcvbn-ts/language-common 4.1.3, MIT).
//
//go:embed common-passwords.txt.gz
var commonFile []byte

var common = sync.OnceValue(func() map[string]bool {
	z, err := gzip.NewReader(bytes.NewReader(commonFile))
	if err != nil {
		panic(err) // the file is part of the program
	}
	all, err := io.ReadAll(z)
	if err != nil {
		panic(err)
	}
	m := map[string]bool{}
	for line := range strings.Lines(string(all)) {
		m[strings.TrimSuffix(line, "\n")] = true
	}
	return m
})

// checkPassword returns the sentence against password, or "". Any characters are
// allowed and nothing is trimmed (OWASP ASVS 5.0, 6.2).
func checkPassword(password, username, email string) string {
	n := utf8.RuneCountInString(password)
	lower := strings.ToLower(password)
	switch {
	case !utf8.ValidString(password):
		return "This password has characters that cannot be read. Type it again."
	case n < 8:
		return "Use at least 8 characters."
	case n > 256:
		return "Use at most 256 characters."
	case common()[lower], lower == strings.Repeat(lower[:1], len(lower)):
		return "This password is among the most common ones. Choose another, like four words."
	case lower == strings.ToLower(username), lower == strings.ToLower(email):
		return "Do not use your name or address as the password."
	}
	return ""
}

func hashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, 16)
	rand.Read(salt)
	key, err := derive(ctx, password, salt, cost.Memory, cost.Time, argonLanes)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, cost.Memory, cost.Time, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

func derive(ctx context.Context, password string, salt []byte, memory, time uint32, lanes uint8) ([]byte, error) {
	if waiting.Add(1) > mostWaiting {
		waiting.Add(-1)
		return nil, ErrUnavailable
	}
	defer waiting.Add(-1)
	select {
	case hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, time, memory, lanes, argonKey), nil
}

// matchPassword compares in constant time; stale says that the hash was made
// with other parameters than today's.
func matchPassword(ctx context.Context, encoded, password string) (ok, stale bool, err error) {
	var version int
	var memory, time uint32
	var lanes uint8
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, false, fmt.Errorf("unknown kind of password hash")
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &time, &lanes); err != nil {
		return false, false, fmt.Errorf("parameters of a password hash: %w", err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, false, err
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, false, err
	}
	got, err := derive(ctx, password, salt, memory, time, lanes)
	if err != nil {
		return false, false, err
	}
	stale = memory != cost.Memory || time != cost.Time || lanes != argonLanes
	return subtle.ConstantTimeCompare(got, want) == 1, stale, nil
}

// nobody's password: an unknown name costs the same work as a known one.
var nobody = sync.OnceValue(func() string {
	h, err := hashPassword(context.Background(), rand.Text())
	if err != nil {
		panic(err) // only a cancelled context fails
	}
	return h
})

// Authenticate returns the account with this username or e-mail and password.
// It fails with ErrNotFound, after the same work, for an unknown name and for a
// wrong password; a suspended account is returned, with SuspendedAt set.
func (s *Store) Authenticate(ctx context.Context, login, password string) (User, error) {
	if len(password) > 4*256 || len(login) > 1024 {
		return User{}, ErrNotFound
	}
	var row struct {
		userRow
		Password string
	}
	err := s.plain(s.get(ctx, &row, authenticate, nameKey(login), emailKey(login)))
	encoded := row.Password
	if err == ErrNotFound {
		encoded = nobody()
	} else if err != nil {
		return User{}, err
	}
	ok, stale, err := matchPassword(ctx, encoded, password)
	if err != nil {
		return User{}, err
	}
	if !ok || row.ID == 0 {
		return User{}, ErrNotFound
	}
	if stale {
		if encoded, err = s.rehash(ctx, row.ID, encoded, password); err != nil {
			return User{}, err
		}
	}
	u := row.user()
	u.proof = encoded
	return u, nil
}

const authenticate = `
select ` + userFields + `, u.password
  from users u
 where (u.username_key = $1 or u.email_key = $2) and u.deleted_at = 0
 order by u.id
 limit 1`

func (s *Store) rehash(ctx context.Context, user UserID, old, password string) (string, error) {
	hash, err := hashPassword(ctx, password)
	if err != nil {
		return "", err
	}
	return hash, s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		_, err := tx.ExecContext(ctx, "update users set password = $1 where id = $2 and password = $3", hash, user, old)
		return err
	})
}

// ChangePassword sets a new password after old was shown, and ends every session
// of user but the one with keep.
func (s *Store) ChangePassword(ctx context.Context, user UserID, old, password string, keep Token) error {
	u, err := s.User(ctx, user)
	if err != nil {
		return err
	}
	wrong := Problems{{"old", "That is not your password."}}
	if old == "" {
		return Problems{{"old", "Enter your own password."}}
	}
	shown, err := s.Authenticate(ctx, u.Username, old)
	if err == ErrNotFound {
		return wrong
	}
	if err != nil {
		return err
	}
	_, err = s.setPassword(ctx, u, password, keep, func(ctx context.Context, tx *transaction) error {
		// It may have been changed while it was checked, by the owner against a thief.
		res, err := tx.ExecContext(ctx, "update users set id = id where id = $1 and password = $2", u.ID, shown.proof)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return orNotFound(err)
		}
		return nil
	})
	if err == ErrNotFound {
		return wrong
	}
	return err
}

// setPassword hashes outside the transaction; first runs in it, and can refuse. It
// returns u as somebody who has shown the new password.
func (s *Store) setPassword(ctx context.Context, u User, password string, keep Token, first func(context.Context, *transaction) error) (User, error) {
	if text := checkPassword(password, u.Username, u.Email); text != "" {
		return u, Problems{{"password", text}}
	}
	hash, err := hashPassword(ctx, password)
	if err != nil {
		return u, err
	}
	u.proof = hash
	return u, s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		// The person first, as those do who end their sessions.
		if _, err := tx.ExecContext(ctx, "update users set id = id where id = $1", u.ID); err != nil {
			return err
		}
		if err := first(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "update users set password = $1 where id = $2", hash, u.ID); err != nil {
			return err
		}
		return endSessions(ctx, tx, u.ID, keep.hash())
	})
}
