package bookapp

import (
	"context"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/notice"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
)

// ServeTerminationNotice records a notice of termination. One that is not in the
// form that the terms prescribe is kept as invalid, without effect.
func (a *App) ServeTerminationNotice(ctx context.Context, k book.SubscriptionKey, etag string, n book.Notice) (book.Subscription, error) {
	return a.change(ctx, k, etag, func(ctx context.Context, w *work) error {
		if err := w.needs("notice ends a service that has commenced; before that the order is cancelled", book.Active, book.Continuing); err != nil {
			return err
		}
		if was := w.sub.Notice; was != nil && (was.State == book.NoticeServed || was.State == book.NoticeRunning) {
			return noticeState(w.sub, "a notice served on "+was.Served.String()+" is "+string(was.State))
		}
		if err := w.servable(n); err != nil {
			return err
		}
		w.sub.Notice = &n
		return w.judgeNotice(ctx)
	})
}

// servable refuses days that a notice cannot have.
func (w *work) servable(n book.Notice) error {
	if err := notAfterToday(n.Served, w.today, "served_date"); err != nil {
		return err
	}
	if err := notBefore(n.Served, w.sub.Commencement.Date, "served_date", "the commencement date"); err != nil {
		return err
	}
	if !n.Requested.IsZero() {
		return notBefore(n.Requested, n.Served, "requested_last_day", "the day of service")
	}
	return nil
}

// judgeNotice decides the latest notice anew and makes the subscription follow.
func (w *work) judgeNotice(ctx context.Context) error {
	n := *w.sub.Notice
	t, err := w.terms(ctx, n.Served)
	if err != nil {
		return err
	}
	d, ok := notice.Decide(t, notice.Facts{
		Party: string(n.Party), Kind: w.sub.Kind, Served: n.Served,
		Acknowledged: n.Acknowledged, Requested: n.Requested, PrescribedForm: n.PrescribedForm, Signed: n.Signed,
	})
	if !ok {
		return noticeState(w.sub, "the terms give this party no notice of termination")
	}
	if d.TooShort {
		return outOfRange("requested_last_day", "the period of notice ends on "+d.NoticeLastDay.String()+
			" and this party may not ask for less")
	}
	n.State, n.Clause = book.NoticeState(d.State), d.Clause
	n.LastDay, n.ServiceLastDay = d.NoticeLastDay, d.ServiceLastDay
	n.Explanation, n.ServiceExplanation = d.Explanation, d.Service
	w.sub.Notice = &n
	w.noticeChanged(n.Served)
	switch d.State {
	case notice.Served:
		if d.RemindOn.IsZero() {
			return nil
		}
		return w.remind(ackName(w.sub.SubscriptionKey), KindAckReminder, d.Clause,
			"people are reminded that the notice is void until its receipt is acknowledged", commit.RankNotices, d.RemindOn)
	case notice.Running:
		if err := w.tx.SettleDeadline(ackName(w.sub.SubscriptionKey), commit.Met); err != nil {
			return err
		}
		return w.mergeEnd()
	}
	return nil
}

func (w *work) noticeChanged(on date.Date) {
	n := w.sub.Notice
	w.publish(book.TypeNoticeChanged, on, book.NoticeChanged{Subscription: w.facts(), Party: n.Party, State: n.State})
}

func noticeState(s book.Subscription, msg string) error {
	return fault.Precondition(ReasonNoticeState, s.Name(), msg)
}

// AcknowledgeTerminationNotice records that receipt of the notice was
// acknowledged: from then on it counts.
func (a *App) AcknowledgeTerminationNotice(ctx context.Context, k book.SubscriptionKey, etag string, day date.Date) (book.Subscription, error) {
	return a.change(ctx, k, etag, func(ctx context.Context, w *work) error {
		n := w.sub.Notice
		if n == nil || n.State != book.NoticeServed || w.sub.Over() {
			return noticeState(w.sub, "no notice waits for an acknowledgement")
		}
		if err := notAfterToday(day, w.today, "acknowledged_date"); err != nil {
			return err
		}
		if err := notBefore(day, n.Served, "acknowledged_date", "the day of service"); err != nil {
			return err
		}
		acknowledged := *n
		acknowledged.Acknowledged = day
		w.sub.Notice = &acknowledged
		return w.judgeNotice(ctx)
	})
}

// WithdrawTerminationNotice records that both agreed to take the notice back,
// while the service runs.
func (a *App) WithdrawTerminationNotice(ctx context.Context, k book.SubscriptionKey, etag string, day date.Date) (book.Subscription, error) {
	return a.change(ctx, k, etag, func(ctx context.Context, w *work) error {
		n := w.sub.Notice
		if n == nil || (n.State != book.NoticeServed && n.State != book.NoticeRunning) || w.sub.Over() {
			return noticeState(w.sub, "no notice can be withdrawn")
		}
		if err := notAfterToday(day, w.today, "withdrawn_date"); err != nil {
			return err
		}
		if err := notBefore(day, n.Served, "withdrawn_date", "the day of service"); err != nil {
			return err
		}
		withdrawn := *n
		withdrawn.State, withdrawn.Withdrawn = book.NoticeWithdrawn, day
		w.sub.Notice = &withdrawn
		if err := w.tx.SettleDeadline(ackName(k), commit.Withdrawn); err != nil {
			return err
		}
		// The end first, so that the notice's change carries the service without it.
		if err := w.mergeEnd(); err != nil {
			return err
		}
		w.noticeChanged(day)
		return nil
	})
}
