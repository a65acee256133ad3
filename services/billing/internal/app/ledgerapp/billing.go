package ledgerapp

import (
	"cloudpact.dev/services/billing/internal/invoicing"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
)

// KindBillingRun is the deadline of the next day on which documents are made.
const KindBillingRun = "billing_run"

// bill brings the account up to date: charges, documents, the next billing day.
// While deadlines run by themselves, on a live clock or one that is advanced, the
// documents of billing days and ends are left to the deadline (atOnce false), so
// that everything that happens at one instant is on one document.
func (w *work) bill(atOnce bool) error {
	services, err := w.a.store.Services(w.ctx, w.tx, w.acct.AccountKey)
	if err != nil {
		return err
	}
	return w.billAll(services, atOnce)
}

func (w *work) billAll(services []ledger.Service, atOnce bool) error {
	w.services = services
	before := make([]ledger.Service, len(services))
	copy(before, services)
	for i := range services {
		if err := w.compute(&services[i]); err != nil {
			return err
		}
	}
	m, err := w.moment(services, atOnce)
	if err != nil {
		return err
	}
	if err := w.documentsOf(m); err != nil {
		return err
	}
	for i := range services {
		w.mark(&services[i], m)
		if services[i].Version != 0 && before[i].Through == services[i].Through && before[i].BilledTo == services[i].BilledTo &&
			before[i].Closed == services[i].Closed {
			continue
		}
		services[i].Version++
		if err := w.a.store.SaveService(w.ctx, w.tx, services[i]); err != nil {
			return err
		}
	}
	return w.schedule(services)
}

// reached tells whether a day has begun for the purpose of making documents.
func (w *work) reached(day date.Date, atOnce bool) bool {
	return (atOnce || w.calm) && !day.Start(w.r.Zone()).After(w.tx.Now())
}

// moment says what today means for the services' documents.
func (w *work) moment(services []ledger.Service, atOnce bool) (invoicing.Moment, error) {
	m := invoicing.Moment{Alone: true}
	for _, s := range services {
		if s.Sub.ID == "" {
			continue
		}
		switch {
		case s.Closed, s.Sub.Cancelled:
			m.Closed = append(m.Closed, s.Sub.ID)
			continue
		case s.Sub.Ended(w.today) && w.reached(s.Sub.LastDay.AddDays(1), atOnce):
			m.Closing = append(m.Closing, s.Sub.ID)
			continue
		}
		m.Alone = false
		if !s.Sub.Commenced() && s.Sub.LastDay.IsZero() && !s.Sub.Provisional {
			// No billing day is in sight: what is owed or taken back before
			// commencement, or after it was revoked, goes out at once.
			m.Closed = append(m.Closed, s.Sub.ID)
			continue
		}
		if day, ok := invoicing.BillingDay(w.r, s.Sub, s.BilledTo); ok && w.reached(day, atOnce) {
			m.Regular = append(m.Regular, s.Sub.ID)
		}
	}
	return m, nil
}

// mark records what was done for a service.
func (w *work) mark(s *ledger.Service, m invoicing.Moment) {
	switch {
	case s.Sub.ID == "":
	case hasID(m.Closing, s.Sub.ID):
		s.Closed = true
	case s.Closed && !s.Sub.Ended(w.today) && !s.Sub.Cancelled:
		s.Closed = false // the end was moved into the future
	case hasID(m.Regular, s.Sub.ID):
		s.BilledTo = w.today
	}
}

func hasID(list []string, id string) bool {
	for _, x := range list {
		if x == id {
			return true
		}
	}
	return false
}

// documentsOf makes the documents of a moment of all charges that are on none.
func (w *work) documentsOf(m invoicing.Moment) error {
	old, err := w.a.store.Unbilled(w.ctx, w.tx, w.acct.AccountKey)
	if err != nil {
		return err
	}
	for _, id := range m.Closing {
		if err := w.closingInterest(id); err != nil {
			return err
		}
	}
	var pending []invoicing.Pending
	byID := map[string]*ledger.Charge{}
	for i := range old {
		byID[old[i].ID] = &old[i]
		pending = append(pending, pendingOf(old[i]))
	}
	for i := range w.charged {
		if c := &w.charged[i]; c.Invoice == "" && !c.Memo {
			byID[c.ID] = c
			pending = append(pending, pendingOf(*c))
		}
	}
	for _, d := range invoicing.Plan(pending, m) {
		if err := w.issue(d, byID, m.Closing); err != nil {
			return err
		}
	}
	for _, id := range m.Closing {
		if err := w.accelerate(id); err != nil {
			return err
		}
	}
	return w.keepCharges(old)
}

func pendingOf(c ledger.Charge) invoicing.Pending {
	return invoicing.Pending{
		Line: invoicing.Line{
			Charge: c.ID, Identity: c.Identity, Item: c.Item, Subscription: c.Subscription, Amount: c.Amount, Bears: c.Bears, Note: c.Note, Period: c.Period,
		},
		Clause: c.Clause, Separate: c.Separate, PayBy: c.PayBy,
	}
}

// keepCharges writes the new charges, and the old ones that a document carries
// now.
func (w *work) keepCharges(old []ledger.Charge) error {
	for _, c := range old {
		if c.Invoice == "" || c.Memo {
			continue
		}
		c.Version++
		if err := w.a.store.SaveCharge(w.ctx, w.tx, c); err != nil {
			return err
		}
	}
	if len(w.charged) == 0 {
		return nil
	}
	for i := range w.charged {
		w.charged[i].Version = 1
		if w.charged[i].Memo {
			w.charged[i].Invoice = noInvoice
		}
	}
	return w.a.store.AddCharges(w.ctx, w.tx, w.charged)
}

// noInvoice marks evidence, which no document ever carries.
const noInvoice = "-"

// schedule sets the deadline of the next billing day.
func (w *work) schedule(services []ledger.Service) error {
	var next date.Date
	for _, s := range services {
		if s.Sub.ID == "" || s.Closed || s.Sub.Cancelled {
			continue
		}
		day, ok := w.next(s)
		if ok && (next.IsZero() || day.Before(next)) {
			next = day
		}
	}
	name := KindBillingRun + "/" + w.acct.Name()
	if next.IsZero() {
		return w.tx.SettleDeadline(name, commit.Met)
	}
	return w.tx.SetDeadline(commit.Deadline{
		Name: name, Subject: w.acct.Name(), Kind: KindBillingRun, Clause: w.r.Invoicing.Clause, Due: next.Start(w.r.Zone()), Rank: commit.RankMoney,
		Consequence: "the charges of the day are computed and the documents that are due are issued",
	})
}

// next is the next day of a service on which something is to be done: one that
// has come and was left to the deadline, or the first after today.
func (w *work) next(s ledger.Service) (date.Date, bool) {
	if day, ok := invoicing.BillingDay(w.r, s.Sub, s.BilledTo); ok && !day.After(w.today) {
		return w.today, true
	}
	if s.Sub.Ended(w.today) {
		return w.today, !s.Sub.Commencement.IsZero() || !s.Closed
	}
	return invoicing.Next(w.r, s.Sub, w.today)
}
