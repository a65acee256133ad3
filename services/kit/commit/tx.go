package commit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/db"
)

// Tx is one operation's share of a group's transaction. It is valid while the
// operation runs, in its goroutine.
type Tx struct {
	scope
	key     Key
	entries []Entry
	err     error // the first that Publish met
}

// scope runs statements for one operation, or one batch, and watches whether
// anything was written and whether the database refused something.
type scope struct {
	g      *group
	ctx    context.Context
	now    time.Time
	lazy   bool  // set the savepoint before the first write
	saved  bool  // there is a savepoint
	wrote  bool  // something may have been written
	broken error // the first error that a statement gave
}

// Dialect tells which database it is.
func (s *scope) Dialect() db.Dialect { return s.g.tx.Dialect() }

// Now is the contract instant of the key's provider: the system's clock, or
// where the sandbox's clock stands. It does not move while the operation runs.
func (s *scope) Now() time.Time { return s.now }

// ExecContext runs a statement without rows.
func (s *scope) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := s.writing(query); err != nil {
		return nil, err
	}
	res, err := s.g.tx.ExecContext(ctx, query, args...)
	s.note(err)
	return res, err
}

// QueryContext runs a statement with rows.
func (s *scope) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := s.writing(query); err != nil {
		return nil, err
	}
	rows, err := s.g.tx.QueryContext(ctx, query, args...)
	s.note(err)
	return rows, err
}

// QueryClosed is QueryContext for a caller that closes the rows before it runs
// anything else.
func (s *scope) QueryClosed(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := s.writing(query); err != nil {
		return nil, err
	}
	rows, err := s.g.tx.QueryClosed(ctx, query, args...)
	s.note(err)
	return rows, err
}

// QueryRowContext runs a statement with one row; scan it before the next
// statement.
func (s *scope) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	s.note(s.writing(query))
	row := s.g.tx.QueryRowContext(ctx, query, args...)
	if err := row.Err(); err != nil && !errors.Is(err, sql.ErrNoRows) {
		s.note(err)
	}
	return row
}

// Together runs statements in their order, in one exchange on PostgreSQL.
func (s *scope) Together(ctx context.Context, sts ...db.Statement) error {
	for _, st := range sts {
		if err := s.writing(st.Text); err != nil {
			return err
		}
	}
	err := s.g.tx.Together(ctx, sts...)
	s.note(err)
	return err
}

// Attempt is Together for statements that may meet a row that is there already:
// then it takes all of them back and gives that error (db.Unique), and the
// transaction goes on.
func (s *scope) Attempt(ctx context.Context, sts ...db.Statement) error {
	if len(sts) == 0 {
		return nil
	}
	if err := s.writing(sts[0].Text); err != nil {
		return err
	}
	all := append([]db.Statement{{Text: "savepoint attempt"}}, sts...)
	err := s.g.tx.Together(ctx, append(all, db.Statement{Text: "release savepoint attempt"})...)
	if db.Class(err) == db.Unique {
		// One after the other: until it went back, PostgreSQL does not even read
		// another statement.
		for _, text := range []string{"rollback to savepoint attempt", "release savepoint attempt"} {
			_, e := s.g.tx.ExecContext(ctx, text)
			s.note(e)
		}
		return err
	}
	s.note(err)
	return err
}

// Later runs them now: an operation hears of its own errors.
func (s *scope) Later(ctx context.Context, sts ...db.Statement) error { return s.Together(ctx, sts...) }

// writing prepares for a statement that may write, which is every one that does
// not begin with "select". SQLite gets its savepoint here, so that an operation
// that is refused before it writes costs none.
func (s *scope) writing(query string) error {
	if s.wrote || isSelect(query) {
		return nil
	}
	s.wrote = true
	if !s.lazy {
		return nil
	}
	s.lazy, s.saved = false, true
	err := s.g.tx.Savepoint(s.ctx)
	s.note(err)
	return err
}

func isSelect(query string) bool {
	q := strings.TrimLeft(query, " \t\r\n")
	return len(q) > 6 && strings.EqualFold(q[:6], "select")
}

func (s *scope) note(err error) {
	if err != nil && s.broken == nil {
		s.broken = err
	}
}

// Key is the key that Run was given.
func (tx *Tx) Key() Key { return tx.key }

// Publish puts a change into the feed when the operation succeeds. Changes keep
// their order. A body that cannot be encoded refuses the operation.
func (tx *Tx) Publish(d Draft) {
	e, err := tx.entry(d, tx.key)
	if err != nil {
		tx.err = errors.Join(tx.err, err)
		return
	}
	tx.entries = append(tx.entries, e)
}

func (s *scope) entry(d Draft, key Key) (Entry, error) {
	if d.Key == (Key{}) {
		d.Key = key
	}
	d.Effective = clock.Truncate(d.Effective)
	if d.Effective.IsZero() {
		d.Effective = s.now
	}
	typ, body, err := s.g.c.opt.Encode(d)
	if err != nil {
		return Entry{}, fmt.Errorf("encode the change %s of %s: %w", d.Type, d.Subject, err)
	}
	return Entry{
		Key: d.Key, Stream: d.Key.Stream(), Type: typ, Subject: d.Subject,
		EffectiveTime: d.Effective, RecordTime: s.now, Body: body,
	}, nil
}

var errNoDeadlines = errors.New("this service keeps no deadlines")

// The types of the changes that deadlines publish; their bodies are Deadline.
const (
	TypeDeadlineSet       = "deadline_set"
	TypeDeadlineMet       = "deadline_met"
	TypeDeadlineMissed    = "deadline_missed"
	TypeDeadlineWithdrawn = "deadline_withdrawn"
)

// SetDeadline makes the time limit run, or run to another instant, and
// publishes that; nothing happens when it stands so already. Its key is the
// operation's. With a Version it is refused (STALE_ETAG) when the row has
// another.
func (tx *Tx) SetDeadline(d Deadline) error {
	if tx.g.c.opt.Deadlines == nil {
		return errNoDeadlines
	}
	d.Key = tx.key
	now, changed, err := tx.g.c.opt.Deadlines.Set(tx.ctx, tx, d)
	if err != nil || !changed {
		return err
	}
	tx.Publish(Draft{Type: TypeDeadlineSet, Subject: now.Subject, Body: now})
	return nil
}

// SettleDeadline ends the time limit as MET, MISSED or WITHDRAWN and publishes
// that. One that is not there, or has ended, stays as it is.
func (tx *Tx) SettleDeadline(name string, as State) error {
	if tx.g.c.opt.Deadlines == nil {
		return errNoDeadlines
	}
	typ := map[State]string{Met: TypeDeadlineMet, Missed: TypeDeadlineMissed, Withdrawn: TypeDeadlineWithdrawn}[as]
	if typ == "" {
		return fmt.Errorf("a deadline cannot be settled as %q", as)
	}
	now, changed, err := tx.g.c.opt.Deadlines.Settle(tx.ctx, tx, tx.key, name, as)
	if err != nil || !changed {
		return err
	}
	tx.Publish(Draft{Type: typ, Subject: now.Subject, Body: now})
	return nil
}
