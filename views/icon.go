package views

import "github.com/a-h/templ"

// iconName is a constant of ours: no string that somebody wrote is one.
type iconName string

// icon is a picture of static/css/icon.css. It is put together here, as a class that is
// put together in a template costs as much as a message.
func icon(name iconName) templ.Component {
	return templ.Raw(`<span class="icon icon--` + string(name) + `" aria-hidden="true"></span>`)
}
