package e2e

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// cable is a cable to a server in a network of its own, from which packets can be
// dropped without a word.
type cable struct {
	t      *testing.T
	name   string
	server string // the server's address
	direct string // an address of this machine whose packets are never dropped
	cut    string // the address of this machine whose packets are
}

func newCable(t *testing.T) *cable {
	t.Helper()
	number := os.Getpid() % 250
	c := &cable{t: t, name: fmt.Sprintf("parley%d", number)}
	c.cut, c.server, c.direct = fmt.Sprintf("10.213.%d.1", number), fmt.Sprintf("10.213.%d.2", number), fmt.Sprintf("10.213.%d.3", number)
	here, there := c.name+"a", c.name+"b"
	for i, line := range []string{
		"ip netns add " + c.name,
		"ip link add " + here + " type veth peer name " + there + " netns " + c.name,
		"ip address add " + c.cut + "/24 dev " + here,
		"ip address add " + c.direct + "/24 dev " + here,
		"ip link set " + here + " up",
		"ip -n " + c.name + " address add " + c.server + "/24 dev " + there,
		"ip -n " + c.name + " link set " + there + " up",
		"ip -n " + c.name + " link set lo up",
	} {
		if out, err := command(line); err != nil {
			asRoot(t, "make a network: "+line+": "+out)
		}
		if i == 0 {
			t.Cleanup(func() {
				if out, err := command("ip netns delete " + c.name); err != nil {
					t.Error(out)
				}
			})
		}
	}
	return c
}

func command(line string) (string, error) {
	words := strings.Fields(line)
	out, err := exec.Command(words[0], words[1:]...).CombinedOutput()
	return string(out), err
}

// Cut drops all packets in both directions, and Mend lets them through again.
func (c *cable) Cut()  { c.t.Helper(); c.rules("-I") }
func (c *cable) Mend() { c.t.Helper(); c.rules("-D") }

func (c *cable) rules(do string) {
	c.t.Helper()
	for _, rule := range []string{"INPUT -s " + c.cut, "OUTPUT -d " + c.cut} {
		if out, err := command("ip netns exec " + c.name + " iptables " + do + " " + rule + " -j DROP"); err != nil {
			c.t.Fatal(out)
		}
	}
}

// around is a way to the server on which no packets are dropped.
func (c *cable) around() *http.Transport {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(c.direct)}}
	return &http.Transport{DialContext: dialer.DialContext}
}

// notLive is when the page says that it is not.
const notLive = `getComputedStyle(document.querySelector(".pulse__text")).visibility === "visible"`

func TestANetworkThatDropsEveryPacketIsNoticedAndHealsByItself(t *testing.T) {
	t.Parallel()
	c := newCable(t)
	s := newServer(t)
	s.Unlimited()
	s.Crowd(2)
	_, port, _ := strings.Cut(s.addr, ":")
	s.in, s.addr = c.name, c.server+":"+port
	s.URL = "http://" + s.addr
	s.args = []string{"--public-url", s.URL}
	s.Start()
	writer := signIn(t, s, "p2")
	writer.client.Transport = c.around()

	ada := window(t, s)
	ada.LoseServer()
	ada.Allow("Cross-Origin-Opener-Policy") // it counts for https and loopback alone
	ada.SignIn("p1")
	ada.Until(connected)
	short, extended := []time.Duration{35 * time.Second}, []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Minute}
	for i, cut := range either(short, extended) {
		text := fmt.Sprintf("during cut %d", i+1)
		c.Cut()
		start := time.Now()
		writer.Post(text)
		if cut >= time.Minute {
			ada.Within(time.Minute, notLive)
			t.Logf("cut %d: it says so after %v", i+1, time.Since(start).Round(time.Second))
		}
		time.Sleep(time.Until(start.Add(cut))) // the cut
		c.Mend()
		mended := time.Now()
		ada.Within(time.Minute, connected+` && [...document.querySelectorAll("#messages > article")].at(-1)?.textContent.includes("`+text+`")`)
		t.Logf("cut %d, of %v: right after %v", i+1, cut, time.Since(mended).Round(time.Second))
		ada.Until(`!(` + notLive + `)`)
		ada.Say("together again")
		ada.Shows("together again")
	}
	if got, want := ada.Rows(), fresh(t, writer); !endsWith(got, want) {
		t.Errorf("the page shows %v, a fresh load %v", got, want)
	}
}
