package views

import (
	"context"
	"hash/fnv"
	"strings"

	"parley/store"
)

// MeVersion changes when what MeCSS shows changes.
func MeVersion(ctx context.Context, me store.User) string {
	h := fnv.New64a()
	h.Write([]byte(MeCSS(ctx, me)))
	return id(int64(h.Sum64() >> 1))
}

// MeCSS is the private stylesheet of one person: presentation only, for every
// request is checked.
func MeCSS(ctx context.Context, me store.User) string {
	self := id(me.ID)
	css := `@layer components { [data-author="` + self + `"] .own { display: flex; } }
[data-mentions~="` + self + `"] { background: var(--mention); box-shadow: inset 3px 0 var(--warn-line); }
[data-typing="` + self + `"], [data-seen="` + self + `"], .seen:not(:has([data-seen]:not([data-seen="` + self + `"]))) .seen__label { display: none; }
`
	if me.Scheme != store.SchemeAuto {
		css += ":root { color-scheme: " + string(me.Scheme) + "; }\n"
	}
	return css + mutedCSS(ctx, me.Muted)
}

// mutedCSS folds away what people have written, and that they type.
func mutedCSS(ctx context.Context, people []store.UserID) string {
	if len(people) == 0 {
		return ""
	}
	which := make([]string, len(people))
	for i, who := range people {
		which[i] = `[data-author="` + id(who) + `"]`
	}
	authors := strings.Join(which, ", ")
	return strings.ReplaceAll(authors, "data-author", "data-typing") + ` { display: none; }
.message:is(` + authors + `) { ` + strings.ReplaceAll(folded, "MUTED", quoted(say(ctx, "Muted"))) + ` }
`
}

// folded is how muted messages look; & is one of them. Of some in a row, whoever wrote
// them, one line is left: its link to what one may do with the message says that they are
// muted, and is all that one can point at. Pointing at it, or going to it, opens the row
// of them: those after what has the focus or the pointer, and those before it, with
// nothing between that is not muted. The link itself, on which one taps, leads to the
// text. A new day keeps its line, and what an address leads to is open. Who wrote when is
// there to be read out and to be gone to, as the keyboard leaves one message before it
// gets to the next.
const folded = `
.avatar, .message__body { opacity: .75; }
&:not(:target, :focus-within, :hover,
  &:is(:focus-within, :hover) ~ &:not(&:is(:focus-within, :hover) ~ :not(&) ~ &),
  :has(~ &:is(:focus-within, :hover)):not(:has(~ :not(&) ~ &:is(:focus-within, :hover)))) {
  padding-block: 1px; background: none; box-shadow: none; pointer-events: none;
  & + &:not(:has(> .message__day)) { block-size: 0; margin: 0; padding-block: 0; overflow: hidden; }
  .avatar, .message__body, .message__gone, .message__tool { display: none; }
  .message__main { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
  .message__tools { position: static; grid-column: 2; padding: 0; border: 0; background: none; box-shadow: none; opacity: 1; }
  .message__tool--more { display: inline-flex; inline-size: auto; min-block-size: 1.75rem; gap: .5ch; padding: 0; color: var(--faint); font-size: var(--small); pointer-events: auto; }
  .message__tool--more::before { content: MUTED " ·"; inline-size: auto; block-size: auto; background: none; mask: none; }
}`

// quoted is text as a stylesheet's string.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`"`, "", `\`, "").Replace(text) + `"`
}
