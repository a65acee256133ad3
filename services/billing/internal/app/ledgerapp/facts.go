package ledgerapp

import (
	"context"
	"fmt"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/charging"
	"cloudpact.dev/services/billing/internal/deposit"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/billing/internal/replacement"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/terms"
)

// Take records a fact of the book or of another service and brings the account
// up to date.
func (a *App) Take(ctx context.Context, tx *commit.Tx, c ledger.Change) error {
	switch f := c.Fact.(type) {
	case nil:
		return nil
	case ledger.ContractFact:
		return a.takeContract(ctx, tx, f)
	case ledger.ServiceFact:
		return a.takeService(ctx, tx, f)
	case ledger.ContractEndFact:
		return a.inside(ctx, tx, f.Contract, func(w *work) error { return w.takeEnd(f) })
	case ledger.FeeFact:
		return a.inside(ctx, tx, f.Subscription.ContractKey, func(w *work) error { return w.takeFee(f) })
	case ledger.OverageFact:
		return a.inside(ctx, tx, f.Subscription.ContractKey, func(w *work) error { return w.takeOverage(f) })
	case ledger.RestorationFact:
		return a.inside(ctx, tx, f.Account.ContractKey, func(w *work) error { return w.takeRestoration(f) })
	case ledger.AwardFact:
		return a.inside(ctx, tx, f.Subscription.ContractKey, func(w *work) error { return w.takeAward(f) })
	case ledger.ReplacementFact:
		return a.inside(ctx, tx, f.Contract, func(w *work) error { return w.takeReplacement(f) })
	}
	return fmt.Errorf("the ledger does not know the fact %T", c.Fact)
}

// inside runs a step on the account of a contract.
func (a *App) inside(ctx context.Context, tx *commit.Tx, k book.ContractKey, do func(w *work) error) error {
	w, err := a.open(ctx, tx, ledger.MainOf(k))
	if err != nil {
		return err
	}
	if err := do(w); err != nil {
		return err
	}
	return w.save()
}

// takeContract opens the account of a contract, or puts readings in force from a
// day on.
func (a *App) takeContract(ctx context.Context, tx *commit.Tx, f ledger.ContractFact) error {
	k := ledger.MainOf(f.Contract)
	_, ok, err := a.store.Account(ctx, tx, k)
	if err != nil {
		return err
	}
	if !ok {
		acct, err := a.newAccount(ctx, tx, k, f)
		if err != nil {
			return err
		}
		return a.store.SaveAccount(ctx, tx, acct)
	}
	if f.From.IsZero() {
		return nil
	}
	return a.inside(ctx, tx, f.Contract, func(w *work) error { return w.amend(f) })
}

func (a *App) newAccount(ctx context.Context, tx *commit.Tx, k ledger.AccountKey, f ledger.ContractFact) (ledger.Account, error) {
	r, err := a.policies.Resolve(ctx, tx, k.Provider, f.Hash, f.Readings)
	if err != nil {
		return ledger.Account{}, err
	}
	return ledger.Account{
		AccountKey: k, Currency: f.Currency, Revision: f.Revision, Hash: f.Hash, Epochs: []ledger.Epoch{{Readings: f.Readings}},
		Opened: date.Of(tx.Now(), r.Zone()), Credit: money.Zero(f.Currency), Deposit: deposit.New(f.Currency), Version: 1,
	}, nil
}

// amend puts readings in force from a day on; what arose before keeps its own.
func (w *work) amend(f ledger.ContractFact) error {
	var epochs []ledger.Epoch
	for i, e := range w.acct.Epochs {
		if i == 0 || e.From.Before(f.From) {
			epochs = append(epochs, e)
		}
	}
	w.acct.Epochs = append(epochs, ledger.Epoch{From: f.From, Readings: f.Readings})
	w.changed = true
	var err error
	if w.today, w.r, err = w.a.today(w.ctx, w.tx, w.acct, w.tx.Now()); err != nil {
		return err
	}
	services, err := w.a.store.Services(w.ctx, w.tx, w.acct.AccountKey)
	if err != nil {
		return err
	}
	for i := range services {
		services[i].Through = date.Date{}
	}
	return w.billAll(services, false)
}

// takeService records a subscription as it stands.
func (a *App) takeService(ctx context.Context, tx *commit.Tx, f ledger.ServiceFact) error {
	return a.inside(ctx, tx, f.Contract.Contract, func(w *work) error {
		services, err := w.a.store.Services(w.ctx, w.tx, w.acct.AccountKey)
		if err != nil {
			return err
		}
		now := ledger.Service{AccountKey: w.acct.AccountKey, Sub: f.Sub}
		for i := range services {
			if services[i].Sub.ID != f.Sub.ID {
				continue
			}
			now.BilledTo, now.Closed, now.Parked, now.Version = services[i].BilledTo, services[i].Closed, services[i].Parked, services[i].Version
			if now.Sub.EndClause == "" {
				now.Sub.EndClause = services[i].Sub.EndClause
			}
			if now.Sub.Cancelled && now.Sub.CancelDate.IsZero() {
				now.Sub.CancelDate, now.Sub.Deemed = services[i].Sub.CancelDate, services[i].Sub.Deemed
			}
			if same, err := sameFacts(now, services[i]); err != nil || same {
				return err
			}
			services[i] = now
			return w.billAll(services, false)
		}
		return w.billAll(append(services, now), false)
	})
}

// event records a fact that is charged and brings its service up to date.
func (w *work) event(e charging.Event, evidence string) error {
	old, ok, err := w.a.store.Event(w.ctx, w.tx, w.acct.AccountKey, e.Identity)
	if err != nil {
		return err
	}
	if ok && old.Event == e {
		return nil
	}
	row := ledger.Event{Key: w.acct.AccountKey, Event: e, Evidence: evidence, Version: old.Version + 1}
	if err := w.a.store.SaveEvent(w.ctx, w.tx, row); err != nil {
		return err
	}
	return w.dirty(e.Subscription)
}

// dirty computes the charges of a service anew; "" is the account as such.
func (w *work) dirty(subscription string) error {
	services, err := w.a.store.Services(w.ctx, w.tx, w.acct.AccountKey)
	if err != nil {
		return err
	}
	for i := range services {
		if services[i].Sub.ID == subscription {
			services[i].Through = date.Date{}
			return w.billAll(services, false)
		}
	}
	s := ledger.Service{AccountKey: w.acct.AccountKey}
	s.Sub.ID = subscription
	return w.billAll(append(services, s), false)
}

func (w *work) takeFee(f ledger.FeeFact) error {
	fee, err := money.Parse(w.acct.Currency, f.Fee)
	if err != nil {
		return err
	}
	sub := f.Subscription.Subscription
	return w.event(charging.Event{
		Identity: fmt.Sprintf("scd-change/%s/%d", sub, f.Version), Item: w.r.Commencement.ChangeItem, Clause: w.r.Commencement.ChangeClause,
		Subscription: sub, Date: f.Date, Amount: fee, Note: "Fee for another commencement date",
	}, "")
}

func (w *work) takeOverage(f ledger.OverageFact) error {
	sub := f.Subscription.Subscription
	e := charging.Event{
		Identity: f.Identity, Item: terms.ItemOverage, Clause: f.Clause, Subscription: sub, Unit: f.Unit, Date: f.Date,
		Amount: f.Price, Unpriced: !f.Priced, Note: "Use beyond the service tokens, " + f.Identity,
	}
	if f.Withdrawn {
		old, ok, err := w.a.store.Event(w.ctx, w.tx, w.acct.AccountKey, f.Identity)
		if err != nil || !ok {
			return err
		}
		e = old.Event
		e.Withdrawn = true
	}
	return w.event(e, "")
}

func (w *work) takeRestoration(f ledger.RestorationFact) error {
	if f.Fee.IsZero() {
		return nil
	}
	return w.event(charging.Event{
		Identity: "restoration/" + f.Hold, Item: terms.ItemRestoration, Clause: w.r.Restoration.Clause, Date: f.Date, Amount: f.Fee, Separate: true,
		Note: "Fee for restoring suspended services",
	}, "")
}

func (w *work) takeReplacement(f ledger.ReplacementFact) error {
	identity := "replacement/" + f.Asset
	old, ok, err := w.a.store.Event(w.ctx, w.tx, w.acct.AccountKey, identity)
	if err != nil {
		return err
	}
	if f.Withdrawn {
		if !ok {
			return nil
		}
		old.Event.Withdrawn = true
		return w.event(old.Event, "")
	}
	pay := f.PayBy
	if pay.IsZero() {
		pay = replacement.PayBy(w.r, f.Clause, f.Date)
	}
	return w.event(charging.Event{
		Identity: identity, Item: terms.ItemReplacement, Clause: f.Clause, Subscription: ledger.Last("/" + f.Subscription), Date: f.Date, Amount: f.Price,
		Separate: true, PayBy: pay, Note: "Market price of the asset " + f.Asset,
	}, "")
}

// takeAward keeps an award under its identity. Where the agreement credits no
// money for service levels it moves none.
func (w *work) takeAward(f ledger.AwardFact) error {
	e := charging.Event{
		Identity: "award/" + f.Assessment + "/" + f.Target, Subscription: f.Subscription.Subscription, Date: w.today, Memo: true,
		Note: "Awarded " + f.Quantity + " " + f.Measure,
	}
	old, _, err := w.a.store.Event(w.ctx, w.tx, w.acct.AccountKey, e.Identity)
	if err != nil || old.Event == e {
		return err
	}
	return w.a.store.SaveEvent(w.ctx, w.tx, ledger.Event{Key: w.acct.AccountKey, Event: e, Version: old.Version + 1})
}

// takeEnd records that the contract has ended: what is held is to be returned.
func (w *work) takeEnd(f ledger.ContractEndFact) error {
	w.acct.ContractEnd, w.changed = f.LastDay, true
	w.acct.Deposit = deposit.End(w.r, w.acct.Deposit, f.LastDay)
	w.acct.Deposit.Version++
	for _, kind := range []string{KindDepositProvide, KindDepositTopUp} {
		if err := w.tx.SettleDeadline(kind+"/"+w.acct.Name(), commit.Withdrawn); err != nil {
			return err
		}
	}
	if err := w.bill(false); err != nil {
		return err
	}
	_, err := w.documents()
	return err
}
