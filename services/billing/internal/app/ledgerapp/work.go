package ledgerapp

import (
	"cmp"
	"context"
	"slices"

	"cloudpact.dev/services/billing/internal/invoicing"
	"cloudpact.dev/services/billing/internal/journal"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/terms"
)

// work is one account inside a transaction: what is needed of it is loaded once,
// changed in memory and written at the end.
type work struct {
	a     *App
	ctx   context.Context
	tx    *commit.Tx
	acct  ledger.Account
	today date.Date
	r     terms.Resolved

	// calm tells that no deadline will run by itself now: the clock is a
	// sandbox's and stands. What is due is done at once then.
	calm bool

	// services are those of the account while they are billed.
	services []ledger.Service

	live     []*ledger.Invoice
	liveRead bool
	touched  map[string]bool // documents to write
	changed  bool            // the account row
	// made are the ids that a repeated request is answered from.
	made []string
	// issued are the documents of this transaction, charged the charges.
	issued  []*ledger.Invoice
	charged []ledger.Charge
}

// open loads an account for a transaction.
func (a *App) open(ctx context.Context, tx *commit.Tx, k ledger.AccountKey) (*work, error) {
	acct, ok, err := a.store.Account(ctx, tx, k)
	if acct, err = found(acct, ok, err, k.Name()); err != nil {
		return nil, err
	}
	return a.workOn(ctx, tx, acct)
}

func (a *App) workOn(ctx context.Context, tx *commit.Tx, acct ledger.Account) (*work, error) {
	day, r, err := a.today(ctx, tx, acct, tx.Now())
	if err != nil {
		return nil, err
	}
	c, err := a.clocks.Get(ctx, tx, acct.Provider)
	return &work{a: a, ctx: ctx, tx: tx, acct: acct, today: day, r: r, touched: map[string]bool{}, calm: c.Mode == commit.Sandbox && c.Operation == ""}, err
}

// save writes what has changed.
func (w *work) save() error {
	if err := w.arrears(); err != nil {
		return err
	}
	if err := w.refund(); err != nil {
		return err
	}
	for _, i := range w.live {
		if !w.touched[i.ID] {
			continue
		}
		i.Version++
		i.Live = w.stillLive(*i)
		if err := w.a.store.SaveInvoice(w.ctx, w.tx, *i); err != nil {
			return err
		}
	}
	if !w.changed {
		return nil
	}
	w.acct.Version++
	return w.a.store.SaveAccount(w.ctx, w.tx, w.acct)
}

// documents are the live documents of the account, by due date and number.
func (w *work) documents() ([]*ledger.Invoice, error) {
	if w.liveRead {
		return w.live, nil
	}
	all, err := w.a.store.Live(w.ctx, w.tx, w.acct.AccountKey)
	if err != nil {
		return nil, err
	}
	for i := range all {
		w.live = append(w.live, &all[i])
	}
	w.liveRead = true
	return w.live, nil
}

// add keeps a new document among the live ones.
func (w *work) add(i *ledger.Invoice) error {
	if _, err := w.documents(); err != nil {
		return err
	}
	w.live = append(w.live, i)
	slices.SortStableFunc(w.live, func(a, b *ledger.Invoice) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Number, b.Number))
	})
	w.touch(i)
	return nil
}

func (w *work) touch(i *ledger.Invoice) { w.touched[i.ID] = true }

// stillLive tells whether a document is open or may bear interest that nobody
// has dealt with.
func (w *work) stillLive(i ledger.Invoice) bool {
	if i.Open().Sign() > 0 {
		return true
	}
	if i.Total.Sign() <= 0 {
		return false
	}
	accrual := w.accrual(i.Invoice, w.today)
	return !accrual.Owed().IsZero()
}

// values are the live documents as the cores take them.
func (w *work) values() ([]invoicing.Invoice, error) {
	docs, err := w.documents()
	out := make([]invoicing.Invoice, len(docs))
	for i, d := range docs {
		out[i] = d.Invoice
	}
	return out, err
}

// publish puts a fact about a resource of the account into the feed.
func (w *work) publish(typ, subject string, body any) {
	w.tx.Publish(commit.Draft{Type: typ, Subject: subject, Body: body})
}

// on publishes a fact that took effect at the beginning of a day.
func (w *work) on(day date.Date, typ, subject string, body any) {
	w.tx.Publish(commit.Draft{Type: typ, Subject: subject, Effective: day.Start(w.r.Zone()), Body: body})
}

// journal books an entry for a document.
func (w *work) journal(document string, e journal.Entry) error {
	if len(e) == 0 {
		return nil
	}
	w.acct.Entries++
	w.changed = true
	return w.a.store.AddEntry(w.ctx, w.tx, ledger.Entry{
		AccountKey: w.acct.AccountKey, ID: ledger.EntryID(w.acct.Entries), Number: w.acct.Entries, Date: w.today,
		RecordTime: w.tx.Now(), Document: document, Postings: e,
	})
}

func (w *work) zero() money.Money { return money.Zero(w.acct.Currency) }

// ended tells whether the contract has ended.
func (w *work) ended() bool {
	return !w.acct.ContractEnd.IsZero() && w.acct.ContractEnd.Before(w.today)
}
