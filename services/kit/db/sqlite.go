package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the pure Go driver "sqlite"
)

// sqliteDSN puts every pragma in the DSN: one run by Exec would touch a single
// pooled connection. Transactions begin immediate, because one that reads first
// and writes later fails at once when another wrote in between.
func sqliteDSN(path string, readOnly bool) string {
	q := url.Values{}
	q.Add("_pragma", "busy_timeout(5000)")
	q.Add("_pragma", "journal_mode(WAL)")
	q.Add("_pragma", "synchronous(FULL)")
	q.Add("_pragma", "foreign_keys(ON)")
	q.Add("_pragma", "cache_size(-32000)")
	q.Add("_pragma", "wal_autocheckpoint(4000)")
	q.Add("_pragma", "journal_size_limit(67108864)")
	q.Add("_pragma", "temp_store(MEMORY)") // what savepoints may take back, too
	if readOnly {
		q.Add("_pragma", "query_only(ON)")
	} else {
		q.Set("_txlock", "immediate")
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func openSQLite(cfg Config) (*DB, error) {
	path := trimmed(cfg.DSN)
	if path == "" || strings.Contains(path, ":memory:") || strings.Contains(path, "?") {
		return nil, fmt.Errorf("sqlite database %q: give the path of a file", cfg.DSN)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("sqlite database: %w", err)
	}
	w, err := sql.Open("sqlite", sqliteDSN(path, false))
	if err != nil {
		return nil, err
	}
	w.SetMaxOpenConns(1)
	r, err := sql.Open("sqlite", sqliteDSN(path, true))
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	readers := cfg.MaxReaders
	if readers <= 0 {
		readers = 4
	}
	r.SetMaxOpenConns(readers)
	r.SetMaxIdleConns(readers)
	return &DB{
		cfg: cfg, dialect: SQLite, write: w, read: r,
		reader: newReader(r, true, 1), single: newSingle(w),
	}, nil
}

// single is SQLite's one writing connection with its prepared statements:
// compiling a statement costs more than running a small one.
type single struct {
	pool  *sql.DB
	turn  chan struct{} // holds one token while nobody writes
	conn  *sql.Conn
	stmts map[string]*sql.Stmt

	directs map[string]prepared // by the driver, see direct.go
}

// maxStatements bounds the cache; a service has some hundred statements, so
// reaching it means texts made on the fly, and starting anew is good enough.
const maxStatements = 1024

func newSingle(pool *sql.DB) *single {
	s := &single{pool: pool, turn: make(chan struct{}, 1), stmts: map[string]*sql.Stmt{}, directs: map[string]prepared{}}
	s.turn <- struct{}{}
	return s
}

// acquire waits for the writer's turn.
func (s *single) acquire(ctx context.Context) error {
	select {
	case <-s.turn:
	default:
		select {
		case <-s.turn:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if s.conn != nil {
		return nil
	}
	conn, err := s.pool.Conn(context.WithoutCancel(ctx))
	if err != nil {
		s.turn <- struct{}{}
		return err
	}
	s.conn = conn
	return nil
}

func (s *single) release() { s.turn <- struct{}{} }

// forget drops the statements, and with all the connection too.
func (s *single) forget(all bool) error {
	var errs []error
	for _, st := range s.stmts {
		errs = append(errs, st.Close())
	}
	clear(s.stmts)
	if s.conn != nil {
		errs = append(errs, s.conn.Raw(func(any) error { return s.closeDirects() }))
	}
	if all && s.conn != nil {
		errs = append(errs, s.conn.Close())
		s.conn = nil
	}
	return errors.Join(errs...)
}

func (s *single) close() error {
	<-s.turn
	defer s.release()
	return s.forget(true)
}

func (s *single) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if st, ok := s.stmts[query]; ok {
		return st, nil
	}
	if len(s.stmts) >= maxStatements {
		if err := s.forget(false); err != nil {
			return nil, err
		}
	}
	st, err := s.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s.stmts[query] = st
	return st, nil
}

// trimmed gives the path of a DSN that may be written as a file: URL.
func trimmed(dsn string) string { return strings.TrimPrefix(dsn, "file:") }
