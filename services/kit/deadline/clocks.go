// Package deadline makes time act: it keeps contractual time limits as rows,
// tells when the next one is due, and runs what follows from it. It keeps the
// providers' clocks too, because "due" means by the provider's clock.
package deadline

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
)

// Clock is a provider's source of "now".
type Clock = commit.Clock

// Clocks keeps the providers' clocks in the service's database. It implements
// commit.Clocks.
type Clocks struct {
	db     *db.DB
	system clock.Clock
}

// NewClocks keeps the clocks in d; live providers follow system (nil means the
// machine's clock).
func NewClocks(d *db.DB, system clock.Clock) *Clocks {
	if system == nil {
		system = clock.System{}
	}
	return &Clocks{db: d, system: system}
}

// Get reads a provider's clock through q; one that was never set is live.
// Within a transaction on PostgreSQL a sandbox's row is held, so that whoever
// moves the clock waits for the transactions that have read it.
func (c *Clocks) Get(ctx context.Context, q db.Querier, provider string) (Clock, error) {
	out := Clock{Provider: provider, Mode: commit.Live}
	if provider == "" {
		return out, nil
	}
	text := "select mode, now, operation from clocks where provider = $1"
	if tx, ok := q.(db.Tx); ok && tx.Dialect() == db.Postgres {
		text += " and mode = 'SANDBOX' for share"
	}
	err := scanClock(q.QueryRowContext(ctx, text, provider), &out)
	if errors.Is(err, sql.ErrNoRows) {
		return out, nil
	}
	if err != nil {
		return out, fmt.Errorf("read the clock of %s: %w", provider, err)
	}
	return out, nil
}

func scanClock(row *sql.Row, out *Clock) error {
	var now db.Time
	if err := row.Scan(&out.Mode, &now, &out.Operation); err != nil {
		return err
	}
	out.Now = now.Time()
	return nil
}

// Now is the provider's present instant, read outside any transaction.
func (c *Clocks) Now(ctx context.Context, provider string) (Clock, error) {
	out, err := c.Get(ctx, c.db.Read(), provider)
	if err == nil && out.Mode == commit.Live {
		out.Now = c.system.Now()
	}
	return out, err
}

// Set writes a provider's clock. A sandbox has an instant, a live provider has
// none.
func (c *Clocks) Set(ctx context.Context, tx db.Tx, set Clock) error {
	set.Now = clock.Truncate(set.Now)
	switch {
	case set.Provider == "":
		return errors.New("a clock needs a provider")
	case set.Mode == commit.Sandbox && set.Now.IsZero():
		return fmt.Errorf("the sandbox clock of %s needs an instant", set.Provider)
	case set.Mode == commit.Live && !set.Now.IsZero():
		return fmt.Errorf("the live clock of %s cannot be set to an instant", set.Provider)
	}
	_, err := tx.ExecContext(ctx,
		`insert into clocks (provider, mode, now, operation) values ($1, $2, $3, $4)
		on conflict (provider) do update set mode = excluded.mode, now = excluded.now, operation = excluded.operation`,
		set.Provider, string(set.Mode), db.Time(set.Now), set.Operation)
	if err != nil {
		return fmt.Errorf("set the clock of %s: %w", set.Provider, err)
	}
	return nil
}

// List reads all clocks that were ever set, by provider.
func (c *Clocks) List(ctx context.Context) ([]Clock, error) {
	rows, err := c.db.Read().QueryContext(ctx, "select provider, mode, now, operation from clocks order by provider")
	if err != nil {
		return nil, fmt.Errorf("read the clocks: %w", err)
	}
	defer rows.Close()
	var out []Clock
	for rows.Next() {
		var k Clock
		var now db.Time
		if err := rows.Scan(&k.Provider, &k.Mode, &now, &k.Operation); err != nil {
			return nil, err
		}
		k.Now = now.Time()
		out = append(out, k)
	}
	return out, rows.Err()
}
