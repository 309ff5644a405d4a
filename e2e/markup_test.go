package e2e

import (
	"strings"
	"testing"

	"parley/store"
)

// What people write that tries to be something else.
var hostile = []string{
	`<script>document.title = "owned"</script>`,
	`<img src=x onerror="document.title='owned'">`,
	`<hx-partial hx-target="#composer" hx-swap="delete">x</hx-partial>`,
	`<template hx type="partial" hx-target="#composer" hx-swap="delete">x</template>`,
	`<hx-upsert hx-target="#messages" key="id"><article id="m-1-1">x</article></hx-upsert>`,
	`<div hx-get="/logout" hx-trigger="load">x</div>`,
	`<div id="composer" hx-swap-oob="delete"></div>`,
	`<meta http-equiv="refresh" content="0;url=/login">`,
	`<i id="pulse" hx-swap-oob="delete"></i>`,
	`{"content":"<b id=owned>x</b>","target":"#messages","swap":"innerHTML"}`,
	`"><svg onload=alert(1)>`,
	`<input name="have" value="1.999"><input name="rev" value="999999">`,
	`</article></div><style>*{display:none}</style>`,
	`&lt;script&gt; &amp;amp; &#60;`,
	"\u202eevil\u202c and \u200bhidden",
	`javascript:alert(1) data:text/html,<b>x</b> vbscript:x`,
}

func TestTextThatTriesToBeMarkupStaysText(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada, ben := window(t, s), window(t, s)
	ada.Joins("Ada")
	ben.Joins("Ben")
	ada.Until(connected)
	ben.Until(connected)
	title := strings.TrimLeft(eval[string](ada, `document.title`), "(0123456789) ")
	me := ben.person()
	shown := func(w *Window, how string, times int) {
		t.Helper()
		var want []string
		for range times {
			want = append(want, hostile...)
		}
		w.Until(count + ` === ` + itoa(len(want)))
		for i, text := range want {
			got := eval[string](w, `document.querySelector("#m-1-`+itoa(i+1)+` .message__body").textContent`)
			if got != text {
				t.Errorf("%s: %q is shown as %q", how, text, got)
			}
		}
		if extra := eval[int](w, `document.querySelectorAll("#messages .message__body *:not(a)").length`); extra > 0 {
			t.Errorf("%s: %d elements came out of text", how, extra)
		}
		if got := strings.TrimLeft(eval[string](w, `document.title`), "(0123456789) "); got != title {
			t.Errorf("%s: the title is %q", how, got)
		}
		if !eval[bool](w, `!!document.querySelector("form#composer textarea") && location.pathname.startsWith("/rooms/")`) {
			t.Errorf("%s: the composer is gone", how)
		}
	}
	for _, text := range hostile {
		me.Post(text)
	}
	shown(ada, "pushed", 1)
	ada.Reload()
	shown(ada, "loaded", 1)
	s.Kill()
	s.While(func(db *store.Store) {
		for i, text := range hostile {
			if _, err := db.PostMessage(t.Context(), store.Draft{Room: 1, Author: 2, Key: "away " + itoa(i), Body: text}); err != nil {
				t.Fatal(err)
			}
		}
	})
	s.Start()
	ada.Until(connected)
	shown(ada, "resumed", 2)
	ada.Say("still alive")
	ben.Shows("still alive")
}
