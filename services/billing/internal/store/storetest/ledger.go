package storetest

import (
	"context"
	"errors"
	"testing"

	"cloudpact.dev/services/billing/internal/allocation"
	"cloudpact.dev/services/billing/internal/app/ledgerapp"
	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/charging"
	"cloudpact.dev/services/billing/internal/deposit"
	"cloudpact.dev/services/billing/internal/invoicing"
	"cloudpact.dev/services/billing/internal/journal"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/kit/db"
)

// Ledger is the conformance suite of the ledger's store on an empty database.
func Ledger(t *testing.T, d *db.DB, s ledgerapp.Store) {
	l := ledgerSuite{d, s}
	t.Run("accounts", l.accounts)
	t.Run("services", l.services)
	t.Run("events", l.events)
	t.Run("usage", l.usage)
	t.Run("numbers", l.numbers)
	t.Run("charges", l.charges)
	t.Run("invoices", l.invoices)
	t.Run("receipts", l.receipts)
	t.Run("journal", l.journal)
}

type ledgerSuite struct {
	db *db.DB
	s  ledgerapp.Store
}

func (l ledgerSuite) must(t *testing.T, fn func(ctx context.Context, tx db.Tx) error) {
	t.Helper()
	if err := l.db.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// ok gives what was read, or ends the test.
func ok[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func acct(customer, contract string) ledger.AccountKey {
	return ledger.MainOf(book.ContractKey{Provider: "p", Customer: customer, Contract: contract})
}

func hkd(minor int64) money.Money { return money.New("HKD", minor) }

func derived(m money.Money) explain.Explanation {
	b := explain.New(explain.Citation{Terms: "cpc", Clause: "cpc/8", Readings: []explain.Reading{{Name: "a", Option: "B"}}})
	return b.Explanation(b.FactMoney("x", m))
}

func (l ledgerSuite) accounts(t *testing.T) {
	q := l.db.Read()
	a := ledger.Account{
		AccountKey: acct("c", "k"), Currency: "HKD", Revision: "r", Hash: "h", Epochs: []ledger.Epoch{{}, {From: date.New(2024, 3, 1), Readings: map[string]string{"x": "Y"}}},
		Opened: date.New(2024, 1, 8), Credit: hkd(5), Strikes: []ledger.Strike{{Invoice: "hk-000001", Due: date.New(2024, 2, 7)}}, Deposit: deposit.New("HKD"), Version: 1,
	}
	a.Deposit.Movements = []deposit.Movement{{ID: "m", Kind: "DRAW", Amount: hkd(3), Date: date.New(2024, 4, 1), Shares: []allocation.Share{{ID: "hk-000001", Amount: hkd(3)}}, Explanation: derived(hkd(3))}}
	l.must(t, func(ctx context.Context, tx db.Tx) error { return l.s.SaveAccount(ctx, tx, a) })
	a.Credit, a.Version = hkd(7), 2
	l.must(t, func(ctx context.Context, tx db.Tx) error { return l.s.SaveAccount(ctx, tx, a) })
	got, found, err := l.s.Account(t.Context(), q, a.AccountKey)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	equal(t, got, a)
	if _, found, err := l.s.Account(t.Context(), q, acct("c", "none")); err != nil || found {
		t.Error(found, err)
	}
	for _, k := range []ledger.AccountKey{acct("c", "k2"), acct("d", "k")} {
		b := a
		b.AccountKey = k
		l.must(t, func(ctx context.Context, tx db.Tx) error { return l.s.SaveAccount(ctx, tx, b) })
	}
	scope := book.ContractKey{Provider: "p"}
	first := ok[[]ledger.Account](t)(l.s.Accounts(t.Context(), q, scope, nil, 2))
	rest := ok[[]ledger.Account](t)(l.s.Accounts(t.Context(), q, scope, []string{"c", "k2", ledger.MainAccount}, 2))
	if len(first) != 2 || len(rest) != 1 || rest[0].Customer != "d" {
		t.Errorf("%d and %d accounts", len(first), len(rest))
	}
}

func (l ledgerSuite) services(t *testing.T) {
	k := acct("s", "k")
	for _, id := range []string{"web", "backup"} {
		s := ledger.Service{AccountKey: k, Version: 1, Through: date.New(2024, 2, 1), Sub: tariff.Subscription{
			ID: id, Kind: "COMPUTE", Commencement: date.New(2024, 1, 15), Units: []tariff.Unit{{ID: "vm-1"}},
			Prices: []tariff.Price{{ID: "base", Item: "RECURRENT", Amount: ratio.MustParse("5000.5"), Offers: []tariff.Offer{{ID: "o", Discount: ratio.Of(1, 5)}}}},
		}}
		l.must(t, func(ctx context.Context, tx db.Tx) error { return l.s.SaveService(ctx, tx, s) })
	}
	all := ok[[]ledger.Service](t)(l.s.Services(t.Context(), l.db.Read(), k))
	if len(all) != 2 || all[0].Sub.ID != "backup" || !all[1].Sub.Prices[0].Amount.Equal(ratio.MustParse("10001/2")) {
		t.Errorf("%+v", all)
	}
	if _, found, err := l.s.Service(t.Context(), l.db.Read(), k, "none"); err != nil || found {
		t.Error(found, err)
	}
}

func (l ledgerSuite) events(t *testing.T) {
	k := acct("e", "k")
	for i, id := range []string{"other/b", "other/a", "restoration/h"} {
		e := ledger.Event{Key: k, Version: 1, Event: charging.Event{Identity: id, Item: "OTHER_RELATED", Clause: "cpc/8", Amount: hkd(int64(i)), Date: date.New(2024, 1, 15)}}
		if i < 2 {
			e.Subscription = "web"
		}
		l.must(t, func(ctx context.Context, tx db.Tx) error { return l.s.SaveEvent(ctx, tx, e) })
	}
	web := ok[[]ledger.Event](t)(l.s.Events(t.Context(), l.db.Read(), k, "web"))
	none := ok[[]ledger.Event](t)(l.s.Events(t.Context(), l.db.Read(), k, ""))
	if len(web) != 2 || web[0].Identity != "other/a" || len(none) != 1 {
		t.Errorf("%v and %v", web, none)
	}
	got, found, err := l.s.Event(t.Context(), l.db.Read(), k, "other/b")
	if err != nil || !found || got.Amount != hkd(0) {
		t.Error(got, found, err)
	}
}

func (l ledgerSuite) usage(t *testing.T) {
	k := acct("u", "k").ContractKey.Subscription("web")
	rows := []ledger.Usage{
		{SubscriptionKey: k, ID: "b", Meter: "gb", Day: date.New(2024, 1, 17), Time: at, Quantity: "0.5", RequestID: "r"},
		{SubscriptionKey: k, ID: "a", Meter: "gb", Unit: "vm-1", Day: date.New(2024, 1, 16), Time: at, Quantity: "1000.25"},
	}
	l.must(t, func(ctx context.Context, tx db.Tx) error { return l.s.AddUsage(ctx, tx, rows) })
	days := ok[[]charging.Usage](t)(l.s.UsageDays(t.Context(), l.db.Read(), k, date.Date{}))
	if len(days) != 2 || days[0].Unit != "vm-1" || days[0].Quantity.String() != "4001/4" {
		t.Errorf("%v", days)
	}
	if late := ok[[]charging.Usage](t)(l.s.UsageDays(t.Context(), l.db.Read(), k, date.New(2024, 1, 17))); len(late) != 1 {
		t.Errorf("%v", late)
	}
	got, found, err := l.s.UsageRecord(t.Context(), l.db.Read(), k, "b")
	if err != nil || !found {
		t.Fatal(found, err)
	}
	equal(t, got, rows[0])
	if err := l.db.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return l.s.AddUsage(ctx, tx, rows[:1]) }); !errors.Is(err, db.ErrExists) {
		t.Errorf("the record again: %v", err)
	}
}

// numbers: a series has no gaps, also when a transaction is given up.
func (l ledgerSuite) numbers(t *testing.T) {
	next := func(fail bool) (n int64) {
		err := l.db.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			var err error
			if n, err = l.s.NextNumber(ctx, tx, "p", "HK"); err == nil && fail {
				err = errors.New("given up")
			}
			return err
		})
		if (err != nil) != fail {
			t.Fatal(err)
		}
		return n
	}
	if next(false) != 1 || next(true) != 2 || next(false) != 2 || next(false) != 3 {
		t.Error("the series has a gap")
	}
}

func (l ledgerSuite) charges(t *testing.T) {
	k, q := acct("ch", "k"), l.db.Read()
	row := func(id, identity string, n int, place, minor int64) ledger.Charge {
		return ledger.Charge{Key: k, ID: id, Place: place, Version: 1, Entry: charging.Entry{Sequence: n, Charge: charging.Charge{
			Identity: identity, Subscription: "web", Item: "RECURRENT", Clause: "cpc/8", Amount: hkd(minor), Date: date.New(2024, 1, 15),
			Period: date.Span{From: date.New(2024, 1, 15), To: date.New(2024, 2, 15)}, Bears: true, Explanation: derived(hkd(minor)), Note: "n",
		}}}
	}
	rows := []ledger.Charge{row("a", "x", 1, 1, 500), row("b", "y", 1, 2, 100), row("c", "x", 2, 3, -50)}
	l.must(t, func(ctx context.Context, tx db.Tx) error { return l.s.AddCharges(ctx, tx, rows) })
	if err := l.db.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		return l.s.AddCharges(ctx, tx, []ledger.Charge{row("d", "x", 2, 4, 1)})
	}); !errors.Is(err, db.ErrExists) {
		t.Errorf("an identity twice under one number: %v", err)
	}
	got, found, err := l.s.Charge(t.Context(), q, k, "a")
	if err != nil || !found {
		t.Fatal(found, err)
	}
	equal(t, got, rows[0])
	totals := ok[map[string]ledger.Total](t)(l.s.Totals(t.Context(), q, k, "web"))
	if totals["x"] != (ledger.Total{Sequence: 2, Amount: hkd(450)}) || len(totals) != 2 {
		t.Errorf("%v", totals)
	}
	if first, found, err := l.s.FirstOf(t.Context(), q, k, "x"); err != nil || !found || first.ID != "a" {
		t.Error(first.ID, found, err)
	}
	rows[1].Invoice, rows[1].Version = "hk-000001", 2
	l.must(t, func(ctx context.Context, tx db.Tx) error { return l.s.SaveCharge(ctx, tx, rows[1]) })
	if on := ok[[]ledger.Charge](t)(l.s.OnInvoice(t.Context(), q, k, "hk-000001")); len(on) != 1 || on[0].ID != "b" {
		t.Errorf("%v", on)
	}
	if open := ok[[]ledger.Charge](t)(l.s.Unbilled(t.Context(), q, k)); len(open) != 2 || open[0].ID != "a" || open[1].ID != "c" {
		t.Errorf("%v", open)
	}
	page := ok[[]ledger.Charge](t)(l.s.Charges(t.Context(), q, k, ledger.ChargeFilter{AfterPlace: 1, Limit: 5}))
	of := ok[[]ledger.Charge](t)(l.s.Charges(t.Context(), q, k, ledger.ChargeFilter{Identity: "x", Subscription: "web", Limit: 5}))
	if len(page) != 2 || len(of) != 2 {
		t.Errorf("%d and %d charges", len(page), len(of))
	}
}

func (l ledgerSuite) invoices(t *testing.T) {
	k, q := acct("in", "k"), l.db.Read()
	row := func(number string, on date.Date, live bool) ledger.Invoice {
		return ledger.Invoice{AccountKey: k, IssueTime: at, Live: live, Version: 1, Invoice: invoicing.Invoice{
			Number: number, ID: invoicing.ID(number), Kind: invoicing.Regular, Date: on, Due: on.AddDays(30), Total: hkd(100),
			Lines:       []invoicing.Line{{Charge: "a", Identity: "x", Item: "RECURRENT", Amount: hkd(100), Bears: true}},
			Settlements: []invoicing.Settlement{{Source: "s", Date: on, Amount: hkd(40)}}, DueHow: derived(hkd(1)),
		}}
	}
	rows := []ledger.Invoice{row("ZZ-000001", date.New(2024, 1, 15), true), row("ZZ-000002", date.New(2024, 1, 15), false), row("ZZ-000003", date.New(2024, 2, 15), true)}
	for _, i := range rows {
		l.must(t, func(ctx context.Context, tx db.Tx) error { return l.s.SaveInvoice(ctx, tx, i) })
	}
	got, found, err := l.s.Invoice(t.Context(), q, k, "zz-000001")
	if err != nil || !found {
		t.Fatal(found, err)
	}
	equal(t, got, rows[0])
	if live := ok[[]ledger.Invoice](t)(l.s.Live(t.Context(), q, k)); len(live) != 2 || live[1].Number != "ZZ-000003" {
		t.Errorf("%v", live)
	}
	if all := ok[[]ledger.Invoice](t)(l.s.AllInvoices(t.Context(), q, k)); len(all) != 3 {
		t.Errorf("%v", all)
	}
	var any ledger.AccountKey
	any.Provider, any.Customer = "p", "in"
	first := ok[[]ledger.Invoice](t)(l.s.Invoices(t.Context(), q, any, nil, 1))
	rest := ok[[]ledger.Invoice](t)(l.s.Invoices(t.Context(), q, k, []string{"2024-01-15", "ZZ-000001"}, 5))
	if len(first) != 1 || len(rest) != 2 || rest[0].Number != "ZZ-000002" {
		t.Errorf("%v and %v", first, rest)
	}
}

func (l ledgerSuite) receipts(t *testing.T) {
	k, q := acct("re", "k"), l.db.Read()
	row := func(kind, id string, on date.Date, left int64) ledger.Receipt {
		return ledger.Receipt{
			AccountKey: k, Kind: kind, ID: id, Source: k.Payment(id), Date: on, Amount: hkd(100), Left: hkd(left), Named: []string{"hk-000001"},
			Shares: []allocation.Share{{ID: "hk-000001", Amount: hkd(100 - left)}}, Reference: "TT 1", RequestID: "r", Version: 1,
		}
	}
	rows := []ledger.Receipt{
		row(ledger.ReceiptPayment, "b", date.New(2024, 2, 1), 0), row(ledger.ReceiptPayment, "a", date.New(2024, 2, 1), 30),
		row(ledger.ReceiptDraw, "a", date.New(2024, 1, 1), 0),
	}
	for _, r := range rows {
		l.must(t, func(ctx context.Context, tx db.Tx) error { return l.s.SaveReceipt(ctx, tx, r) })
	}
	got, found, err := l.s.Receipt(t.Context(), q, k, ledger.ReceiptPayment, "b")
	if err != nil || !found {
		t.Fatal(found, err)
	}
	equal(t, got, rows[0])
	if c := ok[[]ledger.Receipt](t)(l.s.Credits(t.Context(), q, k)); len(c) != 1 || c[0].ID != "a" {
		t.Errorf("%v", c)
	}
	if all := ok[[]ledger.Receipt](t)(l.s.AllReceipts(t.Context(), q, k)); len(all) != 3 || all[0].Kind != ledger.ReceiptDraw {
		t.Errorf("%v", all)
	}
	first := ok[[]ledger.Receipt](t)(l.s.Receipts(t.Context(), q, k, ledger.ReceiptPayment, nil, 1))
	rest := ok[[]ledger.Receipt](t)(l.s.Receipts(t.Context(), q, k, ledger.ReceiptPayment, []string{"2024-02-01", "a"}, 5))
	if len(first) != 1 || first[0].ID != "a" || len(rest) != 1 || rest[0].ID != "b" {
		t.Errorf("%v and %v", first, rest)
	}
}

func (l ledgerSuite) journal(t *testing.T) {
	k, q := acct("jo", "k"), l.db.Read()
	for n, e := range []journal.Entry{journal.Payment(hkd(70), hkd(30)), journal.Apply(hkd(30))} {
		row := ledger.Entry{AccountKey: k, ID: ledger.EntryID(int64(n + 1)), Number: int64(n + 1), Date: date.New(2024, 2, 1), RecordTime: at, Document: "d", Postings: e}
		l.must(t, func(ctx context.Context, tx db.Tx) error { return l.s.AddEntry(ctx, tx, row) })
	}
	if rows := ok[[]ledger.Entry](t)(l.s.Entries(t.Context(), q, k, 1, 5)); len(rows) != 1 || rows[0].ID != "e-2" {
		t.Errorf("%v", rows)
	}
	want := map[string]int64{"CASH": 100, "RECEIVABLE": -100, "CUSTOMER_CREDIT": 0}
	for _, p := range ok[journal.Entry](t)(l.s.Balances(t.Context(), q, k)) {
		if want[p.Book] != p.Amount.Minor {
			t.Errorf("%s is %s", p.Book, p.Amount)
		}
	}
}
