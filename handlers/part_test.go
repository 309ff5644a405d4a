package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

// What a page says that it shows is what a browser sends: whatever it is, nothing breaks.
func TestPartsThatAreAskedForOddlyHarmNobody(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.report("dan", "/rooms/1/messages/1")
		ada := fmt.Sprint(c.ids["ada"])
		for _, part := range []string{"figures", "charts", "sockets", "person", "room", "invitations", "case", "queue", "held", "appeals", "reports", "data", "administration", "none"} {
			for _, rest := range []string{
				"", "/", "/1", "/-1", "/4", "/9223372036854775807", "/99999999999999999999", "/x", "/%", "/\x00", "/from=9223372036854775807", "/from=-1&q=%00", "/1/2/3/4",
				"/" + ada, "/" + ada + "/0", "/" + ada + "/4", "/" + ada + "/9223372036854775807", "/1/" + ada, "/1/" + ada + "/", "/" + ada + "/open/4", "/" + ada + "/\x00/0", "/" + ada + "/mine/-1",
			} {
				conn, _, err := c.people["ada"].dialAt("/live?part=" + url.QueryEscape(part+rest))
				if err != nil {
					t.Fatalf("%q: %v", part+rest, err)
				}
				_ = conn.WriteMessage(websocket.TextMessage, []byte(resume)) // it may be closed already
				for {
					_, frame, err := conn.ReadMessage()
					if err != nil || strings.Contains(string(frame), `id="pulse"`) {
						break
					}
					if strings.Contains(string(frame), "mine for Dan") || strings.Contains(string(frame), "mine in the kitchen") {
						t.Errorf("%q: %s", part+rest, frame)
					}
				}
				conn.Close()
			}
		}
		if a := c.people["ada"].get("/admin/sockets?from=9223372036854775807"); a.StatusCode != http.StatusOK {
			t.Error(a.Status)
		}
	})
}
