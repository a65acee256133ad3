package commit

import (
	"encoding/json"
	"slices"

	"cloudpact.dev/services/kit/db"
)

// lookUp answers the operations whose request was answered before.
func (g *group) lookUp(ops []*op) error {
	asked := map[[2]string][]*op{}
	var scopes, ids []string
	for _, o := range ops {
		if o.request.ID == "" {
			continue
		}
		k := [2]string{o.request.Scope, o.request.ID}
		if asked[k] == nil {
			scopes, ids = append(scopes, k[0]), append(ids, k[1])
		}
		asked[k] = append(asked[k], o)
	}
	if len(ids) == 0 {
		return nil
	}
	const columns = "scope, id, hash, reply, stream, position, record_time"
	if g.tx.Dialect() == db.Postgres {
		// The limit makes each pair a search of the primary key, whatever the
		// planner believes about the table's size.
		return g.answerAll(asked, `select r.scope, r.id, r.hash, r.reply, r.stream, r.position, r.record_time
			from unnest($1::text[], $2::text[]) as k (scope, id) cross join lateral
			(select `+columns+` from requests where scope = k.scope and id = k.id limit 1) as r`, scopes, ids)
	}
	for i := range ids {
		err := g.answerAll(asked, "select "+columns+" from requests where scope = $1 and id = $2", scopes[i], ids[i])
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *group) answerAll(asked map[[2]string][]*op, query string, args ...any) error {
	rows, err := g.tx.QueryClosed(g.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k [2]string
		var hash []byte
		var reply db.JSON[json.RawMessage]
		var was Outcome
		var at db.Time
		if err := rows.Scan(&k[0], &k[1], &hash, &reply, &was.Stream, &was.Position, &at); err != nil {
			return err
		}
		was.RecordTime = at.Time()
		for _, o := range asked[k] {
			o.answer(hash, reply.V, was)
		}
	}
	return rows.Err()
}

// write puts the group's changes and request ids into the transaction, the feed
// last but for the request ids, which carry positions. It gives the streams
// that have new changes.
func (g *group) write(ops []*op) ([]int, error) {
	streams, err := g.append(ops)
	if err != nil {
		return nil, err
	}
	var keep []*op
	for _, o := range ops {
		if o.follows != nil {
			o.outcome = o.follows.outcome
			o.outcome.Replayed = true
		}
		if o.saved != nil && o.err == nil {
			keep = append(keep, o)
		}
	}
	if len(keep) == 0 {
		return streams, nil
	}
	g.wrote, g.kept = true, true
	err = g.keepRequests(keep)
	if db.Class(err) == db.Unique {
		return nil, errRival
	}
	return streams, err
}

// keepRequests writes the rows by which repetitions will be known.
func (g *group) keepRequests(ops []*op) error {
	if g.tx.Dialect() == db.Postgres {
		return g.keepPostgres(ops)
	}
	for _, o := range ops {
		_, err := g.tx.ExecContext(g.ctx,
			"insert into requests (scope, id, hash, reply, stream, position, record_time) values ($1, $2, $3, $4, $5, $6, $7)",
			o.request.Scope, o.request.ID, o.request.Hash, string(o.saved),
			o.outcome.Stream, o.outcome.Position, db.Time(o.now))
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *group) keepPostgres(ops []*op) error {
	n := len(ops)
	scopes, ids, replies, times := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	hashes, streams, positions := make([][]byte, n), make([]int32, n), make([]int64, n)
	for i, o := range ops {
		scopes[i], ids[i], replies[i], times[i] = o.request.Scope, o.request.ID, string(o.saved), db.Time(o.now).String()
		hashes[i], streams[i], positions[i] = o.request.Hash, int32(o.outcome.Stream), o.outcome.Position
	}
	return g.tx.Later(g.ctx, db.Statement{
		Text: `insert into requests (scope, id, hash, reply, stream, position, record_time)
		select * from unnest($1::text[], $2::text[], $3::bytea[], $4::jsonb[], $5::integer[], $6::bigint[], $7::timestamptz[])`,
		Args: []any{scopes, ids, hashes, replies, streams, positions, times},
	})
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
	positions, err := g.c.log.Append(g.ctx, g.tx, g.held, entries)
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
