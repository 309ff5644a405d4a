package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// reader is one who gets numbers, in this order.
func (b *books) reader(numbers ...int) (err error) {
	for place, n := range numbers {
		if _, err = b.enter(0, place, message{number: n}, 0); err != nil {
			return err
		}
	}
	return nil
}

func TestEveryReaderGetsEachMessageOnceAndInOneOrder(t *testing.T) {
	for name, c := range map[string]struct {
		ordered bool
		second  []int
		fails   bool
	}{
		"the same":              {second: []int{0, 2, 1}},
		"one lost":              {second: []int{0, 1}, fails: true},
		"one twice":             {second: []int{0, 0}, fails: true},
		"one again at the end":  {second: []int{0, 2, 1, 2}, fails: true},
		"in another order":      {second: []int{0, 1, 2}, fails: true},
		"in order where it has": {ordered: true, second: nil, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBooks(1, 2)
			b.clear(c.ordered)
			err := b.reader(0, 2, 1)
			if err == nil {
				err = b.reader(c.second...)
			}
			if got := err != nil; got != c.fails {
				t.Errorf("got %v, want an error: %v", err, c.fails)
			}
		})
	}
}

func TestAMessageIsThroughWhenAllHaveIt(t *testing.T) {
	b := newBooks(1, 2)
	first, _ := b.enter(0, 0, message{}, time.Second)
	second, _ := b.enter(0, 0, message{}, 3*time.Second)
	if first || !second || b.completed != 1 || b.delivered != 2 || b.wait(.99) != 3*time.Second {
		t.Errorf("got %v, %v, %d, %d, %v", first, second, b.completed, b.delivered, b.wait(.99))
	}
}

func TestFramesAreCutWhereverTheyBreak(t *testing.T) {
	text := "<p>" + textOf(7, 12, 345, 100) + "</p>" + textOf(8, 13, 678, 0)
	wire := append([]byte{0x81, 126, 0, byte(len(text))}, text...)
	for n := range wire {
		if _, rest, ok := cut(wire[:n]); ok || !bytes.Equal(rest, wire[:n]) {
			t.Fatalf("%d bytes are taken for a frame", n)
		}
	}
	f, rest, ok := cut(append(wire, "more"...))
	if !ok || string(f.payload) != text || string(rest) != "more" || !f.last || f.kind != frameText {
		t.Fatalf("got %+v, %q, %v", f, rest, ok)
	}
	var got []message
	messagesIn(f.payload, func(m message) { got = append(got, m) })
	want := []message{{7, 12, 345}, {8, 13, 678}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v, want %v", got, want)
	}
	if size := len(textOf(1, 1, 1, 100)); size != 100 || strings.ContainsAny(textOf(1, 1, 1, 200), `<>&"'`) {
		t.Errorf("a text of 100 bytes has %d", size)
	}
}
