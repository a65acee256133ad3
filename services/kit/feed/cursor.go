package feed

import (
	"context"
	"errors"
	"fmt"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
)

// errMoved: the stored cursor is not where this reader believed it to be;
// another process, or an earlier change that was refused, is why.
var errMoved = errors.New("the cursor stands elsewhere")

// cursors are one consumer's positions in one source.
type cursors struct {
	consumer, source string
	// stored is what the database holds. seen may be ahead of it by changes
	// that the consumer does not take: they leave no effect to lose.
	stored, seen [Streams]int64
}

// load reads the positions, after making rows for streams that have none.
func (c *cursors) load(ctx context.Context, d *db.DB) error {
	n, err := c.read(ctx, d)
	if err != nil || n == Streams {
		return err
	}
	err = d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		for stream := range Streams {
			_, err := tx.ExecContext(ctx, `insert into feed_cursors (consumer, source, stream, position)
				values ($1, $2, $3, 0) on conflict (consumer, source, stream) do nothing`, c.consumer, c.source, stream)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("make the cursors of %s: %w", c.consumer, err)
	}
	_, err = c.read(ctx, d)
	return err
}

func (c *cursors) read(ctx context.Context, d *db.DB) (int, error) {
	rows, err := db.QueryAll(ctx, d.Read(),
		"select stream, position from feed_cursors where consumer = $1 and source = $2", c.consumer, c.source)
	if err != nil {
		return 0, fmt.Errorf("read the cursors of %s: %w", c.consumer, err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var stream int
		var at int64
		if err := rows.Scan(&stream, &at); err != nil {
			return n, err
		}
		c.stored[stream], c.seen[stream] = at, at
		n++
	}
	return n, rows.Err()
}

// move compares the stored cursor and sets it: the first statement of every
// transaction that carries a change's effect, so an effect happens once.
func (c *cursors) move(ctx context.Context, tx *commit.Tx, stream int, from, to int64) error {
	res, err := tx.ExecContext(ctx, `update feed_cursors set position = $5
		where consumer = $1 and source = $2 and stream = $3 and position = $4`,
		c.consumer, c.source, stream, from, to)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		return errMoved
	}
	return err
}

// after is what to pull next.
func (c *cursors) after() map[int]int64 {
	out := make(map[int]int64, Streams)
	for stream, at := range c.seen {
		out[stream] = at
	}
	return out
}
