package store

import (
	"errors"
	"testing"
)

func TestAConnectionThatFailsIsReplaced(t *testing.T) {
	s := openFresh(t)
	c, err := s.readers.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	s.readers.give(c)
	if _, err := s.LastMessage(t.Context(), 1); err == nil {
		t.Error("a closed connection has read")
	}
	if _, err := s.LastMessage(t.Context(), 1); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

func TestWhoReadsAfterTheEndIsToldSo(t *testing.T) {
	s := openFresh(t)
	if _, err := s.LastMessage(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.LastMessage(t.Context(), 1); !errors.Is(err, ErrUnavailable) {
		t.Errorf("after the end: %v", err)
	}
}
