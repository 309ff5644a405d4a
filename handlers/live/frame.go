package live

import "encoding/binary"

// Close codes (RFC 6455, 7.4.1). hx-ws comes back after GoingAway, Internal,
// Restart and TryAgain, and never after the others.
const (
	Normal      = 1000
	GoingAway   = 1001
	BadFrame    = 1002
	Unsupported = 1003
	BadText     = 1007
	Revoked     = 1008
	Internal    = 1011
	Restart     = 1012
	TryAgain    = 1013
)

const (
	opText  = 0x81
	opClose = 0x88
	opPing  = 0x89
	opPong  = 0x8a
)

// frame returns payload as one unmasked, final WebSocket frame (RFC 6455, 5.2).
func frame(op byte, payload []byte) []byte {
	head := []byte{op, byte(len(payload))}
	switch n := len(payload); {
	case n > 0xffff:
		head = binary.BigEndian.AppendUint64([]byte{op, 127}, uint64(n))
	case n > 125:
		head = binary.BigEndian.AppendUint16([]byte{op, 126}, uint16(n))
	}
	return append(head, payload...)
}

// Text returns payload as a frame that is ready to be sent to any socket.
func Text(payload []byte) []byte { return frame(opText, payload) }

func closeFrame(code int, reason string) []byte {
	if len(reason) > 123 {
		reason = reason[:123]
	}
	return frame(opClose, append(binary.BigEndian.AppendUint16(nil, uint16(code)), reason...))
}
