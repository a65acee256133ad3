package deadline

import (
	"context"
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
	moments, err := s.firstPerRank(ctx, provider, after)
	if err != nil {
		return Moment{}, false, err
	}
	var first Moment
	for _, m := range moments {
		if !m.Instant.After(until) && (first.Rank == 0 || m.Before(first)) {
			first = m
		}
	}
	return first, first.Rank != 0, nil
}

// firstPerRank gives the first moment of each rank after the given one, for the
// ranks that have one. Each is one step into the index.
func (s *Store) firstPerRank(ctx context.Context, provider string, after Moment) ([]Moment, error) {
	const first = `(select min(due) from deadlines where provider = $1 and state = 'SET' and rank = `
	const text = "select " + first + "1 and due >= $2), " + first + "2 and due >= $3), " + first + "3 and due >= $4), " +
		first + "4 and due >= $5), " + first + "5 and due >= $6), " + first + "6 and due >= $7)"
	args := []any{provider}
	for rank := RankState; rank <= RankNotices; rank++ {
		from := laterOf(after.Instant, earliest)
		if rank <= after.Rank {
			from = from.Add(time.Microsecond)
		}
		args = append(args, db.Time(from))
	}
	var due [RankNotices]db.Time
	err := s.db.Read().QueryRowContext(ctx, text, args...).Scan(&due[0], &due[1], &due[2], &due[3], &due[4], &due[5])
	if err != nil {
		return nil, fmt.Errorf("read what is due first: %w", err)
	}
	var out []Moment
	for i, t := range due {
		if !t.Time().IsZero() {
			out = append(out, Moment{t.Time(), i + RankState})
		}
	}
	return out, nil
}
