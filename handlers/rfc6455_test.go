package handlers_test

import (
	"bytes"
	"compress/flate"
	"fmt"
	"strings"
	"testing"
)

// row is what a client sends and what the server answers, byte for byte.
type row struct {
	rfc, name string
	send      string // after the handshake
	want      string // the frames that come for it, but for text and the close
	close     string // the payload of the close frame; "": the socket stays open
	text      string // a part of the text that comes; "": none comes
}

// resume is the frame of a page that shows nothing, and pulse ends the answer.
const (
	resume = `{"type":"resume","rev":"0"}`
	pulse  = `id="pulse"`
)

var (
	protocolError = code(1002)
	tooLarge      = code(1013) + "the frame is too large"
	notText       = code(1003) + "text only"
	badText       = code(1007)
)

// ours is text of n bytes that is ignored.
func ours(n int) string { return strings.Repeat("x", n) }

// bomb is 10 MiB in 10 KiB, as permessage-deflate would send it (RFC 7692, 7.2.1).
func bomb() string {
	var b bytes.Buffer
	z, _ := flate.NewWriter(&b, flate.BestCompression) // the level is valid
	_, _ = z.Write(make([]byte, 10<<20))               // to memory
	_ = z.Flush()
	return strings.TrimSuffix(b.String(), "\x00\x00\xff\xff")
}

func frameRows() []row {
	bomb := bomb()
	rows := []row{
		{rfc: "5.1", name: "text that is not masked", send: frame(fin|opText, resume), close: protocolError},
		{rfc: "5.1", name: "binary that is not masked", send: frame(fin|opBinary, "x"), close: protocolError},
		{rfc: "5.1", name: "a ping that is not masked", send: frame(fin|opPing, "x"), close: protocolError},
		{rfc: "5.1", name: "a pong that is not masked", send: frame(fin|opPong, ""), close: protocolError},
		{rfc: "5.1", name: "a close that is not masked", send: frame(fin|opClose, code(1000)), close: protocolError},
		{rfc: "5.1", name: "a continuation that is not masked", send: masked(opText, "a") + frame(fin|opCont, "b"), close: protocolError},
		{rfc: "5.3", name: "a key of zeros", send: "\x89\x82\x00\x00\x00\x00hi", want: frame(fin|opPong, "hi")},
		{rfc: "5.3", name: "a key of ones", send: "\x89\x82\xff\xff\xff\xff\x97\x96", want: frame(fin|opPong, "hi")},
		{rfc: "5.7", name: "the ping of the examples", send: "\x89\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", want: "\x8a\x05Hello"},

		{rfc: "5.2", name: "RSV1 on text", send: masked(fin|rsv1|opText, resume), close: protocolError},
		{rfc: "5.2", name: "RSV2 on text", send: masked(fin|rsv2|opText, resume), close: protocolError},
		{rfc: "5.2", name: "RSV3 on text", send: masked(fin|rsv3|opText, resume), close: protocolError},
		{rfc: "5.2", name: "all reserved bits on text", send: masked(fin|rsv1|rsv2|rsv3|opText, resume), close: protocolError},
		{rfc: "5.2", name: "RSV1 on a ping", send: masked(fin|rsv1|opPing, ""), close: protocolError},
		{rfc: "5.2", name: "RSV2 on a pong", send: masked(fin|rsv2|opPong, ""), close: protocolError},
		{rfc: "5.2", name: "RSV3 on a close", send: masked(fin|rsv3|opClose, code(1000)), close: protocolError},
		{rfc: "5.2", name: "RSV1 on a continuation", send: masked(opText, "a") + masked(fin|rsv1|opCont, "b"), close: protocolError},
		{rfc: "7692 6", name: "a compression bomb", send: masked(fin|rsv1|opText, bomb), close: protocolError},
		{rfc: "7692 6", name: "a compression bomb in fragments", send: masked(rsv1|opText, bomb) + masked(fin|opCont, ""), close: protocolError},

		{rfc: "5.2", name: "no text at all", send: masked(fin|opText, "")},
		{rfc: "5.2", name: "text of 125 bytes", send: masked(fin|opText, ours(125))},
		{rfc: "5.2", name: "text of 126 bytes", send: masked(fin|opText, ours(126))},
		{rfc: "5.2", name: "text of 127 bytes", send: masked(fin|opText, ours(127))},
		{rfc: "5.2", name: "the most that is read", send: masked(fin|opText, ours(16<<10))},
		{rfc: "5.2", name: "one byte more", send: masked(fin|opText, ours(16<<10+1)), close: tooLarge},
		{rfc: "5.2", name: "the most that 16 bits can say", send: masked(fin|opText, ours(0xffff)), close: tooLarge},
		{rfc: "5.2", name: "the least that 64 bits should say", send: masked(fin|opText, ours(0x10000)), close: tooLarge},
		{rfc: "5.2", name: "a megabyte", send: masked(fin|opText, ours(1<<20)), close: tooLarge},
		{rfc: "5.2", name: "binary that is too large", send: masked(fin|opBinary, ours(16<<10+1)), close: tooLarge},
		{rfc: "5.2", name: "a resume that is too large", send: masked(fin|opText, `{"type":"resume","have":["`+ours(16<<10)+`"]}`), close: tooLarge},
		{rfc: "5.2", name: "the most that 64 bits may say", send: "\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xffkeyy" + ours(17<<10), close: tooLarge},
		{rfc: "5.2", name: "64 bits with the top bit set", send: "\x81\xff\x80\x00\x00\x00\x00\x00\x00\x05keyyhello", close: protocolError},
		{rfc: "5.2", name: "64 bits, all set", send: "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xffkeyyhello", close: protocolError},
		{rfc: "5.2", name: "lengths that together overflow", send: masked(opText, "a") + "\x80\xff\x7f\xff\xff\xff\xff\xff\xff\xffkeyyhello", close: protocolError},
		// The shortest form is asked of who sends; gorilla reads the others too.
		{rfc: "5.2", name: "5 bytes by 16 bits", send: "\x81\xfe\x00\x05\x00\x00\x00\x00hello"},
		{rfc: "5.2", name: "5 bytes by 64 bits", send: "\x81\xff\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00hello"},
		{rfc: "5.2", name: "no bytes by 64 bits", send: "\x81\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"},
		{rfc: "5.5", name: "a ping of 2 bytes by 16 bits", send: "\x89\xfe\x00\x02\x00\x00\x00\x00hi", close: protocolError},
		{rfc: "5.5", name: "a ping of 2 bytes by 64 bits", send: "\x89\xff\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00hi", close: protocolError},

		{rfc: "5.4", name: "a resume in two parts", send: masked(opText, resume[:9]) + masked(fin|opCont, resume[9:]), text: pulse},
		{rfc: "5.4", name: "a resume byte by byte", send: scattered(resume), text: pulse},
		{rfc: "5.4", name: "a resume between empty parts", send: masked(opText, "") + masked(opCont, resume) + masked(opCont, "") + masked(fin|opCont, ""), text: pulse},
		{rfc: "5.4", name: "nothing in three parts", send: masked(opText, "") + masked(opCont, "") + masked(fin|opCont, "")},
		{rfc: "5.4", name: "a ping between the parts", send: masked(opText, resume[:9]) + masked(fin|opPing, "now") + masked(fin|opCont, resume[9:]), want: frame(fin|opPong, "now"), text: pulse},
		{rfc: "5.4", name: "a ping between all parts", send: masked(opText, "a") + masked(fin|opPing, "1") + masked(opCont, "b") + masked(fin|opPing, "2") + masked(fin|opCont, "c"), want: frame(fin|opPong, "1") + frame(fin|opPong, "2")},
		{rfc: "5.4", name: "a pong between the parts", send: masked(opText, resume[:9]) + masked(fin|opPong, "now") + masked(fin|opCont, resume[9:]), text: pulse},
		{rfc: "5.4", name: "a close between the parts", send: masked(opText, resume) + masked(fin|opClose, code(1001)) + masked(fin|opCont, ""), close: code(1001)},
		{rfc: "5.4", name: "a continuation of nothing", send: masked(fin|opCont, "x"), close: protocolError},
		{rfc: "5.4", name: "a continuation of nothing that goes on", send: masked(opCont, "x"), close: protocolError},
		{rfc: "5.4", name: "a continuation after the end", send: masked(opText, "a") + masked(fin|opCont, "b") + masked(fin|opCont, "c"), close: protocolError},
		{rfc: "5.4", name: "a continuation after a whole message", send: masked(fin|opText, "a") + masked(fin|opCont, "b"), close: protocolError},
		{rfc: "5.4", name: "a new text among the parts", send: masked(opText, "a") + masked(fin|opText, resume), close: protocolError},
		{rfc: "5.4", name: "binary among the parts", send: masked(opText, "a") + masked(fin|opBinary, "b"), close: protocolError},
		{rfc: "5.4", name: "too large in two parts", send: masked(opText, ours(9<<10)) + masked(fin|opCont, ours(9<<10)), close: tooLarge},
		{rfc: "5.4", name: "too large in parts that never end", send: masked(opText, ours(9<<10)) + strings.Repeat(masked(opCont, ours(1<<10)), 9), close: tooLarge},
		{rfc: "5.4", name: "binary in two parts", send: masked(opBinary, "a") + masked(fin|opCont, "b"), close: notText},

		{rfc: "5.5", name: "a ping in parts", send: masked(opPing, "a") + masked(fin|opCont, "b"), close: protocolError},
		{rfc: "5.5", name: "a pong in parts", send: masked(opPong, "a"), close: protocolError},
		{rfc: "5.5", name: "a close in parts", send: masked(opClose, code(1000)), close: protocolError},
		{rfc: "5.5", name: "a ping of 126 bytes", send: masked(fin|opPing, ours(126)), close: protocolError},
		{rfc: "5.5", name: "a pong of 126 bytes", send: masked(fin|opPong, ours(126)), close: protocolError},
		{rfc: "5.5", name: "a close of 126 bytes", send: masked(fin|opClose, code(1000)+ours(124)), close: protocolError},
		{rfc: "5.5", name: "a ping of 64 KiB", send: masked(fin|opPing, ours(64<<10)), close: protocolError},

		{rfc: "5.5.2", name: "an empty ping", send: masked(fin|opPing, ""), want: frame(fin|opPong, "")},
		{rfc: "5.5.2", name: "a ping of one byte", send: masked(fin|opPing, "\x00"), want: frame(fin|opPong, "\x00")},
		{rfc: "5.5.2", name: "a ping that is no text", send: masked(fin|opPing, "\xff\xfe\x00\x80"), want: frame(fin|opPong, "\xff\xfe\x00\x80")},
		{rfc: "5.5.2", name: "a ping of 125 bytes", send: masked(fin|opPing, ours(125)), want: frame(fin|opPong, ours(125))},
		{rfc: "5.5.2", name: "pings in a row", send: masked(fin|opPing, "1") + masked(fin|opPing, "2") + masked(fin|opPing, "3"), want: frame(fin|opPong, "1") + frame(fin|opPong, "2") + frame(fin|opPong, "3")},
		{rfc: "5.5.2", name: "a ping that looks like a frame", send: masked(fin|opPing, frame(fin|opText, "{}")), want: frame(fin|opPong, frame(fin|opText, "{}"))},
		{rfc: "5.5.3", name: "a pong that nobody asked for", send: masked(fin|opPong, "")},
		{rfc: "5.5.3", name: "a pong of 125 bytes", send: masked(fin|opPong, ours(125))},
		{rfc: "5.5.3", name: "pongs, and a ping", send: masked(fin|opPong, "1") + masked(fin|opPing, "2") + masked(fin|opPong, "3"), want: frame(fin|opPong, "2")},

		{rfc: "5.5.1", name: "a close that says nothing", send: masked(fin|opClose, ""), close: code(1000)},
		{rfc: "5.5.1", name: "half a code", send: masked(fin|opClose, "\x03"), close: code(1000)}, // gorilla takes it for none
		{rfc: "5.5.1", name: "a close with a reason", send: masked(fin|opClose, code(1000)+"bye"), close: code(1000)},
		{rfc: "5.5.1", name: "a close with a long reason", send: masked(fin|opClose, code(1000)+ours(123)), close: code(1000)},
		{rfc: "5.5.1", name: "a close with a reason in Greek", send: masked(fin|opClose, code(1000)+"κόσμε"), close: code(1000)},
		{rfc: "5.5.1", name: "a close with a reason that is JSON", send: masked(fin|opClose, code(1000)+`{"target":"body"}`), close: code(1000)},
		{rfc: "5.5.1", name: "text after the close", send: masked(fin|opClose, code(1000)) + masked(fin|opText, resume), close: code(1000)},
		{rfc: "5.5.1", name: "a ping after the close", send: masked(fin|opClose, code(1000)) + masked(fin|opPing, "x"), close: code(1000)},
		{rfc: "5.5.1", name: "a second close", send: masked(fin|opClose, code(1001)) + masked(fin|opClose, code(1000)), close: code(1001)},
		{rfc: "5.5.1", name: "a mistake after the close", send: masked(fin|opClose, code(1000)) + frame(fin|opText, "x"), close: code(1000)},
		{rfc: "5.5.1", name: "much after the close", send: masked(fin|opClose, code(1000)) + ours(200<<10), close: code(1000)},
		{rfc: "7.1.7", name: "a ping after a mistake", send: masked(fin|opCont, "x") + masked(fin|opPing, "x"), close: protocolError},
		{rfc: "7.1.7", name: "much after a mistake", send: masked(fin|opCont, "x") + ours(200<<10), close: protocolError},
		{rfc: "7.1.7", name: "a ping before a mistake", send: masked(fin|opPing, "x") + masked(fin|opCont, "x"), want: frame(fin|opPong, "x"), close: protocolError},

		{rfc: "8.1", name: "a reason that is no text", send: masked(fin|opClose, code(1000)+"\xce\xba\xff"), close: protocolError},
		{rfc: "8.1", name: "a reason cut short", send: masked(fin|opClose, code(1000)+"\xce"), close: protocolError},
		{rfc: "8.1", name: "a byte that never is", send: masked(fin|opText, "\xff"), close: badText},
		{rfc: "8.1", name: "a continuation byte alone", send: masked(fin|opText, "a\x80"), close: badText},
		{rfc: "8.1", name: "an overlong slash", send: masked(fin|opText, "\xc0\xaf"), close: badText},
		{rfc: "8.1", name: "an overlong NUL", send: masked(fin|opText, "\xc0\x80"), close: badText},
		{rfc: "8.1", name: "a surrogate", send: masked(fin|opText, "\xed\xa0\x80"), close: badText},
		{rfc: "8.1", name: "beyond Unicode", send: masked(fin|opText, "\xf4\x90\x80\x80"), close: badText},
		{rfc: "8.1", name: "five bytes", send: masked(fin|opText, "\xf8\x88\x80\x80\x80"), close: badText},
		{rfc: "8.1", name: "a character cut short", send: masked(fin|opText, "\xe2\x82"), close: badText},
		{rfc: "8.1", name: "no text in a resume", send: masked(fin|opText, `{"type":"resume","rev":"0","as":"`+"\xff"+`"}`), close: badText},
		{rfc: "8.1", name: "no text in the second part", send: masked(opText, "κό") + masked(fin|opCont, "\xff"), close: badText},
		{rfc: "8.1", name: "half a character in each part, not of one", send: masked(opText, "\xe2\x82") + masked(fin|opCont, "\xc3\xa9"), close: badText},
		{rfc: "8.1", name: "no text around a ping", send: masked(opText, "\xe2") + masked(fin|opPing, "x") + masked(fin|opCont, "a"), want: frame(fin|opPong, "x"), close: badText},
		{rfc: "8.1", name: "half a character in each part", send: masked(opText, "\xe2\x82") + masked(fin|opCont, "\xac")},
		{rfc: "8.1", name: "a character in four parts", send: masked(opText, "\xf0") + masked(opCont, "\x9f") + masked(opCont, "\x98") + masked(fin|opCont, "\x80")},
		{rfc: "8.1", name: "all of Unicode's ends", send: masked(fin|opText, "\x00\x7f\u0080\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff")},

		{rfc: "5.6", name: "binary", send: masked(fin|opBinary, "x"), close: notText},
		{rfc: "5.6", name: "no bytes of binary", send: masked(fin|opBinary, ""), close: notText},
		{rfc: "5.6", name: "a resume in binary", send: masked(fin|opBinary, resume), close: notText},
		{rfc: "5.6", name: "a resume", send: masked(fin|opText, resume), text: pulse},
		{rfc: "5.6", name: "two resumes", send: masked(fin|opText, resume) + masked(fin|opText, resume), text: pulse},
		{rfc: "5.6", name: "a ping after a resume", send: masked(fin|opText, resume) + masked(fin|opPing, "x"), want: frame(fin|opPong, "x"), text: pulse},
	}
	for _, op := range []byte{0x3, 0x4, 0x5, 0x6, 0x7, 0xb, 0xc, 0xd, 0xe, 0xf} {
		rows = append(rows, row{rfc: "5.2", name: fmt.Sprintf("opcode %x, which nobody uses", op), send: masked(fin|op, ""), close: protocolError})
	}
	for _, n := range []int{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 3999, 4000, 4999} {
		rows = append(rows, row{rfc: "7.4", name: fmt.Sprintf("close code %d", n), send: masked(fin|opClose, code(n)), close: code(n)})
	}
	for _, n := range []int{0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535} {
		rows = append(rows, row{rfc: "7.4", name: fmt.Sprintf("close code %d, which nobody may send", n), send: masked(fin|opClose, code(n)), close: protocolError})
	}
	return rows
}

// scattered is text in parts of one byte.
func scattered(text string) string {
	var b strings.Builder
	b.WriteString(masked(opText, text[:1]))
	for i := 1; i < len(text); i++ {
		b.WriteString(masked(opCont, text[i:i+1]))
	}
	return b.String() + masked(fin|opCont, "")
}

func TestEveryFrameIsAnsweredAsRFC6455Says(t *testing.T) {
	rows := frameRows()
	ways(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		for _, row := range rows {
			t.Run(row.rfc+" "+row.name, func(t *testing.T) {
				c := ada.open()
				c.t = t
				c.say(row.send)
				var text, rest string
				if row.close == "" {
					text, rest = c.alive()
				} else {
					c.say(question)
					text, rest = c.until(frame(fin|opClose, row.close))
					c.ended()
				}
				if rest != row.want {
					t.Errorf("got %q, want %q", rest, row.want)
				}
				if row.text == "" && text != "" || !strings.Contains(text, row.text) {
					t.Errorf("got text %.300q, want %q in it", text, row.text)
				}
			})
		}
	}, unlimited)
}
