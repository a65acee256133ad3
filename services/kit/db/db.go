// Package db opens a service's database and runs one portable SQL text ($1, $2,
// ...) on SQLite and PostgreSQL through database/sql. What differs between the
// two stays in here: connection settings, error numbers, retries, column types,
// and how many rows are best written at once.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// Dialect names the database's kind.
type Dialect string

// The two databases.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Config says which database to open.
type Config struct {
	// Driver is "sqlite" or "postgres".
	Driver string `koanf:"driver" yaml:"driver" doc:"sqlite or postgres"`
	// DSN is a file path for sqlite, a URL or key=value text for postgres.
	DSN string `koanf:"dsn" yaml:"dsn" doc:"file of a sqlite database, or URL of a postgres one" secret:"url"`
	// MaxReaders bounds the connections that read; 0 means 4 on SQLite and 12
	// on PostgreSQL.
	MaxReaders int `koanf:"max_readers" yaml:"max_readers" doc:"connections that read; 0 means 4 on sqlite, 12 on postgres"`
	// MaxWriters bounds the transactions at one time on PostgreSQL; 0 means 10.
	// SQLite has one writer always.
	MaxWriters int `koanf:"max_writers" yaml:"max_writers" doc:"transactions at one time on postgres; 0 means 10"`
}

// Querier runs SQL: a transaction, or the readers' pool.
type Querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Tx is a running transaction as its user sees it.
type Tx interface {
	Querier
	Dialect() Dialect
	// Together runs statements in their order, in one exchange where the
	// database is not in this process.
	Together(ctx context.Context, sts ...Statement) error
	// Later runs statements with the next ones, at the latest with the commit.
	Later(ctx context.Context, sts ...Statement) error
}

// DB is one open database.
type DB struct {
	cfg     Config
	dialect Dialect
	write   *sql.DB
	read    *sql.DB
	reader  *reader
	single  *single // the one writer of SQLite; nil on PostgreSQL

	mu       sync.Mutex
	migrated []migration
}

// Open connects to the database and checks that it answers. Close it.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	var d *DB
	var err error
	switch Dialect(cfg.Driver) {
	case SQLite:
		d, err = openSQLite(cfg)
	case Postgres:
		d, err = openPostgres(cfg)
	default:
		return nil, fmt.Errorf("database driver %q: use sqlite or postgres", cfg.Driver)
	}
	if err != nil {
		return nil, err
	}
	if err := errors.Join(d.write.PingContext(ctx), d.read.PingContext(ctx)); err != nil {
		d.Close()
		return nil, fmt.Errorf("open %s database: %w", cfg.Driver, err)
	}
	return d, nil
}

// Dialect tells which of the two it is.
func (d *DB) Dialect() Dialect { return d.dialect }

// Read gives the readers: each statement sees what was committed before it. A
// write through it is refused by the database.
func (d *DB) Read() Querier { return d.reader }

// Snapshot runs fn on one consistent view of the database, read-only.
func (d *DB) Snapshot(ctx context.Context, fn func(ctx context.Context, q Querier) error) error {
	// Both drivers refuse some option combinations, so each gets what it knows.
	opts := &sql.TxOptions{ReadOnly: true}
	if d.dialect == Postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	tx, err := d.read.BeginTx(ctx, opts)
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing was written
	return fn(ctx, tx)
}

// Close ends all connections.
func (d *DB) Close() error {
	var errs []error
	if d.single != nil {
		errs = append(errs, d.single.close())
	}
	d.reader.close()
	errs = append(errs, d.write.Close())
	if d.read != d.write {
		errs = append(errs, d.read.Close())
	}
	return errors.Join(errs...)
}
