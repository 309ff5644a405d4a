package handlers

// Patterns are all routes, for the table that must know each of them.
func Patterns() []string {
	var all []string
	for _, route := range (&Server{}).routes() {
		all = append(all, route.pattern)
	}
	return all
}
