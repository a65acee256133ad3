package feed

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"cloudpact.dev/services/kit/db"
)

// Source gives changes: a Log, or a peer's feed.
type Source interface {
	Pull(ctx context.Context, a Ask) (Page, error)
}

// Ask is what a reader wants to hear.
type Ask struct {
	// After gives the position after which to read, per stream; a stream that is
	// not in it is read from its beginning.
	After map[int]int64
	// Types are the changes that are wanted; empty means all.
	Types []string
	// Limit bounds the changes.
	Limit int
}

// Page is a part of a feed: every wanted change after Ask.After up to Reached.
type Page struct {
	// Changes in ascending order of stream and position.
	Changes []Change
	// Reached is the position up to which each stream was looked through; streams
	// that were not looked at are missing.
	Reached map[int]int64
	// More tells that others are waiting.
	More bool
}

// Cut leaves the first n changes; what was looked through behind them is not
// reached.
func (p *Page) Cut(n int) {
	if n >= len(p.Changes) {
		return
	}
	for _, c := range p.Changes[n:] {
		delete(p.Reached, c.Stream)
	}
	p.Changes, p.More = p.Changes[:n], true
	if n > 0 {
		last := p.Changes[n-1]
		if _, whole := p.Reached[last.Stream]; !whole {
			p.Reached[last.Stream] = last.Position
		}
	}
}

// skim is how many positions are looked through at one time for changes of a
// few types: most are of others.
const skim = 4096

// span is a part of one stream: the positions after the first up to the last.
type span struct {
	stream      int
	after, upto int64
}

// Pull implements Source for readers in the service's own process.
func (l *Log) Pull(ctx context.Context, a Ask) (Page, error) {
	heads, err := l.Heads(ctx)
	if err != nil {
		return Page{}, err
	}
	page := Page{Reached: map[int]int64{}}
	left := int64(a.Limit)
	if len(a.Types) > 0 {
		left = max(left, skim)
	}
	var spans []span
	for stream, head := range heads {
		at := a.After[stream]
		upto := min(head, at+left)
		page.More = page.More || upto < head
		if upto > at {
			spans = append(spans, span{stream, at, upto})
			page.Reached[stream], left = upto, left-(upto-at)
		}
	}
	if len(spans) == 0 {
		return page, nil
	}
	read := l.readSQLite
	if l.db.Dialect() == db.Postgres {
		read = l.readPostgres
	}
	if page.Changes, err = read(ctx, spans, a.Types); err != nil {
		return Page{}, fmt.Errorf("read the feed of %s: %w", l.source, err)
	}
	page.Cut(a.Limit)
	return page, nil
}

// readSQLite reads all spans in one query: they are a list that the table is
// searched for, one after the other.
func (l *Log) readSQLite(ctx context.Context, spans []span, types []string) ([]Change, error) {
	list := make([][3]int64, len(spans))
	for i, s := range spans {
		list[i] = [3]int64{int64(s.stream), s.after, s.upto}
	}
	text, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	m := marks{string(text)}
	query := "select " + changeColumns + ` from (select key, value from json_each($1)) as k cross join feed as x
		on x.stream = k.value ->> 0 and x.position > k.value ->> 1 and x.position <= k.value ->> 2`
	if len(types) > 0 {
		query += " where x.type in (" + m.list(types) + ")"
	}
	return l.query(ctx, query+" order by k.key, x.position", m...)
}

// readPostgres reads all spans in one query, each by the table's key.
func (l *Log) readPostgres(ctx context.Context, spans []span, types []string) ([]Change, error) {
	streams, afters, uptos := make([]int32, len(spans)), make([]int64, len(spans)), make([]int64, len(spans))
	for i, s := range spans {
		streams[i], afters[i], uptos[i] = int32(s.stream), s.after, s.upto
	}
	// The limit, which no span reaches, keeps the planner from reading the whole
	// table once instead of searching it.
	const text = `select f.* from unnest($1::integer[], $2::bigint[], $3::bigint[]) as k (stream, after, upto)
		cross join lateral (select ` + changeColumns + ` from feed as x
			where x.stream = k.stream and x.position > k.after and x.position <= k.upto
			and ($4::text[] is null or x.type = any($4)) order by x.position limit $5) as f
		order by f.stream, f.position`
	longest := slices.MaxFunc(spans, func(a, b span) int { return int(a.upto - a.after - (b.upto - b.after)) })
	return l.query(ctx, text, streams, afters, uptos, types, longest.upto-longest.after)
}

func (l *Log) query(ctx context.Context, text string, args ...any) ([]Change, error) {
	rows, err := l.db.Read().QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Change
	for rows.Next() {
		c, err := l.scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}
