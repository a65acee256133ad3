package bookapp

import (
	"context"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/cancellation"
	"cloudpact.dev/services/billing/internal/ending"
	"cloudpact.dev/services/billing/internal/term"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
)

// mergeEnd makes the one end of the service out of everything that would end
// it, publishes it when it is new, and ends the service at once when its last
// day has passed.
func (w *work) mergeEnd(more ...ending.Candidate) error {
	s := &w.sub
	k := s.SubscriptionKey
	stood := ending.End{Candidate: ending.Candidate{LastDay: s.End.LastDay, Cause: s.End.Cause, Clause: s.End.Clause}, Version: s.End.Version}
	e, changed := ending.Merge(stood, append(w.candidates(), more...)...)
	if !changed {
		return nil
	}
	s.End = book.End{LastDay: e.LastDay, Cause: e.Cause, Clause: e.Clause, Version: e.Version}
	if e.LastDay.IsZero() {
		return w.tx.SettleDeadline(endName(k), commit.Withdrawn)
	}
	over := e.LastDay.Before(w.today)
	if over {
		if err := w.finish(); err != nil {
			return err
		}
	}
	w.publish(book.TypeSubscriptionEnded, e.LastDay.AddDays(1), book.SubscriptionEnded{Subscription: w.facts(), Clause: e.Clause})
	if over {
		return nil
	}
	return w.remind(endName(k), KindSubscriptionEnd, e.Clause, "the service ends", commit.RankState, e.LastDay.AddDays(1))
}

// candidates are the notice that runs and the orders to terminate.
func (w *work) candidates() []ending.Candidate {
	var out []ending.Candidate
	if n := w.sub.Notice; n != nil && n.State == book.NoticeRunning {
		cause := ending.CustomerNotice
		if n.Party == book.PartyProvider {
			cause = ending.ProviderNotice
		}
		out = append(out, ending.Candidate{LastDay: n.ServiceLastDay, Cause: cause, Clause: n.Clause})
	}
	for _, o := range w.sub.Orders {
		out = append(out, ending.Candidate{LastDay: o.LastDay, Cause: ending.Breach, Clause: o.Clause})
	}
	return out
}

// finish turns the service off: its last day has passed.
func (w *work) finish() error {
	s := &w.sub
	s.State = book.Ended
	s.Commencement.Provisional = false
	byNotice := s.End.Cause == ending.CustomerNotice || s.End.Cause == ending.ProviderNotice
	if n := s.Notice; byNotice && n != nil && n.State == book.NoticeRunning {
		effective := *n
		effective.State = book.NoticeEffective
		s.Notice = &effective
	}
	if err := w.tx.SettleDeadline(endName(s.SubscriptionKey), commit.Missed); err != nil {
		return err
	}
	return w.dropDeadlines()
}

// dropDeadlines takes back what a service that is over does not need any more.
func (w *work) dropDeadlines() error {
	k := w.sub.SubscriptionKey
	for _, name := range []string{windowName(k), termName(k), ackName(k), deemedName(k), endName(k)} {
		if err := w.tx.SettleDeadline(name, commit.Withdrawn); err != nil {
			return err
		}
	}
	return nil
}

// endTerm ends the service period: supply goes on, ends, or is renewed.
func (w *work) endTerm(ctx context.Context) error {
	s := &w.sub
	t, err := w.terms(ctx, s.TermStart)
	if err != nil {
		return err
	}
	if err := w.tx.SettleDeadline(termName(s.SubscriptionKey), commit.Missed); err != nil {
		return err
	}
	p := term.Period{Start: s.TermStart, End: s.TermEnd}
	after := term.Following(t, p, w.ordered())
	switch after.What {
	case term.Ends:
		w.publish(book.TypeTermEnded, p.End, book.TermEnded{Subscription: w.facts()})
		return w.mergeEnd(ending.Candidate{LastDay: p.LastDay(), Cause: ending.Expiry, Clause: after.Clause})
	case term.Renews:
		s.TermEnd = after.End
		w.changed(p.End)
		return w.watchTerm(ctx)
	}
	s.State = book.Continuing
	w.publish(book.TypeTermEnded, p.End, book.TermEnded{Subscription: w.facts(), Continues: true})
	return nil
}

// cancel ends a service before it began.
func (w *work) cancel(ctx context.Context, received date.Date, deemed bool) error {
	t, err := w.terms(ctx, received)
	if err != nil {
		return err
	}
	s := &w.sub
	s.State = book.Cancelled
	s.CancelNotice = date.Date{}
	s.End = book.End{Cause: ending.Cancellation, Clause: cancellation.Clause(t, deemed), Version: s.End.Version + 1}
	if err := w.dropDeadlines(); err != nil {
		return err
	}
	w.publish(book.TypeSubscriptionCancelled, received,
		book.SubscriptionCancelled{Subscription: w.facts(), NoticeDate: received, Deemed: deemed})
	return nil
}
