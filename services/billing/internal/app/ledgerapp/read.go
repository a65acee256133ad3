package ledgerapp

import (
	"context"
	"fmt"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/deposit"
	"cloudpact.dev/services/billing/internal/invoicing"
	"cloudpact.dev/services/billing/internal/journal"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/billing/internal/payoff"
	"cloudpact.dev/services/billing/internal/strikes"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms"
)

// AccountView is an account as of the provider's today.
type AccountView struct {
	Account  ledger.Account
	Today    date.Date
	Balance  money.Money
	Interest money.Money
	Closed   bool
}

// Account reads an account.
func (a *App) Account(ctx context.Context, k ledger.AccountKey) (AccountView, error) {
	acct, today, _, err := a.present(ctx, k)
	if err != nil {
		return AccountView{}, err
	}
	return a.accountView(ctx, acct, today)
}

func (a *App) accountView(ctx context.Context, acct ledger.Account, today date.Date) (AccountView, error) {
	live, err := a.store.Live(ctx, a.db.Read(), acct.AccountKey)
	if err != nil {
		return AccountView{}, err
	}
	v := AccountView{Account: acct, Today: today, Balance: acct.Credit.Neg(), Interest: money.Zero(acct.Currency)}
	open := money.Zero(acct.Currency)
	for _, i := range live {
		open = open.Add(i.Open())
		r, err := a.termsOn(ctx, a.db.Read(), acct, i.Due)
		if err != nil {
			return v, err
		}
		if r.Interest != nil {
			v.Interest = v.Interest.Add(payoff.Accrue(r, i.Invoice, today).Owed())
		}
	}
	v.Balance = v.Balance.Add(open)
	v.Closed = !acct.ContractEnd.IsZero() && acct.ContractEnd.Before(today) && open.IsZero()
	return v, nil
}

// Accounts lists accounts below the scope, whose empty ids are any.
func (a *App) Accounts(ctx context.Context, scope book.ContractKey, after []string, limit int) ([]AccountView, error) {
	if scope.Customer != "" && scope.Contract != "" {
		if err := a.exists(ctx, ledger.MainOf(scope)); err != nil {
			return nil, err
		}
	}
	accts, err := a.store.Accounts(ctx, a.db.Read(), scope, after, limit)
	if err != nil {
		return nil, err
	}
	out := make([]AccountView, len(accts))
	for i, acct := range accts {
		if out[i], err = a.Account(ctx, acct.AccountKey); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Charge reads a charge.
func (a *App) Charge(ctx context.Context, k ledger.AccountKey, id string) (ledger.Charge, error) {
	c, ok, err := a.store.Charge(ctx, a.db.Read(), k, id)
	return found(c, ok, err, k.Charge(id))
}

// Charges lists charges in the order in which they were written.
func (a *App) Charges(ctx context.Context, k ledger.AccountKey, f ledger.ChargeFilter) ([]ledger.Charge, error) {
	if err := a.exists(ctx, k); err != nil {
		return nil, err
	}
	return a.store.Charges(ctx, a.db.Read(), k, f)
}

func (a *App) exists(ctx context.Context, k ledger.AccountKey) error {
	_, ok, err := a.store.Account(ctx, a.db.Read(), k)
	_, err = found(k, ok, err, k.Name())
	return err
}

// InvoiceView is a document with what its lines rest on, as of a day.
type InvoiceView struct {
	ledger.Invoice
	Today   date.Date
	Charges map[string]ledger.Charge
	// Drawable tells that the deposit may be used for it.
	Drawable bool
}

// Invoice reads a document with its charges.
func (a *App) Invoice(ctx context.Context, k ledger.AccountKey, id string) (InvoiceView, error) {
	i, ok, err := a.store.Invoice(ctx, a.db.Read(), k, id)
	if i, err = found(i, ok, err, k.Invoice(id)); err != nil {
		return InvoiceView{}, err
	}
	return a.invoiceView(ctx, i)
}

// standing is an account with the provider's today and the terms in force.
type standing struct {
	acct  ledger.Account
	today date.Date
	r     terms.Resolved
}

func (a *App) invoiceView(ctx context.Context, i ledger.Invoice) (InvoiceView, error) {
	acct, today, r, err := a.present(ctx, i.AccountKey)
	if err != nil {
		return InvoiceView{}, err
	}
	return a.viewOn(ctx, i, standing{acct, today, r})
}

func (a *App) viewOn(ctx context.Context, i ledger.Invoice, s standing) (InvoiceView, error) {
	acct, today, r := s.acct, s.today, s.r
	v := InvoiceView{Invoice: i, Today: today}
	if !i.Accelerated.IsZero() {
		v.DueHow = invoicing.Accelerated(r, i.DueHow, i.Accelerated)
	}
	v.Drawable = r.Deposit != nil && i.Open().Sign() > 0 && acct.Deposit.Balance.Sign() > 0 && !today.Before(deposit.DrawableFrom(r, i.Due))
	cs, err := a.store.OnInvoice(ctx, a.db.Read(), i.AccountKey, i.ID)
	v.Charges = make(map[string]ledger.Charge, len(cs))
	for _, c := range cs {
		v.Charges[c.ID] = c
	}
	return v, err
}

// Invoices lists documents below the scope, whose empty ids are any, by date and
// number.
func (a *App) Invoices(ctx context.Context, scope ledger.AccountKey, after []string, limit int) ([]InvoiceView, error) {
	if scope.Customer != "" && scope.Contract != "" && scope.Account != "" {
		if err := a.exists(ctx, scope); err != nil {
			return nil, err
		}
	}
	rows, err := a.store.Invoices(ctx, a.db.Read(), scope, after, limit)
	if err != nil {
		return nil, err
	}
	out := make([]InvoiceView, len(rows))
	known := map[ledger.AccountKey]standing{}
	for i, row := range rows {
		s, ok := known[row.AccountKey]
		if !ok {
			if s.acct, s.today, s.r, err = a.present(ctx, row.AccountKey); err != nil {
				return nil, err
			}
			known[row.AccountKey] = s
		}
		if out[i], err = a.viewOn(ctx, row, s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Explained is a document explained: its lines, interest and plain words.
type Explained struct {
	Invoice  InvoiceView
	Interest payoff.Accrual
	Text     []string
}

// ExplainInvoice says how a document came about.
func (a *App) ExplainInvoice(ctx context.Context, k ledger.AccountKey, id string) (Explained, error) {
	v, err := a.Invoice(ctx, k, id)
	if err != nil {
		return Explained{}, err
	}
	accrual, err := a.accrualOf(ctx, k, id)
	return Explained{Invoice: v, Interest: accrual, Text: plain(v, accrual)}, err
}

// plain writes a document as paragraphs.
func plain(v InvoiceView, in payoff.Accrual) []string {
	out := []string{fmt.Sprintf("Document %s of %s over %s.", v.Number, v.Date, v.Total)}
	if v.Total.Sign() > 0 {
		rule := "the date is set by its own clause"
		if c := v.DueHow.Citations(); len(c) > 0 {
			rule = "by " + c[0].Clause
			if last, ok := v.DueHow.Final(); ok && last.Note != "" {
				rule += ", " + last.Note
			}
		}
		out = append(out, fmt.Sprintf("It is to be paid by the end of %s: %s.", v.Due, rule))
	}
	for _, l := range v.Lines {
		out = append(out, lineText(l.Note, l.Amount, v.Charges[l.Charge]))
	}
	if !v.Accelerated.IsZero() {
		out = append(out, fmt.Sprintf("By the end of a service what it asks for that service became payable at once on %s; the due date stays for interest and strikes.", v.Accelerated))
	}
	for _, s := range v.Settlements {
		out = append(out, fmt.Sprintf("%s was settled on %s by %s.", s.Amount, s.Date, ledger.Last(s.Source)))
	}
	switch open := v.Open(); {
	case open.Sign() > 0:
		out = append(out, fmt.Sprintf("%s is open.", open))
	case v.Total.Sign() > 0:
		out = append(out, "Nothing is open.")
	}
	if in.Amount.Sign() > 0 {
		out = append(out, fmt.Sprintf("Late interest from %s to %s is %s; %s of it was invoiced and %s waived.", in.From, in.To, in.Amount, in.Billed, in.Waived))
	}
	return out
}

// lineText says what a line is and on which clauses it rests.
func lineText(note string, amount money.Money, c ledger.Charge) string {
	text := fmt.Sprintf("%s: %s", note, amount)
	seen := map[string]bool{}
	sep := ", by "
	for _, x := range c.Explanation.Citations() {
		if !seen[x.Clause] {
			seen[x.Clause] = true
			text += sep + x.Clause
			sep = " and "
		}
	}
	return text + "."
}

// StrikeView is one failure to pay in time with what it rests on.
type StrikeView struct {
	Key ledger.AccountKey
	strikes.Strike
}

// Strikes lists the failures to pay in time, the oldest first, and tells whether
// a deposit may be demanded.
func (a *App) Strikes(ctx context.Context, k ledger.AccountKey) ([]StrikeView, bool, error) {
	acct, _, r, err := a.present(ctx, k)
	if err != nil || r.Strikes == nil {
		return nil, false, err
	}
	out := make([]StrikeView, len(acct.Strikes))
	for i, s := range acct.Strikes {
		out[i] = StrikeView{k, strikes.Strike{Invoice: s.Invoice, Date: s.Due.AddDays(1), Citations: strikes.Citations(r)}}
	}
	return out, strikes.Demandable(r, len(acct.Strikes)), nil
}

// Entries lists the journal, after the n-th entry.
func (a *App) Entries(ctx context.Context, k ledger.AccountKey, after int64, limit int) ([]ledger.Entry, error) {
	if err := a.exists(ctx, k); err != nil {
		return nil, err
	}
	return a.store.Entries(ctx, a.db.Read(), k, after, limit)
}

// TrialBalance sums the journal by book.
func (a *App) TrialBalance(ctx context.Context, k ledger.AccountKey) (journal.Entry, error) {
	if err := a.exists(ctx, k); err != nil {
		return nil, err
	}
	return a.store.Balances(ctx, a.db.Read(), k)
}
