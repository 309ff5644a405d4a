// Package migrations holds the schema: one text for SQLite and PostgreSQL, and two,
// NAME.sqlite.sql and NAME.postgres.sql, only where they must differ.
package migrations

import "embed"

// Files are the migrations in goose's format, in order of their numbers.
//
//go:embed *.sql
var Files embed.FS
