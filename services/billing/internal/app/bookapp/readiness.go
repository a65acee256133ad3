package bookapp

import (
	"context"
	"slices"
	"time"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/commencement"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/terms"
)

// NotifyReadiness records the notice that a service is ready. The notice's day
// is the commencement date where no problem is reported in the window.
func (a *App) NotifyReadiness(ctx context.Context, k book.SubscriptionKey, etag string, day date.Date) (book.Subscription, error) {
	return a.change(ctx, k, etag, func(ctx context.Context, w *work) error {
		return w.open(ctx, terms.ReadinessNotice, day, "notice_date")
	})
}

// CompleteAcceptanceTest records that an acceptance test was completed: the
// window for problems opens, and the customer has to sign.
func (a *App) CompleteAcceptanceTest(ctx context.Context, k book.SubscriptionKey, etag string, day date.Date) (book.Subscription, error) {
	return a.change(ctx, k, etag, func(ctx context.Context, w *work) error {
		return w.open(ctx, terms.Acceptance, day, "completed_date")
	})
}

// open starts an attempt to commence.
func (w *work) open(ctx context.Context, method string, day date.Date, path string) error {
	if err := w.uses(method); err != nil {
		return err
	}
	if err := w.needs("a new attempt to commence needs a service that has not commenced and has no open window", book.Provisioning); err != nil {
		return err
	}
	c := &w.sub.Commencement
	if method == terms.Acceptance && !c.NoticeDate.IsZero() && !w.blocked() {
		return w.needs("a test was completed on " + c.NoticeDate.String() + "; it waits for the customer's signature")
	}
	if err := w.accepted(ctx); err != nil {
		return err
	}
	if err := notAfterToday(day, w.today, path); err != nil {
		return err
	}
	if err := notBefore(day, w.sub.OrderSigned, path, "the day the order was signed"); err != nil {
		return err
	}
	c.NoticeDate, c.SignedDate, c.Settled = day, date.Date{}, len(c.Problems)
	if err := w.commence(ctx); err != nil {
		return err
	}
	if c.Date.IsZero() {
		w.changed(day)
	}
	return nil
}

// blocked tells whether the latest attempt has failed by a problem.
func (w *work) blocked() bool {
	return slices.ContainsFunc(w.sub.Commencement.Open(), func(p book.Problem) bool { return p.InTime })
}

// uses refuses a call of another method of commencement.
func (w *work) uses(method string) error {
	if w.sub.Commencement.Method == method {
		return nil
	}
	return fault.Precondition(ReasonCommencementMethod, w.sub.Name(),
		w.sub.Kind+" commences by "+w.sub.Commencement.Method+", not by "+method).With("method", w.sub.Commencement.Method)
}

// accepted refuses to begin before the order binds.
func (w *work) accepted(ctx context.Context) error {
	o, err := w.order(ctx, w.tx, w.sub.ContractKey.Order(w.sub.Order))
	if err != nil {
		return err
	}
	if o.State == book.SignedOrder {
		return orderState(o, "it was not accepted, and supply has not begun")
	}
	return nil
}

// SignAcceptance records the customer's signature under an acceptance test,
// whose day is the commencement date where no problem is reported in the window.
func (a *App) SignAcceptance(ctx context.Context, k book.SubscriptionKey, etag string, day date.Date) (book.Subscription, error) {
	return a.change(ctx, k, etag, func(ctx context.Context, w *work) error {
		if err := w.uses(terms.Acceptance); err != nil {
			return err
		}
		c := &w.sub.Commencement
		if err := w.needs("a signature needs a completed test", book.Provisioning); err != nil {
			return err
		}
		if c.NoticeDate.IsZero() || w.blocked() {
			return fault.Precondition(ReasonSubscriptionState, w.sub.Name(), "a signature needs a completed test without a problem")
		}
		if err := notAfterToday(day, w.today, "signed_date"); err != nil {
			return err
		}
		if err := notBefore(day, c.NoticeDate, "signed_date", "the day the test was completed"); err != nil {
			return err
		}
		c.SignedDate = day
		return w.commence(ctx)
	})
}

// ReportProblem records a problem that the customer reported. In the window it
// blocks commencement, also when it becomes known afterwards; later it is only
// recorded.
func (a *App) ReportProblem(ctx context.Context, k book.SubscriptionKey, etag string, day date.Date, description string) (book.Subscription, error) {
	if description == "" || len(description) > 4000 {
		return book.Subscription{}, invalid("description", "say in 1 to 4000 bytes what was reported")
	}
	return a.change(ctx, k, etag, func(ctx context.Context, w *work) error {
		if err := w.reportable(); err != nil {
			return err
		}
		if err := notAfterToday(day, w.today, "report_date"); err != nil {
			return err
		}
		t, err := w.terms(ctx, w.trigger())
		if err != nil {
			return err
		}
		c := &w.sub.Commencement
		inTime := commencement.InWindow(t, w.commencementFacts(), day)
		c.Problems = append(c.Problems, book.Problem{ReportDate: day, InTime: inTime, Description: description})
		if inTime {
			return w.commence(ctx)
		}
		return nil
	})
}

// reportable refuses a report where there is nothing that it could be about: no
// notice, no test, or a service that is over or about to end.
func (w *work) reportable() error {
	const msg = "problems are reported about a notice of readiness or an acceptance test, until the service period is over"
	if err := w.needs(msg, book.Provisioning, book.Provisional, book.Active); err != nil {
		return err
	}
	leaving := w.sub.Notice.Counts() || !w.sub.End.LastDay.IsZero()
	if w.sub.Commencement.NoticeDate.IsZero() || leaving || (w.sub.State == book.Provisioning && w.blocked()) {
		return fault.Precondition(ReasonSubscriptionState, w.sub.Name(), msg)
	}
	return nil
}

// RecordFirstCopy records the first copy of a unit that succeeded and its
// e-mail. The first of all fixes the commencement date at once.
func (a *App) RecordFirstCopy(ctx context.Context, k book.SubscriptionKey, etag, unit string, completed, emailed time.Time) (book.Subscription, error) {
	completed, emailed = clock.Truncate(completed), clock.Truncate(emailed)
	return a.change(ctx, k, etag, func(ctx context.Context, w *work) error {
		if err := w.uses(terms.FirstCopy); err != nil {
			return err
		}
		if err := w.needs("a first copy needs a service that is being set up or has commenced", book.Provisioning, book.Active); err != nil {
			return err
		}
		if err := w.accepted(ctx); err != nil {
			return err
		}
		if err := w.copyTimes(completed, emailed); err != nil {
			return err
		}
		if err := w.copiedUnit(unit, date.Of(completed, w.zone)); err != nil {
			return err
		}
		w.sub.Commencement.Copies = append(w.sub.Commencement.Copies, book.Copy{Unit: unit, Completed: completed, Emailed: emailed})
		return w.commence(ctx)
	})
}

func (w *work) copyTimes(completed, emailed time.Time) error {
	switch {
	case emailed.Before(completed):
		return outOfRange("emailed_time", "the customer is told after the copy is complete")
	case emailed.After(w.tx.Now()):
		return outOfRange("emailed_time", "the instant is after the provider's clock")
	}
	return notBefore(date.Of(completed, w.zone), w.sub.OrderSigned, "completed_time", "the day the order was signed")
}

// copiedUnit refuses a unit that does not belong to the service, that is gone by
// then, or whose first copy is known.
func (w *work) copiedUnit(id string, day date.Date) error {
	i, ok := w.sub.Unit(id)
	if !ok {
		return fault.Invalid(ReasonUnitState, "unit", "the subscription has no unit "+id)
	}
	u := w.sub.Units[i]
	if !u.Removed.IsZero() && day.After(u.Removed) {
		return fault.Precondition(ReasonUnitState, w.sub.SubscriptionKey.Unit(id), "the unit was in service until "+u.Removed.String())
	}
	for _, c := range w.sub.Commencement.Copies {
		if c.Unit == id {
			return fault.Precondition(ReasonUnitState, w.sub.SubscriptionKey.Unit(id), "its first copy is recorded")
		}
	}
	return nil
}
