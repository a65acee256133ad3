package db

import (
	"context"
	"database/sql"
	"sync"
)

// reader is the readers' pool. On SQLite it keeps statements prepared; pgx does
// that by itself.
type reader struct {
	pool  *sql.DB
	cache bool

	mu    sync.RWMutex
	stmts map[string]*sql.Stmt
}

func newReader(pool *sql.DB, cache bool) *reader {
	return &reader{pool: pool, cache: cache, stmts: map[string]*sql.Stmt{}}
}

func (r *reader) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return r.pool.ExecContext(ctx, query, args...)
}

func (r *reader) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if st := r.prepared(ctx, query); st != nil {
		return st.QueryContext(ctx, args...)
	}
	return r.pool.QueryContext(ctx, query, args...)
}

func (r *reader) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if st := r.prepared(ctx, query); st != nil {
		return st.QueryRowContext(ctx, args...)
	}
	return r.pool.QueryRowContext(ctx, query, args...)
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
