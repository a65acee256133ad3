package transport

import (
	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	"cloudpact.dev/services/billing/internal/allocation"
	"cloudpact.dev/services/billing/internal/app/ledgerapp"
	"cloudpact.dev/services/billing/internal/deposit"
	"cloudpact.dev/services/billing/internal/invoicing"
	"cloudpact.dev/services/billing/internal/journal"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/billing/internal/payoff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/wire"
)

var invoiceKinds = words[invoicing.Kind, billingv1.Invoice_Kind]{
	invoicing.Regular:       billingv1.Invoice_KIND_REGULAR,
	invoicing.Interest:      billingv1.Invoice_KIND_INTEREST,
	invoicing.Closing:       billingv1.Invoice_KIND_CLOSING,
	invoicing.Supplementary: billingv1.Invoice_KIND_SUPPLEMENTARY,
	invoicing.Event:         billingv1.Invoice_KIND_EVENT,
	invoicing.CreditNote:    billingv1.Invoice_KIND_CREDIT_NOTE,
}

var depositStates = words[deposit.State, billingv1.Deposit_State]{
	deposit.None:          billingv1.Deposit_STATE_NONE,
	deposit.Demandable:    billingv1.Deposit_STATE_DEMANDABLE,
	deposit.Demanded:      billingv1.Deposit_STATE_DEMANDED,
	deposit.Held:          billingv1.Deposit_STATE_HELD,
	deposit.Short:         billingv1.Deposit_STATE_SHORT,
	deposit.TopUpDemanded: billingv1.Deposit_STATE_TOPUP_DEMANDED,
	deposit.Defaulted:     billingv1.Deposit_STATE_DEFAULTED,
	deposit.RefundDue:     billingv1.Deposit_STATE_REFUND_DUE,
	deposit.Refunded:      billingv1.Deposit_STATE_REFUNDED,
}

var movementKinds = words[string, billingv1.DepositMovement_Kind]{
	deposit.KindReceipt: billingv1.DepositMovement_KIND_RECEIPT,
	deposit.KindDraw:    billingv1.DepositMovement_KIND_DRAW,
	deposit.KindRefund:  billingv1.DepositMovement_KIND_REFUND,
	deposit.KindCost:    billingv1.DepositMovement_KIND_COST,
}

func accountPB(v ledgerapp.AccountView) *billingv1.Account {
	state := billingv1.Account_STATE_CLEAR
	switch {
	case v.Closed:
		state = billingv1.Account_STATE_CLOSED
	case !v.Account.Since.IsZero():
		state = billingv1.Account_STATE_OVERDUE
	}
	return &billingv1.Account{
		Name: v.Account.Name(), Currency: v.Account.Currency, Balance: wire.ToMoney(v.Balance), Credit: wire.ToMoney(v.Account.Credit),
		AccruedInterest: wire.ToMoney(v.Interest), State: state, OverdueSince: wire.ToDate(v.Account.Since), Strikes: int32(len(v.Account.Strikes)), AsOf: wire.ToDate(v.Today),
	}
}

// fullView tells whether a caller asks for derivations.
func fullView(v billingv1.View) bool { return v == billingv1.View_VIEW_FULL }

func chargePB(c ledger.Charge, full bool) *billingv1.Charge {
	out := &billingv1.Charge{
		Name: c.Key.Charge(c.ID), Identity: c.Identity, Sequence: int32(c.Sequence), Item: c.Item, Amount: wire.ToMoney(c.Amount), PeriodStart: wire.ToDate(c.Period.From),
		PeriodEnd: wire.ToDate(c.Period.To), ChargeDate: wire.ToDate(c.Date), BearsInterest: c.Bears, Citations: wire.ToCitations(c.Explanation.Citations()), Note: c.Note,
	}
	if c.Subscription != "" {
		sub := c.Key.ContractKey.Subscription(c.Subscription)
		out.Subscription = sub.Name()
		if c.Unit != "" {
			out.Unit = sub.Unit(c.Unit)
		}
	}
	if c.Invoice != "" && !c.Memo {
		out.Invoice = c.Key.Invoice(c.Invoice)
	}
	if full {
		out.Explanation = wire.ToExplanation(c.Explanation)
	}
	return out
}

// invoiceState says where a document stands on a day.
func invoiceState(i ledger.Invoice, drawable bool, today date.Date) billingv1.Invoice_State {
	switch open := i.Open(); {
	case open.Sign() <= 0:
		return billingv1.Invoice_STATE_PAID
	case drawable:
		return billingv1.Invoice_STATE_DRAWABLE
	case today.After(i.Due):
		return billingv1.Invoice_STATE_OVERDUE
	case i.Paid().Sign() > 0:
		return billingv1.Invoice_STATE_PARTLY_PAID
	}
	return billingv1.Invoice_STATE_ISSUED
}

func invoicePB(v ledgerapp.InvoiceView, full bool) *billingv1.Invoice {
	i := v.Invoice
	out := &billingv1.Invoice{
		Name: i.Name(), Number: i.Number, Kind: invoiceKinds.pb(i.Kind), InvoiceDate: wire.ToDate(i.Date), DueDate: wire.ToDate(i.Due), Total: wire.ToMoney(i.Total),
		Paid: wire.ToMoney(i.Paid()), Open: wire.ToMoney(i.Open()), State: invoiceState(i, v.Drawable, v.Today), Accelerated: !i.Accelerated.IsZero(),
		PaidDate: wire.ToDate(i.PaidDate()), IssueTime: wire.ToTime(i.IssueTime),
	}
	if i.Kind == invoicing.CreditNote {
		out.DueDate, out.PaidDate = nil, nil
	}
	for _, l := range i.Lines {
		c := v.Charges[l.Charge]
		line := &billingv1.InvoiceLine{
			Charge: i.AccountKey.Charge(l.Charge), Identity: l.Identity, Item: l.Item, Description: l.Note, PeriodStart: wire.ToDate(l.Period.From),
			PeriodEnd: wire.ToDate(l.Period.To), Amount: wire.ToMoney(l.Amount), Citations: wire.ToCitations(c.Explanation.Citations()),
		}
		if l.Subscription != "" {
			line.Subscription = i.ContractKey.Subscription(l.Subscription).Name()
		}
		if full {
			line.Explanation = wire.ToExplanation(c.Explanation)
		}
		out.Lines = append(out.Lines, line)
	}
	for _, s := range i.Settlements {
		out.Settlements = append(out.Settlements, &billingv1.Settlement{Source: s.Source, ValueDate: wire.ToDate(s.Date), Amount: wire.ToMoney(s.Amount)})
	}
	return out
}

func paymentPB(r ledger.Receipt) *billingv1.Payment {
	out := &billingv1.Payment{
		Name: r.Source, Amount: wire.ToMoney(r.Amount), ValueDate: wire.ToDate(r.Date), Reference: r.Reference, Allocations: sharesPB(r.AccountKey, r.Shares),
		Unapplied: wire.ToMoney(r.Left),
	}
	// A payment whose credit was paid back names documents for the sake of later
	// replays only.
	if r.Refunded.IsZero() {
		for _, id := range r.Named {
			out.Remittance = append(out.Remittance, r.AccountKey.Invoice(id))
		}
	}
	return out
}

func sharesPB(k ledger.AccountKey, shares []allocation.Share) []*billingv1.Allocation {
	var out []*billingv1.Allocation
	for _, s := range shares {
		out = append(out, &billingv1.Allocation{Invoice: k.Invoice(s.ID), Amount: wire.ToMoney(s.Amount)})
	}
	return out
}

func accrualPB(k ledger.AccountKey, a payoff.Accrual) *billingv1.InterestAccrual {
	return &billingv1.InterestAccrual{
		Invoice: k.Invoice(a.Invoice), Amount: wire.ToMoney(a.Amount), Invoiced: wire.ToMoney(a.Billed), Waived: wire.ToMoney(a.Waived), From: wire.ToDate(a.From), To: wire.ToDate(a.To),
		Explanation: wire.ToExplanation(a.Explanation),
	}
}

func payoffPB(k ledger.AccountKey, on date.Date, q payoff.Quote) *billingv1.PayoffQuote {
	out := &billingv1.PayoffQuote{
		Account: k.Name(), ValueDate: wire.ToDate(on), Charges: wire.ToMoney(q.Charges), Interest: wire.ToMoney(q.Interest), Credit: wire.ToMoney(q.Credit), Total: wire.ToMoney(q.Total),
		Explanation: wire.ToExplanation(q.Explanation),
	}
	for _, a := range q.Accruals {
		out.Accruals = append(out.Accruals, accrualPB(k, a))
	}
	return out
}

func depositPB(v ledgerapp.DepositView) *billingv1.Deposit {
	d := v.Deposit
	out := &billingv1.Deposit{
		Name: v.Key.Deposit(), State: depositStates.pb(d.State), Required: wire.ToMoney(d.Required), Balance: wire.ToMoney(d.Balance), DemandDate: wire.ToDate(d.DemandDate),
		Deadline: wire.ToDate(d.Deadline), Refundable: wire.ToMoney(v.Refundable), Etag: ledgerapp.Etag(d.Version),
	}
	for _, m := range d.Movements {
		out.Movements = append(out.Movements, &billingv1.DepositMovement{
			Name: v.Key.Movement(m.ID), Kind: movementKinds.pb(m.Kind), Amount: wire.ToMoney(m.Amount), ValueDate: wire.ToDate(m.Date),
			Allocations: sharesPB(v.Key, m.Shares), Explanation: wire.ToExplanation(m.Explanation),
		})
	}
	return out
}

func terminationPB(q ledgerapp.TerminationQuote) *billingv1.TerminationQuote {
	out := &billingv1.TerminationQuote{
		Subscription: q.Subscription, Cause: q.Cause, NoticeDate: wire.ToDate(q.Notice), NoticeLastDay: wire.ToDate(q.NoticeLast), LastDay: wire.ToDate(q.Last),
		TermLastDay: wire.ToDate(q.TermLast), Compensation: wire.ToMoney(q.Compensation), RunningCharges: wire.ToMoney(q.Running), Total: wire.ToMoney(q.Total),
		Explanation: wire.ToExplanation(q.Explanation), LegalReview: q.Review,
	}
	for _, a := range q.Alternatives {
		out.Alternatives = append(out.Alternatives, &billingv1.Alternative{Reading: a.Reading, Option: a.Option, Amount: wire.ToMoney(a.Amount)})
	}
	return out
}

func entryPB(e ledger.Entry) *billingv1.JournalEntry {
	return &billingv1.JournalEntry{
		Name: e.AccountKey.Entry(e.ID), BookingDate: wire.ToDate(e.Date), RecordTime: wire.ToTime(e.RecordTime), Document: e.Document, Postings: postingsPB(e.Postings),
	}
}

func postingsPB(e journal.Entry) []*billingv1.Posting {
	var out []*billingv1.Posting
	for _, p := range e {
		out = append(out, &billingv1.Posting{Book: p.Book, Amount: wire.ToMoney(p.Amount)})
	}
	return out
}
