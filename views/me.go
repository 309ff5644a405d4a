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
[data-mentions~="` + self + `"] { --row: var(--mention); --edge: var(--warn-line); }
@media (forced-colors: active) { [data-mentions~="` + self + `"] { border-inline-start: 3px solid Highlight; } }
[data-typing="` + self + `"], [data-heard="` + self + `"], [data-seen="` + self + `"], .seen:not(:has([data-seen]:not([data-seen="` + self + `"]))) .seen__label { display: none; }
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
.message:is(` + authors + `) { ` + strings.NewReplacer("OPEN", opened(), "MUTED", quoted(say(ctx, "Muted"))).Replace(folded) + ` }
`
}

// folded is how muted messages look; & is one of them. Of some in a row, whoever wrote
// them, one line is left: its link to what one may do with the message says that they are
// muted, and is all that one can point at. Pointing at it, or going to it, opens it and
// those around it with nothing in between (OPEN). A tap points. A new day keeps its line,
// and what an address leads to is open. Who wrote when is there to be read out and to be
// gone to, as the keyboard leaves one message before it gets to the next.
//
// What is in a message takes what it looks like from variables that a folded one has, and
// else what it always looks like: so OPEN is asked once of a message, and not of each part.
const folded = `
.avatar, .message__body { opacity: .75; }
&:not(:target, OPEN) {
  --muted-none: none; --muted-zero: 0; --muted-full: 1; --muted-auto: auto; --muted-line: inline-flex; --muted-place: static; --muted-column: 2; --muted-aside: absolute; --muted-point: 1px; --muted-cut: hidden; --muted-clip: inset(50%);
  --muted-tall: 1.75rem; --muted-letters: var(--small); --muted-ink-of: var(--faint); --muted-word: MUTED " ·";
  padding-block: 1px; pointer-events: none;
  &::after { content: none; }
  & + &:not(:has(> .message__day)) { block-size: 0; margin: 0; padding-block: 0; overflow: hidden; }
}
.avatar, .message__body, .message__gone, .message__tool:not(.message__tool--more) { display: var(--muted-none, revert-layer); }
.message__main { position: var(--muted-aside, revert-layer); inline-size: var(--muted-point, revert-layer); block-size: var(--muted-point, revert-layer); overflow: var(--muted-cut, revert-layer); clip-path: var(--muted-clip, revert-layer); }
.message__tools { position: var(--muted-place, revert-layer); grid-column: var(--muted-column, revert-layer); padding: var(--muted-zero, revert-layer); border: var(--muted-zero, revert-layer); background: var(--muted-none, revert-layer); box-shadow: var(--muted-none, revert-layer); opacity: var(--muted-full, revert-layer); }
.message__tool--more { display: var(--muted-line, revert-layer); inline-size: var(--muted-auto, revert-layer); min-block-size: var(--muted-tall, revert-layer); gap: .5ch; padding: var(--muted-zero, revert-layer); color: var(--muted-ink-of, revert-layer); font-size: var(--muted-letters, revert-layer); pointer-events: auto; }
.message__tool--more::before { display: var(--muted-none, revert-layer); }
.message__tool--more::after { content: var(--muted-word, none); order: -1; }`

// opensAround is how many muted messages before and after it open with one: the next is
// a line again. To ask all of them of each takes a browser seconds where they are hundreds.
const opensAround = 8

// opened selects what is open: what has the focus or the pointer, and who follows it, or
// is followed by it.
func opened() string {
	const at = "&:is(:focus-within, :hover)"
	all, before, between := ":focus-within, :hover", make([]string, 0, opensAround), ""
	for range opensAround {
		all += ", " + at + between + " + &"
		before = append(before, between+" + "+at)
		between += " + &"
	}
	return all + ", :has(" + strings.Join(before, ", ") + ")"
}

// quoted is text as a stylesheet's string.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`"`, "", `\`, "").Replace(text) + `"`
}
