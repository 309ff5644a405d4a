package views

import "errors"

// plain is what generated code calls for each value that it shows, in place of
// templ.JoinStringErrs (templ.go): that one takes any type and so goes through fmt.Sprint,
// which was a sixth of a room's page.
func plain[T ~string](s T, errs ...error) (string, error) { return string(s), errors.Join(errs...) }
