package bookapp

import (
	"context"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/cancellation"
	"cloudpact.dev/services/billing/internal/commencement"
	"cloudpact.dev/services/billing/internal/term"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/terms"
)

// commence decides the commencement date anew from everything that is known and
// makes the subscription follow: dates, state, deadlines, changes.
func (w *work) commence(ctx context.Context) error {
	c := &w.sub.Commencement
	t, err := w.terms(ctx, w.trigger())
	if err != nil {
		return err
	}
	d, ok := commencement.Decide(t, w.commencementFacts(), w.today)
	if !ok {
		return fault.Precondition(ReasonKindUnknown, w.sub.Name(), "the terms do not say how "+w.sub.Kind+" commences")
	}
	c.Method, c.Clause, c.WindowLastDay, c.Pending, c.WindowExplanation = d.Method, d.Clause, d.WindowLastDay, d.Pending, d.Window
	switch d.State {
	case commencement.Rejected:
		return w.revoke(ctx)
	case commencement.Provisional, commencement.Confirmed:
		if err := w.setDate(ctx, d); err != nil {
			return err
		}
	}
	if d.State == commencement.Confirmed {
		return w.confirmed(ctx)
	}
	return w.watchWindow(t, d)
}

// trigger is the day whose readings decide: that of the latest fact that opens
// commencement, today before one.
func (w *work) trigger() date.Date {
	c := w.sub.Commencement
	if !c.NoticeDate.IsZero() {
		return c.NoticeDate
	}
	if len(c.Copies) > 0 {
		return date.Of(c.Copies[0].Emailed, w.zone)
	}
	return w.today
}

func (w *work) commencementFacts() commencement.Facts {
	c := w.sub.Commencement
	f := commencement.Facts{Kind: w.sub.Kind, Notice: c.NoticeDate, Signed: c.SignedDate, Agreed: c.Agreed}
	for _, p := range c.Open() {
		f.Reports = append(f.Reports, p.ReportDate)
	}
	for _, x := range c.Copies {
		f.Copies = append(f.Copies, commencement.Copy{Unit: x.Unit, Completed: x.Completed, Emailed: x.Emailed})
	}
	return f
}

// setDate writes the date, the service period that it starts and, where units
// have dates of their own, those; it publishes what is new.
func (w *work) setDate(ctx context.Context, d commencement.Decision) error {
	s := &w.sub
	c := &s.Commencement
	provisional := d.State == commencement.Provisional
	unitsMoved := w.setUnitDates(d)
	if c.Date == d.Date && c.Provisional == provisional && !unitsMoved {
		return nil
	}
	if c.Date != d.Date || c.Version == 0 {
		c.Version++
	}
	c.Date, c.Provisional, c.Explanation = d.Date, provisional, d.Explanation
	if s.State == book.Provisioning || s.State == book.Provisional {
		s.State = book.Active
		if provisional {
			s.State = book.Provisional
		}
	}
	t, err := w.terms(ctx, d.Date)
	if err != nil {
		return err
	}
	p := term.Of(t, d.Date, w.ordered())
	s.TermStart, s.TermEnd, s.TermMonths, s.TermExplanation = p.Start, p.End, p.Months, p.Explanation
	w.publish(book.TypeCommencementSet, d.Date, book.CommencementSet{Subscription: w.facts()})
	return nil
}

// setUnitDates gives units that commence by themselves their first day, where
// it is not the service's.
func (w *work) setUnitDates(d commencement.Decision) bool {
	moved := false
	for id, day := range d.Units {
		i, ok := w.sub.Unit(id)
		if !ok || day == d.Date || w.sub.Units[i].Added == day {
			continue
		}
		w.sub.Units[i].Added = day
		moved = true
	}
	return moved
}

func (w *work) ordered() term.Order {
	return term.Order{Months: w.sub.OrderTermMonths, LastDay: w.sub.OrderTermLastDay, EndsAutomatically: w.sub.EndsAutomatically}
}

// watchWindow sets the deadline at which the window for problems closes.
func (w *work) watchWindow(t terms.Resolved, d commencement.Decision) error {
	if d.State == commencement.None {
		return nil
	}
	dl := commit.Deadline{
		Name: windowName(w.sub.SubscriptionKey), Subject: w.sub.Name(), Kind: KindCommencementWindow,
		Clause: d.Clause, Rank: commit.RankState, Consequence: "without a problem reported by then the commencement date stands",
	}
	if d.State == commencement.Unsigned {
		dl.Consequence = "without a signature by then there is no commencement date, and people decide what follows"
		if !d.Pending && d.WindowLastDay.Before(w.today) {
			return nil // it was missed before it was known
		}
	}
	if d.Pending {
		dl.PendingNotBefore = d.NotBefore.AddDays(1).Start(t.Zone())
	} else {
		dl.Due = d.WindowLastDay.AddDays(1).Start(t.Zone())
	}
	return w.tx.SetDeadline(dl)
}

// confirmed follows a date that stands: the window is over, the service period
// runs, and a cancellation that waited for the window is judged by the date.
func (w *work) confirmed(ctx context.Context) error {
	k := w.sub.SubscriptionKey
	if err := w.tx.SettleDeadline(windowName(k), commit.Missed); err != nil {
		return err
	}
	if received := w.sub.CancelNotice; !received.IsZero() {
		w.sub.CancelNotice = date.Date{}
		if cancellation.Judge(cancellation.Facts{Received: received, Commencement: w.sub.Commencement.Date}) == cancellation.Cancelled {
			return w.cancel(ctx, received, false)
		}
	}
	if err := w.tx.SettleDeadline(deemedName(k), commit.Met); err != nil {
		return err
	}
	return w.watchTerm(ctx)
}

// watchTerm sets the deadline at which the service period ends, or ends it at
// once where that day has come.
func (w *work) watchTerm(ctx context.Context) error {
	if w.sub.State != book.Active {
		return nil
	}
	if !w.sub.TermEnd.After(w.today) {
		return w.endTerm(ctx)
	}
	t, err := w.terms(ctx, w.sub.TermStart)
	if err != nil {
		return err
	}
	after := term.Following(t, term.Period{Start: w.sub.TermStart, End: w.sub.TermEnd}, w.ordered())
	text := "the service period is over and supply continues at list prices"
	if after.What == term.Ends {
		text = "the service period is over and supply ends with it"
	}
	return w.remind(termName(w.sub.SubscriptionKey), KindTermEnd, after.Clause, text, commit.RankState, w.sub.TermEnd)
}

// revoke takes a commencement date back: a problem was reported in its window.
// A cancellation that waited for the window takes effect.
func (w *work) revoke(ctx context.Context) error {
	s := &w.sub
	c := &s.Commencement
	k := s.SubscriptionKey
	had := !c.Date.IsZero()
	c.Date, c.Provisional, c.SignedDate = date.Date{}, false, date.Date{}
	c.Explanation = explain.Explanation{}
	s.TermStart, s.TermEnd, s.TermMonths, s.TermExplanation = date.Date{}, date.Date{}, 0, explain.Explanation{}
	s.State = book.Provisioning
	if err := w.tx.SettleDeadline(windowName(k), commit.Met); err != nil {
		return err
	}
	if err := w.tx.SettleDeadline(termName(k), commit.Withdrawn); err != nil {
		return err
	}
	if had {
		c.Version++
		w.publish(book.TypeCommencementRevoked, date.Date{}, book.CommencementRevoked{Subscription: w.facts()})
	} else {
		w.changed(date.Date{})
	}
	if received := s.CancelNotice; !received.IsZero() {
		return w.cancel(ctx, received, false)
	}
	return nil
}
