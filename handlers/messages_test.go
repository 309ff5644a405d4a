package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

func TestTheSameMessageTenTimesAtOnceIsStoredOnceAndAcknowledgedTenTimes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		form := draft("only once")
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if a := ada.post("/rooms/1/messages", form, "HX-Request", "true"); a.StatusCode != http.StatusOK {
					t.Errorf("got %s", a.Status)
				}
			})
		}
		wg.Wait()
		if n := strings.Count(ada.get("/rooms/1-lobby").body, "only once"); n != 1 {
			t.Errorf("the page shows it %d times, want once", n)
		}
	})
}

func TestTheAnswerToAMessageIsAnotherKeyAndNeverTheMessage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		form := draft("a word")
		a := ada.post("/rooms/1/messages", form, "HX-Request", "true")
		if strings.Contains(a.body, "a word") || !strings.Contains(a.body, `name="key"`) || strings.Contains(a.body, form.Get("key")) {
			t.Errorf("the answer is %s", a.body)
		}
	})
}

func TestARefusedMessageComesBackWithItsTextAndItsKey(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		for name, try := range map[string]struct {
			body, sentence string
		}{
			"empty":     {" \n\t", "Write something first."},
			"invisible": {"\u200b\u2060", "Write something first."},
			"too long":  {strings.Repeat("x", 8001), "8,000 fit"},
			"not UTF-8": {"a\xffb", "cannot be read"},
		} {
			form := draft(try.body)
			for _, htmx := range []string{"true", ""} {
				a := ada.post("/rooms/1/messages", form, "HX-Request", htmx)
				if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, try.sentence) {
					t.Errorf("%s: got %s, without %q: %v", name, a.Status, try.sentence, !strings.Contains(a.body, try.sentence))
				}
				if !strings.Contains(a.body, form.Get("key")) || len(try.body) > 100 && !strings.Contains(a.body, try.body[:100]) {
					t.Errorf("%s: the text or the key is lost", name)
				}
			}
		}
	})
}

func TestAFormOfAnotherPersonsPageIsRefusedWithTheTextKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.signUp("ada")
		ben := w.signUp("ben")
		form := draft("from Ada's page")
		form.Set("as", "1")
		for _, htmx := range []string{"true", ""} {
			a := ben.post("/rooms/1/messages", form, "HX-Request", htmx)
			if a.StatusCode != http.StatusConflict || !strings.Contains(a.body, "You are signed in as ben now") || !strings.Contains(a.body, "from Ada&#39;s page") {
				t.Errorf("got %s: %s", a.Status, a.body)
			}
		}
		if a := ben.post("/rooms/1/messages", draft("without as")); a.StatusCode != http.StatusSeeOther {
			t.Errorf("without as: got %s", a.Status)
		}
	})
}

func TestAFloodIsSlowedDownForThatPersonAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ben := w.signUp("ada"), w.signUp("ben")
		var last answer
		for range 60 {
			if last = ada.post("/rooms/1/messages", draft("spam"), "HX-Request", "true"); last.StatusCode != http.StatusOK {
				break
			}
		}
		if last.StatusCode != http.StatusTooManyRequests || last.Header.Get("Retry-After") == "" || !strings.Contains(last.body, "spam") {
			t.Errorf("got %s", last.Status)
		}
		if a := ben.post("/rooms/1/messages", draft("hello")); a.StatusCode != http.StatusSeeOther {
			t.Errorf("Ben: got %s", a.Status)
		}
	})
}

func TestWhatIsDeletedIsGoneFromEveryPage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		ada.say("a secret that slipped")
		if a := ada.post("/rooms/1/messages/1/delete", url.Values{}); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("got %s", a.Status)
		}
		page := ada.get("/rooms/1-lobby").body
		if strings.Contains(page, "slipped") || !strings.Contains(page, "This message was deleted.") {
			t.Error("the text is still there, or the placeholder is not")
		}
		if a := ada.get("/rooms/1/messages/1/edit"); a.StatusCode != http.StatusGone {
			t.Errorf("editing it: got %s", a.Status)
		}
	})
}

func TestExtraFieldsChangeNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.signUp("ada")
		form := account("ben")
		form.Set("role", "administrator")
		form.Set("id", "1")
		w.browser().post("/register", form)
		ben, err := w.store.UserByLogin(t.Context(), "ben")
		if err != nil || ben.Role == "administrator" || ben.ID != 2 {
			t.Errorf("got %+v, %v", ben, err)
		}
	})
}

func TestATextThatIsMuchTooLongComesBackWithoutScriptsToo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		long := strings.Repeat("a long text ", 20_000)
		if a := ada.post("/rooms/1/messages", draft(long)); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, long) {
			t.Errorf("got %s, %d bytes", a.Status, len(a.body))
		}
	})
}
