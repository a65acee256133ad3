// Package dbtest gives tests a fresh database of each kind: a SQLite file
// always, and a PostgreSQL schema when CLOUDPACT_TEST is "full". In that mode a
// PostgreSQL that does not answer fails the test; it is never skipped.
package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/host/migrations"
)

// Full tells whether tests that need PostgreSQL and Redis are to run.
func Full() bool { return os.Getenv("CLOUDPACT_TEST") == "full" }

// Each runs fn as a subtest on a fresh database of each kind, with kit's schema.
// A service's own schema is for fn to migrate.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t)) })
	if Full() {
		t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t)) })
	}
}

// SQLite opens a new database file with kit's schema. It goes when the test ends.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return Open(t, SQLiteConfig(t))
}

// Postgres opens a new schema of the server that CLOUDPACT_TEST_POSTGRES names,
// with kit's tables. It goes when the test ends.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return Open(t, PostgresConfig(t))
}

// SQLiteConfig names a new database file, for tests that open it themselves.
func SQLiteConfig(t testing.TB) db.Config {
	t.Helper()
	return db.Config{Driver: "sqlite", DSN: filepath.Join(t.TempDir(), "test.db")}
}

// PostgresConfig makes a new, empty schema, for tests that open it themselves.
func PostgresConfig(t testing.TB) db.Config {
	t.Helper()
	return db.Config{Driver: "postgres", DSN: schemas(t, "t_"+strings.ToLower(rand.Text()))}
}

// PostgresTemplate makes a new, empty schema for each service of a process. In
// the DSN {service} stands for the service's name.
func PostgresTemplate(t testing.TB, services ...string) string {
	t.Helper()
	prefix := "t_" + strings.ToLower(rand.Text()) + "_"
	names := make([]string, len(services))
	for i, s := range services {
		names[i] = prefix + s
	}
	dsn := schemas(t, names...)
	return strings.ReplaceAll(dsn, names[0], prefix+"{service}")
}

// schemas makes schemas that go with the test, and gives the DSN of the first.
func schemas(t testing.TB, names ...string) string {
	t.Helper()
	dsn := os.Getenv("CLOUDPACT_TEST_POSTGRES")
	if dsn == "" {
		dsn = "postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable"
	}
	admin, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatalf("CLOUDPACT_TEST_POSTGRES: %v", err)
	}
	t.Cleanup(func() { admin.Close() })
	for _, schema := range names {
		if _, err := admin.Exec("create schema " + schema); err != nil {
			t.Fatalf("PostgreSQL for tests does not answer (set CLOUDPACT_TEST_POSTGRES): %v", err)
		}
		t.Cleanup(func() {
			if _, err := admin.Exec("drop schema " + schema + " cascade"); err != nil {
				t.Errorf("drop the test's schema: %v", err)
			}
		})
	}
	return withSchema(t, dsn, names[0])
}

func withSchema(t testing.TB, dsn, schema string) string {
	t.Helper()
	if !strings.Contains(dsn, "://") {
		return dsn + " search_path=" + schema
	}
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatalf("CLOUDPACT_TEST_POSTGRES: %v", err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

// Open opens the database that cfg names and gives it kit's schema. It is closed
// when the test ends.
func Open(t testing.TB, cfg db.Config) *db.DB {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, cfg)
	if err != nil {
		t.Fatalf("open the test's database: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the test's database: %v", err)
		}
	})
	if err := d.MigrateAs(ctx, migrations.Files, migrations.Table); err != nil {
		t.Fatalf("migrate the test's database: %v", err)
	}
	return d
}
