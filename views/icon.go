package views

import "github.com/a-h/templ"

// icon is a picture of static/css/icon.css; name is one of ours. It is put together here,
// as a class that is put together in a template costs as much as a message.
func icon(name string) templ.Component {
	return templ.Raw(`<span class="icon icon--` + name + `" aria-hidden="true"></span>`)
}
