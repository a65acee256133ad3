package store

import (
	"context"
	"strconv"
	"strings"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/kit/db"
)

var contracts = db.Table[book.Contract]{
	Name: "book_contracts", Key: []string{"provider", "customer", "contract"},
	Columns: []db.Column[book.Contract]{
		{Name: "provider", Value: func(c book.Contract) any { return c.Provider }},
		{Name: "customer", Value: func(c book.Contract) any { return c.Customer }},
		{Name: "contract", Value: func(c book.Contract) any { return c.Contract }},
		{Name: "state", Value: func(c book.Contract) any { return string(c.State) }},
		{Name: "version", Value: func(c book.Contract) any { return c.Version }},
	},
}

var orders = db.Table[book.Order]{
	Name: "book_orders", Key: []string{"provider", "customer", "contract", "order_id"},
	Columns: []db.Column[book.Order]{
		{Name: "provider", Value: func(o book.Order) any { return o.Provider }},
		{Name: "customer", Value: func(o book.Order) any { return o.Customer }},
		{Name: "contract", Value: func(o book.Order) any { return o.Contract }},
		{Name: "order_id", Value: func(o book.Order) any { return o.Order }},
		{Name: "state", Value: func(o book.Order) any { return string(o.State) }},
		{Name: "version", Value: func(o book.Order) any { return o.Version }},
	},
}

var subscriptions = db.Table[book.Subscription]{
	Name: "book_subscriptions", Key: []string{"provider", "customer", "contract", "subscription"},
	Columns: []db.Column[book.Subscription]{
		{Name: "provider", Value: func(s book.Subscription) any { return s.Provider }},
		{Name: "customer", Value: func(s book.Subscription) any { return s.Customer }},
		{Name: "contract", Value: func(s book.Subscription) any { return s.Contract }},
		{Name: "subscription", Value: func(s book.Subscription) any { return s.Subscription }},
		{Name: "order_id", Value: func(s book.Subscription) any { return s.Order }},
		{Name: "state", Value: func(s book.Subscription) any { return string(s.State) }},
		{Name: "version", Value: func(s book.Subscription) any { return s.Version }},
	},
}

// Contract reads a contract; false where there is none.
func (Book) Contract(ctx context.Context, q db.Querier, k book.ContractKey) (book.Contract, bool, error) {
	return contracts.Get(ctx, q, k.Provider, k.Customer, k.Contract)
}

// InsertContract adds a contract; db.ErrExists where its id is taken.
func (Book) InsertContract(ctx context.Context, q db.Querier, c book.Contract) error {
	return contracts.Insert(ctx, q, c)
}

// UpdateContract replaces a contract whose version was old; db.ErrStale where
// it is another.
func (Book) UpdateContract(ctx context.Context, q db.Querier, c book.Contract, old int64) error {
	return contracts.Update(ctx, q, c, old)
}

// Contracts lists contracts by customer and id; see Orders for scope and after.
func (Book) Contracts(ctx context.Context, q db.Querier, scope book.ContractKey, after []string, limit int) ([]book.Contract, error) {
	tail, args := within(scope, "contract", after, limit)
	return contracts.Select(ctx, q, tail, args...)
}

// Order reads an order; false where there is none.
func (Book) Order(ctx context.Context, q db.Querier, k book.OrderKey) (book.Order, bool, error) {
	return orders.Get(ctx, q, k.Provider, k.Customer, k.Contract, k.Order)
}

// InsertOrder adds an order; db.ErrExists where its id is taken.
func (Book) InsertOrder(ctx context.Context, q db.Querier, o book.Order) error {
	return orders.Insert(ctx, q, o)
}

// UpdateOrder replaces an order whose version was old; db.ErrStale where it is
// another.
func (Book) UpdateOrder(ctx context.Context, q db.Querier, o book.Order, old int64) error {
	return orders.Update(ctx, q, o, old)
}

// Orders lists the orders of the scope's provider by customer, contract and id.
// An empty customer or contract is any. after is the sort key of the last row of
// the page before: customer, contract, id; empty for the first page.
func (Book) Orders(ctx context.Context, q db.Querier, scope book.ContractKey, after []string, limit int) ([]book.Order, error) {
	tail, args := within(scope, "order_id", after, limit)
	return orders.Select(ctx, q, tail, args...)
}

// Subscription reads a subscription; false where there is none.
func (Book) Subscription(ctx context.Context, q db.Querier, k book.SubscriptionKey) (book.Subscription, bool, error) {
	return subscriptions.Get(ctx, q, k.Provider, k.Customer, k.Contract, k.Subscription)
}

// InsertSubscription adds a subscription; db.ErrExists where its id is taken.
func (Book) InsertSubscription(ctx context.Context, q db.Querier, s book.Subscription) error {
	return subscriptions.Insert(ctx, q, s)
}

// UpdateSubscription replaces a subscription whose version was old; db.ErrStale
// where it is another.
func (Book) UpdateSubscription(ctx context.Context, q db.Querier, s book.Subscription, old int64) error {
	return subscriptions.Update(ctx, q, s, old)
}

// Subscriptions lists subscriptions by customer, contract and id; see Orders
// for scope and after.
func (Book) Subscriptions(ctx context.Context, q db.Querier, scope book.ContractKey, after []string, limit int) ([]book.Subscription, error) {
	tail, args := within(scope, "subscription", after, limit)
	return subscriptions.Select(ctx, q, tail, args...)
}

// within chooses a page of rows below a provider, ordered by customer, contract
// and the rows' own id column.
func within(scope book.ContractKey, id string, after []string, limit int) (string, []any) {
	var b strings.Builder
	args := []any{scope.Provider}
	b.WriteString("where provider = $1")
	bind := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	if scope.Customer != "" {
		b.WriteString(" and customer = " + bind(scope.Customer))
	}
	if scope.Contract != "" {
		b.WriteString(" and contract = " + bind(scope.Contract))
	}
	columns := []string{"customer", "contract"}
	if id != "contract" {
		columns = append(columns, id)
	}
	if len(after) == len(columns) {
		marks := make([]string, len(after))
		for i, v := range after {
			marks[i] = bind(v)
		}
		b.WriteString(" and (" + strings.Join(columns, ", ") + ") > (" + strings.Join(marks, ", ") + ")")
	}
	b.WriteString(" order by " + strings.Join(columns, ", ") + " limit " + bind(limit))
	return b.String(), args
}
