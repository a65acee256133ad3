package ledgerapp

import (
	"context"
	"fmt"

	"cloudpact.dev/services/billing/internal/invoicing"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/billing/internal/payoff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
)

// InvoiceInterest invoices the interest accrued to today: the provider's choice.
func (a *App) InvoiceInterest(ctx context.Context, k ledger.AccountKey) (ledger.Invoice, error) {
	again := func(ctx context.Context, made []string) (ledger.Invoice, error) {
		i, ok, err := a.store.Invoice(ctx, a.db.Read(), k, made[0])
		return found(i, ok, err, k.Invoice(made[0]))
	}
	return mutate(ctx, a, k, func(w *work) (ledger.Invoice, error) {
		if w.r.Interest == nil {
			return ledger.Invoice{}, noInterest(k.Name())
		}
		i, err := w.invoiceInterest(w.today)
		if err == nil && i == nil {
			err = noInterest(k.Name())
		}
		if err != nil {
			return ledger.Invoice{}, err
		}
		w.made = []string{i.ID}
		return *i, nil
	}, again)
}

func noInterest(name string) error {
	return fault.Precondition(ReasonInterestNone, name, "no interest is accrued that was neither invoiced nor waived")
}

// WaiveInterest gives up interest accrued on one document; the strike and other
// rights stay.
func (a *App) WaiveInterest(ctx context.Context, k ledger.AccountKey, invoice string, amount money.Money) (payoff.Accrual, error) {
	again := func(ctx context.Context, _ []string) (payoff.Accrual, error) { return a.accrualOf(ctx, k, invoice) }
	return mutate(ctx, a, k, func(w *work) (payoff.Accrual, error) { return w.waive(invoice, amount) }, again)
}

func (w *work) waive(invoice string, amount money.Money) (payoff.Accrual, error) {
	if err := w.checkMoney(amount, "amount"); err != nil {
		return payoff.Accrual{}, err
	}
	docs, err := w.documents()
	if err != nil {
		return payoff.Accrual{}, err
	}
	for _, d := range docs {
		if d.ID != invoice {
			continue
		}
		owed := w.accrual(d.Invoice, w.today).Owed()
		if owed.Sign() <= 0 {
			return payoff.Accrual{}, noInterest(d.Name())
		}
		if amount.Cmp(owed) > 0 {
			return payoff.Accrual{}, fault.Precondition(ReasonAmountExceeds, d.Name(), "at most "+owed.String()+" can be waived").With("at_most", owed.Decimal())
		}
		d.Waived = w.zero().Add(d.Waived).Add(amount)
		w.touch(d)
		return w.accrual(d.Invoice, w.today), nil
	}
	_, ok, err := w.a.store.Invoice(w.ctx, w.tx, w.acct.AccountKey, invoice)
	if err == nil && ok {
		return payoff.Accrual{}, noInterest(w.acct.Invoice(invoice))
	}
	if err == nil {
		err = notFound(w.acct.Invoice(invoice))
	}
	return payoff.Accrual{}, err
}

func (a *App) accrualOf(ctx context.Context, k ledger.AccountKey, invoice string) (payoff.Accrual, error) {
	acct, today, _, err := a.present(ctx, k)
	if err != nil {
		return payoff.Accrual{}, err
	}
	i, ok, err := a.store.Invoice(ctx, a.db.Read(), k, invoice)
	if i, err = found(i, ok, err, k.Invoice(invoice)); err != nil {
		return payoff.Accrual{}, err
	}
	r, err := a.termsOn(ctx, a.db.Read(), acct, i.Due)
	if err != nil || r.Interest == nil {
		return payoff.Accrual{}, err
	}
	return payoff.Accrue(r, i.Invoice, today), nil
}

// Interest lists late interest by document to a day; a zero day is today. Only
// documents with interest are listed.
func (a *App) Interest(ctx context.Context, k ledger.AccountKey, to date.Date) ([]payoff.Accrual, error) {
	acct, today, r, err := a.present(ctx, k)
	if err != nil || r.Interest == nil {
		return nil, err
	}
	if to.IsZero() {
		to = today
	}
	all, err := a.store.AllInvoices(ctx, a.db.Read(), k)
	if err != nil {
		return nil, err
	}
	var out []payoff.Accrual
	for _, i := range all {
		if !today.After(i.Due) && !to.After(i.Due) && i.Accelerated.IsZero() {
			continue
		}
		if r, err = a.termsOn(ctx, a.db.Read(), acct, i.Due); err != nil {
			return nil, err
		}
		if x := payoff.Accrue(r, i.Invoice, to); !x.Amount.IsZero() || !x.Billed.IsZero() {
			out = append(out, x)
		}
	}
	return out, nil
}

// QuotePayoff says what clears an account on a day, today or later.
func (a *App) QuotePayoff(ctx context.Context, k ledger.AccountKey, on date.Date) (payoff.Quote, error) {
	acct, today, r, err := a.present(ctx, k)
	if err != nil {
		return payoff.Quote{}, err
	}
	if on.Before(today) {
		return payoff.Quote{}, fault.Invalid(ReasonValueDateInvalid, "value_date", "the day is before the provider's today, "+today.String())
	}
	live, err := a.store.Live(ctx, a.db.Read(), k)
	if err != nil {
		return payoff.Quote{}, err
	}
	docs := make([]invoicing.Invoice, len(live))
	for i := range live {
		docs[i] = live[i].Invoice
	}
	if r.Interest == nil {
		return payoff.Quote{}, fault.Precondition(ReasonAccountState, k.Name(), fmt.Sprintf("the terms %s have no late interest to quote", r.ID))
	}
	return payoff.Of(r, docs, acct.Credit, on, acct.Currency), nil
}

// request is the caller's request id, which rows keep for ever.
func request(ctx context.Context) string {
	r, _ := commit.RequestFrom(ctx)
	return r.ID
}
