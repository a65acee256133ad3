package store

import (
	"context"
	"strconv"
	"strings"

	"cloudpact.dev/services/billing/internal/journal"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/db"
)

var charges = db.Table[ledger.Charge]{
	Name: "ledger_charges", Key: keyed("charge"),
	Columns: append(under(func(c ledger.Charge) ledger.AccountKey { return c.Key }),
		db.Column[ledger.Charge]{Name: "charge", Value: func(c ledger.Charge) any { return c.ID }},
		db.Column[ledger.Charge]{Name: "place", Value: func(c ledger.Charge) any { return c.Place }},
		db.Column[ledger.Charge]{Name: "identity", Value: func(c ledger.Charge) any { return c.Identity }},
		db.Column[ledger.Charge]{Name: "sequence", Value: func(c ledger.Charge) any { return c.Sequence }},
		db.Column[ledger.Charge]{Name: "subscription", Value: func(c ledger.Charge) any { return c.Subscription }},
		db.Column[ledger.Charge]{Name: "invoice", Value: func(c ledger.Charge) any { return c.Invoice }},
		db.Column[ledger.Charge]{Name: "currency", Value: func(c ledger.Charge) any { return c.Amount.Currency }},
		db.Column[ledger.Charge]{Name: "amount", Value: func(c ledger.Charge) any { return c.Amount.Minor }},
		db.Column[ledger.Charge]{Name: "charge_date", Value: func(c ledger.Charge) any { return c.Date.String() }},
		db.Column[ledger.Charge]{Name: "version", Value: func(c ledger.Charge) any { return c.Version }},
	),
}

var invoices = db.Table[ledger.Invoice]{
	Name: "ledger_invoices", Key: keyed("invoice"),
	Columns: append(under(func(i ledger.Invoice) ledger.AccountKey { return i.AccountKey }),
		db.Column[ledger.Invoice]{Name: "invoice", Value: func(i ledger.Invoice) any { return i.ID }},
		db.Column[ledger.Invoice]{Name: "number", Value: func(i ledger.Invoice) any { return i.Number }},
		db.Column[ledger.Invoice]{Name: "kind", Value: func(i ledger.Invoice) any { return string(i.Kind) }},
		db.Column[ledger.Invoice]{Name: "invoice_date", Value: func(i ledger.Invoice) any { return i.Date.String() }},
		db.Column[ledger.Invoice]{Name: "due_date", Value: func(i ledger.Invoice) any { return i.Due.String() }},
		db.Column[ledger.Invoice]{Name: "currency", Value: func(i ledger.Invoice) any { return i.Total.Currency }},
		db.Column[ledger.Invoice]{Name: "total", Value: func(i ledger.Invoice) any { return i.Total.Minor }},
		db.Column[ledger.Invoice]{Name: "paid", Value: func(i ledger.Invoice) any { return i.Paid().Minor }},
		db.Column[ledger.Invoice]{Name: "live", Value: func(i ledger.Invoice) any { return bit(i.Live) }},
		db.Column[ledger.Invoice]{Name: "version", Value: func(i ledger.Invoice) any { return i.Version }},
	),
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

var receipts = db.Table[ledger.Receipt]{
	Name: "ledger_receipts", Key: keyed("kind", "receipt"),
	Columns: append(under(func(r ledger.Receipt) ledger.AccountKey { return r.AccountKey }),
		db.Column[ledger.Receipt]{Name: "kind", Value: func(r ledger.Receipt) any { return r.Kind }},
		db.Column[ledger.Receipt]{Name: "receipt", Value: func(r ledger.Receipt) any { return r.ID }},
		db.Column[ledger.Receipt]{Name: "value_date", Value: func(r ledger.Receipt) any { return r.Date.String() }},
		db.Column[ledger.Receipt]{Name: "currency", Value: func(r ledger.Receipt) any { return r.Amount.Currency }},
		db.Column[ledger.Receipt]{Name: "amount", Value: func(r ledger.Receipt) any { return r.Amount.Minor }},
		db.Column[ledger.Receipt]{Name: "credit", Value: func(r ledger.Receipt) any { return r.Left.Minor }},
		db.Column[ledger.Receipt]{Name: "version", Value: func(r ledger.Receipt) any { return r.Version }},
	),
}

var entries = db.Table[ledger.Entry]{
	Name: "ledger_journal", Key: keyed("entry"),
	Columns: append(under(func(e ledger.Entry) ledger.AccountKey { return e.AccountKey }),
		db.Column[ledger.Entry]{Name: "entry", Value: func(e ledger.Entry) any { return e.Number }},
		db.Column[ledger.Entry]{Name: "booking_date", Value: func(e ledger.Entry) any { return e.Date.String() }},
		db.Column[ledger.Entry]{Name: "document", Value: func(e ledger.Entry) any { return e.Document }},
	),
}

// AddCharges adds charges; db.ErrExists where an identity has that number.
func (Ledger) AddCharges(ctx context.Context, q db.Tx, cs []ledger.Charge) error {
	return charges.InsertAll(ctx, q, cs)
}

// SaveCharge replaces a charge, which is done once: when a document carries it.
func (Ledger) SaveCharge(ctx context.Context, q db.Querier, c ledger.Charge) error {
	return charges.Upsert(ctx, q, c)
}

// Charge reads a charge; false where there is none.
func (Ledger) Charge(ctx context.Context, q db.Querier, k ledger.AccountKey, id string) (ledger.Charge, bool, error) {
	return charges.Get(ctx, q, args(k, id)...)
}

// Unbilled reads the charges of an account that no document carries.
func (Ledger) Unbilled(ctx context.Context, q db.Querier, k ledger.AccountKey) ([]ledger.Charge, error) {
	return charges.Select(ctx, q, ofAccount+" and invoice = '' order by place", args(k)...)
}

// Totals sums the charges of a subscription by identity: how many were written
// and how much they are together.
func (Ledger) Totals(ctx context.Context, q db.Querier, k ledger.AccountKey, subscription string) (map[string]ledger.Total, error) {
	rows, err := db.QueryAll(ctx, q, `select identity, currency, cast(max(sequence) as bigint), cast(sum(amount) as bigint) from ledger_charges
		where provider = $1 and customer = $2 and contract = $3 and account = $4 and subscription = $5 group by identity, currency`, args(k, subscription)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]ledger.Total{}
	for rows.Next() {
		var id, cur string
		var n int
		var minor int64
		if err := rows.Scan(&id, &cur, &n, &minor); err != nil {
			return nil, err
		}
		out[id] = ledger.Total{Sequence: n, Amount: money.New(cur, minor)}
	}
	return out, rows.Err()
}

// FirstOf reads the first charge under an identity; false where there is none.
func (Ledger) FirstOf(ctx context.Context, q db.Querier, k ledger.AccountKey, identity string) (ledger.Charge, bool, error) {
	cs, err := charges.Select(ctx, q, ofAccount+" and identity = $5 and sequence = 1", args(k, identity)...)
	if err != nil || len(cs) == 0 {
		return ledger.Charge{}, false, err
	}
	return cs[0], true, nil
}

// OnInvoice reads the charges of a document.
func (Ledger) OnInvoice(ctx context.Context, q db.Querier, k ledger.AccountKey, invoice string) ([]ledger.Charge, error) {
	return charges.Select(ctx, q, ofAccount+" and invoice = $5 order by place", args(k, invoice)...)
}

// Charges lists charges in the order in which they were written.
func (Ledger) Charges(ctx context.Context, q db.Querier, k ledger.AccountKey, f ledger.ChargeFilter) ([]ledger.Charge, error) {
	return charges.Select(ctx, q, ofAccount+` and place > $5 and ($6 = '' or identity = $6) and ($7 = '' or subscription = $7)
		order by place limit $8`, args(k, f.AfterPlace, f.Identity, f.Subscription, f.Limit)...)
}

// Invoice reads a document; false where there is none.
func (Ledger) Invoice(ctx context.Context, q db.Querier, k ledger.AccountKey, id string) (ledger.Invoice, bool, error) {
	return invoices.Get(ctx, q, args(k, id)...)
}

// SaveInvoice adds or replaces a document.
func (Ledger) SaveInvoice(ctx context.Context, q db.Querier, i ledger.Invoice) error {
	return invoices.Upsert(ctx, q, i)
}

// Live reads the documents of an account that are open or may bear interest.
func (Ledger) Live(ctx context.Context, q db.Querier, k ledger.AccountKey) ([]ledger.Invoice, error) {
	return invoices.Select(ctx, q, ofAccount+" and live = 1 order by due_date, number", args(k)...)
}

// AllInvoices reads every document of an account.
func (Ledger) AllInvoices(ctx context.Context, q db.Querier, k ledger.AccountKey) ([]ledger.Invoice, error) {
	return invoices.Select(ctx, q, ofAccount+" order by invoice_date, number", args(k)...)
}

// Invoices lists documents below the scope by date and number; an empty id of
// the scope is any. after is the date and number of the last row.
func (Ledger) Invoices(ctx context.Context, q db.Querier, scope ledger.AccountKey, after []string, limit int) ([]ledger.Invoice, error) {
	var b strings.Builder
	args := []any{scope.Provider}
	b.WriteString("where provider = $1")
	for _, c := range [3][2]string{{"customer", scope.Customer}, {"contract", scope.Contract}, {"account", scope.Account}} {
		if c[1] != "" {
			args = append(args, c[1])
			b.WriteString(" and " + c[0] + " = $" + strconv.Itoa(len(args)))
		}
	}
	if len(after) == 2 {
		args = append(args, after[0], after[1])
		b.WriteString(" and (invoice_date, number) > ($" + strconv.Itoa(len(args)-1) + ", $" + strconv.Itoa(len(args)) + ")")
	}
	args = append(args, limit)
	b.WriteString(" order by invoice_date, number limit $" + strconv.Itoa(len(args)))
	return invoices.Select(ctx, q, b.String(), args...)
}

// Receipt reads a payment, credit note or draw; false where there is none.
func (Ledger) Receipt(ctx context.Context, q db.Querier, k ledger.AccountKey, kind, id string) (ledger.Receipt, bool, error) {
	return receipts.Get(ctx, q, args(k, kind, id)...)
}

// SaveReceipt adds or replaces a receipt.
func (Ledger) SaveReceipt(ctx context.Context, q db.Querier, r ledger.Receipt) error {
	return receipts.Upsert(ctx, q, r)
}

// Credits reads the receipts of an account of which something is left.
func (Ledger) Credits(ctx context.Context, q db.Querier, k ledger.AccountKey) ([]ledger.Receipt, error) {
	return receipts.Select(ctx, q, ofAccount+" and credit > 0 order by value_date, kind, receipt", args(k)...)
}

// AllReceipts reads every receipt of an account.
func (Ledger) AllReceipts(ctx context.Context, q db.Querier, k ledger.AccountKey) ([]ledger.Receipt, error) {
	return receipts.Select(ctx, q, ofAccount+" order by value_date, kind, receipt", args(k)...)
}

// Receipts lists receipts of a kind by value date and id, after a row.
func (Ledger) Receipts(ctx context.Context, q db.Querier, k ledger.AccountKey, kind string, after []string, limit int) ([]ledger.Receipt, error) {
	last := []string{"", ""}
	if len(after) == 2 {
		last = after
	}
	return receipts.Select(ctx, q, ofAccount+" and kind = $5 and (value_date, receipt) > ($6, $7) order by value_date, receipt limit $8",
		args(k, kind, last[0], last[1], limit)...)
}

// AddEntry adds an entry to the journal.
func (Ledger) AddEntry(ctx context.Context, q db.Tx, e ledger.Entry) error {
	if err := entries.Insert(ctx, q, e); err != nil {
		return err
	}
	rows := make([][]any, len(e.Postings))
	for i, p := range e.Postings {
		rows[i] = append(args(e.AccountKey), e.Number, i+1, p.Book, p.Amount.Currency, p.Amount.Minor)
	}
	return db.InsertRows(ctx, q, "ledger_postings",
		[]string{"provider", "customer", "contract", "account", "entry", "side", "book", "currency", "amount"}, rows)
}

// Entries lists the journal by number, after one of them.
func (Ledger) Entries(ctx context.Context, q db.Querier, k ledger.AccountKey, after int64, limit int) ([]ledger.Entry, error) {
	return entries.Select(ctx, q, ofAccount+" and entry > $5 order by entry limit $6", args(k, after, limit)...)
}

// Balances sums the journal of an account by book.
func (Ledger) Balances(ctx context.Context, q db.Querier, k ledger.AccountKey) (journal.Entry, error) {
	rows, err := db.QueryAll(ctx, q, `select book, currency, cast(sum(amount) as bigint) from ledger_postings
		where provider = $1 and customer = $2 and contract = $3 and account = $4 group by book, currency order by book`, args(k)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out journal.Entry
	for rows.Next() {
		var p journal.Posting
		var cur string
		var minor int64
		if err := rows.Scan(&p.Book, &cur, &minor); err != nil {
			return nil, err
		}
		p.Amount = money.New(cur, minor)
		out = append(out, p)
	}
	return out, rows.Err()
}
