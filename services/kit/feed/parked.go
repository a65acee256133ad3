package feed

import (
	"context"
	"fmt"
	"strings"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
)

// Parked is a change that a consumer has not handled: it failed, or it waits
// behind one of the same customer that did.
type Parked struct {
	Consumer string `json:"consumer"`
	Source   string `json:"source"`
	Change   Change `json:"change"`
	// Error is what Handle said; "" for a change that waits.
	Error string `json:"error"`
	// Attempts counts how often it was tried.
	Attempts int `json:"attempts"`
}

// parkedLimit bounds a list of parked changes.
const parkedLimit = 1000

// ListParked lists what is parked in the service's database, at most 1000, by
// consumer and position. consumer and provider limit it; "" is any.
func ListParked(ctx context.Context, q db.Querier, consumer, provider string) ([]Parked, error) {
	return selectParked(ctx, q, `where ($1 = '' or consumer = $1) and ($2 = '' or provider = $2)`, consumer, provider)
}

func selectParked(ctx context.Context, q db.Querier, where string, args ...any) ([]Parked, error) {
	rows, err := db.QueryAll(ctx, q, fmt.Sprintf(`select consumer, source, change, error, attempts from feed_parked %s
		order by consumer, source, stream, position limit %d`, where, parkedLimit), args...)
	if err != nil {
		return nil, fmt.Errorf("read what is parked: %w", err)
	}
	defer rows.Close()
	var out []Parked
	for rows.Next() {
		var p Parked
		var c db.JSON[Change]
		if err := rows.Scan(&p.Consumer, &p.Source, &c, &p.Error, &p.Attempts); err != nil {
			return nil, err
		}
		p.Change = c.V
		out = append(out, p)
	}
	return out, rows.Err()
}

// park keeps the change for later; cause is nil for one that waits.
func (r *Reader) park(ctx context.Context, tx *commit.Tx, c Change, cause error) error {
	text, attempts := "", 0
	if cause != nil {
		text, attempts = shortened(cause), 1
	}
	_, err := tx.ExecContext(ctx, `insert into feed_parked
		(consumer, source, stream, position, provider, customer, change, error, attempts, record_time)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		r.consumer.Name, r.consumer.Source, c.Stream, c.Position, c.Key.Provider, c.Key.Customer,
		db.AsJSON(c), text, attempts, db.Time(clock.System{}.Now()))
	return err
}

// shortened is the error's text without most of a panic's stack.
func shortened(err error) string {
	const most = 2000
	text := strings.ReplaceAll(strings.ToValidUTF8(err.Error(), "?"), "\x00", "?") // PostgreSQL takes no zero bytes
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}

// waiting tells whether the key has parked changes in this consumer.
func (r *Reader) waiting(ctx context.Context, q db.Querier, k Key) (bool, error) {
	var n int
	err := q.QueryRowContext(ctx, `select count(*) from feed_parked
		where consumer = $1 and source = $2 and provider = $3 and customer = $4`,
		r.consumer.Name, r.consumer.Source, k.Provider, k.Customer).Scan(&n)
	return n > 0, err
}

// loadParked reads which customers are parked.
func (r *Reader) loadParked(ctx context.Context) error {
	rows, err := db.QueryAll(ctx, r.db.Read(),
		"select distinct provider, customer from feed_parked where consumer = $1 and source = $2",
		r.consumer.Name, r.consumer.Source)
	if err != nil {
		return fmt.Errorf("read who is parked: %w", err)
	}
	defer rows.Close()
	clear(r.parked)
	for rows.Next() {
		var k Key
		if err := rows.Scan(&k.Provider, &k.Customer); err != nil {
			return err
		}
		r.parked[k] = true
	}
	return rows.Err()
}

// Retry handles the parked changes of the key in their order until one fails
// again, and tells how many were handled. It waits for changes that are being
// handled now.
func (r *Reader) Retry(ctx context.Context, k Key) (int, error) {
	if err := r.lock(ctx); err != nil {
		return 0, err
	}
	defer r.unlock()
	done := 0
	for {
		list, err := selectParked(ctx, r.db.Read(),
			"where consumer = $1 and source = $2 and provider = $3 and customer = $4",
			r.consumer.Name, r.consumer.Source, k.Provider, k.Customer)
		if err != nil {
			return done, err
		}
		if len(list) == 0 {
			delete(r.parked, k)
			return done, nil
		}
		for _, p := range list {
			if err := r.retryOne(ctx, p); err != nil {
				return done, fmt.Errorf("the change %s is still parked in %s: %w", p.Change.ID, r.consumer.Name, err)
			}
			done++
		}
	}
}

func (r *Reader) retryOne(ctx context.Context, p Parked) error {
	c := p.Change
	at := []any{r.consumer.Name, r.consumer.Source, c.Stream, c.Position}
	const where = " where consumer = $1 and source = $2 and stream = $3 and position = $4"
	err := commit.Exec(commit.Internal(ctx), r.commit, c.Key, func(ctx context.Context, tx *commit.Tx) error {
		res, err := tx.ExecContext(ctx, "delete from feed_parked"+where, at...)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // another process has handled it
		}
		return r.consumer.Handle(ctx, tx, c)
	})
	if err == nil {
		return nil
	}
	note := commit.Exec(commit.Internal(ctx), r.commit, c.Key, func(ctx context.Context, tx *commit.Tx) error {
		_, err2 := tx.ExecContext(ctx, "update feed_parked set attempts = attempts + 1, error = $5"+where, append(at, shortened(err))...)
		return err2
	})
	if note != nil {
		r.log.Warn("the attempt could not be noted", "change", c.ID, "error", note)
	}
	return err
}
