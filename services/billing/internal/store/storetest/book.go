// Package storetest holds what every store of billing has to do, whatever the
// database.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"cloudpact.dev/services/billing/internal/app/bookapp"
	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/terms"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Book is the conformance suite of the book's store on an empty database.
func Book(t *testing.T, d *db.DB, s bookapp.Store) {
	b := bookSuite{d, s}
	t.Run("providers", b.providers)
	t.Run("revisions", b.revisions)
	t.Run("customers", b.customers)
	t.Run("contracts", b.contracts)
	t.Run("orders", b.orders)
	t.Run("subscriptions", b.subscriptions)
	t.Run("operations", b.operations)
}

type bookSuite struct {
	db *db.DB
	s  bookapp.Store
}

var at = time.Date(2024, 1, 8, 1, 2, 3, 456789000, time.UTC)

// write runs fn in a transaction that is committed.
func (b bookSuite) write(t *testing.T, fn func(ctx context.Context, tx db.Tx) error) error {
	t.Helper()
	return b.db.Write(t.Context(), fn)
}

func (b bookSuite) must(t *testing.T, fn func(ctx context.Context, tx db.Tx) error) {
	t.Helper()
	if err := b.write(t, fn); err != nil {
		t.Fatal(err)
	}
}

// equal compares what was written with what is read; empty and nil lists are
// the same.
func equal(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.EquateComparable(date.Date{})); diff != "" {
		t.Errorf("read back otherwise (-want +got):\n%s", diff)
	}
}

// keyed is what every table of the book does: insert once, read back, update by
// version.
func keyed[T any](t *testing.T, b bookSuite, v T, insert func(context.Context, db.Querier, T) error,
	read func(context.Context, db.Querier) (T, bool, error), update func(context.Context, db.Querier, T, int64) error, next func(T) T,
) {
	t.Helper()
	ctx := t.Context()
	if _, ok, err := read(ctx, b.db.Read()); ok || err != nil {
		t.Fatalf("there before it was written: %v", err)
	}
	b.must(t, func(ctx context.Context, tx db.Tx) error { return insert(ctx, tx, v) })
	got, ok, err := read(ctx, b.db.Read())
	if !ok || err != nil {
		t.Fatalf("not there: %v", err)
	}
	equal(t, got, v)
	err = b.write(t, func(ctx context.Context, tx db.Tx) error { return insert(ctx, tx, v) })
	if !errors.Is(err, db.ErrExists) {
		t.Errorf("inserted twice: %v", err)
	}
	if update == nil {
		return
	}
	changed := next(v)
	b.must(t, func(ctx context.Context, tx db.Tx) error { return update(ctx, tx, changed, 1) })
	got, _, err = read(ctx, b.db.Read())
	if err != nil {
		t.Fatal(err)
	}
	equal(t, got, changed)
	err = b.write(t, func(ctx context.Context, tx db.Tx) error { return update(ctx, tx, changed, 1) })
	if !errors.Is(err, db.ErrStale) {
		t.Errorf("updated an old version: %v", err)
	}
}

func (b bookSuite) providers(t *testing.T) {
	p := book.Provider{ID: "p", Title: "P", Mode: book.Sandbox, StartTime: at, InvoiceSeries: "HK", CreateTime: at, Version: 1}
	keyed(t, b, p, b.s.InsertProvider, func(ctx context.Context, q db.Querier) (book.Provider, bool, error) {
		return b.s.Provider(ctx, q, "p")
	}, nil, nil)
	b.must(t, func(ctx context.Context, tx db.Tx) error {
		return b.s.InsertProvider(ctx, tx, book.Provider{ID: "q", Version: 1})
	})
	rows, err := b.s.Providers(t.Context(), b.db.Read(), "p", 10)
	if err != nil || len(rows) != 1 || rows[0].ID != "q" {
		t.Errorf("%v, %v", rows, err)
	}
}

func (b bookSuite) revisions(t *testing.T) {
	ctx := t.Context()
	body := &terms.Terms{ID: "cpc", Revision: "1", Title: "T", Readings: []terms.Reading{{Name: "r", Default: "A"}}}
	hash, err := terms.Hash(body)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"zz", "aa", "mm"} {
		r := book.Revision{Provider: "p", Terms: "cpc", Revision: name, Hash: hash, RegisterTime: at, Body: body}
		b.must(t, func(ctx context.Context, tx db.Tx) error { return b.s.InsertRevision(ctx, tx, r) })
	}
	err = b.write(t, func(ctx context.Context, tx db.Tx) error {
		return b.s.InsertRevision(ctx, tx, book.Revision{Provider: "p", Terms: "cpc", Revision: "aa", Hash: hash, Body: body})
	})
	if !errors.Is(err, db.ErrExists) {
		t.Errorf("registered twice: %v", err)
	}
	got, ok, err := b.s.Terms(ctx, b.db.Read(), "p", hash)
	if err != nil || !ok {
		t.Fatalf("no body: %v", err)
	}
	if again, _ := terms.Hash(got); again != hash {
		t.Error("the body has another hash after a round trip")
	}
	if _, ok, _ := b.s.Terms(ctx, b.db.Read(), "other", hash); ok {
		t.Error("a provider reads another's terms")
	}
	rows, places, err := b.s.Revisions(ctx, b.db.Read(), "p", "", "", 2)
	if err != nil || len(rows) != 2 || rows[0].Revision != "zz" || rows[1].Revision != "aa" {
		t.Fatalf("not in the order of registration: %v, %v", rows, err)
	}
	rows, _, err = b.s.Revisions(ctx, b.db.Read(), "p", "cpc", places[1], 2)
	if err != nil || len(rows) != 1 || rows[0].Revision != "mm" {
		t.Errorf("%v, %v", rows, err)
	}
	if rows, _, _ := b.s.Revisions(ctx, b.db.Read(), "p", "ctg", "", 2); len(rows) != 0 {
		t.Errorf("%v", rows)
	}
}

func (b bookSuite) customers(t *testing.T) {
	c := book.Customer{Provider: "p", ID: "c", Title: "C", Email: "c@x", CreateTime: at, Version: 1}
	keyed(t, b, c, b.s.InsertCustomer, func(ctx context.Context, q db.Querier) (book.Customer, bool, error) {
		return b.s.Customer(ctx, q, "p", "c")
	}, b.s.UpdateCustomer, func(c book.Customer) book.Customer { c.Title, c.Version = "D", 2; return c })
	if rows, err := b.s.Customers(t.Context(), b.db.Read(), "p", "", 10); err != nil || len(rows) != 1 {
		t.Errorf("%v, %v", rows, err)
	}
}

func day(text string) date.Date { return date.MustParse(text) }

func key(contract string) book.ContractKey {
	return book.ContractKey{Provider: "p", Customer: "c", Contract: contract}
}

func (b bookSuite) contracts(t *testing.T) {
	c := book.Contract{
		ContractKey: key("k"), Title: "K", Revision: "r", Hash: "h", Readings: map[string]string{"a": "B"}, Currency: "HKD",
		ConcludeTime: at, EffectiveDate: day("2024-01-08"), State: book.EffectiveContract, Version: 1,
		EffectiveExplanation: explain.Explanation{Steps: []explain.Step{{
			ID: "s1", Op: explain.OpFact, Result: "2024-01-08",
			Operands: []explain.Operand{{Fact: &explain.Fact{Name: "f", Value: "2024-01-08"}}},
		}}, Result: "s1"},
		Amendments: []book.Amendment{{EffectiveDate: day("2024-02-01"), Readings: map[string]string{"a": "C"}}},
	}
	keyed(t, b, c, b.s.InsertContract, func(ctx context.Context, q db.Querier) (book.Contract, bool, error) {
		return b.s.Contract(ctx, q, c.ContractKey)
	}, b.s.UpdateContract, func(c book.Contract) book.Contract { c.State, c.Version = book.EndedContract, 2; return c })
	other := book.Contract{ContractKey: book.ContractKey{Provider: "p", Customer: "a", Contract: "z"}, Version: 1}
	b.must(t, func(ctx context.Context, tx db.Tx) error { return b.s.InsertContract(ctx, tx, other) })
	rows, err := b.s.Contracts(t.Context(), b.db.Read(), book.ContractKey{Provider: "p"}, nil, 10)
	if err != nil || len(rows) != 2 || rows[0].Customer != "a" {
		t.Errorf("%v, %v", rows, err)
	}
	rows, err = b.s.Contracts(t.Context(), b.db.Read(), book.ContractKey{Provider: "p"}, []string{"a", "z"}, 10)
	if err != nil || len(rows) != 1 || rows[0].Customer != "c" {
		t.Errorf("%v, %v", rows, err)
	}
	rows, err = b.s.Contracts(t.Context(), b.db.Read(), book.ContractKey{Provider: "p", Customer: "c"}, []string{"c", "k"}, 10)
	if err != nil || len(rows) != 0 {
		t.Errorf("%v, %v", rows, err)
	}
}

func (b bookSuite) orders(t *testing.T) {
	o := book.Order{
		OrderKey: key("k").Order("o"), TermMonths: 18, State: book.DraftOrder, Version: 1, CustomerSigned: day("2024-01-08"),
		Services: []book.Service{{
			Subscription: "s", Kind: "COMPUTE", Units: []book.OrderedUnit{{ID: "u"}},
			Prices: []book.Price{{ID: "x", Item: "RECURRENT", Amount: "5.00", Offers: []book.Offer{{ID: "o", Discount: "0.2"}}}},
		}},
	}
	keyed(t, b, o, b.s.InsertOrder, func(ctx context.Context, q db.Querier) (book.Order, bool, error) {
		return b.s.Order(ctx, q, o.OrderKey)
	}, b.s.UpdateOrder, func(o book.Order) book.Order { o.State, o.Version = book.SignedOrder, 2; return o })
	for _, contract := range []string{"a", "l"} {
		b.must(t, func(ctx context.Context, tx db.Tx) error {
			return b.s.InsertOrder(ctx, tx, book.Order{OrderKey: key(contract).Order("o"), Version: 1})
		})
	}
	rows, err := b.s.Orders(t.Context(), b.db.Read(), book.ContractKey{Provider: "p", Customer: "c"}, []string{"c", "a", "o"}, 10)
	if err != nil || len(rows) != 2 || rows[0].Contract != "k" || rows[1].Contract != "l" {
		t.Errorf("%v, %v", rows, err)
	}
}

func (b bookSuite) subscriptions(t *testing.T) {
	s := book.Subscription{
		SubscriptionKey: key("k").Subscription("s"), Order: "o", Kind: "COMPUTE", State: book.Active, Version: 1,
		Commencement: book.Commencement{
			Method: "FIRST_COPY", Date: day("2024-02-01"), Version: 1,
			Copies:   []book.Copy{{Unit: "u", Completed: at, Emailed: at}},
			Problems: []book.Problem{{ReportDate: day("2024-01-31"), InTime: true, Description: "d"}},
		},
		TermStart: day("2024-02-01"), TermEnd: day("2025-02-01"), TermMonths: 12,
		Units:  []book.Unit{{ID: "u", Kind: "VIRTUAL_SERVER", Removed: day("2024-06-30")}, {ID: "v", Added: day("2024-07-01"), Replaces: "u"}},
		Notice: &book.Notice{Party: book.PartyCustomer, Served: day("2024-05-20"), State: book.NoticeServed},
		Orders: []book.TerminationOrder{{Decision: "d", LastDay: day("2024-08-31"), Clause: "cpc/31(ii)"}},
		End:    book.End{LastDay: day("2024-08-31"), Cause: "BREACH", Clause: "cpc/31(ii)", Version: 1}, Holds: []string{"h"},
	}
	keyed(t, b, s, b.s.InsertSubscription, func(ctx context.Context, q db.Querier) (book.Subscription, bool, error) {
		return b.s.Subscription(ctx, q, s.SubscriptionKey)
	}, b.s.UpdateSubscription, func(s book.Subscription) book.Subscription { s.State, s.Version = book.Ended, 2; return s })
	rows, err := b.s.Subscriptions(t.Context(), b.db.Read(), key("k"), nil, 10)
	if err != nil || len(rows) != 1 {
		t.Errorf("%v, %v", rows, err)
	}
}

func (b bookSuite) operations(t *testing.T) {
	ctx := t.Context()
	for i := range 3 {
		b.must(t, func(ctx context.Context, tx db.Tx) error {
			place, err := b.s.NextOperation(ctx, tx, "p")
			if err != nil || place != int64(i+1) {
				return fmt.Errorf("place %d, %w", place, err)
			}
			return b.s.InsertOperation(ctx, tx, book.Operation{ID: "o" + strconv.Itoa(i), Provider: "p", From: at, Now: at, Target: at, Version: 1}, place)
		})
	}
	done := book.Operation{
		ID: "o1", Provider: "p", From: at, Now: at, Target: at, Done: true, Version: 2,
		Failure: &book.Failure{Code: 9, Reason: "CLOCK_LIVELOCK", Message: "m", Metadata: map[string]string{"deadlines": "x"}},
	}
	b.must(t, func(ctx context.Context, tx db.Tx) error { return b.s.UpdateOperation(ctx, tx, done, 1) })
	err := b.write(t, func(ctx context.Context, tx db.Tx) error { return b.s.UpdateOperation(ctx, tx, done, 1) })
	if !errors.Is(err, db.ErrStale) {
		t.Errorf("updated an old version: %v", err)
	}
	got, ok, err := b.s.Operation(ctx, b.db.Read(), "o1")
	if err != nil || !ok {
		t.Fatal(err)
	}
	equal(t, got, done)
	open, err := b.s.OpenOperations(ctx, b.db.Read())
	if err != nil || len(open) != 2 {
		t.Errorf("%v, %v", open, err)
	}
	rows, places, err := b.s.Operations(ctx, b.db.Read(), "p", nil, 2)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v, %v", rows, err)
	}
	rows, _, err = b.s.Operations(ctx, b.db.Read(), "", []string{"p", places[1]}, 2)
	if err != nil || len(rows) != 1 || rows[0].ID != "o2" {
		t.Errorf("%v, %v", rows, err)
	}
}
