// Package store keeps the sla service's tables, in one SQL for both databases.
package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/feed"
)

// Querier reads, in a transaction or outside.
type Querier = db.Querier

// Tx writes.
type Tx = db.Tx

// Sub names a subscription by its ids. The zero Sub is none.
type Sub struct {
	Provider string `json:"provider,omitempty"`
	Customer string `json:"customer,omitempty"`
	Contract string `json:"contract,omitempty"`
	ID       string `json:"id,omitempty"`
}

// IsZero tells whether it names no subscription.
func (s Sub) IsZero() bool { return s == Sub{} }

// Name is the resource name; "" for none.
func (s Sub) Name() string {
	if s.IsZero() {
		return ""
	}
	return s.ContractName() + "/subscriptions/" + s.ID
}

// ContractName is the resource name of its contract.
func (s Sub) ContractName() string {
	return "providers/" + s.Provider + "/customers/" + s.Customer + "/contracts/" + s.Contract
}

// TargetKey names a target by its ids.
type TargetKey struct {
	Provider string `json:"provider"`
	ID       string `json:"id"`
}

// Name is the resource name.
func (k TargetKey) Name() string { return "providers/" + k.Provider + "/targets/" + k.ID }

// Target is what is measured.
type Target struct {
	TargetKey
	Version int64  `json:"version"`
	Title   string `json:"title,omitempty"`
	// Sub it serves; zero for a shared platform.
	Sub Sub `json:"sub,omitzero"`
	// Unit of the subscription; "" for the service as a whole.
	Unit string `json:"unit,omitempty"`
	// Group is the cluster or replication group of the unit.
	Group string `json:"group,omitempty"`
	// Level that is promised, in percent; "" for none.
	Level    string `json:"level,omitempty"`
	Document string `json:"document,omitempty"`
}

// Key is whose data it is: its customer's, so that what is known of a
// subscription and of its targets is decided on together. A shared platform is
// its provider's.
func (t Target) Key() feed.Key { return feed.Key{Provider: t.Provider, Customer: t.Sub.Customer} }

// Whole tells whether it stands for its service as a whole.
func (t Target) Whole() bool { return t.Unit == "" && t.Group == "" }

var targets = db.Table[Target]{
	Name: "targets", Key: []string{"provider", "id"},
	Columns: []db.Column[Target]{
		{Name: "provider", Value: func(t Target) any { return t.Provider }},
		{Name: "id", Value: func(t Target) any { return t.ID }},
		{Name: "version", Value: func(t Target) any { return t.Version }},
		{Name: "customer", Value: func(t Target) any { return t.Sub.Customer }},
		{Name: "subscription", Value: func(t Target) any { return t.Sub.Name() }},
	},
}

// Store reads and writes the tables. It has no state: transactions are given to
// each call.
type Store struct{}

// Target reads one.
func (Store) Target(ctx context.Context, q Querier, k TargetKey) (Target, bool, error) {
	return targets.Get(ctx, q, k.Provider, k.ID)
}

// AddTarget writes a new one; db.ErrExists where its name is taken.
func (Store) AddTarget(ctx context.Context, tx Tx, t *Target) error {
	t.Version = 1
	return targets.Insert(ctx, tx, *t)
}

// TargetsOf lists every target of a subscription, by id.
func (Store) TargetsOf(ctx context.Context, q Querier, s Sub) ([]Target, error) {
	return targets.Select(ctx, q, "where provider = $1 and subscription = $2 order by id", s.Provider, s.Name())
}

// TargetList chooses targets of a provider; "" does not choose.
type TargetList struct {
	Provider, Customer, Subscription string
	// After is the id of the last target before the page.
	After string
	Limit int
}

// Targets lists a page, by id.
func (Store) Targets(ctx context.Context, q Querier, l TargetList) ([]Target, error) {
	text, args := "where provider = $1 and id > $2", []any{l.Provider, l.After}
	for _, c := range [][2]string{{"customer", l.Customer}, {"subscription", l.Subscription}} {
		if c[1] != "" {
			args = append(args, c[1])
			text += fmt.Sprintf(" and %s = $%d", c[0], len(args))
		}
	}
	args = append(args, l.Limit)
	return targets.Select(ctx, q, text+fmt.Sprintf(" order by id limit $%d", len(args)), args...)
}

// put inserts a value whose version is 1, or replaces the version before.
func put[T any](ctx context.Context, tx Tx, t db.Table[T], v T, version int64) error {
	if version == 1 {
		return t.Insert(ctx, tx, v)
	}
	return t.Update(ctx, tx, v, version-1)
}

// From is the place in a list by time after which a page begins; the zero From
// is its beginning.
type From struct {
	Start time.Time
	ID    string
}

// byStart is the condition, order and limit of a page by start and id.
func byStart(k TargetKey, from From, limit int) (string, []any) {
	var b strings.Builder
	args := []any{k.Provider, k.ID}
	b.WriteString("where provider = $1 and target = $2")
	if from.ID != "" {
		args = append(args, db.Time(from.Start), from.ID)
		b.WriteString(" and (start_time, id) > ($3, $4)")
	}
	args = append(args, limit)
	fmt.Fprintf(&b, " order by start_time, id limit $%d", len(args))
	return b.String(), args
}
