package db

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
)

// reader is the readers' pool. On SQLite it keeps statements prepared; pgx does
// that by itself. On PostgreSQL a read whose connection turns out to be dead is
// made again on another one.
type reader struct {
	pool  *sql.DB
	cache bool
	tries int // connections that may be dead, and one more

	mu    sync.RWMutex
	stmts map[string]*sql.Stmt
}

func newReader(pool *sql.DB, cache bool, tries int) *reader {
	return &reader{pool: pool, cache: cache, tries: tries, stmts: map[string]*sql.Stmt{}}
}

func (r *reader) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return r.pool.ExecContext(ctx, query, args...)
}

func (r *reader) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if st := r.prepared(ctx, query); st != nil {
		return st.QueryContext(ctx, args...)
	}
	rows, err := r.pool.QueryContext(ctx, query, args...)
	for n := 1; n < r.tries && dead(err); n++ {
		rows, err = r.pool.QueryContext(ctx, query, args...)
	}
	return rows, err
}

func (r *reader) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if st := r.prepared(ctx, query); st != nil {
		return st.QueryRowContext(ctx, args...)
	}
	row := r.pool.QueryRowContext(ctx, query, args...)
	for n := 1; n < r.tries && dead(row.Err()); n++ {
		row = r.pool.QueryRowContext(ctx, query, args...)
	}
	return row
}

// dead tells whether a connection of the pool was lost; a database that takes no
// new ones is another matter.
func dead(err error) bool {
	if Class(err) != Unavailable {
		return false
	}
	_, refused := errors.AsType[*pgconn.ConnectError](err)
	return !refused
}

// prepared gives the cached statement, or nil where the pool runs the text
// itself. A pool's statement is safe for many users at once: database/sql
// prepares it on each connection.
func (r *reader) prepared(ctx context.Context, query string) *sql.Stmt {
	if !r.cache {
		return nil
	}
	r.mu.RLock()
	st, full := r.stmts[query], len(r.stmts) >= maxStatements
	r.mu.RUnlock()
	if st != nil || full {
		return st
	}
	st, err := r.pool.PrepareContext(ctx, query)
	if err != nil {
		return nil // the direct run reports the error
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if had := r.stmts[query]; had != nil {
		st.Close()
		return had
	}
	r.stmts[query] = st
	return st
}

func (r *reader) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, st := range r.stmts {
		st.Close()
	}
	clear(r.stmts)
}
