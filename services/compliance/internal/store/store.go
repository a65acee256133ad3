// Package store keeps compliance's tables, in one SQL for both databases.
package store

import (
	"context"
	"strconv"
	"strings"

	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/kit/db"
)

// Store keeps what compliance knows. It has no state of its own: every method
// works on the transaction or the readers that it is given. Get methods are
// false where there is no row; Insert methods give db.ErrExists, Update methods
// db.ErrStale where the version is not the old one.
type Store struct{}

// Scope chooses the rows of a list: an empty customer or contract is any.
type Scope = record.ContractKey

// Page is a part of a sorted list. After holds the sort key of the last row of
// the page before, empty for the first page.
type Page struct {
	After []any
	Limit int
}

// contractColumns are the key columns of what lies inside a contract.
func contractColumns[T any](key func(T) record.Key, id string, more ...db.Column[T]) []db.Column[T] {
	return append([]db.Column[T]{
		{Name: "provider", Value: func(v T) any { return key(v).Provider }},
		{Name: "customer", Value: func(v T) any { return key(v).Customer }},
		{Name: "contract", Value: func(v T) any { return key(v).Contract }},
		{Name: id, Value: func(v T) any { return key(v).ID }},
	}, more...)
}

// customerColumns are the key columns of what lies below a customer.
func customerColumns[T any](key func(T) record.CustomerKey, id func(T) string, more ...db.Column[T]) []db.Column[T] {
	return append([]db.Column[T]{
		{Name: "provider", Value: func(v T) any { return key(v).Provider }},
		{Name: "customer", Value: func(v T) any { return key(v).Customer }},
		{Name: "id", Value: func(v T) any { return id(v) }},
	}, more...)
}

func keyOf(k record.Key) []any { return []any{k.Provider, k.Customer, k.Contract, k.ID} }

// query builds the tail of a select with numbered arguments.
type query struct {
	text strings.Builder
	args []any
}

// within starts a query on the rows of a scope.
func within(s Scope) *query {
	q := &query{}
	q.and("where provider = ", s.Provider)
	if s.Customer != "" {
		q.and(" and customer = ", s.Customer)
	}
	if s.Contract != "" {
		q.and(" and contract = ", s.Contract)
	}
	return q
}

func (q *query) bind(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

func (q *query) and(text string, v any) {
	q.text.WriteString(text)
	q.text.WriteString(q.bind(v))
}

// page sorts by the columns and takes one page.
func (q *query) page(p Page, columns ...string) {
	order := strings.Join(columns, ", ")
	if len(p.After) == len(columns) {
		marks := make([]string, len(columns))
		for i, v := range p.After {
			marks[i] = q.bind(v)
		}
		q.text.WriteString(" and (" + order + ") > (" + strings.Join(marks, ", ") + ")")
	}
	q.and(" order by "+order+" limit ", p.Limit)
}

func selectAll[T any](ctx context.Context, on db.Querier, t db.Table[T], q *query) ([]T, error) {
	return t.Select(ctx, on, q.text.String(), q.args...)
}
