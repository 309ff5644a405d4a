package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"image"
	_ "image/jpeg" // a picture may be one
	"image/png"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // a picture may be one
)

// The most that a picture for a logo may be, and what becomes of it: it is shown small.
const (
	LogoBytes = 512 << 10
	logoSide  = 4096 // pixels, before anything is decoded
	logoWidth = 512
	logoLines = 256
)

// SetLogo gives this place a picture, or with an empty one none, as SetSettings does:
// version is that of the settings that by saw. It takes a PNG, JPEG or WebP of at most
// LogoBytes, and fails with Problems for anything else.
func (s *Store) SetLogo(ctx context.Context, by Actor, version int64, picture []byte) error {
	in := s.Settings()
	in.Version, in.Logo = version, ""
	var made []byte
	if len(picture) > 0 {
		var problem string
		if made, problem = logoOf(picture); problem != "" {
			return Problems{{"logo", problem}}
		}
		sum := sha256.Sum256(made)
		in.Logo = hex.EncodeToString(sum[:12])
	}
	return s.setSettings(ctx, by, in, func(ctx context.Context, tx *transaction, was Settings) error {
		if made != nil {
			if _, err := tx.ExecContext(ctx, "insert into logos (name, data, added_at) values ($1, $2, $3) on conflict (name) do nothing", in.Logo, made, micros(s.now())); err != nil {
				return err
			}
		}
		// Pages that are under way still show the one before.
		_, err := tx.ExecContext(ctx, "delete from logos where name not in ($1, $2)", in.Logo, was.Logo)
		return err
	})
}

// Logo returns the picture of that name, a PNG, or ErrNotFound.
func (s *Store) Logo(ctx context.Context, name string) ([]byte, error) {
	var data []byte
	err := s.get(ctx, &data, logoNamed, name)
	return data, s.plain(err)
}

const logoNamed = "select data from logos where name = $1"

// logoOf is picture made anew, so that nothing is left of it but what is seen: small
// enough for where it is shown, and a PNG. Otherwise it says what is wrong.
func logoOf(picture []byte) (made []byte, problem string) {
	if len(picture) > LogoBytes {
		return nil, "This picture is larger than 512 KiB. Choose a smaller one."
	}
	// What is decoded is bounded first: a small file can be a very large picture.
	config, kind, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil || kind != "png" && kind != "jpeg" && kind != "webp" {
		return nil, "This is no picture that can be shown. Choose a PNG, JPEG or WebP file."
	}
	if config.Width < 1 || config.Height < 1 || config.Width > logoSide || config.Height > logoSide {
		return nil, "This picture has more than 4096 pixels on a side. Choose a smaller one."
	}
	from, _, err := image.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, "This picture is damaged. Choose another."
	}
	size := from.Bounds().Size()
	if scale := min(1, float64(logoWidth)/float64(size.X), float64(logoLines)/float64(size.Y)); scale < 1 {
		size = image.Pt(max(1, int(float64(size.X)*scale)), max(1, int(float64(size.Y)*scale)))
	}
	to := image.NewNRGBA(image.Rectangle{Max: size})
	draw.CatmullRom.Scale(to, to.Bounds(), from, from.Bounds(), draw.Src, nil)
	var b bytes.Buffer
	if err := png.Encode(&b, to); err != nil {
		return nil, "This picture is damaged. Choose another."
	}
	return b.Bytes(), ""
}
