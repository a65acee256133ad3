package ledgerapp

import (
	"context"

	"cloudpact.dev/services/billing/internal/invoicing"
	"cloudpact.dev/services/billing/internal/journal"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/billing/internal/payoff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
)

// PaymentInput is money received.
type PaymentInput struct {
	Key       ledger.AccountKey
	ID        string
	Amount    money.Money
	ValueDate date.Date
	// Remittance are ids of documents of the account.
	Remittance []string
	Reference  string
}

// RecordPayment records money received and applies it. A payment that is exactly
// what clears the account on its value date invoices the interest as well.
func (a *App) RecordPayment(ctx context.Context, in PaymentInput) (ledger.Receipt, error) {
	again := func(ctx context.Context, _ []string) (ledger.Receipt, error) { return a.Payment(ctx, in.Key, in.ID) }
	return mutate(ctx, a, in.Key, func(w *work) (ledger.Receipt, error) { return w.pay(in) }, again)
}

// checkMoney refuses a sum that is not above zero or not in the account's
// currency.
func (w *work) checkMoney(m money.Money, path string) error {
	if m.Currency != w.acct.Currency {
		return fault.Invalid(ReasonCurrencyMismatch, path, "the account is in "+w.acct.Currency).With("currency", w.acct.Currency)
	}
	if m.Sign() <= 0 {
		return fault.Invalid("AMOUNT_INVALID", path, "an amount is above zero")
	}
	return nil
}

// checkDay refuses a day in the provider's future or before the account began.
func (w *work) checkDay(d date.Date, path string) error {
	if d.After(w.today) || d.Before(w.acct.Opened) {
		return fault.Invalid(ReasonValueDateInvalid, path,
			"the day lies from "+w.acct.Opened.String()+", when the account began, to the provider's today, "+w.today.String())
	}
	return nil
}

func (w *work) pay(in PaymentInput) (ledger.Receipt, error) {
	none := ledger.Receipt{}
	if err := w.checkMoney(in.Amount, "payment.amount"); err != nil {
		return none, err
	}
	if err := w.checkDay(in.ValueDate, "payment.value_date"); err != nil {
		return none, err
	}
	if _, ok, err := w.a.store.Receipt(w.ctx, w.tx, in.Key, ledger.ReceiptPayment, in.ID); err != nil || ok {
		if ok {
			err = fault.Exists(fault.ReasonAlreadyExists, in.Key.Payment(in.ID))
		}
		return none, err
	}
	if err := w.checkRemittance(in.Remittance); err != nil {
		return none, err
	}
	if err := w.payInterest(in); err != nil {
		return none, err
	}
	req, _ := commit.RequestFrom(w.ctx)
	rec := ledger.Receipt{
		AccountKey: in.Key, Kind: ledger.ReceiptPayment, ID: in.ID, Source: in.Key.Payment(in.ID), Date: in.ValueDate, Amount: in.Amount,
		Named: in.Remittance, Reference: in.Reference, RequestID: req.ID, Left: w.zero(),
	}
	w.on(in.ValueDate, ledger.TypePaymentRecorded, rec.Source, ledger.PaymentRecorded{
		Account: in.Key.Name(), Payment: rec.Source, ValueDate: in.ValueDate, Amount: in.Amount,
	})
	err := w.receive(&rec, journal.Payment)
	return rec, err
}

func (w *work) checkRemittance(ids []string) error {
	docs, err := w.documents()
	if err != nil {
		return err
	}
	for _, id := range ids {
		open := openDocs(docs, func(d *ledger.Invoice) bool { return d.ID == id })
		if len(open) == 0 {
			return fault.Precondition(ReasonPaymentOversized, w.acct.Invoice(id), "the remittance names a document on which nothing is open")
		}
	}
	return nil
}

// payInterest invoices the interest to the value date of a payment that is
// exactly what clears the account with it.
func (w *work) payInterest(in PaymentInput) error {
	docs, err := w.values()
	if err != nil || w.r.Interest == nil {
		return err
	}
	q := payoff.Of(w.r, docs, w.acct.Credit, in.ValueDate, w.acct.Currency)
	if q.Interest.IsZero() || q.Total != in.Amount {
		return nil
	}
	_, err = w.invoiceInterest(in.ValueDate)
	return err
}

// invoiceInterest makes a document of the interest accrued to a day that was not
// invoiced, or a credit note of what was invoiced too much; nil where there is
// none.
func (w *work) invoiceInterest(to date.Date) (*ledger.Invoice, error) {
	docs, err := w.documents()
	if err != nil {
		return nil, err
	}
	from := len(w.charged)
	for _, d := range docs {
		if _, err := w.billInterest(d, to, ""); err != nil {
			return nil, err
		}
	}
	if len(w.charged) == from {
		return nil, nil
	}
	draft := invoicing.Draft{Kind: invoicing.Interest}
	byID := map[string]*ledger.Charge{}
	for i := from; i < len(w.charged); i++ {
		draft.Lines = append(draft.Lines, pendingOf(w.charged[i]).Line)
		byID[w.charged[i].ID] = &w.charged[i]
	}
	if draft.Total(w.acct.Currency).Sign() < 0 {
		draft.Kind = invoicing.CreditNote // late facts made the interest smaller
	}
	if err := w.issue(draft, byID, nil); err != nil {
		return nil, err
	}
	return w.issued[len(w.issued)-1], w.keepCharges(nil)
}

// Payment reads a payment.
func (a *App) Payment(ctx context.Context, k ledger.AccountKey, id string) (ledger.Receipt, error) {
	r, ok, err := a.store.Receipt(ctx, a.db.Read(), k, ledger.ReceiptPayment, id)
	return found(r, ok, err, k.Payment(id))
}

// Payments lists payments by value date, after a row.
func (a *App) Payments(ctx context.Context, k ledger.AccountKey, after []string, limit int) ([]ledger.Receipt, error) {
	if _, ok, err := a.store.Account(ctx, a.db.Read(), k); err != nil || !ok {
		_, err = found(k, ok, err, k.Name())
		return nil, err
	}
	return a.store.Receipts(ctx, a.db.Read(), k, ledger.ReceiptPayment, after, limit)
}
