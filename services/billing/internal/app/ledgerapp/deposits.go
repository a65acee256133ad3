package ledgerapp

import (
	"context"
	"errors"
	"strconv"

	"cloudpact.dev/services/billing/internal/allocation"
	"cloudpact.dev/services/billing/internal/deposit"
	"cloudpact.dev/services/billing/internal/journal"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/terms"
)

// DepositView is a deposit with what would be returned today.
type DepositView struct {
	Key        ledger.AccountKey
	Deposit    deposit.Deposit
	Refundable money.Money
}

// Deposit reads the deposit of an account.
func (a *App) Deposit(ctx context.Context, k ledger.AccountKey) (DepositView, error) {
	acct, today, r, err := a.present(ctx, k)
	if err != nil {
		return DepositView{}, err
	}
	live, err := a.store.Live(ctx, a.db.Read(), k)
	if err != nil {
		return DepositView{}, err
	}
	docs := make([]*ledger.Invoice, len(live))
	for i := range live {
		docs[i] = &live[i]
	}
	return viewOf(r, acct, docs, today), nil
}

func viewOf(r terms.Resolved, acct ledger.Account, docs []*ledger.Invoice, today date.Date) DepositView {
	v := DepositView{Key: acct.AccountKey, Deposit: acct.Deposit, Refundable: money.Zero(acct.Currency)}
	if r.Deposit == nil || acct.Deposit.Balance.Sign() <= 0 {
		return v
	}
	owed := money.Zero(acct.Currency)
	for _, d := range drawableDocs(r, acct, docs, today, false) {
		owed = owed.Add(d.Open())
	}
	v.Refundable, _ = deposit.Refundable(r, acct.Deposit, owed)
	return v
}

// drawableDocs is the open documents that the deposit may be used for: unpaid
// long enough, or payable at once by the end of the contract; for a loss, those
// that claim one.
func drawableDocs(r terms.Resolved, acct ledger.Account, docs []*ledger.Invoice, today date.Date, loss bool) []*ledger.Invoice {
	return openDocs(docs, func(d *ledger.Invoice) bool {
		if loss {
			return claimsLoss(d)
		}
		return !today.Before(deposit.DrawableFrom(r, d.Due)) || !acct.ContractEnd.IsZero()
	})
}

func claimsLoss(d *ledger.Invoice) bool {
	for _, l := range d.Lines {
		switch l.Item {
		case terms.ItemDamages, terms.ItemIndemnity, terms.ItemReplacement:
			return true
		}
	}
	return false
}

// onDeposit runs a step on the deposit of an account and answers with it.
func (a *App) onDeposit(ctx context.Context, k ledger.AccountKey, do func(w *work) error) (DepositView, error) {
	again := func(ctx context.Context, _ []string) (DepositView, error) { return a.Deposit(ctx, k) }
	return mutate(ctx, a, k, func(w *work) (DepositView, error) {
		if w.r.Deposit == nil {
			return DepositView{}, fault.Precondition(ReasonDepositState, k.Deposit(), "the agreement knows no deposit")
		}
		docs, err := w.documents()
		if err != nil {
			return DepositView{}, err
		}
		if err := do(w); err != nil {
			return DepositView{}, refusal(err, k.Deposit())
		}
		return viewOf(w.r, w.acct, docs, w.today), nil
	}, again)
}

// refusal turns a core's refusal into a fault.
func refusal(err error, name string) error {
	if r, ok := errors.AsType[*deposit.Refusal](err); ok {
		return fault.Precondition(r.Reason, name, r.Message)
	}
	return err
}

// keep puts a new state of the deposit into the account.
func (w *work) keep(d deposit.Deposit) {
	d.Version++
	w.acct.Deposit, w.changed = d, true
}

// Etag is the etag of a deposit's version.
func Etag(version int64) string { return strconv.FormatInt(version, 10) }

// DemandDeposit demands a deposit or, where it is short, its top-up, by the
// provider's notice of a day; a zero day is today.
func (a *App) DemandDeposit(ctx context.Context, k ledger.AccountKey, etag string, amount money.Money, on date.Date) (DepositView, error) {
	return a.onDeposit(ctx, k, func(w *work) error {
		if etag != "" && etag != Etag(w.acct.Deposit.Version) {
			return fault.Aborted(fault.ReasonStaleEtag, k.Deposit(), "the deposit has changed; read it again and decide again")
		}
		if amount.Currency != "" && amount.Currency != w.acct.Currency {
			return fault.Invalid(ReasonCurrencyMismatch, "amount", "the account is in "+w.acct.Currency)
		}
		if amount.Sign() < 0 {
			return fault.Invalid("AMOUNT_INVALID", "amount", "an amount is not negative")
		}
		if on.IsZero() {
			on = w.today
		}
		if err := w.checkDay(on, "demand_date"); err != nil {
			return err
		}
		d, err := deposit.Demand(w.r, w.acct.Deposit, w.zero().Add(amount), on, w.ended())
		if err != nil {
			return err
		}
		w.keep(d)
		return w.demanded(on)
	})
}

func (w *work) demanded(on date.Date) error {
	d := w.acct.Deposit
	kind, clause, amount := KindDepositProvide, w.r.Deposit.DemandClause, d.Required
	if d.State == deposit.TopUpDemanded {
		kind, clause, amount = KindDepositTopUp, w.r.Deposit.DrawClause, d.Shortfall()
	}
	w.on(on, ledger.TypeDepositDemanded, w.acct.AccountKey.Deposit(), ledger.DepositDemanded{
		Account: w.acct.Name(), Amount: amount, Demand: on, Deadline: d.Deadline, TopUp: d.State == deposit.TopUpDemanded,
	})
	return w.tx.SetDeadline(commit.Deadline{
		Name: kind + "/" + w.acct.Name(), Subject: w.acct.AccountKey.Deposit(), Kind: kind, Clause: clause, Due: d.Deadline.AddDays(1).Start(w.r.Zone()),
		Rank: commit.RankMoney, Consequence: "not providing the deposit in time is a breach",
	})
}

// ReceiveDeposit records money for the deposit.
func (a *App) ReceiveDeposit(ctx context.Context, k ledger.AccountKey, id string, amount money.Money, on date.Date) (DepositView, error) {
	return a.onDeposit(ctx, k, func(w *work) error {
		if err := w.checkMovement(id, amount, on); err != nil {
			return err
		}
		d, err := deposit.Receive(w.r, w.acct.Deposit, id, amount, on)
		if err != nil {
			return err
		}
		w.keep(d)
		if err := w.journal(k.Movement(id), journal.DepositIn(amount)); err != nil || d.State != deposit.Held {
			return err
		}
		w.on(on, ledger.TypeDepositHeld, k.Deposit(), ledger.DepositHeld{Account: k.Name(), Balance: d.Balance})
		for _, kind := range []string{KindDepositProvide, KindDepositTopUp} {
			if err := w.tx.SettleDeadline(kind+"/"+k.Name(), commit.Met); err != nil {
				return err
			}
		}
		for _, i := range w.live {
			if i.Overdue && i.Open().Sign() > 0 {
				if err := w.watchDraw(i); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (w *work) checkMovement(id string, amount money.Money, on date.Date) error {
	if _, taken := w.acct.Deposit.Movement(id); taken {
		return fault.Exists(fault.ReasonAlreadyExists, w.acct.Movement(id))
	}
	if err := w.checkMoney(amount, "amount"); err != nil {
		return err
	}
	return w.checkDay(on, "value_date")
}

// DrawDeposit uses the deposit for what is unpaid, the oldest first, or for a
// recorded loss. The customer was told on or before the day.
func (a *App) DrawDeposit(ctx context.Context, k ledger.AccountKey, id string, amount money.Money, notice date.Date, loss bool) (DepositView, error) {
	return a.onDeposit(ctx, k, func(w *work) error {
		if err := w.checkMovement(id, amount, w.today); err != nil {
			return err
		}
		docs := drawableDocs(w.r, w.acct, w.live, w.today, loss)
		owed, ids := w.zero(), []string{}
		for _, d := range docs {
			owed, ids = owed.Add(d.Open()), append(ids, d.ID)
		}
		d, err := deposit.Draw(w.r, w.acct.Deposit, id, amount, owed, notice, w.today, loss)
		if err != nil {
			return err
		}
		w.keep(d)
		rec := ledger.Receipt{
			AccountKey: k, Kind: ledger.ReceiptDraw, ID: id, Source: k.Movement(id), Date: w.today, Amount: amount, Named: ids, Only: true, Left: w.zero(),
		}
		w.on(w.today, ledger.TypeDepositDrawn, k.Deposit(), ledger.DepositDrawn{Account: k.Name(), Amount: amount, Balance: d.Balance, ValueDate: w.today})
		err = w.receive(&rec, func(settled, _ money.Money) journal.Entry { return journal.DepositDraw(settled) })
		w.acct.Deposit = w.acct.Deposit.WithShares(id, append([]allocation.Share(nil), rec.Shares...))
		return err
	})
}

// RecordDepositCost records what holding the deposit cost.
func (a *App) RecordDepositCost(ctx context.Context, k ledger.AccountKey, id string, amount money.Money, on date.Date) (DepositView, error) {
	return a.onDeposit(ctx, k, func(w *work) error {
		if err := w.checkMovement(id, amount, on); err != nil {
			return err
		}
		d, err := deposit.Cost(w.acct.Deposit, id, amount, on)
		if err == nil {
			w.keep(d)
		}
		return err
	})
}

// RefundDeposit records that the deposit was paid back.
func (a *App) RefundDeposit(ctx context.Context, k ledger.AccountKey, id string, on date.Date) (DepositView, error) {
	return a.onDeposit(ctx, k, func(w *work) error {
		if _, taken := w.acct.Deposit.Movement(id); taken {
			return fault.Exists(fault.ReasonAlreadyExists, k.Movement(id))
		}
		if err := w.checkDay(on, "value_date"); err != nil {
			return err
		}
		owed := w.zero()
		for _, d := range openDocs(w.live, func(*ledger.Invoice) bool { return true }) {
			owed = owed.Add(d.Open())
		}
		held := w.acct.Deposit.Balance
		d, m, err := deposit.Refund(w.r, w.acct.Deposit, id, owed, on)
		if err != nil {
			return err
		}
		w.keep(d)
		w.on(on, ledger.TypeDepositRefunded, k.Deposit(), ledger.DepositRefunded{Account: k.Name(), Amount: m.Amount, ValueDate: on})
		if err := w.tx.SettleDeadline(KindDepositRefund+"/"+k.Name(), commit.Met); err != nil {
			return err
		}
		return w.journal(k.Movement(id), journal.DepositOut(m.Amount, held.Sub(m.Amount)))
	})
}
