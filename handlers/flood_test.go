package handlers_test

import (
	"strings"
	"testing"
)

// What one browser may ask of the server is bounded, however small its frames are. The
// closes are of the kind after which a page comes back.
func TestAFloodOfFramesIsClosed(t *testing.T) {
	flood := code(1013) + "too many frames"
	ways(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		for name, send := range map[string]string{
			"pings":                            strings.Repeat(masked(fin|opPing, ""), 300),
			"pings with all they may carry":    strings.Repeat(masked(fin|opPing, ours(125)), 300),
			"pongs":                            strings.Repeat(masked(fin|opPong, ""), 300),
			"messages":                         strings.Repeat(masked(fin|opText, "x"), 300),
			"empty messages":                   strings.Repeat(masked(fin|opText, ""), 300),
			"what a page may say, all at once": strings.Repeat(masked(fin|opText, `{"type":"typing"}`), 300),
			"parts of one byte":                masked(opText, "x") + strings.Repeat(masked(opCont, "x"), 8<<10),
			"empty parts":                      masked(opText, "x") + strings.Repeat(masked(opCont, ""), 8<<10),
			"empty parts of nothing":           masked(opText, "") + strings.Repeat(masked(opCont, ""), 8<<10),
			"empty parts and pings":            masked(opText, "") + strings.Repeat(strings.Repeat(masked(opCont, ""), 50)+masked(fin|opPing, ""), 300),
		} {
			t.Run(name, func(t *testing.T) {
				c := ada.open()
				c.t = t
				c.say(send)
				c.say(question)
				text, rest := c.until(frame(fin|opClose, flood))
				if pongs := strings.Count(rest, "\x8a"); pongs > 240 || text != "" {
					t.Errorf("got %d answers and %q", pongs, text)
				}
				c.ended()
			})
		}
	})
}

func TestWhatIsSentOverTimeIsNoFlood(t *testing.T) {
	ways(t, func(t *testing.T, w *world) {
		c := w.signUp("ada").open()
		for range 70 { // together more than one message may take
			c.say(masked(fin|opPong, ours(125)))
			c.say(masked(fin|opText, ours(1<<10)))
			c.say(question)
			c.expect(stillHere)
		}
	})
}

func TestAConnectionThatEndsWithoutACloseIsNotClosedForGood(t *testing.T) {
	ways(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		for name, send := range map[string]string{
			"nothing":               "",
			"a whole frame":         masked(fin|opText, resume),
			"a part":                masked(opText, resume[:9]),
			"half a frame's head":   masked(fin|opText, resume)[:1],
			"half a frame's length": "\x81\xfe\x00",
			"half a frame":          masked(fin|opText, resume)[:9],
			"half a ping":           masked(fin|opPing, "hello")[:8],
		} {
			t.Run("after "+name, func(t *testing.T) {
				c := ada.open()
				c.t = t
				c.say(send)
				if err := c.Conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
					t.Fatal(err)
				}
				c.until(frame(fin|opClose, code(1001)))
				c.ended()
			})
		}
	})
}

func TestWhoClosesAndHangsUpAtOnceIsStillAnswered(t *testing.T) {
	ways(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		for range 20 {
			c := ada.open()
			c.say(masked(fin|opClose, code(1000)))
			if err := c.Conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			c.until(frame(fin|opClose, code(1000)))
			c.ended()
		}
	})
}
