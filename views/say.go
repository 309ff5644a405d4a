package views

import (
	"context"
	"fmt"
)

func say(_ context.Context, text string, args ...any) string {
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}
