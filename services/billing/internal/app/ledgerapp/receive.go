package ledgerapp

import (
	"slices"

	"cloudpact.dev/services/billing/internal/allocation"
	"cloudpact.dev/services/billing/internal/invoicing"
	"cloudpact.dev/services/billing/internal/journal"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/billing/internal/strikes"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/commit"
)

// receive applies a receipt to the open documents. One that comes after all
// others in the order of value dates meets what is open now; an earlier one makes
// all receipts meet all documents again, so that the order in which they were
// recorded changes nothing.
func (w *work) receive(rec *ledger.Receipt, book func(settled, credit money.Money) journal.Entry) error {
	docs, err := w.documents()
	if err != nil {
		return err
	}
	late := rec.Order().Before(w.acct.LastReceipt)
	for _, d := range docs {
		late = late || d.Open().Sign() > 0 && d.Date.After(rec.Date) && !rec.Only
	}
	if late {
		return w.replay(rec, book)
	}
	var open []allocation.Open
	for _, d := range docs {
		if d.Open().Sign() > 0 && (!rec.Only || slices.Contains(rec.Named, d.ID)) {
			c := d.OpenClasses()
			open = append(open, allocation.Open{ID: d.ID, Due: d.Due, Charges: c[0], Other: c[1], Interest: c[2]})
		}
	}
	named := rec.Named
	if rec.Only {
		named = nil
	}
	rec.Shares, rec.Left = allocation.Apply(open, rec.Amount, named)
	var met []*ledger.Invoice
	settled := w.zero()
	for _, s := range rec.Shares {
		for _, d := range docs {
			if d.ID == s.ID {
				w.settle(d, invoicing.Settlement{
					Source: rec.Source, Date: date.Max(rec.Date, d.Date), Amount: s.Amount, Corrects: rec.Corrects && slices.Contains(rec.Named, d.ID),
				})
				met, settled = append(met, d), settled.Add(s.Amount)
			}
		}
	}
	w.acct.LastReceipt, w.acct.Credit, w.changed = rec.Order(), w.acct.Credit.Add(rec.Left), true
	return w.received(rec, met, book(settled, rec.Left))
}

// received writes a receipt with its entry and says what it settled.
func (w *work) received(rec *ledger.Receipt, met []*ledger.Invoice, e journal.Entry) error {
	rec.Version++
	if err := w.a.store.SaveReceipt(w.ctx, w.tx, *rec); err != nil {
		return err
	}
	if err := w.journal(rec.Source, e); err != nil {
		return err
	}
	return w.afterSettling(met)
}

// afterSettling ends the due dates of documents that are settled and says so.
func (w *work) afterSettling(docs []*ledger.Invoice) error {
	for _, d := range docs {
		if d.Open().Sign() > 0 {
			continue
		}
		w.settled(d)
		if err := w.tx.SettleDeadline(dueName(d.Name()), commit.Met); err != nil {
			return err
		}
		if err := w.tx.SettleDeadline(drawName(d.Name()), commit.Withdrawn); err != nil {
			return err
		}
	}
	return nil
}

// replay lets all receipts meet all documents in the order of the days that
// count.
func (w *work) replay(rec *ledger.Receipt, book func(settled, credit money.Money) journal.Entry) error {
	if err := w.readAll(); err != nil {
		return err
	}
	receipts, err := w.a.store.AllReceipts(w.ctx, w.tx, w.acct.AccountKey)
	if err != nil {
		return err
	}
	receipts = append(receipts, *rec)
	docs := make([]allocation.Doc, 0, len(w.live))
	for _, d := range w.live {
		if d.Total.Sign() > 0 {
			c := d.Classes()
			docs = append(docs, allocation.Doc{ID: d.ID, Issued: d.Date, Due: d.Due, Charges: c[0], Other: c[1], Interest: c[2]})
		}
	}
	in := make([]allocation.Receipt, len(receipts))
	for i, r := range receipts {
		in[i] = allocation.Receipt{ID: r.Order().ID, Date: r.Date, Amount: r.Amount.Sub(w.zero().Add(r.Refunded)), Named: r.Named, Only: r.Only}
	}
	res := allocation.Replay(docs, in)
	moved := w.zero()
	for i := range receipts {
		r := &receipts[i]
		left, shares := res.Left[r.Order().ID], sharesOf(res, r.Order().ID)
		if i == len(receipts)-1 {
			rec.Left, rec.Shares = left, shares
			continue
		}
		if r.Only {
			left = w.zero()
		}
		if left == r.Left && slices.Equal(shares, r.Shares) {
			continue
		}
		moved = moved.Add(r.Left.Sub(left))
		r.Left, r.Shares = left, shares
		r.Version++
		if err := w.a.store.SaveReceipt(w.ctx, w.tx, *r); err != nil {
			return err
		}
	}
	met := w.resettle(res, receipts)
	w.acct.Credit, w.changed = w.acct.Credit.Sub(moved).Add(rec.Left), true
	if !rec.Order().Before(w.acct.LastReceipt) {
		w.acct.LastReceipt = rec.Order()
	}
	if err := w.journal(rec.Source, journal.Apply(moved)); err != nil {
		return err
	}
	return w.received(rec, met, book(rec.Amount.Sub(rec.Left), rec.Left))
}

func sharesOf(res allocation.Result, receipt string) []allocation.Share {
	var out []allocation.Share
	for doc, ss := range res.Settled {
		sum := money.Money{}
		for _, s := range ss {
			if s.Receipt == receipt {
				sum = sum.Add(s.Amount)
			}
		}
		if !sum.IsZero() {
			out = append(out, allocation.Share{ID: doc, Amount: sum})
		}
	}
	slices.SortFunc(out, func(a, b allocation.Share) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return out
}

// readAll loads every document of the account.
func (w *work) readAll() error {
	docs, err := w.documents()
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, d := range docs {
		known[d.ID] = true
	}
	all, err := w.a.store.AllInvoices(w.ctx, w.tx, w.acct.AccountKey)
	if err != nil {
		return err
	}
	for i := range all {
		if !known[all[i].ID] {
			w.live = append(w.live, &all[i])
		}
	}
	return nil
}

// resettle puts the settlements of a replay on the documents and gives those
// that are newly settled.
func (w *work) resettle(res allocation.Result, receipts []ledger.Receipt) []*ledger.Invoice {
	from := map[string]ledger.Receipt{}
	for _, r := range receipts {
		from[r.Order().ID] = r
	}
	var met []*ledger.Invoice
	for _, d := range w.live {
		if d.Total.Sign() <= 0 {
			continue
		}
		var now []invoicing.Settlement
		for _, s := range res.Settled[d.ID] {
			r := from[s.Receipt]
			now = append(now, invoicing.Settlement{Source: r.Source, Date: s.Date, Amount: s.Amount, Corrects: r.Corrects && slices.Contains(r.Named, d.ID)})
		}
		if slices.Equal(now, d.Settlements) {
			continue
		}
		before := d.Open()
		d.Settlements = now
		w.touch(d)
		if before.Sign() > 0 && d.Open().IsZero() {
			met = append(met, d)
		}
	}
	return met
}

// arrears brings strikes and the published state of the account in line with
// what is paid by now.
func (w *work) arrears() error {
	if !w.liveRead {
		return nil
	}
	w.forgive()
	var late []invoicing.Invoice
	for _, d := range w.live {
		if d.Overdue {
			late = append(late, d.Invoice)
		}
	}
	a := strikes.ArrearsOf(w.r, late, w.today, w.acct.Currency)
	switch {
	case a.Since == w.acct.Since:
		return nil
	case a.Since.IsZero():
		w.publish(ledger.TypeAccountCleared, w.acct.Name(), ledger.AccountCleared{Account: w.acct.Name(), Cleared: w.cleared()})
	default:
		w.publish(ledger.TypeAccountOverdue, w.acct.Name(), ledger.AccountOverdue{
			Account: w.acct.Name(), Since: a.Since, OldestDue: a.OldestDue, Open: a.Open, Subscriptions: w.names(a.Subscriptions),
		})
	}
	w.acct.Since, w.acct.OldestDue, w.changed = a.Since, a.OldestDue, true
	return nil
}

// forgive takes back the strikes of documents that, as is known now, were paid
// in time.
func (w *work) forgive() {
	for _, d := range w.live {
		if !d.Overdue || !w.touched[d.ID] || strikes.Missed(w.r, d.Invoice) {
			continue
		}
		d.Overdue = false
		w.touch(d)
		w.acct.Strikes = slices.DeleteFunc(w.acct.Strikes, func(s ledger.Strike) bool { return s.Invoice == d.ID })
		w.changed = true
	}
}

// cleared is the value date of the last settlement of an overdue document.
func (w *work) cleared() date.Date {
	last := w.acct.Since
	for _, d := range w.live {
		if d.Overdue {
			for _, s := range d.Settlements {
				last = date.Max(last, s.Date)
			}
		}
	}
	return last
}

func (w *work) names(subscriptions []string) []string {
	out := make([]string, len(subscriptions))
	for i, s := range subscriptions {
		out[i] = w.acct.ContractKey.Subscription(s).Name()
	}
	return out
}
