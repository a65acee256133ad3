package commit

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"cloudpact.dev/services/kit/db"
)

// lookUp answers the operations whose request was answered before.
func (g *group) lookUp(ops []*op) error {
	var with []*op
	for _, o := range ops {
		if o.request.ID != "" && o.replay != nil {
			with = append(with, o)
		}
	}
	step := 1
	if g.tx.Dialect() == db.Postgres {
		step = 64
	}
	for part := range slices.Chunk(with, step) {
		if err := g.lookUpSome(part); err != nil {
			return err
		}
	}
	return nil
}

func (g *group) lookUpSome(ops []*op) error {
	// Padded to a power of two, so that few texts have to be prepared.
	n := 1
	for n < len(ops) {
		n *= 2
	}
	var b strings.Builder
	b.WriteString("select scope, id, hash, reply, stream, position, record_time from requests where ")
	args := make([]any, 0, 2*n)
	for i := range n {
		if i > 0 {
			b.WriteString(" or ")
		}
		b.WriteString("scope = $" + strconv.Itoa(2*i+1) + " and id = $" + strconv.Itoa(2*i+2))
		o := ops[min(i, len(ops)-1)]
		args = append(args, o.request.Scope, o.request.ID)
	}
	rows, err := g.tx.QueryClosed(g.ctx, b.String(), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var scope, id string
		var hash []byte
		var reply db.JSON[json.RawMessage]
		var was Outcome
		var at db.Time
		if err := rows.Scan(&scope, &id, &hash, &reply, &was.Stream, &was.Position, &at); err != nil {
			return err
		}
		was.RecordTime = at.Time()
		for _, o := range ops {
			if o.request.Scope == scope && o.request.ID == id {
				o.answer(hash, reply.V, was)
			}
		}
	}
	return rows.Err()
}

// requestColumns are those of the table requests, in the order of its rows.
var requestColumns = []string{"scope", "id", "hash", "reply", "stream", "position", "record_time"}

// write puts the group's changes and request ids into the transaction, the feed
// last but for the request ids, which carry positions. It gives the streams
// that have new changes.
func (g *group) write(ops []*op) ([]int, error) {
	streams, err := g.append(ops)
	if err != nil {
		return nil, err
	}
	var rows [][]any
	for _, o := range ops {
		if o.saved == nil || o.err != nil {
			continue
		}
		rows = append(rows, []any{
			o.request.Scope, o.request.ID, o.request.Hash, string(o.saved),
			o.outcome.Stream, o.outcome.Position, db.Time(o.now),
		})
	}
	for _, o := range ops {
		if o.follows != nil {
			o.outcome = o.follows.outcome
			o.outcome.Replayed = true
		}
	}
	if len(rows) == 0 {
		return streams, nil
	}
	g.wrote = true
	err = db.InsertRows(g.ctx, g.tx, "requests", requestColumns, rows)
	if db.Class(err) == db.Unique {
		return nil, errRival
	}
	return streams, err
}

// append writes the changes of all operations and notes each one's position.
func (g *group) append(ops []*op) ([]int, error) {
	total := 0
	for _, o := range ops {
		total += len(o.entries)
	}
	if total == 0 {
		return nil, nil
	}
	g.wrote = true
	entries := make([]Entry, 0, total)
	streams := make([]int, 0, total)
	for _, o := range ops {
		entries = append(entries, o.entries...)
	}
	for _, e := range entries {
		streams = append(streams, e.Stream)
	}
	positions, err := g.c.log.Append(g.ctx, g.tx, entries)
	if err != nil {
		return nil, err
	}
	next := 0
	for _, o := range ops {
		if n := len(o.entries); n > 0 {
			next += n
			o.outcome.Stream, o.outcome.Position = entries[next-1].Stream, positions[next-1]
		}
	}
	slices.Sort(streams)
	return slices.Compact(streams), nil
}
