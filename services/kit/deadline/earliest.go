package deadline

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"cloudpact.dev/services/kit/db"
)

// Moment is a place in the order in which deadlines act: by instant, then rank.
type Moment struct {
	Instant time.Time
	Rank    int
}

// Before tells whether m comes before o.
func (m Moment) Before(o Moment) bool {
	if !m.Instant.Equal(o.Instant) {
		return m.Instant.Before(o.Instant)
	}
	return m.Rank < o.Rank
}

// Previous is the moment just before: the lower rank, or the last rank of the
// microsecond before.
func (m Moment) Previous() Moment {
	if m.Rank > RankState {
		return Moment{m.Instant, m.Rank - 1}
	}
	return Moment{m.Instant.Add(-time.Microsecond), RankNotices}
}

// Earliest tells the first moment after the given one (the zero Moment: from
// the beginning) and up to until at which the provider has a deadline set.
// Unlike NextDue it tells a past due date as it stands.
func (s *Store) Earliest(ctx context.Context, provider string, after Moment, until time.Time) (Moment, bool, error) {
	var due db.Time
	var m Moment
	err := s.db.Read().QueryRowContext(ctx,
		`select due, rank from deadlines where provider = $1 and state = 'SET' and due <= $2
		and (due, rank) > ($3, $4) order by due, rank limit 1`,
		provider, db.Time(until), db.Time(laterOf(after.Instant, earliest)), after.Rank).Scan(&due, &m.Rank)
	if errors.Is(err, sql.ErrNoRows) {
		return Moment{}, false, nil
	}
	if err != nil {
		return Moment{}, false, fmt.Errorf("read what is due first: %w", err)
	}
	m.Instant = due.Time()
	return m, true, nil
}
