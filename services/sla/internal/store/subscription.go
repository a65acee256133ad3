package store

import (
	"context"
	"slices"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/db"
)

// Subscription is what the service knows of a subscription: the book's facts,
// the holds, and what its snapshot store reported.
type Subscription struct {
	Sub
	Version int64 `json:"version"`
	// Known once the book has told of it; a hold may come first.
	Known   bool   `json:"known,omitempty"`
	Kind    string `json:"kind,omitempty"`
	Edition string `json:"edition,omitempty"`
	// Terms in force, by the day from which they are.
	Terms []TermsFrom `json:"terms,omitempty"`
	// Commencement date; zero before, or when it was revoked.
	Commencement date.Date `json:"commencement"`
	// LastDay of service once fixed.
	LastDay   date.Date  `json:"last_day"`
	Cancelled bool       `json:"cancelled,omitempty"`
	Units     []string   `json:"units,omitempty"`
	Holds     []Hold     `json:"holds,omitempty"`
	Crossings []Crossing `json:"crossings,omitempty"`
}

// TermsFrom is a revision with readings, in force from a day on; the zero day is
// the beginning.
type TermsFrom struct {
	From     date.Date         `json:"from"`
	Revision string            `json:"revision"`
	Hash     string            `json:"hash"`
	Readings map[string]string `json:"readings,omitempty"`
}

// TermsOn is what was in force on a day.
func (s Subscription) TermsOn(d date.Date) TermsFrom {
	var out TermsFrom
	for _, t := range s.Terms {
		if !t.From.After(d) {
			out = t
		}
	}
	return out
}

// PutTerms puts what is in force from a day on in its place.
func (s *Subscription) PutTerms(t TermsFrom) {
	s.Terms = slices.DeleteFunc(slices.Clone(s.Terms), func(x TermsFrom) bool { return x.From == t.From })
	i, _ := slices.BinarySearchFunc(s.Terms, t.From, func(x TermsFrom, d date.Date) int { return x.From.Compare(d) })
	s.Terms = slices.Insert(s.Terms, i, t)
}

// Hold suspends the subscription.
type Hold struct {
	// Name of the hold.
	Name   string    `json:"name"`
	Clause string    `json:"clause,omitempty"`
	Placed time.Time `json:"placed"`
	Lifted time.Time `json:"lifted,omitzero"`
}

// Crossing is a snapshot store's passing of a threshold.
type Crossing struct {
	At       time.Time `json:"at"`
	Percent  int       `json:"percent"`
	Notified bool      `json:"notified,omitempty"`
}

var subscriptions = db.Table[Subscription]{
	Name: "subscriptions", Key: []string{"provider", "customer", "contract", "subscription"},
	Columns: []db.Column[Subscription]{
		{Name: "provider", Value: func(s Subscription) any { return s.Provider }},
		{Name: "customer", Value: func(s Subscription) any { return s.Customer }},
		{Name: "contract", Value: func(s Subscription) any { return s.Contract }},
		{Name: "subscription", Value: func(s Subscription) any { return s.ID }},
		{Name: "version", Value: func(s Subscription) any { return s.Version }},
	},
}

// Subscription reads one.
func (Store) Subscription(ctx context.Context, q Querier, s Sub) (Subscription, bool, error) {
	return subscriptions.Get(ctx, q, s.Provider, s.Customer, s.Contract, s.ID)
}

// SubscriptionsOf lists those of a contract, given by any of its subscriptions.
func (Store) SubscriptionsOf(ctx context.Context, q Querier, s Sub) ([]Subscription, error) {
	return subscriptions.Select(ctx, q, "where provider = $1 and customer = $2 and contract = $3 order by subscription",
		s.Provider, s.Customer, s.Contract)
}

// PutSubscription writes one with its next version.
func (Store) PutSubscription(ctx context.Context, tx Tx, s *Subscription) error {
	s.Version++
	return put(ctx, tx, subscriptions, *s, s.Version)
}

// Revision is a revision's body in its canonical form, by its hash.
type Revision struct {
	Hash string `json:"hash"`
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

// PutRevision keeps a revision.
func (Store) PutRevision(ctx context.Context, tx Tx, r Revision) error {
	return revisions.Upsert(ctx, tx, r)
}
