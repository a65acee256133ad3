package db

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// statementTimeout ends a statement that would hold a queue of callers; the
// suite's statements take milliseconds.
const statementTimeout = "60s"

func openPostgres(cfg Config) (*DB, error) {
	pc, err := pgx.ParseConfig(cfg.DSN)
	if err != nil {
		// The parser's message may repeat the DSN, and the DSN may hold a password.
		return nil, errors.New("postgres database: the DSN cannot be read; use postgres://user@host:port/database")
	}
	if _, set := pc.RuntimeParams["application_name"]; !set {
		pc.RuntimeParams["application_name"] = "cloudpact"
	}
	writers, readers := cfg.MaxWriters, cfg.MaxReaders
	if writers <= 0 {
		writers = 10
	}
	if readers <= 0 {
		readers = 12
	}
	w := stdlib.OpenDB(*pc, afterConnect(pc, ""))
	w.SetMaxOpenConns(writers)
	w.SetMaxIdleConns(writers)
	w.SetConnMaxIdleTime(5 * time.Minute)
	r := stdlib.OpenDB(*pc, afterConnect(pc, "set default_transaction_read_only = on"))
	r.SetMaxOpenConns(readers)
	r.SetMaxIdleConns(readers)
	r.SetConnMaxIdleTime(5 * time.Minute)
	return &DB{cfg: cfg, dialect: Postgres, write: w, read: r, reader: newReader(r, false, readers+1)}, nil
}

// afterConnect bounds statements on each new connection, unless the DSN does,
// and runs one more setting if there is one.
func afterConnect(pc *pgx.ConnConfig, setting string) stdlib.OptionOpenDB {
	return stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		if _, set := pc.RuntimeParams["statement_timeout"]; !set {
			if _, err := c.Exec(ctx, "set statement_timeout = '"+statementTimeout+"'"); err != nil {
				return err
			}
		}
		if setting == "" {
			return nil
		}
		_, err := c.Exec(ctx, setting)
		return err
	})
}
