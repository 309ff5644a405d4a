package views

import (
	"context"

	"parley/store"
	"parley/views/words"
)

// say is a text of the interface in the language of the context.
func say(ctx context.Context, text string, args ...any) string { return words.Say(ctx, text, args...) }

// told is a sentence that somebody else chose, in the language of the context.
func told(ctx context.Context, sentence string) string { return words.Told(ctx, sentence) }

// apart is a name within a sentence, so that it runs in its own direction (UAX 9, 2.4).
func apart(name string) string { return "\u2068" + name + "\u2069" }

// named is a person's name; a deleted account's is ours to say.
func named(ctx context.Context, name string) string {
	if name == store.DeletedName {
		return say(ctx, "Deleted account")
	}
	return name
}
