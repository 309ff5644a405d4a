package views

import (
	"strconv"
	"strings"

	"github.com/skip2/go-qrcode"
)

// qrPath is the QR code of text as one SVG path, a square unit for each of its modules,
// and how many units it is wide with the quiet zone around it. A text that fits into no
// code has none.
func qrPath(text string) (path string, size int) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return "", 0
	}
	rows := code.Bitmap()
	var d strings.Builder
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			from := x
			for x < len(row) && row[x] {
				x++
			}
			n := strconv.Itoa(x - from)
			d.WriteString("M" + strconv.Itoa(from) + " " + strconv.Itoa(y) + "h" + n + "v1h-" + n + "z")
		}
	}
	return d.String(), len(rows)
}

// qrBox is the viewBox of a code of that size.
func qrBox(size int) string { return "0 0 " + strconv.Itoa(size) + " " + strconv.Itoa(size) }
