package live

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// settle waits until the regions' worker has had its turn.
func settle() {
	time.Sleep(2 * time.Second) // of synctest's clock
	synctest.Wait()
}

func TestAPageIsSentItsRegionsAfterTheLogAndBeforeThePulse(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, _ *Local) {
		j.add(1)
		j.show("who", "a")
		p := open(t, h, ada, "en", "who")
		join(t, h, j, p, 0)
		if got, want := p.shows(), "<en1><who a><pulse>"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestManyHintsMakeFewRenderingsAndUnchangedRegionsAreNotSent(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
		j.show("who", "a")
		j.depends["who"] = []Topic{"somebody"}
		p := open(t, h, ada, "en", "who")
		join(t, h, j, p, 0)
		settle()
		before := j.renders
		for range 1000 {
			bus.Publish(Hint{Topic: "somebody"})
		}
		settle()
		if n := j.renders - before; n < 1 || n > 5 {
			t.Errorf("1,000 hints made %d renderings", n)
		}
		if got, want := p.shows(), "<who a><pulse>"; got != want {
			t.Errorf("unchanged: got %s, want %s", got, want)
		}
		j.show("who", "b")
		bus.Publish(Hint{Topic: "somebody"})
		settle()
		if got, want := p.shows(), "<who a><pulse><who b>"; got != want {
			t.Errorf("changed: got %s, want %s", got, want)
		}
	})
}

func TestARegionThatNobodyHasInFrontIsRenderedSeldomUntilItIsSeen(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
		p := open(t, h, ada, "en", "who")
		join(t, h, j, p, 0)
		settle()
		change := func(to string) {
			j.show("who", to)
			bus.Publish(Hint{Topic: "who"})
			time.Sleep(500 * time.Millisecond) // of synctest's clock
			synctest.Wait()
		}
		before := j.renders
		for i := range 40 {
			change(fmt.Sprint(i))
		}
		if n := j.renders - before; n < 5 || n > 15 {
			t.Errorf("20 s of changes made %d renderings, want about 10", n)
		}
		h.Front(p.Member, true)
		change("seen")
		if got := p.shows(); !strings.HasSuffix(got, "<who seen>") {
			t.Errorf("half a second after it is seen it shows %s", got)
		}
	})
}

func TestARenderingThatTookLongDelaysTheNextByTwoSecondsAtMost(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
		p := open(t, h, ada, "en", "who")
		join(t, h, j, p, 0)
		h.Front(p.Member, true)
		settle()
		j.takes = 10 * time.Second // it waited for the machine
		j.show("who", "late")
		bus.Publish(Hint{Topic: "who"})
		time.Sleep(j.takes + pace)
		synctest.Wait()
		j.takes = 0
		j.show("who", "soon")
		bus.Publish(Hint{Topic: "who"})
		time.Sleep(mostPause)
		synctest.Wait()
		if got := p.shows(); !strings.HasSuffix(got, "<who soon>") {
			t.Errorf("%v after a rendering of 10 s it shows %s", mostPause, got)
		}
	})
}

func TestALostHintAboutARegionHeals(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, _ *Local) {
		p := open(t, h, ada, "en", "who")
		join(t, h, j, p, 0)
		j.show("who", "b")
		time.Sleep(35 * time.Second) // of synctest's clock
		synctest.Wait()
		if got := p.shows(); !strings.Contains(got, "<who b>") {
			t.Errorf("got %s", got)
		}
	})
}

func TestARegionIsLeftAloneWhereTheLogIsInFront(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
		j.depends["who"] = []Topic{"room"}
		p := open(t, h, ada, "en", "who")
		join(t, h, j, p, 0)
		h.Front(p.Member, true)
		settle()
		before := j.renders
		j.add(1)
		bus.Publish(Hint{Topic: "room"})
		settle()
		if j.renders != before {
			t.Errorf("it was rendered %d times", j.renders-before)
		}
		h.Front(p.Member, false)
		j.add(1)
		bus.Publish(Hint{Topic: "room"})
		settle()
		if j.renders == before {
			t.Error("it was not rendered when nobody looked")
		}
	})
}

func TestARegionNeverOvertakesTheLog(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
		j.asOf = true
		j.show("who", "ada and ben")
		p := open(t, h, ben, "en", "who")
		join(t, h, j, p, 0)
		j.mu.Lock()
		j.broken = 3 // the log is late
		j.mu.Unlock()
		j.show("who", "ada")
		j.remove(ben)
		bus.Publish(Hint{Topic: "who"})
		bus.Publish(Hint{Topic: "room"})
		settle()
		if got := p.shows(); strings.Contains(got, "<who ada>") || !strings.HasSuffix(got, "<bye removed>") {
			t.Errorf("who is removed sees %s", got)
		}
	})
}

func TestRegionsWithoutViewersAreForgotten(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, _ *Local) {
		for i := range 5 {
			p := open(t, h, ada, "en", Topic(fmt.Sprint("who", i)))
			join(t, h, j, p, 0)
			p.socket.Kill()
		}
		settle()
		h.regions.mu.Lock()
		defer h.regions.mu.Unlock()
		if n := len(h.regions.all) + len(h.regions.index) + len(h.regions.dirty); n != 0 {
			t.Errorf("%d are kept", n)
		}
	})
}

func TestWhoHasSeveralPagesIsPresentOnceAndLoadingAnotherIsNoDeparture(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, _ *Local) {
		one, two := open(t, h, ada, "en"), open(t, h, ada, "en")
		join(t, h, j, one, 0)
		join(t, h, j, two, 0)
		h.Front(one.Member, true)
		settle()
		if is := h.Presence(ada); is != Online {
			t.Errorf("with a page in front: %v", is)
		}
		one.socket.Kill()
		settle()
		if is := h.Presence(ada); is != Online {
			t.Errorf("just after it left: %v", is)
		}
		time.Sleep(5 * time.Second) // of synctest's clock
		if is := h.Presence(ada); is != Away {
			t.Errorf("with a page that is hidden: %v", is)
		}
		two.socket.Kill()
		time.Sleep(7 * time.Second) // of synctest's clock
		if is := h.Presence(ada); is != Offline {
			t.Errorf("without any: %v", is)
		}
		if got := fmt.Sprint(j.told); got != "[map[1:2] map[1:1] map[1:0]]" {
			t.Errorf("it was told %s", got)
		}
	})
}

func TestWhoHasNoSocketIsHereForAWhileAfterAVisit(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, _ *Local) {
		h.Visit(ada, time.Minute)
		time.Sleep(50 * time.Second) // of synctest's clock
		if is := h.Presence(ada); is != Online || len(h.People(9)) != 1 {
			t.Errorf("after a visit: %v", is)
		}
		h.Visit(ada, time.Minute)
		h.Visit(ada, time.Second)
		time.Sleep(50 * time.Second) // of synctest's clock
		if is := h.Presence(ada); is != Online {
			t.Errorf("after another: %v", is)
		}
		time.Sleep(12 * time.Second) // of synctest's clock
		if is := h.Presence(ada); is != Offline || len(h.people) != 0 {
			t.Errorf("after a while: %v", is)
		}
		h.Visit(ada, time.Minute)
		time.Sleep(2 * time.Second) // of synctest's clock
		h.Visit(ada, 0)
		if is := h.Presence(ada); is != Offline {
			t.Errorf("signed out: %v", is)
		}
		settle()
		// A socket knows better.
		h.Visit(ada, time.Minute)
		p := open(t, h, ada, "en")
		join(t, h, j, p, 0)
		if is := h.Presence(ada); is != Away {
			t.Errorf("with a page that is hidden: %v", is)
		}
		h.Visit(ada, time.Minute)
		p.socket.Kill()
		time.Sleep(7 * time.Second) // of synctest's clock
		if is := h.Presence(ada); is != Offline {
			t.Errorf("without it: %v", is)
		}
		if got := fmt.Sprint(j.told); got != "[map[1:2] map[1:0] map[1:2] map[1:0] map[1:1] map[1:0]]" {
			t.Errorf("it was told %s", got)
		}
	})
}

func TestAThousandWhoArriveAreToldAtOnce(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, _ *Local) {
		for i := range 1000 {
			h.Front(open(t, h, Person(i+1), "en").Member, true)
		}
		settle()
		if len(j.told) > 2 || h.Presence(77) != Online {
			t.Errorf("it was told %d times", len(j.told))
		}
	})
}

func TestOnlyWhatIsWrittenToAPageInFrontCountsAsRead(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
		j.add(3)
		p := open(t, h, ada, "en")
		join(t, h, j, p, 0)
		if place, front := h.Reads(ada, "room"); place != 0 || front {
			t.Errorf("hidden: read up to %d", place)
		}
		h.Front(p.Member, true)
		if place, front := h.Reads(ada, "room"); place != 3 || !front {
			t.Errorf("in front: read up to %d", place)
		}
		if got := fmt.Sprint(h.TakeRead(), h.TakeRead()); got != "[{1 room 3}] []" {
			t.Errorf("taken: %s", got)
		}
		h.Front(p.Member, false)
		p.socket.Kill()
		settle()
		if got := fmt.Sprint(h.TakeRead()); got != "[]" {
			t.Errorf("who left read %s", got)
		}
		two := open(t, h, ada, "en")
		j.add(2)
		join(t, h, j, two, 3)
		h.Front(two.Member, true)
		two.socket.Kill()
		settle()
		if got := fmt.Sprint(h.TakeRead()); got != "[{1 room 5}]" {
			t.Errorf("who read and left: %s", got)
		}
	})
}

func TestARegionThatPanicsIsLeftOutAndTheOthersGoOn(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
		j.show("who", "panic")
		j.show("what", "a")
		p := open(t, h, ada, "en", "who", "what")
		join(t, h, j, p, 0)
		j.show("what", "b")
		bus.Publish(Hint{Topic: "what"})
		settle()
		j.show("who", "well")
		bus.Publish(Hint{Topic: "who"})
		time.Sleep(15 * time.Second) // of synctest's clock
		synctest.Wait()
		if got, want := strings.ReplaceAll(p.shows(), "<pulse>", ""), "<what a><what b><who well>"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestARegionThatHasAnEndIsRenderedAgainThen(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, _ *Local) {
		j.show("who", "a")
		j.until = time.Now().Add(5 * time.Second)
		p := open(t, h, ada, "en", "who")
		join(t, h, j, p, 0)
		h.Front(p.Member, true)
		j.show("who", "b")
		settle()
		if got := p.shows(); strings.Contains(got, "<who b>") {
			t.Errorf("before its end: %s", got)
		}
		time.Sleep(4 * time.Second) // of synctest's clock
		synctest.Wait()
		if got := p.shows(); !strings.Contains(got, "<who b>") {
			t.Errorf("after its end: %s", got)
		}
	})
}

func TestWhatIsMarkedUnreadStaysSoUntilItIsOpenedAgain(t *testing.T) {
	run(t, func(t *testing.T, j *journal, h *Hub, bus *Local) {
		j.depends["who"] = []Topic{"room"}
		j.add(3)
		p := open(t, h, ada, "en", "who")
		join(t, h, j, p, 0)
		h.Front(p.Member, true)
		h.Unread(ada, "room")
		if got := fmt.Sprint(h.TakeRead()); got != "[{1 room 3}]" {
			t.Errorf("of what was read before there is %s", got)
		}
		settle()
		before := j.renders
		j.add(2)
		bus.Publish(Hint{Topic: "room"})
		settle()
		if place, front := h.Reads(ada, "room"); place != 0 || front || len(h.TakeRead()) != 0 {
			t.Errorf("in front it read up to %d", place)
		}
		if j.renders == before {
			t.Error("the page does not count what is unread")
		}
		// Another page of hers, which comes back after a cut, reads nothing either.
		other := open(t, h, ada, "en", "who")
		join(t, h, j, other, 0)
		h.Front(other.Member, true)
		if place, front := h.Reads(ada, "room"); place != 0 || front {
			t.Errorf("the other page read up to %d", place)
		}
		h.Reopen(ada, "room")
		if place, front := h.Reads(ada, "room"); place != 5 || !front {
			t.Errorf("opened again: read up to %d", place)
		}
		h.Unread(ada, "room")
		h.ReopenAll(ada)
		h.Front(other.Member, false)
		if _, front := h.Reads(ada, "room"); !front {
			t.Error("the first page is in front and does not read")
		}
	})
}
