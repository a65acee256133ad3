package ledgerapp

import (
	"context"
	"strings"

	"cloudpact.dev/services/billing/internal/allocation"
	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/deposit"
	"cloudpact.dev/services/billing/internal/invoicing"
	"cloudpact.dev/services/billing/internal/journal"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/billing/internal/strikes"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/deadline"
)

// Kinds of the deposit's deadlines, and of the day from which it may be drawn.
const (
	KindDepositProvide = "deposit_provide"
	KindDepositTopUp   = "deposit_topup"
	KindDepositRefund  = "deposit_refund"
	KindDepositDraw    = "deposit_drawable"
)

func drawName(invoice string) string { return KindDepositDraw + "/" + invoice }

// Deadlines are the handlers of the ledger's time limits.
func (a *App) Deadlines() deadline.Registry {
	return deadline.Registry{
		KindBillingRun:     a.atDeadline((*work).runDue),
		KindInvoiceDue:     a.atDeadline((*work).dueDatePassed),
		KindDepositDraw:    a.atDeadline((*work).drawable),
		KindDepositProvide: a.atDeadline((*work).depositMissed),
		KindDepositTopUp:   a.atDeadline((*work).depositMissed),
		KindDepositRefund:  a.atDeadline((*work).refundMissed),
	}
}

// atDeadline runs a step on the account that a deadline is about.
func (a *App) atDeadline(do func(w *work, d commit.Deadline) error) deadline.Handler {
	return func(ctx context.Context, tx *commit.Tx, d commit.Deadline) error {
		k, ok := accountOf(d.Subject)
		if !ok {
			return tx.SettleDeadline(d.Name, commit.Withdrawn)
		}
		w, err := a.open(ctx, tx, k)
		if err != nil {
			return err
		}
		if err := do(w, d); err != nil {
			return err
		}
		return w.save()
	}
}

// accountOf reads the account from the name of a resource below it.
func accountOf(name string) (ledger.AccountKey, bool) {
	p := strings.Split(name, "/")
	if len(p) < 8 || p[0] != "providers" || p[2] != "customers" || p[4] != "contracts" || p[6] != "accounts" {
		return ledger.AccountKey{}, false
	}
	return ledger.AccountKey{ContractKey: book.ContractKey{Provider: p[1], Customer: p[3], Contract: p[5]}, Account: p[7]}, true
}

func (w *work) runDue(d commit.Deadline) error {
	if err := w.tx.SettleDeadline(d.Name, commit.Met); err != nil {
		return err
	}
	return w.bill(true)
}

// dueDatePassed counts a failure to pay where charges are still unpaid.
func (w *work) dueDatePassed(d commit.Deadline) error {
	docs, err := w.documents()
	if err != nil {
		return err
	}
	var i *ledger.Invoice
	for _, x := range docs {
		if x.Name() == d.Subject {
			i = x
		}
	}
	if i == nil || i.Open().Sign() <= 0 {
		return w.tx.SettleDeadline(d.Name, commit.Met)
	}
	if err := w.tx.SettleDeadline(d.Name, commit.Missed); err != nil {
		return err
	}
	w.publish(ledger.TypeInvoiceOverdue, i.Name(), ledger.InvoiceOverdue{Account: w.acct.Name(), Invoice: i.Name(), Due: i.Due, Open: i.Open()})
	if !strikes.Missed(w.r, i.Invoice) {
		return nil
	}
	i.Overdue = true
	w.touch(i)
	w.strike(i)
	if w.acct.Deposit.Balance.Sign() > 0 {
		return w.watchDraw(i)
	}
	return nil
}

// strike counts a failure to pay, once per due date where the reading says so.
func (w *work) strike(i *ledger.Invoice) {
	if w.r.Strikes == nil {
		return
	}
	for _, s := range w.acct.Strikes {
		if s.Invoice == i.ID || s.Due == i.Due && w.r.Is(w.r.Strikes.SameDueDate, "ONE_DUE_DATE_ONE_STRIKE") {
			return
		}
	}
	w.acct.Strikes = append(w.acct.Strikes, ledger.Strike{Invoice: i.ID, Due: i.Due})
	w.changed = true
	demandable := strikes.Demandable(w.r, len(w.acct.Strikes))
	if demandable {
		w.acct.Deposit = deposit.Allow(w.acct.Deposit)
		w.acct.Deposit.Version++
	}
	w.publish(ledger.TypeStrikeRecorded, i.Name(), ledger.StrikeRecorded{
		Account: w.acct.Name(), Invoice: i.Name(), Date: i.Due.AddDays(1), Strikes: len(w.acct.Strikes), Demandable: demandable,
	})
}

// watchDraw sets the day from which the deposit may be drawn for a document.
func (w *work) watchDraw(i *ledger.Invoice) error {
	from := deposit.DrawableFrom(w.r, i.Due)
	return w.tx.SetDeadline(commit.Deadline{
		Name: drawName(i.Name()), Subject: i.Name(), Kind: KindDepositDraw, Clause: w.r.Deposit.DrawClause, Due: from.Start(w.r.Zone()), Rank: commit.RankMoney,
		Consequence: "what is still unpaid may be met from the deposit, after notice",
	})
}

func (w *work) drawable(d commit.Deadline) error { return w.tx.SettleDeadline(d.Name, commit.Missed) }

// depositMissed records that a deposit, or its top-up, was not provided in time.
func (w *work) depositMissed(d commit.Deadline) error {
	next, missed := deposit.Miss(w.acct.Deposit)
	if !missed {
		return w.tx.SettleDeadline(d.Name, commit.Met)
	}
	if err := w.tx.SettleDeadline(d.Name, commit.Missed); err != nil {
		return err
	}
	last := w.acct.Deposit.Deadline
	next.Version++
	w.acct.Deposit, w.changed = next, true
	w.publish(ledger.TypeDepositDefaulted, w.acct.AccountKey.Deposit(), ledger.DepositDefaulted{Account: w.acct.Name(), Shortfall: next.Shortfall(), Deadline: last})
	return nil
}

// refundMissed: the provider is late; only people can pay.
func (w *work) refundMissed(d commit.Deadline) error {
	return w.tx.SettleDeadline(d.Name, commit.Missed)
}

// refund opens the return of deposit and credit once the contract has ended and
// nothing is unpaid.
func (w *work) refund() error {
	if !w.ended() || !w.acct.RefundFree.IsZero() && w.acct.Credit.Sign() <= 0 {
		return nil
	}
	if over, err := w.billedOut(); err != nil || !over {
		return err
	}
	if err := w.refundCredit(); err != nil {
		return err
	}
	if w.acct.Deposit.State != deposit.RefundDue || !w.acct.RefundFree.IsZero() {
		return nil
	}
	w.acct.RefundFree, w.changed = w.today, true
	last := date.Max(w.acct.Deposit.Deadline, w.today)
	w.acct.Deposit.Deadline = last
	w.acct.Deposit.Version++
	amount, _ := deposit.Refundable(w.r, w.acct.Deposit, w.zero())
	w.publish(ledger.TypeDepositRefundDue, w.acct.AccountKey.Deposit(), ledger.DepositRefundDue{Account: w.acct.Name(), Amount: amount, Deadline: last})
	return w.tx.SetDeadline(commit.Deadline{
		Name: KindDepositRefund + "/" + w.acct.Name(), Subject: w.acct.AccountKey.Deposit(), Kind: KindDepositRefund, Clause: w.r.Deposit.RefundClause,
		Due: last.AddDays(1).Start(w.r.Zone()), Rank: commit.RankMoney, Consequence: "the provider is late with returning the deposit",
	})
}

// billedOut tells whether every service has its closing document and nothing is
// open.
func (w *work) billedOut() (bool, error) {
	services, err := w.a.store.Services(w.ctx, w.tx, w.acct.AccountKey)
	if err != nil {
		return false, err
	}
	for _, s := range services {
		if s.Sub.ID != "" && !s.Closed && !s.Sub.Cancelled {
			return false, nil
		}
	}
	docs, err := w.documents()
	if err != nil {
		return false, err
	}
	return len(openDocs(docs, func(*ledger.Invoice) bool { return true })) == 0, nil
}

// refundCredit books leftover credit as money to pay back.
func (w *work) refundCredit() error {
	if w.acct.Credit.Sign() <= 0 {
		return nil
	}
	credits, err := w.a.store.Credits(w.ctx, w.tx, w.acct.AccountKey)
	if err != nil {
		return err
	}
	out := w.zero()
	for _, c := range credits {
		c.Refunded, c.Left, c.Only, c.Named = c.Left, w.zero(), true, named(c.Shares)
		out = out.Add(c.Refunded)
		c.Version++
		if err := w.a.store.SaveReceipt(w.ctx, w.tx, c); err != nil {
			return err
		}
	}
	w.acct.Credit, w.changed = w.acct.Credit.Sub(out), true
	return w.journal(w.acct.Name(), journal.CreditOut(out))
}

func named(shares []allocation.Share) []string {
	var out []string
	for _, s := range shares {
		out = append(out, s.ID)
	}
	return out
}

// openDocs is the open documents that a test chooses.
func openDocs(docs []*ledger.Invoice, choose func(*ledger.Invoice) bool) []*ledger.Invoice {
	var out []*ledger.Invoice
	for _, d := range docs {
		if d.Kind != invoicing.CreditNote && d.Open().Sign() > 0 && choose(d) {
			out = append(out, d)
		}
	}
	return out
}
