package views

import (
	"fmt"
	"strings"
	"testing"

	"github.com/skip2/go-qrcode"
)

// modules reads a path of qrPath back.
func modules(t *testing.T, path string, size int) [][]bool {
	t.Helper()
	rows := make([][]bool, size)
	for y := range rows {
		rows[y] = make([]bool, size)
	}
	for _, run := range strings.Split(strings.TrimSuffix(path, "z"), "z") {
		var x, y, n, back int
		if _, err := fmt.Sscanf(run, "M%d %dh%dv1h-%d", &x, &y, &n, &back); err != nil || n != back {
			t.Fatalf("%q: %v", run, err)
		}
		for i := range n {
			rows[y][x+i] = true
		}
	}
	return rows
}

func TestTheCodeIsDrawnAsTheLibrarySaysWithAQuietZoneAroundIt(t *testing.T) {
	for _, text := range []string{"x", "https://chat.example.com/join?invitation=Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6"} {
		path, size := qrPath(text)
		code, err := qrcode.New(text, qrcode.Medium)
		if err != nil {
			t.Fatal(err)
		}
		want, got := code.Bitmap(), modules(t, path, size)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q: the path draws another code", text)
		}
		for i := range size {
			for _, edge := range []bool{got[0][i], got[3][i], got[i][0], got[i][3], got[size-1][i], got[size-4][i], got[i][size-1], got[i][size-4]} {
				if edge {
					t.Fatalf("%q: there is no quiet zone of four modules", text)
				}
			}
		}
	}
	if path, size := qrPath(strings.Repeat("x", 5000)); path != "" || size != 0 {
		t.Error("a text that fits into no code has one")
	}
}
