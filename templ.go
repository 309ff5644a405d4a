// Parley is a team chat in one program: it serves finished HTML, and pushes
// fragments of it over one WebSocket per page. The packages, from the inside out:
//
//	store          all that is kept; a room is a log of messages with a revision
//	handlers/live  from "room R moved" to every browser that should see it
//	views          what it looks like: pages, and the fragments that are pushed
//	static         the stylesheet, the htmx bundle, the icons
//	handlers       HTTP and the socket: who is asking, may they, which view answers
//
// docs/architecture.md tells how they work together.
package main

//go:generate go tool templ generate -path views
//go:generate gofmt -w -r "templ.JoinStringErrs -> plain" views
