package db

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// Statement is one of several that are sent together.
type Statement struct {
	Text string
	Args []any
	// Done, if not nil, hears how many rows a statement without rows changed.
	Done func(changed int64) error
	// Row, if not nil, gets each row that the statement gives.
	Row func(scan func(into ...any) error) error
}

// Together runs statements in their order. PostgreSQL gets them all at once and
// answers them all at once: waiting for each answer costs more than many a
// statement. The first error ends it, and on PostgreSQL spoils the transaction.
func (t *Txn) Together(ctx context.Context, sts ...Statement) error {
	if t.conn == nil {
		if t.done {
			return sql.ErrTxDone
		}
		return t.db.single.run(ctx, sts)
	}
	b := &pgx.Batch{}
	if !t.begun {
		b.Queue("begin")
		t.begun = true
	}
	for _, s := range t.later {
		s.queue(b)
	}
	t.later = nil
	for _, s := range sts {
		s.queue(b)
	}
	return t.conn.Raw(func(c any) error {
		conn := c.(*stdlib.Conn).Conn()
		if conn.IsClosed() {
			return driver.ErrBadConn
		}
		return conn.SendBatch(ctx, b).Close()
	})
}

// Later runs statements with the next ones, at the latest with the commit: they
// are for the end of a transaction, when nothing hangs on their answers. SQLite
// runs them now.
func (t *Txn) Later(ctx context.Context, sts ...Statement) error {
	if t.conn == nil {
		return t.Together(ctx, sts...)
	}
	t.later = append(t.later, sts...)
	return nil
}

func (s Statement) queue(b *pgx.Batch) {
	q := b.Queue(s.Text, s.Args...)
	switch {
	case s.Row != nil:
		q.Query(func(rows pgx.Rows) error {
			for rows.Next() {
				if err := s.Row(rows.Scan); err != nil {
					return err
				}
			}
			return rows.Err()
		})
	case s.Done != nil:
		q.Exec(func(tag pgconn.CommandTag) error { return s.Done(tag.RowsAffected()) })
	}
}
