package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"parley/handlers/live"
	"parley/store"
	"parley/views"
)

// showPerson is a person's card: above the composer of a room, or a page.
func (s *Server) showPerson(w http.ResponseWriter, r *http.Request) error {
	id, err := userOf(r.PathValue("user"))
	if err != nil {
		return err
	}
	return s.card(w, r, http.StatusOK, id, "")
}

// card shows the card of the person id, with what is wrong.
func (s *Server) card(w http.ResponseWriter, r *http.Request, status int, id store.UserID, problem string) error {
	card, err := s.cardOf(r.Context(), id, asker(r).User)
	if err != nil {
		return err
	}
	card.Problem = problem
	if htmx(r) {
		return s.render(w, r, status, views.PersonCard(card))
	}
	page, err := s.me(r.Context(), asker(r), card.Person.Name, 0)
	if err != nil {
		return err
	}
	page.Live.Part = fmt.Sprintf("card/%d/%d", id, page.Me.ID)
	return s.render(w, r, status, views.PersonPage(page, card))
}

// cardOf is the person id as me sees them.
func (s *Server) cardOf(ctx context.Context, id store.UserID, me store.User) (views.Card, error) {
	user, err := s.Store.User(ctx, id)
	card := views.Card{Person: user, Me: me, Presence: s.presenceOf(user.ID), Now: time.Now()}
	if err != nil {
		return card, err
	}
	if err := s.talks(ctx, &card); err != nil {
		return card, err
	}
	if card.Moderates, err = s.moderates(ctx, me, id); err != nil {
		return card, err
	}
	card.Muted, err = s.muted(ctx, me, id)
	return card, err
}

// talks says on the card whether its two have a conversation, or may not begin one yet.
func (s *Server) talks(ctx context.Context, card *views.Card) error {
	var err error
	if card.Talks = card.Person.ID == card.Me.ID; card.Talks {
		return nil
	}
	if card.Begin, err = s.mayBegin(ctx, card.Me.ID); err != nil {
		return err
	}
	_, err = s.Store.Conversation(ctx, card.Me.ID, card.Person.ID)
	if card.Talks = err == nil; errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return err
}

func init() {
	liveParts["card"] = part{may: mayFollowCard, show: (*Server).cardPart}
}

// cardFor reads "2/1": person 2's card for person 1.
func cardFor(rest string) (id, me store.UserID) {
	one, other, _ := strings.Cut(rest, "/")
	id, _ = userOf(one) // nobody is 0
	me, _ = userOf(other)
	return id, me
}

func mayFollowCard(_ *Server, _ context.Context, user store.User, rest string) (string, error) {
	if id, me := cardFor(rest); id == 0 || me != user.ID {
		return "", store.ErrNotFound
	}
	return "", nil
}

func (s *Server) cardPart(ctx context.Context, rest string) (parts, []live.Topic, error) {
	id, who := cardFor(rest)
	me, err := s.Store.User(ctx, who)
	if err != nil {
		return nil, nil, err
	}
	card, err := s.cardOf(ctx, id, me)
	return fixed(views.CardRegion(card, true)), []live.Topic{hereTopic(id), personTopic(id), personTopic(who)}, err
}
