// Package store keeps the token service's tables, in one SQL for both databases
// where that is fast and in each one's own where it is not.
package store

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/feed"
)

// Sub names a subscription by its ids. In filters of lists "" stands for any.
type Sub struct {
	Provider string `json:"provider"`
	Customer string `json:"customer"`
	Contract string `json:"contract"`
	ID       string `json:"id"`
}

// Key is whose data it is.
func (s Sub) Key() feed.Key { return feed.Key{Provider: s.Provider, Customer: s.Customer} }

// Name is the resource name.
func (s Sub) Name() string {
	return "providers/" + s.Provider + "/customers/" + s.Customer + "/contracts/" + s.Contract + "/subscriptions/" + s.ID
}

// Compare orders names as the tables do.
func (s Sub) Compare(t Sub) int {
	return cmp.Or(cmp.Compare(s.Provider, t.Provider), cmp.Compare(s.Customer, t.Customer),
		cmp.Compare(s.Contract, t.Contract), cmp.Compare(s.ID, t.ID))
}

// keyColumns are the first columns of every table of a subscription.
const keyColumns = "provider, customer, contract, subscription"

// where is the condition on one subscription, with arguments from $1.
const where = "where provider = $1 and customer = $2 and contract = $3 and subscription = $4"

func (s Sub) args(more ...any) []any {
	return append([]any{s.Provider, s.Customer, s.Contract, s.ID}, more...)
}

// filter is a condition on the subscriptions of a list: "" is any. It gives the
// text and its arguments, from $1.
func (s Sub) filter() (string, []any) {
	text, args := "where provider = $1", []any{s.Provider}
	for _, c := range [][2]string{{"customer", s.Customer}, {"contract", s.Contract}, {"subscription", s.ID}} {
		if c[1] != "" {
			args = append(args, c[1])
			text += fmt.Sprintf(" and %s = $%d", c[0], len(args))
		}
	}
	return text, args
}

// after adds the keyset condition (columns) > (values) and the order and limit.
func after(text string, args []any, columns []string, values []any, limit int) (string, []any) {
	if len(values) > 0 {
		marks := make([]string, len(values))
		for i, v := range values {
			args = append(args, v)
			marks[i] = fmt.Sprintf("$%d", len(args))
		}
		text += " and (" + strings.Join(columns, ", ") + ") > (" + strings.Join(marks, ", ") + ")"
	}
	args = append(args, limit)
	return text + " order by " + strings.Join(columns, ", ") + fmt.Sprintf(" limit $%d", len(args)), args
}

// micros is an instant as redemptions and entries keep it; 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// day is a date in a column; null for none.
func day(d date.Date) any {
	if d.IsZero() {
		return nil
	}
	return d.String()
}

// Store reads and writes the tables. It has no state: transactions are given to
// each call.
type Store struct{}

// Querier reads, in a transaction or outside.
type Querier = db.Querier

// Tx writes.
type Tx = db.Tx

// one reads a single value, or the zero value where there is none.
func get[T any](ctx context.Context, q Querier, t db.Table[T], s Sub, more ...any) (T, bool, error) {
	return t.Get(ctx, q, s.args(more...)...)
}
