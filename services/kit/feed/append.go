package feed

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
)

// Each database gets the form of writing many rows that is fastest there: a
// prepared row in a loop, or arrays in one statement of a fixed text.

var feedColumns = []string{
	"stream", "position", "provider", "customer", "type", "subject", "effective_time", "record_time", "body",
}

func appendSQLite(ctx context.Context, tx db.Tx, count [Streams]int64, entries []commit.Entry) ([]int64, error) {
	heads, err := moveHeads(ctx, tx, count)
	if err != nil {
		return nil, err
	}
	positions := number(count, heads, entries)
	rows := make([][]any, len(entries))
	for i, e := range entries {
		rows[i] = []any{
			e.Stream, positions[i], e.Key.Provider, e.Key.Customer, e.Type, e.Subject,
			db.Time(e.EffectiveTime), db.Time(e.RecordTime), notNil(e.Body),
		}
	}
	return positions, db.InsertRows(ctx, tx, "feed", feedColumns, rows)
}

// moveHeads moves all heads by one statement: a group may be in every stream.
func moveHeads(ctx context.Context, tx db.Tx, count [Streams]int64) (heads [Streams]int64, err error) {
	var list [][2]int64
	for stream, n := range count {
		if n > 0 {
			list = append(list, [2]int64{int64(stream), n})
		}
	}
	text, err := json.Marshal(list)
	if err != nil {
		return heads, err
	}
	return heads, tx.Together(ctx, db.Statement{
		Text: `update feed_heads set head = head + (k.value ->> 1) from json_each($1) as k
			where stream = k.value ->> 0 returning stream, head`,
		Args: []any{string(text)},
		Row: func(scan func(into ...any) error) error {
			var stream int
			var head int64
			err := scan(&stream, &head)
			heads[stream] = head
			return err
		},
	})
}

// appendPostgres sends what it writes with the commit: the streams are held, so
// the positions are known.
func appendPostgres(ctx context.Context, tx db.Tx, held commit.Held, count [Streams]int64, entries []commit.Entry) ([]int64, error) {
	heads, err := take(ctx, tx, held, count)
	if err != nil {
		return nil, err
	}
	positions := number(count, heads, entries)
	var streams []int32
	var reached []int64
	for stream, n := range count {
		if n > 0 {
			streams, reached = append(streams, int32(stream)), append(reached, heads[stream])
		}
	}
	return positions, tx.Later(ctx, db.Statement{
		Text: `update feed_heads as h set head = v.head from unnest($1::integer[], $2::bigint[]) as v (stream, head)
		where h.stream = v.stream`,
		Args: []any{streams, reached},
	}, insertPostgres(positions, entries))
}

// take gives the heads as they are after the entries. Changes of other keys than
// the operations' own may be in streams that are not held yet.
func take(ctx context.Context, tx db.Tx, held commit.Held, count [Streams]int64) ([Streams]int64, error) {
	var heads [Streams]int64
	var more []int
	for stream, n := range count {
		if _, ok := held[stream]; n > 0 && !ok {
			more = append(more, stream)
		}
	}
	if len(more) > 0 {
		all := maps.Clone(held)
		if all == nil {
			all = commit.Held{}
		}
		if err := hold(ctx, tx, all, more); err != nil {
			return heads, err
		}
		held = all
	}
	for stream, n := range count {
		heads[stream] = held[stream] + n
	}
	return heads, nil
}

func insertPostgres(positions []int64, entries []commit.Entry) db.Statement {
	n := len(entries)
	streams := make([]int32, n)
	text := make([][]string, 6) // provider, customer, type, subject, effective, record
	for i := range text {
		text[i] = make([]string, n)
	}
	bodies := make([][]byte, n)
	for i, e := range entries {
		streams[i], bodies[i] = int32(e.Stream), notNil(e.Body)
		for j, v := range [6]string{
			e.Key.Provider, e.Key.Customer, e.Type, e.Subject,
			db.Time(e.EffectiveTime).String(), db.Time(e.RecordTime).String(),
		} {
			text[j][i] = v
		}
	}
	return db.Statement{
		Text: `insert into feed (stream, position, provider, customer, type, subject, effective_time, record_time, body)
		select * from unnest($1::integer[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[],
			$7::timestamptz[], $8::timestamptz[], $9::bytea[])`,
		Args: []any{streams, positions, text[0], text[1], text[2], text[3], text[4], text[5], bodies},
	}
}

func scanHeads(rows *sql.Rows, heads *[Streams]int64) error {
	defer rows.Close()
	for rows.Next() {
		var stream int
		var head int64
		if err := rows.Scan(&stream, &head); err != nil {
			return err
		}
		heads[stream] = head
	}
	return rows.Err()
}

// notNil keeps an empty body apart from NULL.
func notNil(body []byte) []byte {
	if body == nil {
		return []byte{}
	}
	return body
}
