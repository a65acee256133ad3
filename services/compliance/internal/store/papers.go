package store

import (
	"context"
	"time"

	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/kit/db"
)

var customerKey = []string{"provider", "customer", "id"}

// never sorts what has no due date behind everything that has one.
var never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// SortDue is the instant by which an obligation is sorted.
func SortDue(o record.Obligation) time.Time {
	if o.Due.IsZero() {
		return never
	}
	return o.Due
}

func running(o record.Obligation) int64 {
	if o.State == record.Running || o.State == record.Pending {
		return 1
	}
	return 0
}

var (
	assets = db.Table[record.Asset]{
		Name: "compliance_assets", Key: contractKey,
		Columns: contractColumns(func(a record.Asset) record.Key { return a.Key }, "id",
			db.Column[record.Asset]{Name: "subscription", Value: func(a record.Asset) any { return a.Subscription }},
			db.Column[record.Asset]{Name: "version", Value: func(a record.Asset) any { return a.Version }}),
	}
	retentions = db.Table[record.Retention]{
		Name: "compliance_retention", Key: []string{"provider", "customer", "contract", "subscription"},
		Columns: contractColumns(func(r record.Retention) record.Key { return r.Key }, "subscription",
			db.Column[record.Retention]{Name: "version", Value: func(r record.Retention) any { return r.Version }}),
	}
	obligations = db.Table[record.Obligation]{
		Name: "compliance_obligations", Key: customerKey,
		Columns: customerColumns(func(o record.Obligation) record.CustomerKey { return o.CustomerKey },
			func(o record.Obligation) string { return o.ID },
			db.Column[record.Obligation]{Name: "due", Value: func(o record.Obligation) any { return db.Time(SortDue(o)) }},
			db.Column[record.Obligation]{Name: "running", Value: func(o record.Obligation) any { return running(o) }}),
	}
	notices = db.Table[record.Notice]{
		Name: "compliance_notices", Key: customerKey,
		Columns: customerColumns(func(n record.Notice) record.CustomerKey { return n.CustomerKey },
			func(n record.Notice) string { return n.ID },
			db.Column[record.Notice]{Name: "given", Value: func(n record.Notice) any { return db.Time(n.Given) }},
			db.Column[record.Notice]{Name: "place", Value: func(n record.Notice) any { return n.Place }},
			db.Column[record.Notice]{Name: "state", Value: func(n record.Notice) any { return string(n.State) }}),
	}
	audit = db.Table[record.AuditEntry]{
		Name: "compliance_audit", Key: customerKey,
		Columns: customerColumns(func(e record.AuditEntry) record.CustomerKey { return e.CustomerKey },
			func(e record.AuditEntry) string { return e.ID },
			db.Column[record.AuditEntry]{Name: "recorded", Value: func(e record.AuditEntry) any { return db.Time(e.Recorded) }},
			db.Column[record.AuditEntry]{Name: "place", Value: func(e record.AuditEntry) any { return e.Place }}),
	}
)

// Asset reads an asset.
func (Store) Asset(ctx context.Context, q db.Querier, k record.Key) (record.Asset, bool, error) {
	return assets.Get(ctx, q, keyOf(k)...)
}

// InsertAsset adds an asset.
func (Store) InsertAsset(ctx context.Context, q db.Querier, a record.Asset) error {
	return assets.Insert(ctx, q, a)
}

// UpdateAsset replaces an asset.
func (Store) UpdateAsset(ctx context.Context, q db.Querier, a record.Asset, old int64) error {
	return assets.Update(ctx, q, a, old)
}

// Assets lists assets by customer, contract and id.
func (Store) Assets(ctx context.Context, q db.Querier, s Scope, p Page) ([]record.Asset, error) {
	t := within(s)
	t.page(p, "customer", "contract", "id")
	return selectAll(ctx, q, assets, t)
}

// AssetsOf lists the assets that serve a subscription, by id.
func (Store) AssetsOf(ctx context.Context, q db.Querier, subscription record.Key) ([]record.Asset, error) {
	t := within(subscription.ContractKey)
	t.and(" and subscription = ", subscription.ID)
	t.text.WriteString(" order by id")
	return selectAll(ctx, q, assets, t)
}

// Retention reads the fate of a subscription's data.
func (Store) Retention(ctx context.Context, q db.Querier, k record.Key) (record.Retention, bool, error) {
	return retentions.Get(ctx, q, keyOf(k)...)
}

// PutRetention keeps the fate of a subscription's data.
func (Store) PutRetention(ctx context.Context, q db.Querier, r record.Retention) error {
	return retentions.Upsert(ctx, q, r)
}

// Obligation reads an obligation.
func (Store) Obligation(ctx context.Context, q db.Querier, k record.CustomerKey, id string) (record.Obligation, bool, error) {
	return obligations.Get(ctx, q, k.Provider, k.Customer, id)
}

// PutObligation keeps an obligation.
func (Store) PutObligation(ctx context.Context, q db.Querier, o record.Obligation) error {
	return obligations.Upsert(ctx, q, o)
}

// Obligations lists obligations by due time, customer and id; those without a
// due time come last.
func (Store) Obligations(ctx context.Context, q db.Querier, k record.CustomerKey, runningOnly bool, p Page) ([]record.Obligation, error) {
	t := within(Scope{CustomerKey: k})
	if runningOnly {
		t.text.WriteString(" and running = 1")
	}
	t.page(p, "due", "customer", "id")
	return selectAll(ctx, q, obligations, t)
}

// Notice reads a notice.
func (Store) Notice(ctx context.Context, q db.Querier, k record.CustomerKey, id string) (record.Notice, bool, error) {
	return notices.Get(ctx, q, k.Provider, k.Customer, id)
}

// AppendNotice adds a notice behind the customer's last one.
func (Store) AppendNotice(ctx context.Context, q db.Querier, n record.Notice) error {
	var err error
	if n.Place, err = place(ctx, q, "compliance_notices", n.CustomerKey); err != nil {
		return err
	}
	return notices.Insert(ctx, q, n)
}

// place is behind the customer's last row in a table.
func place(ctx context.Context, q db.Querier, table string, k record.CustomerKey) (int64, error) {
	var n int64
	err := q.QueryRowContext(ctx, "select coalesce(max(place), 0) + 1 from "+table+" where provider = $1 and customer = $2",
		k.Provider, k.Customer).Scan(&n)
	return n, err
}

// Notices lists notices by the instant at which they were given, customer,
// place and id.
func (Store) Notices(ctx context.Context, q db.Querier, k record.CustomerKey, p Page) ([]record.Notice, error) {
	t := within(Scope{CustomerKey: k})
	t.page(p, "given", "customer", "place", "id")
	return selectAll(ctx, q, notices, t)
}

// AppendAudit adds a line behind the customer's last one.
func (Store) AppendAudit(ctx context.Context, q db.Querier, e record.AuditEntry) error {
	var err error
	if e.Place, err = place(ctx, q, "compliance_audit", e.CustomerKey); err != nil {
		return err
	}
	return audit.Insert(ctx, q, e)
}

// Audit lists the audit log by record time, customer, place and id.
func (Store) Audit(ctx context.Context, q db.Querier, k record.CustomerKey, p Page) ([]record.AuditEntry, error) {
	t := within(Scope{CustomerKey: k})
	t.page(p, "recorded", "customer", "place", "id")
	return selectAll(ctx, q, audit, t)
}
