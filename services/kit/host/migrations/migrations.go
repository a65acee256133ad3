// Package migrations holds the schema of kit's own tables, one folder for each
// kind of database. They are applied before the service's own.
package migrations

import "embed"

// Files holds the folders sqlite and postgres.
//
//go:embed sqlite/*.sql postgres/*.sql
var Files embed.FS

// Table counts the versions of kit's schema, apart from the service's.
const Table = "kit_version"
