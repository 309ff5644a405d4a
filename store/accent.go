package store

import (
	"regexp"

	"github.com/lucasb-eyer/go-colorful"
)

// MinContrast is the least contrast that text must have (WCAG 2.2, 1.4.3).
const MinContrast = 4.5

// Shade is an accent as one scheme shows it: each a colour "#rrggbb".
type Shade struct {
	Accent string // of links, and below the text of the main button
	Strong string // the same, pointed at
	On     string // text on both
	Wash   string // below text where something is chosen
}

// Shades are an accent's in both schemes.
type Shades struct{ Light, Dark Shade }

var hexColour = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// What tokens.css has: paper is what the light scheme writes on, and ink what the dark one
// writes on an accent with; faint is the palest text of both.
var (
	paper, ink           = colorful.Color{R: 1, G: 1, B: 1}, colorful.OkLch(.18, .02, 270).Clamped()
	faintDay, faintNight = colorful.OkLch(.53, .015, 270).Clamped(), colorful.OkLch(.66, .012, 270).Clamped()
)

// ShadesOf derives the shades of accent, which is "#rrggbb". ok is false if it is no
// colour, or has too little contrast on white. The shades keep its hue; they are made
// darker, or in the dark scheme lighter, until they can be read wherever they stand,
// which is hardest on their own wash.
func ShadesOf(accent string) (shades Shades, ok bool) {
	if !hexColour.MatchString(accent) {
		return shades, false
	}
	c, err := colorful.Hex(accent)
	if err != nil || contrast(c, paper) < MinContrast {
		return shades, false
	}
	l, chroma, hue := c.OkLch()
	wash := legible(faintDay, .95, .0025, min(chroma, .03), hue)
	light := legible(wash, l, -.005, chroma, hue)
	night := legible(faintNight, .30, -.0025, min(chroma, .05), hue)
	dark := legible(night, max(l, .70), .005, min(chroma, .14), hue)
	return Shades{
		Light: shade(light, -.06, paper, wash),
		Dark:  shade(dark, .06, ink, night),
	}, true
}

// legible is the first colour from lightness l on, in steps, that has enough contrast
// on ground.
func legible(ground colorful.Color, l, step, chroma, hue float64) colorful.Color {
	c := colorful.OkLch(l, chroma, hue).Clamped()
	for contrast(c, ground) < MinContrast+.05 && l > 0 && l < 1 { // .05: it is rounded to a byte
		l += step
		c = colorful.OkLch(l, chroma, hue).Clamped()
	}
	return c
}

func shade(accent colorful.Color, stronger float64, on, wash colorful.Color) Shade {
	l, chroma, hue := accent.OkLch()
	strong := colorful.OkLch(min(1, max(0, l+stronger)), chroma, hue).Clamped()
	return Shade{Accent: accent.Hex(), Strong: strong.Hex(), On: on.Hex(), Wash: wash.Hex()}
}

// contrast is that of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio").
func contrast(a, b colorful.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(c colorful.Color) float64 {
	r, g, b := c.LinearRgb()
	return .2126*r + .7152*g + .0722*b
}
