package feed

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
)

// Log is a service's own feed. It implements commit.Log; nobody else writes.
type Log struct {
	source string
	db     *db.DB
	cache  headCache
}

// NewLog is the feed of the service called source ("billing") in d.
func NewLog(d *db.DB, source string) *Log { return &Log{source: source, db: d} }

// Source is the name of the service whose feed it is.
func (l *Log) Source() string { return l.source }

// Lock holds the streams' head rows until the transaction ends, so that no
// other process decides on the same customers meanwhile. SQLite has one writer
// and needs nothing.
func (l *Log) Lock(ctx context.Context, tx db.Tx, streams []int) (commit.Held, error) {
	if tx.Dialect() == db.SQLite {
		return nil, nil
	}
	held := make(commit.Held, len(streams))
	if err := hold(ctx, tx, held, streams); err != nil {
		return nil, fmt.Errorf("hold streams of %s: %w", l.source, err)
	}
	return held, nil
}

// hold adds streams to those that are held.
func hold(ctx context.Context, tx db.Tx, held commit.Held, streams []int) error {
	numbers := make([]int32, len(streams))
	for i, n := range streams {
		numbers[i] = int32(n)
	}
	return tx.Together(ctx, db.Statement{
		Text: "select stream, head from feed_heads where stream = any($1::integer[]) order by stream for update",
		Args: []any{numbers},
		Row: func(scan func(into ...any) error) error {
			var stream int
			var head int64
			err := scan(&stream, &head)
			held[stream] = head
			return err
		},
	})
}

// Append writes the entries and gives their positions. Positions come from the
// head rows, which stay locked until the transaction ends: a sequence's numbers
// become visible out of order, and a reader would pass a late one by.
func (l *Log) Append(ctx context.Context, tx db.Tx, held commit.Held, entries []commit.Entry) ([]int64, error) {
	var count [Streams]int64
	for _, e := range entries {
		count[e.Stream]++
	}
	var positions []int64
	var err error
	if tx.Dialect() == db.Postgres {
		positions, err = appendPostgres(ctx, tx, held, count, entries)
	} else {
		positions, err = appendSQLite(ctx, tx, count, entries)
	}
	if err != nil {
		return nil, fmt.Errorf("append to the feed of %s: %w", l.source, err)
	}
	return positions, nil
}

// number gives the entries their positions, from the heads as they are after
// all of them.
func number(count, heads [Streams]int64, entries []commit.Entry) []int64 {
	var used [Streams]int64
	positions := make([]int64, len(entries))
	for i, e := range entries {
		used[e.Stream]++
		positions[i] = heads[e.Stream] - count[e.Stream] + used[e.Stream]
	}
	return positions
}

// Filter chooses changes. The zero Filter chooses none: give After or Streams.
type Filter struct {
	// Provider and Customer limit whose changes; "" is any. Customer needs
	// Provider.
	Provider, Customer string
	// After gives the position after which to read, per stream. Streams that
	// are not in it are not read.
	After map[int]int64
	// Types limits which; empty is any.
	Types []string
	// Limit bounds the changes in all; 0 means 1000.
	Limit int
}

const changeColumns = "stream, position, provider, customer, type, subject, effective_time, record_time, body"

// List reads changes, stream by stream in ascending order and in order within
// each. With fewer changes than the limit there are no more for now.
func (l *Log) List(ctx context.Context, f Filter) ([]Change, error) {
	if f.Limit <= 0 {
		f.Limit = 1000
	}
	heads, err := l.Heads(ctx)
	if err != nil {
		return nil, err
	}
	var out []Change
	for stream, head := range heads {
		after, ok := f.After[stream]
		if !ok || after >= head || len(out) >= f.Limit {
			continue
		}
		some, err := l.listStream(ctx, f, stream, after, f.Limit-len(out))
		if err != nil {
			return nil, fmt.Errorf("read the feed of %s: %w", l.source, err)
		}
		out = append(out, some...)
	}
	return out, nil
}

func (l *Log) listStream(ctx context.Context, f Filter, stream int, after int64, limit int) ([]Change, error) {
	m := marks{stream, after}
	text := "select " + changeColumns + " from feed where stream = $1 and position > $2"
	if f.Provider != "" {
		text += " and provider = " + m.add(f.Provider)
		if f.Customer != "" {
			text += " and customer = " + m.add(f.Customer)
		}
	}
	if len(f.Types) > 0 {
		text += " and type in (" + m.list(f.Types) + ")"
	}
	text += " order by position limit " + m.add(limit)
	return l.query(ctx, text, m...)
}

// marks are the arguments of a statement that is put together.
type marks []any

// add gives the argument's mark: "$3".
func (m *marks) add(v any) string {
	*m = append(*m, v)
	return "$" + strconv.Itoa(len(*m))
}

// list adds arguments and gives their marks: "$3, $4".
func (m *marks) list(vs []string) string {
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = m.add(v)
	}
	return strings.Join(out, ", ")
}

func (l *Log) scan(rows *sql.Rows) (Change, error) {
	var c Change
	var effective, record db.Time
	err := rows.Scan(&c.Stream, &c.Position, &c.Key.Provider, &c.Key.Customer, &c.Type, &c.Subject,
		&effective, &record, &c.Body)
	c.ID = ID(l.source, c.Stream, c.Position)
	c.EffectiveTime, c.RecordTime = effective.Time(), record.Time()
	return c, err
}

// Heads gives the last position of each stream, 0 for one without changes.
func (l *Log) Heads(ctx context.Context) ([Streams]int64, error) {
	return l.cache.get(func() ([Streams]int64, error) { return l.readHeads(ctx) })
}

func (l *Log) readHeads(ctx context.Context) ([Streams]int64, error) {
	var heads [Streams]int64
	rows, err := l.db.Read().QueryContext(ctx, "select stream, head from feed_heads")
	if err != nil {
		return heads, fmt.Errorf("read the heads of %s: %w", l.source, err)
	}
	return heads, scanHeads(rows, &heads)
}

// Start is the After of a reader that has read nothing: all streams from 0.
func Start() map[int]int64 {
	after := make(map[int]int64, Streams)
	for stream := range Streams {
		after[stream] = 0
	}
	return after
}
