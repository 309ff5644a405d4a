package handlers

import (
	"net/http"

	"golang.org/x/text/language"

	"parley/store"
	"parley/views/words"
)

// languageOf is in which language user is answered: the one they chose, or what
// their browser asks for.
func languageOf(r *http.Request, user store.User) language.Tag {
	return words.Match(user.Language, r.Header.Get("Accept-Language"))
}
