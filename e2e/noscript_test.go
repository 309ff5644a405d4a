package e2e

import "testing"

func TestEverythingWorksWithoutScripts(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ada := window(t, s)
	ada.Script(false)
	// Selectors and their state are read by the protocol; the page runs no script.
	ada.SignUp("Ada")
	ada.Type("#composer-text", "no script here")
	ada.Submit("#composer button", `document.readyState === "complete" && document.querySelector("#m-1-1")`)
	if got := eval[int](ada, `document.querySelectorAll("[data-htmx-powered]").length`); got != 0 {
		t.Fatal("htmx ran after all")
	}
	ada.Submit("#m-1-1 a.message__tool", `document.readyState === "complete" && document.querySelector("#edit")`)
	ada.Type("#edit-text", "Still ")
	ada.Submit("#edit button", `document.readyState === "complete" && document.querySelector("#m-1-1 .message__edited")`)
	if got := eval[string](ada, `document.querySelector("#m-1-1 .message__body").firstChild.textContent`); got != "Still no script here" && got != "no script hereStill" {
		t.Errorf("the edited message is %q", got)
	}
	ada.Submit("#m-1-1 .message__tool--more", `document.readyState === "complete" && document.querySelector("#editor form[action$='/unread']")`)
	ada.Submit("#editor a[href$='/delete']", `document.readyState === "complete" && document.querySelector("#delete")`)
	ada.Submit("#delete button", `document.readyState === "complete" && document.querySelector("#m-1-1 .message__gone")`)

	// A mistake comes back with the text, and one hears why.
	ada.Allow("status of 422")
	ada.do(setValue("#composer-text", "   "))
	ada.Submit("#composer button", `document.readyState === "complete" && document.querySelector("#notice").textContent.includes("Write something")`)

	if shown := eval[bool](ada, `getComputedStyle(document.querySelector(".pulse")).display !== "none"`); shown {
		t.Error("the page will say that it is not connected, without scripts it never is")
	}
	ada.Submit("a[href='/profile']", `document.readyState === "complete" && document.querySelector("#zone")`)
	ada.do(setValue("#zone", "Asia/Tokyo"))
	ada.Submit("form#profile button", `document.readyState === "complete" && document.body.textContent.includes("saved")`)
	ada.Submit("form[action='/logout'] button", `document.readyState === "complete" && location.pathname === "/login"`)
}

func TestHistoryWithoutScripts(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Seed(120)
	s.Start()
	ada := window(t, s)
	ada.Script(false)
	ada.SignIn("ada")
	ada.Submit("#older a", `document.readyState === "complete" && document.querySelector("#window #m-1-21")`)
	ada.Submit("#older a", `document.readyState === "complete" && document.querySelector("#window #m-1-1")`)
	ada.Sees("This is the beginning")
	ada.Submit(".room__past a:last-child", `document.readyState === "complete" && document.querySelector("#messages #m-1-120")`)
}
