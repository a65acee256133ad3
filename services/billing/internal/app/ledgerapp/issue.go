package ledgerapp

import (
	"fmt"
	"slices"

	"cloudpact.dev/services/billing/internal/allocation"
	"cloudpact.dev/services/billing/internal/charging"
	"cloudpact.dev/services/billing/internal/invoicing"
	"cloudpact.dev/services/billing/internal/journal"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/billing/internal/payoff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/terms"
)

// KindInvoiceDue is the deadline of a due date.
const KindInvoiceDue = "invoice_due"

func dueName(invoice string) string { return KindInvoiceDue + "/" + invoice }

// issue makes a document of a draft: number, dates, journal, deadline; credit
// meets it at once, and a credit note meets what is open.
func (w *work) issue(d invoicing.Draft, byID map[string]*ledger.Charge, closing []string) error {
	i, err := w.number(d)
	if err != nil {
		return err
	}
	for _, l := range d.Lines {
		if c := byID[l.Charge]; c != nil {
			c.Invoice = i.ID
		}
	}
	if d.Kind == invoicing.Closing {
		i.Accelerated, i.Ended = w.today, closing
	}
	w.publish(ledger.TypeInvoiceIssued, i.Name(), ledger.InvoiceIssued{
		Account: w.acct.Name(), Invoice: i.Name(), Date: i.Date, Due: i.Due, Total: i.Total, Kind: string(i.Kind), Identities: i.Identities(),
	})
	if err := w.journal(i.Name(), journal.Issue(i.Invoice)); err != nil {
		return err
	}
	if err := w.add(i); err != nil {
		return err
	}
	w.issued = append(w.issued, i)
	if i.Total.Sign() < 0 {
		return w.creditNote(i)
	}
	if i.Total.Sign() > 0 {
		if err := w.watch(i); err != nil {
			return err
		}
		return w.useCredit(i)
	}
	w.settled(i)
	return nil
}

// number takes the next number of the provider's series for a draft.
func (w *work) number(d invoicing.Draft) (*ledger.Invoice, error) {
	p, ok, err := w.a.book.Provider(w.ctx, w.tx, w.acct.Provider)
	if p, err = found(p, ok, err, "providers/"+w.acct.Provider); err != nil {
		return nil, err
	}
	n, err := w.a.store.NextNumber(w.ctx, w.tx, p.ID, p.InvoiceSeries)
	if err != nil {
		return nil, err
	}
	i := &ledger.Invoice{AccountKey: w.acct.AccountKey, IssueTime: w.tx.Now()}
	i.Number = invoicing.Number(p.InvoiceSeries, n)
	i.ID, i.Kind, i.Date, i.Lines, i.Total = invoicing.ID(i.Number), d.Kind, w.today, d.Lines, d.Total(w.acct.Currency)
	i.Due, i.DueHow = invoicing.Due(w.r, w.today)
	if !d.PayBy.IsZero() && d.Kind == invoicing.Event {
		i.Due, i.DueHow = d.PayBy, invoicing.PayBy(w.r, d.Clause, d.PayBy)
	}
	return i, nil
}

// watch sets the deadline of a due date.
func (w *work) watch(i *ledger.Invoice) error {
	clause := w.r.Invoicing.DueClause
	if c := i.DueHow.Citations(); len(c) > 0 {
		clause = c[0].Clause
	}
	return w.tx.SetDeadline(commit.Deadline{
		Name: dueName(i.Name()), Subject: i.Name(), Kind: KindInvoiceDue, Clause: clause, Due: i.Due.AddDays(1).Start(w.r.Zone()), Rank: commit.RankMoney,
		Consequence: "charges that are still unpaid are overdue: a failure to pay is counted and interest runs",
	})
}

// settled publishes that nothing of a document is open any more.
func (w *work) settled(i *ledger.Invoice) {
	w.publish(ledger.TypeInvoiceSettled, i.Name(), ledger.InvoiceSettled{
		Account: w.acct.Name(), Invoice: i.Name(), Paid: i.PaidDate(), Identities: i.Identities(),
	})
}

// creditNote lets a credit note meet the documents that it corrects, then the
// oldest; what is left is credit.
func (w *work) creditNote(i *ledger.Invoice) error {
	named, err := w.corrected(i)
	if err != nil {
		return err
	}
	rec := ledger.Receipt{
		AccountKey: w.acct.AccountKey, Kind: ledger.ReceiptCredit, ID: i.ID, Source: i.Name(), Date: w.today, Amount: i.Total.Neg(), Named: named, Left: w.zero(),
	}
	rec.Corrects = w.neverOwed(i)
	return w.receive(&rec, func(settled, _ money.Money) journal.Entry { return journal.Apply(settled) })
}

// neverOwed tells whether a credit note takes back what was never owed, such as
// charges for days before commencement; days after an end were owed until then.
func (w *work) neverOwed(i *ledger.Invoice) bool {
	for _, s := range w.services {
		if !s.Sub.LastDay.IsZero() && slices.Contains(i.Subscriptions(), s.Sub.ID) {
			return false
		}
	}
	return true
}

// corrected is the open documents with a line under one of the identities.
func (w *work) corrected(i *ledger.Invoice) ([]string, error) {
	docs, err := w.documents()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, d := range docs {
		if d.ID == i.ID || d.Open().Sign() <= 0 {
			continue
		}
		if slices.ContainsFunc(i.Identities(), func(id string) bool { return slices.Contains(d.Identities(), id) }) {
			out = append(out, d.ID)
		}
	}
	return out, nil
}

// useCredit lets credit meet a new document.
func (w *work) useCredit(i *ledger.Invoice) error {
	if w.acct.Credit.Sign() <= 0 {
		return nil
	}
	credits, err := w.a.store.Credits(w.ctx, w.tx, w.acct.AccountKey)
	if err != nil {
		return err
	}
	used := w.zero()
	for _, c := range credits {
		part := money.Min(c.Left, i.Open())
		if c.Only || part.Sign() <= 0 {
			continue
		}
		c.Left, c.Shares = c.Left.Sub(part), append(c.Shares, allocation.Share{ID: i.ID, Amount: part})
		w.settle(i, invoicing.Settlement{Source: c.Source, Date: date.Max(w.today, c.Date), Amount: part})
		used = used.Add(part)
		c.Version++
		if err := w.a.store.SaveReceipt(w.ctx, w.tx, c); err != nil {
			return err
		}
	}
	w.acct.Credit, w.changed = w.acct.Credit.Sub(used), true
	if err := w.journal(i.Name(), journal.Apply(used)); err != nil {
		return err
	}
	return w.afterSettling([]*ledger.Invoice{i})
}

// settle adds a settlement to a document.
func (w *work) settle(i *ledger.Invoice, s invoicing.Settlement) {
	i.Settlements = append(i.Settlements, s)
	w.touch(i)
}

// accelerate makes what is open of an ended service payable at once. The due
// date stays for strikes, draws and, by default, interest.
func (w *work) accelerate(subscription string) error {
	if w.r.Acceleration == nil {
		return nil
	}
	docs, err := w.documents()
	if err != nil {
		return err
	}
	for _, i := range docs {
		if i.Open().Sign() <= 0 || slices.Contains(i.Ended, subscription) {
			continue
		}
		if w.r.Acceleration.Scope == "ENDED_SERVICE" && !slices.Contains(i.Subscriptions(), subscription) {
			continue
		}
		if i.Accelerated.IsZero() {
			i.Accelerated = w.today
		}
		i.Ended = append(i.Ended, subscription)
		w.touch(i)
	}
	return nil
}

// accrual is the interest on a document to a day, under the readings in force on
// its due date.
func (w *work) accrual(i invoicing.Invoice, to date.Date) payoff.Accrual {
	r, err := w.a.termsOn(w.ctx, w.tx, w.acct, i.Due)
	if err != nil {
		r = w.r
	}
	return payoff.Accrue(r, i, to)
}

// billInterest makes the charge of the interest that a document owes to a day;
// false where there is none.
func (w *work) billInterest(i *ledger.Invoice, to date.Date, subscription string) (bool, error) {
	a := w.accrual(i.Invoice, to)
	owed := a.Owed()
	if owed.IsZero() {
		return false, nil
	}
	if len(a.Explanation.Steps) == 0 {
		b := explain.New(w.r.Cite(w.r.Interest.Clause))
		a.Explanation = b.Explanation(b.Int(0).In(w.acct.Currency).Note("as is known now, the document was paid in time"))
	}
	c := charging.Charge{
		Identity: "interest/" + i.ID, Item: terms.ItemInterest, Clause: w.r.Interest.Clause, Amount: a.Amount.Sub(a.Waived), Date: w.today,
		Period: date.Span{From: a.From, To: a.To}, Explanation: a.Explanation,
		Note: fmt.Sprintf("Interest on %s to %s", i.Number, a.To),
	}
	if subs := i.Subscriptions(); subscription == "" && len(subs) == 1 {
		subscription = subs[0]
	}
	c.Subscription = subscription
	if !a.Waived.IsZero() {
		c.Explanation = charging.Minus(c.Explanation, "invoices/"+i.Number+"#waived", a.Waived, c.Amount, "less what was waived")
	}
	was := map[string]charging.Was{}
	if i.BilledLines > 0 {
		was[c.Identity] = charging.Was{Sequence: i.BilledLines, Total: i.Billed}
	}
	for _, e := range charging.Difference([]charging.Charge{c}, was, w.today) {
		if err := w.charge(e); err != nil {
			return false, err
		}
		i.Billed, i.BilledLines = w.zero().Add(i.Billed).Add(e.Amount), e.Sequence
		w.touch(i)
	}
	return true, nil
}

// closingInterest bills the interest accrued on the documents of a service that
// ends: it is payable at once with its charges.
func (w *work) closingInterest(subscription string) error {
	docs, err := w.documents()
	if err != nil || w.r.Interest == nil {
		return err
	}
	for _, i := range docs {
		if !slices.Contains(i.Subscriptions(), subscription) || i.Kind == invoicing.CreditNote {
			continue
		}
		if _, err := w.billInterest(i, w.today, subscription); err != nil {
			return err
		}
	}
	return nil
}
