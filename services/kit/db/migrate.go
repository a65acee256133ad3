package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// migration is one set of schema files and the table that counts them.
type migration struct {
	files fs.FS
	table string
}

// Migrate brings the schema up to date with files, which holds the folders
// sqlite and postgres of goose migrations. Versions are counted in the table
// service_version.
func (d *DB) Migrate(ctx context.Context, files fs.FS) error {
	return d.MigrateAs(ctx, files, "service_version")
}

// MigrateAs is Migrate with its own table of versions, for a schema that lives
// beside the service's. Several processes may call it at once.
func (d *DB) MigrateAs(ctx context.Context, files fs.FS, table string) error {
	m := migration{files, table}
	err := d.withProvider(m, func(p *goose.Provider) error {
		_, err := p.Up(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("migrate the %s database: %w", d.dialect, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.migrated = append(d.migrated, m)
	return nil
}

// Ready tells whether the database answers and its schema is what Migrate, or
// Expect, was given.
func (d *DB) Ready(ctx context.Context) error {
	if err := d.read.PingContext(ctx); err != nil {
		return fmt.Errorf("the %s database does not answer: %w", d.dialect, err)
	}
	d.mu.Lock()
	sets := d.migrated
	d.mu.Unlock()
	for _, m := range sets {
		if err := d.current(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// Expect makes Ready check a schema that somebody else migrates, with the
// migrate command.
func (d *DB) Expect(files fs.FS, table string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.migrated = append(d.migrated, migration{files, table})
}

func (d *DB) current(ctx context.Context, m migration) error {
	return d.withProvider(m, func(p *goose.Provider) error {
		pending, err := p.HasPending(ctx)
		if err != nil {
			return fmt.Errorf("read the schema's version: %w", err)
		}
		if pending {
			return errors.New("the schema is older than this program wants: run the migrate command")
		}
		return nil
	})
}

// withProvider opens a connection of its own: the writer's is held for good.
func (d *DB) withProvider(m migration, do func(*goose.Provider) error) error {
	files, err := fs.Sub(m.files, string(d.dialect))
	if err != nil {
		return err
	}
	opts := []goose.ProviderOption{goose.WithTableName(m.table), goose.WithDisableGlobalRegistry(true)}
	dialect, pool := goose.DialectSQLite3, d.write
	if d.dialect == SQLite {
		if pool, err = sql.Open("sqlite", sqliteDSN(trimmed(d.cfg.DSN), false)); err != nil {
			return err
		}
		pool.SetMaxOpenConns(1)
		defer pool.Close()
	} else {
		dialect = goose.DialectPostgres
		// A table, not an advisory lock: engines that speak PostgreSQL's wire
		// protocol report success on the latter and do nothing.
		locker, err := lock.NewPostgresTableLocker(lock.WithTableName(m.table + "_lock"))
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithLocker(locker))
	}
	p, err := goose.NewProvider(dialect, pool, files, opts...)
	if err != nil {
		return err
	}
	return do(p)
}
