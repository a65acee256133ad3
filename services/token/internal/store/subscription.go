package store

import (
	"context"
	"fmt"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/db"
)

// Subscription is what the service knows of a subscription: the book's facts,
// the holds, and which deadlines it has set.
type Subscription struct {
	Sub
	Version int64 `json:"version"`
	// Order is the resource name of its order.
	Order string `json:"order"`
	Kind  string `json:"kind"`
	// Terms in force and the readings that differ from their defaults.
	TermsRevision string            `json:"terms_revision"`
	TermsHash     string            `json:"terms_hash"`
	Readings      map[string]string `json:"readings,omitempty"`
	Currency      string            `json:"currency"`
	// Commencement date; zero before, or when it was revoked.
	Commencement date.Date `json:"commencement"`
	Provisional  bool      `json:"provisional,omitempty"`
	TermEnd      date.Date `json:"term_end"`
	// EndsAutomatically where supply ends with the service period.
	EndsAutomatically bool `json:"ends_automatically,omitempty"`
	// LastDay of service once fixed.
	LastDay    date.Date `json:"last_day"`
	EndVersion int64     `json:"end_version,omitempty"`
	Cancelled  bool      `json:"cancelled,omitempty"`
	Tokens     int       `json:"tokens"`
	// OveragePrice by the order, a decimal; "" where it fixes none.
	OveragePrice string `json:"overage_price,omitempty"`
	Units        []Unit `json:"units,omitempty"`
	Holds        []Hold `json:"holds,omitempty"`
	// Deadlines that are set.
	Deadlines []Deadline `json:"deadlines,omitempty"`
}

// Deadline is a deadline of the subscription that is set.
type Deadline struct {
	Name string    `json:"name"`
	Due  time.Time `json:"due"`
}

// Unit is a unit of the subscription.
type Unit struct {
	ID       string    `json:"id"`
	Added    date.Date `json:"added"`
	Removed  date.Date `json:"removed"`
	Replaces string    `json:"replaces,omitempty"`
}

// Hold suspends the subscription.
type Hold struct {
	ID     string    `json:"id"`
	Placed time.Time `json:"placed"`
	Lifted time.Time `json:"lifted,omitzero"`
	Clause string    `json:"clause,omitempty"`
}

func columnsOf[T any](key func(T) Sub, more ...db.Column[T]) []db.Column[T] {
	return append([]db.Column[T]{
		{Name: "provider", Value: func(v T) any { return key(v).Provider }},
		{Name: "customer", Value: func(v T) any { return key(v).Customer }},
		{Name: "contract", Value: func(v T) any { return key(v).Contract }},
		{Name: "subscription", Value: func(v T) any { return key(v).ID }},
	}, more...)
}

var subKey = []string{"provider", "customer", "contract", "subscription"}

var subscriptions = db.Table[Subscription]{
	Name: "subscriptions", Key: subKey,
	Columns: columnsOf(func(s Subscription) Sub { return s.Sub },
		db.Column[Subscription]{Name: "version", Value: func(s Subscription) any { return s.Version }}),
}

// Subscription reads one.
func (Store) Subscription(ctx context.Context, q Querier, s Sub) (Subscription, bool, error) {
	return get(ctx, q, subscriptions, s)
}

// PutSubscription writes one, with its next version, which its lots carry too:
// write the lots before.
func (Store) PutSubscription(ctx context.Context, tx Tx, s Subscription) error {
	s.Version++
	if s.Version == 1 {
		if err := subscriptions.Insert(ctx, tx, s); err != nil {
			return err
		}
	} else if err := subscriptions.Update(ctx, tx, s, s.Version-1); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "update lots set facts = $5 "+where, s.args(s.Version)...); err != nil {
		return fmt.Errorf("write lots: %w", err)
	}
	return nil
}

// Subscriptions lists those of a contract, or of more where ids are "".
func (Store) Subscriptions(ctx context.Context, q Querier, s Sub, from *Sub, limit int) ([]Subscription, error) {
	text, args := s.filter()
	var values []any
	if from != nil {
		values = from.args()
	}
	text, args = after(text, args, subKey, values, limit)
	return subscriptions.Select(ctx, q, text, args...)
}

// Revision is a revision's body, as the peer gave it, by its hash.
type Revision struct {
	Hash string `json:"hash"`
	// Body is the terms in their canonical form.
	Body []byte `json:"body"`
}

var revisions = db.Table[Revision]{
	Name: "revisions", Key: []string{"hash"},
	Columns: []db.Column[Revision]{{Name: "hash", Value: func(r Revision) any { return r.Hash }}},
}

// Revision reads a revision.
func (Store) Revision(ctx context.Context, q Querier, hash string) (Revision, bool, error) {
	return revisions.Get(ctx, q, hash)
}

// HasRevision tells whether a revision is kept, without reading it.
func (Store) HasRevision(ctx context.Context, q Querier, hash string) (bool, error) {
	var n int
	err := q.QueryRowContext(ctx, "select count(*) from revisions where hash = $1", hash).Scan(&n)
	return n > 0, err
}

// PutRevision keeps a revision.
func (Store) PutRevision(ctx context.Context, tx Tx, r Revision) error {
	return revisions.Upsert(ctx, tx, r)
}
