package store

import (
	"context"
	"time"

	"cloudpact.dev/services/kit/db"
)

// Place is where a record stands, and its version.
type Place struct {
	Target  TargetKey `json:"target"`
	ID      string    `json:"id"`
	Version int64     `json:"version"`
}

// Span is the time of a record; End is zero while it lasts.
type Span struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end,omitzero"`
}

// Open tells whether it lasts.
func (s Span) Open() bool { return s.End.IsZero() }

// Outage is a time in which a target did not work.
type Outage struct {
	Place
	Span
	FailureType string `json:"failure_type"`
	Cause       string `json:"cause"`
	Reference   string `json:"reference,omitempty"`
}

// Name is the resource name.
func (o Outage) Name() string { return o.Target.Name() + "/outages/" + o.ID }

// Run is one run of an operation.
type Run struct {
	Place
	Span
	Operation string    `json:"operation"`
	Succeeded bool      `json:"succeeded,omitempty"`
	Emailed   time.Time `json:"emailed,omitzero"`
}

// Name is the resource name.
func (r Run) Name() string { return r.Target.Name() + "/runs/" + r.ID }

// Window is a time that is judged differently.
type Window struct {
	Place
	Span
	Kind      string    `json:"kind"`
	Announced time.Time `json:"announced,omitzero"`
	Reason    string    `json:"reason,omitempty"`
	Clause    string    `json:"clause,omitempty"`
}

// Name is the resource name.
func (w Window) Name() string { return w.Target.Name() + "/windows/" + w.ID }

// Breach is a time in which the customer did not do its duty.
type Breach struct {
	Place
	Span
	Clause   string `json:"clause"`
	Evidence string `json:"evidence,omitempty"`
	// Derived where it follows from what another service reported.
	Derived bool `json:"derived,omitempty"`
}

// Name is the resource name.
func (b Breach) Name() string { return b.Target.Name() + "/dutyBreaches/" + b.ID }

// Records are the records of one kind.
type Records[T any] struct {
	table db.Table[T]
	place func(*T) *Place
}

func records[T any](name string, place func(*T) *Place, span func(*T) Span) Records[T] {
	return Records[T]{place: place, table: db.Table[T]{
		Name: name, Key: []string{"provider", "target", "id"},
		Columns: []db.Column[T]{
			{Name: "provider", Value: func(v T) any { return place(&v).Target.Provider }},
			{Name: "target", Value: func(v T) any { return place(&v).Target.ID }},
			{Name: "id", Value: func(v T) any { return place(&v).ID }},
			{Name: "version", Value: func(v T) any { return place(&v).Version }},
			{Name: "start_time", Value: func(v T) any { return db.Time(span(&v).Start) }},
			{Name: "end_time", Value: func(v T) any { return db.Time(span(&v).End) }},
		},
	}}
}

// The records of each kind.
var (
	Outages  = records("outages", func(o *Outage) *Place { return &o.Place }, func(o *Outage) Span { return o.Span })
	Runs     = records("runs", func(r *Run) *Place { return &r.Place }, func(r *Run) Span { return r.Span })
	Windows  = records("windows", func(w *Window) *Place { return &w.Place }, func(w *Window) Span { return w.Span })
	Breaches = records("duty_breaches", func(b *Breach) *Place { return &b.Place }, func(b *Breach) Span { return b.Span })
)

// Get reads one.
func (r Records[T]) Get(ctx context.Context, q Querier, k TargetKey, id string) (T, bool, error) {
	return r.table.Get(ctx, q, k.Provider, k.ID, id)
}

// Put writes one with its next version; db.ErrExists where a new one's name is
// taken.
func (r Records[T]) Put(ctx context.Context, tx Tx, v *T) error {
	p := r.place(v)
	p.Version++
	return put(ctx, tx, r.table, *v, p.Version)
}

// Delete removes one.
func (r Records[T]) Delete(ctx context.Context, tx Tx, k TargetKey, id string) error {
	_, err := r.table.Delete(ctx, tx, k.Provider, k.ID, id)
	return err
}

// Page lists a page by start and id.
func (r Records[T]) Page(ctx context.Context, q Querier, k TargetKey, from From, limit int) ([]T, error) {
	text, args := byStart(k, from, limit)
	return r.table.Select(ctx, q, text, args...)
}

// Since lists, by start and id, those that had not ended before an instant; the
// zero instant gives all.
func (r Records[T]) Since(ctx context.Context, q Querier, k TargetKey, since time.Time) ([]T, error) {
	if since.IsZero() {
		return r.table.Select(ctx, q, "where provider = $1 and target = $2 order by start_time, id", k.Provider, k.ID)
	}
	return r.table.Select(ctx, q,
		"where provider = $1 and target = $2 and (end_time is null or end_time >= $3) order by start_time, id",
		k.Provider, k.ID, db.Time(since))
}

// BreachesOf lists every duty breach on the targets of a subscription, by start.
func (Store) BreachesOf(ctx context.Context, q Querier, s Sub) ([]Breach, error) {
	return Breaches.table.Select(ctx, q, `where provider = $1 and target in
		(select id from targets where provider = $1 and subscription = $2) order by start_time, target, id`, s.Provider, s.Name())
}
