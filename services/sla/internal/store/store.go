// Package store keeps the sla service's tables, in one SQL for both databases.
package store

import "embed"

// Migrations holds the folders sqlite and postgres.
//
//go:embed migrations/sqlite/*.sql migrations/postgres/*.sql
var Migrations embed.FS
