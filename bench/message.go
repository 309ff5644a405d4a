package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// A message names its sender, its number and when it was posted. Letters, digits and
// commas go unescaped through JSON and HTML, so how a server wraps it does not matter.
const (
	messageHead = "posted=" // and then 07,0000000012,0000000000123456789;
	messageSize = len("posted=07,0000000012,0000000000123456789;")
)

// epoch is where the clock of this program starts; it only goes forward.
var epoch = time.Now()

// textOf is a message of size bytes, or as many as it needs.
func textOf(sender, number int, posted time.Duration, size int) string {
	text := fmt.Sprintf("%s%02d,%010d,%019d;", messageHead, sender, number, posted.Nanoseconds())
	if missing := size - len(text); missing > 0 {
		text += strings.Repeat(" lorem ipsum dolor sit amet", missing/27+1)[:missing]
	}
	return text
}

type message struct {
	sender, number int
	posted         time.Duration
}

// messagesIn calls fn for each message in payload.
func messagesIn(payload []byte, fn func(message)) {
	for {
		at := bytes.Index(payload, []byte(messageHead))
		if at < 0 || len(payload)-at < messageSize {
			return
		}
		m := payload[at+len(messageHead):]
		fn(message{decimal(m[:2]), decimal(m[3:13]), time.Duration(decimal(m[14:33]))})
		payload = payload[at+messageSize:]
	}
}

func decimal(digits []byte) (n int) {
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}

// Kinds of frames (RFC 6455, 5.2).
const (
	frameMore  = 0 // of the text before
	frameText  = 1
	frameClose = 8
	framePing  = 9
	framePong  = 10
)

type frame struct {
	kind    byte
	last    bool // of its text
	payload []byte
}

// cut takes the first frame of what a server sent; ok: all of it is there.
func cut(b []byte) (f frame, rest []byte, ok bool) {
	if len(b) < 2 {
		return f, b, false
	}
	size, head := uint64(b[1]&127), 2
	switch {
	case size == 126 && len(b) >= 4:
		size, head = uint64(binary.BigEndian.Uint16(b[2:])), 4
	case size == 127 && len(b) >= 10:
		size, head = binary.BigEndian.Uint64(b[2:]), 10
	case size >= 126:
		return f, b, false
	}
	if uint64(len(b)-head) < size {
		return f, b, false
	}
	end := head + int(size)
	return frame{b[0] & 15, b[0]&128 != 0, b[head:end]}, b[end:], true
}

// mask is of no use against loopback, but servers insist on one.
var mask = [4]byte{0x5a, 0x11, 0xc3, 0x7e}

// browserFrame is what a browser sends.
func browserFrame(kind byte, payload []byte) []byte {
	b := []byte{0x80 | kind}
	if len(payload) < 126 {
		b = append(b, 0x80|byte(len(payload)))
	} else {
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(len(payload)))
	}
	b = append(b, mask[:]...)
	for i, c := range payload {
		b = append(b, c^mask[i&3])
	}
	return b
}
