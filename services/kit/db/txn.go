package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Txn is a transaction under its owner's control. Code that only runs
// statements takes Tx; kit/commit and Write hold the Txn.
type Txn struct {
	db   *DB
	conn *sql.Conn // PostgreSQL
	done bool

	begun bool        // PostgreSQL has been told of the transaction
	later []Statement // for the next exchange
}

// Begin starts a writing transaction. On SQLite it waits for the one writer's
// turn; on PostgreSQL it is READ COMMITTED, and who decides on what it read
// locks the stream (kit/commit does) or compares versions.
// End it with Commit or Rollback.
func (d *DB) Begin(ctx context.Context) (*Txn, error) {
	t := &Txn{db: d}
	if d.single == nil {
		conn, err := d.write.Conn(ctx)
		t.conn = conn
		return t, err // its begin goes out with the first statement
	}
	if err := d.single.acquire(ctx); err != nil {
		return nil, err
	}
	if _, err := t.ExecContext(ctx, "begin immediate"); err != nil {
		t.end(err)
		return nil, err
	}
	return t, nil
}

// Dialect tells which database it is.
func (t *Txn) Dialect() Dialect { return t.db.dialect }

// ready sends what was put off, so that the next statement may run.
func (t *Txn) ready(ctx context.Context) error {
	if t.done {
		return sql.ErrTxDone
	}
	if t.conn != nil && (!t.begun || len(t.later) > 0) {
		return t.Together(ctx)
	}
	return nil
}

// ExecContext runs a statement without rows. On SQLite the text is compiled
// once per connection.
func (t *Txn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	if t.conn != nil {
		return t.conn.ExecContext(ctx, query, args...)
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
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	if t.conn != nil {
		return t.conn.QueryContext(ctx, query, args...)
	}
	return t.db.single.conn.QueryContext(ctx, query, args...)
}

// QueryClosed is QueryContext for callers that close the rows before anything
// else runs.
func (t *Txn) QueryClosed(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if t.conn != nil || t.done {
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
	if t.done {
		// A Row cannot be made with an error of ours; an ended context gives one.
		ended, cancel := context.WithCancel(ctx)
		cancel()
		return t.db.read.QueryRowContext(ended, query, args...)
	}
	if t.conn != nil {
		// Where what was put off fails, so does the query: on a transaction that
		// is spoilt, or a connection that is dead.
		_ = t.ready(ctx)
		return t.conn.QueryRowContext(ctx, query, args...)
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
	if t.done {
		return sql.ErrTxDone
	}
	var err error
	switch {
	case t.conn == nil:
		_, err = t.ExecContext(ctx, "commit")
	case t.begun || len(t.later) > 0:
		err = t.Together(ctx, Statement{Text: "commit"})
	}
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
	ctx = context.WithoutCancel(ctx)
	var err error
	switch {
	case t.conn == nil:
		_, err = t.ExecContext(ctx, "rollback")
	case t.begun:
		_, err = t.conn.ExecContext(ctx, "rollback")
		if errors.Is(err, driver.ErrBadConn) {
			err = nil // with the connection the transaction has ended
		}
	}
	t.end(err)
	return err
}

// end gives the connection back. After an error SQLite's is not trusted with
// another transaction; PostgreSQL's are looked at when they are taken again.
func (t *Txn) end(err error) {
	t.done = true
	if t.conn != nil {
		_ = t.conn.Close() // it goes back to its pool, or was broken
		return
	}
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
