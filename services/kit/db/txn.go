package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Txn is a transaction under its owner's control. Code that only runs
// statements takes Tx; kit/commit and Write hold the Txn.
type Txn struct {
	db   *DB
	tx   *sql.Tx // PostgreSQL
	done bool
}

// Begin starts a writing transaction. On SQLite it waits for the one writer's
// turn; on PostgreSQL it is READ COMMITTED, and who decides on what it read
// locks the stream (kit/commit does) or compares versions.
// End it with Commit or Rollback.
func (d *DB) Begin(ctx context.Context) (*Txn, error) {
	if d.single == nil {
		tx, err := d.write.BeginTx(ctx, nil)
		if err != nil {
			return nil, err
		}
		return &Txn{db: d, tx: tx}, nil
	}
	if err := d.single.acquire(ctx); err != nil {
		return nil, err
	}
	t := &Txn{db: d}
	if _, err := t.ExecContext(ctx, "begin immediate"); err != nil {
		t.end(err)
		return nil, err
	}
	return t, nil
}

// Dialect tells which database it is.
func (t *Txn) Dialect() Dialect { return t.db.dialect }

// ExecContext runs a statement without rows. On SQLite the text is compiled
// once per connection.
func (t *Txn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if t.tx != nil {
		return t.tx.ExecContext(ctx, query, args...)
	}
	if t.done {
		return nil, sql.ErrTxDone
	}
	st, err := t.db.single.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(ctx, args...)
}

// QueryContext runs a statement with rows. Its text is compiled anew on SQLite,
// because a cached statement cannot be open twice; Table and QueryRowContext,
// which read to the end at once, use the cache.
func (t *Txn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if t.tx != nil {
		return t.tx.QueryContext(ctx, query, args...)
	}
	if t.done {
		return nil, sql.ErrTxDone
	}
	return t.db.single.conn.QueryContext(ctx, query, args...)
}

// QueryClosed is QueryContext for callers that close the rows before anything
// else runs.
func (t *Txn) QueryClosed(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if t.tx != nil || t.done {
		return t.QueryContext(ctx, query, args...)
	}
	st, err := t.db.single.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

// QueryRowContext runs a statement with one row; scan it before the next
// statement.
func (t *Txn) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if t.tx != nil {
		return t.tx.QueryRowContext(ctx, query, args...)
	}
	if t.done {
		// A Row cannot be made with an error of ours; an ended context gives one.
		ended, cancel := context.WithCancel(ctx)
		cancel()
		return t.db.read.QueryRowContext(ended, query, args...)
	}
	st, err := t.db.single.prepare(ctx, query)
	if err != nil {
		return t.db.single.conn.QueryRowContext(ctx, query, args...) // reports it
	}
	return st.QueryRowContext(ctx, args...)
}

// Commit makes the transaction's work durable. On an error nothing was kept,
// except when the connection broke while the database was answering: then
// nobody knows (Class gives Unavailable).
func (t *Txn) Commit(ctx context.Context) error {
	if t.tx != nil {
		t.done = true
		return t.tx.Commit()
	}
	_, err := t.ExecContext(ctx, "commit")
	if err != nil {
		return errors.Join(err, t.Rollback(ctx))
	}
	t.end(nil)
	return nil
}

// Rollback undoes the transaction's work; after Commit or Rollback it does
// nothing.
func (t *Txn) Rollback(ctx context.Context) error {
	if t.done {
		return nil
	}
	if t.tx != nil {
		t.done = true
		return t.tx.Rollback()
	}
	_, err := t.ExecContext(context.WithoutCancel(ctx), "rollback")
	t.end(err)
	return err
}

// end gives the writer's turn back; after an error the connection is not
// trusted with another transaction.
func (t *Txn) end(err error) {
	t.done = true
	if err != nil {
		t.db.single.forget(true) //nolint:errcheck // the connection is given up
	}
	t.db.single.release()
}

// Savepoint marks the point that RollbackTo goes back to. There is one at a
// time.
func (t *Txn) Savepoint(ctx context.Context) error {
	_, err := t.ExecContext(ctx, "savepoint op")
	return err
}

// Release keeps what was done since the savepoint.
func (t *Txn) Release(ctx context.Context) error {
	_, err := t.ExecContext(ctx, "release savepoint op")
	return err
}

// RollbackTo undoes what was done since the savepoint, and ends it.
func (t *Txn) RollbackTo(ctx context.Context) error {
	if _, err := t.ExecContext(ctx, "rollback to savepoint op"); err != nil {
		return err
	}
	return t.Release(ctx)
}

// maxAttempts bounds how often a transaction is run anew after the database
// refused it for the sake of another one.
const maxAttempts = 8

// Backoff waits before attempt n (from 1) of a transaction, longer each time
// and never the same for two rivals.
func Backoff(ctx context.Context, n int) error {
	d := time.Duration(1<<min(n, 7)) * time.Millisecond
	t := time.NewTimer(d/2 + rand.N(d))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Write runs fn in one transaction, and runs it again, at most 8 times, when
// the database asks for that (serialization failure, deadlock, busy). So fn
// changes nothing but the database. Mutations of a service go through
// kit/commit instead; Write is for kit's and operators' own work.
func (d *DB) Write(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error {
	var err error
	for n := 1; n <= maxAttempts; n++ {
		if err = d.once(ctx, fn); err == nil || !Class(err).Retryable() {
			return err
		}
		if e := Backoff(ctx, n); e != nil {
			return errors.Join(e, err)
		}
	}
	return fmt.Errorf("gave up after %d attempts: %w", maxAttempts, err)
}

func (d *DB) once(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error {
	t, err := d.Begin(ctx)
	if err != nil {
		return err
	}
	defer t.Rollback(ctx) //nolint:errcheck // after Commit it does nothing
	if err := fn(ctx, t); err != nil {
		return err
	}
	return t.Commit(ctx)
}
