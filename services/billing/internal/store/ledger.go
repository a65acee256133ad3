package store

import (
	"context"
	"database/sql"
	"errors"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/charging"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/kit/db"
)

// Ledger keeps the ledger. It has no state of its own: every method works on the
// transaction or the readers that it is given.
type Ledger struct{}

// under makes the columns of the account that every row of the ledger leads
// with.
func under[T any](key func(T) ledger.AccountKey) []db.Column[T] {
	return []db.Column[T]{
		{Name: "provider", Value: func(v T) any { return key(v).Provider }},
		{Name: "customer", Value: func(v T) any { return key(v).Customer }},
		{Name: "contract", Value: func(v T) any { return key(v).Contract }},
		{Name: "account", Value: func(v T) any { return key(v).Account }},
	}
}

// keyed is the primary key of a table below an account.
func keyed(more ...string) []string {
	return append([]string{"provider", "customer", "contract", "account"}, more...)
}

const ofAccount = "where provider = $1 and customer = $2 and contract = $3 and account = $4"

func args(k ledger.AccountKey, more ...any) []any {
	return append([]any{k.Provider, k.Customer, k.Contract, k.Account}, more...)
}

var accounts = db.Table[ledger.Account]{
	Name: "ledger_accounts", Key: keyed(),
	Columns: append(under(func(a ledger.Account) ledger.AccountKey { return a.AccountKey }),
		db.Column[ledger.Account]{Name: "currency", Value: func(a ledger.Account) any { return a.Currency }},
		db.Column[ledger.Account]{Name: "credit", Value: func(a ledger.Account) any { return a.Credit.Minor }},
		db.Column[ledger.Account]{Name: "version", Value: func(a ledger.Account) any { return a.Version }},
	),
}

var services = db.Table[ledger.Service]{
	Name: "ledger_services", Key: keyed("subscription"),
	Columns: append(under(func(s ledger.Service) ledger.AccountKey { return s.AccountKey }),
		db.Column[ledger.Service]{Name: "subscription", Value: func(s ledger.Service) any { return s.Sub.ID }},
		db.Column[ledger.Service]{Name: "version", Value: func(s ledger.Service) any { return s.Version }},
	),
}

var events = db.Table[ledger.Event]{
	Name: "ledger_events", Key: keyed("identity"),
	Columns: append(under(func(e ledger.Event) ledger.AccountKey { return e.Key }),
		db.Column[ledger.Event]{Name: "identity", Value: func(e ledger.Event) any { return e.Identity }},
		db.Column[ledger.Event]{Name: "subscription", Value: func(e ledger.Event) any { return e.Subscription }},
		db.Column[ledger.Event]{Name: "version", Value: func(e ledger.Event) any { return e.Version }},
	),
}

var usage = db.Table[ledger.Usage]{
	Name: "ledger_usage", Key: []string{"provider", "customer", "contract", "subscription", "record"},
	Columns: []db.Column[ledger.Usage]{
		{Name: "provider", Value: func(u ledger.Usage) any { return u.Provider }},
		{Name: "customer", Value: func(u ledger.Usage) any { return u.Customer }},
		{Name: "contract", Value: func(u ledger.Usage) any { return u.Contract }},
		{Name: "subscription", Value: func(u ledger.Usage) any { return u.Subscription }},
		{Name: "record", Value: func(u ledger.Usage) any { return u.ID }},
		{Name: "meter", Value: func(u ledger.Usage) any { return u.Meter }},
		{Name: "unit", Value: func(u ledger.Usage) any { return u.Unit }},
		{Name: "day", Value: func(u ledger.Usage) any { return u.Day.String() }},
		{Name: "quantity", Value: func(u ledger.Usage) any { return db.Decimal(u.Quantity) }},
	},
}

// Account reads an account; false where there is none.
func (Ledger) Account(ctx context.Context, q db.Querier, k ledger.AccountKey) (ledger.Account, bool, error) {
	return accounts.Get(ctx, q, args(k)...)
}

// SaveAccount adds or replaces an account.
func (Ledger) SaveAccount(ctx context.Context, q db.Querier, a ledger.Account) error {
	return accounts.Upsert(ctx, q, a)
}

// Accounts lists accounts below the scope by customer and contract; see Orders
// for scope and after.
func (Ledger) Accounts(ctx context.Context, q db.Querier, scope book.ContractKey, after []string, limit int) ([]ledger.Account, error) {
	tail, a := within(scope, "account", after, limit)
	return accounts.Select(ctx, q, tail, a...)
}

// Service reads a subscription as it is billed; false where there is none.
func (Ledger) Service(ctx context.Context, q db.Querier, k ledger.AccountKey, id string) (ledger.Service, bool, error) {
	return services.Get(ctx, q, args(k, id)...)
}

// Services reads all subscriptions of an account.
func (Ledger) Services(ctx context.Context, q db.Querier, k ledger.AccountKey) ([]ledger.Service, error) {
	return services.Select(ctx, q, ofAccount+" order by subscription", args(k)...)
}

// SaveService adds or replaces a subscription as it is billed.
func (Ledger) SaveService(ctx context.Context, q db.Querier, s ledger.Service) error {
	return services.Upsert(ctx, q, s)
}

// Event reads a recorded fact; false where there is none.
func (Ledger) Event(ctx context.Context, q db.Querier, k ledger.AccountKey, identity string) (ledger.Event, bool, error) {
	return events.Get(ctx, q, args(k, identity)...)
}

// SaveEvent adds or replaces a recorded fact.
func (Ledger) SaveEvent(ctx context.Context, q db.Querier, e ledger.Event) error {
	return events.Upsert(ctx, q, e)
}

// Events reads the recorded facts of a subscription, or with "" those of the
// account as such.
func (Ledger) Events(ctx context.Context, q db.Querier, k ledger.AccountKey, subscription string) ([]ledger.Event, error) {
	return events.Select(ctx, q, ofAccount+" and subscription = $5 order by identity", args(k, subscription)...)
}

// UsageRecord reads a metered record; false where there is none.
func (Ledger) UsageRecord(ctx context.Context, q db.Querier, k book.SubscriptionKey, id string) (ledger.Usage, bool, error) {
	return usage.Get(ctx, q, k.Provider, k.Customer, k.Contract, k.Subscription, id)
}

// AddUsage adds metered records; db.ErrExists where an id is taken.
func (Ledger) AddUsage(ctx context.Context, q db.Tx, records []ledger.Usage) error {
	return usage.InsertAll(ctx, q, records)
}

// UsageDays reads what a subscription was metered for from a day on, each record
// by itself; a zero day is from the beginning.
func (Ledger) UsageDays(ctx context.Context, q db.Querier, k book.SubscriptionKey, since date.Date) ([]charging.Usage, error) {
	rows, err := db.QueryAll(ctx, q, `select meter, unit, day, quantity from ledger_usage
		where provider = $1 and customer = $2 and contract = $3 and subscription = $4 and day >= $5 order by day, record`,
		k.Provider, k.Customer, k.Contract, k.Subscription, since.String())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []charging.Usage
	for rows.Next() {
		var m charging.Usage
		var day string
		var quantity db.Decimal
		if err := rows.Scan(&m.Meter, &m.Unit, &day, &quantity); err != nil {
			return nil, err
		}
		if m.Day, err = date.Parse(day); err != nil {
			return nil, err
		}
		if m.Quantity, err = ratio.Parse(string(quantity)); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

// NextNumber takes the next number of a provider's series; it is given back when
// the transaction does not commit.
func (Ledger) NextNumber(ctx context.Context, q db.Querier, provider, series string) (int64, error) {
	var n int64
	err := q.QueryRowContext(ctx, `insert into ledger_series (provider, series, last) values ($1, $2, 1)
		on conflict (provider, series) do update set last = ledger_series.last + 1 returning last`, provider, series).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, errors.New("the series of documents gave no number")
	}
	return n, err
}
