package bookapp

import (
	"context"
	"slices"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/cancellation"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
)

// CancelOrder records the customer's written cancellation of an order, or of
// some of its services, before commencement. Inside the window for problems it
// is judged when the window is over.
func (a *App) CancelOrder(ctx context.Context, k book.OrderKey, etag string, day date.Date, only []string) (book.Order, error) {
	again := func(ctx context.Context, q db.Querier) (book.Order, error) { return a.order(ctx, q, k) }
	return write(ctx, a, keyOf(k.ContractKey), func(ctx context.Context, tx *commit.Tx) (book.Order, error) {
		w, err := a.loadOrder(ctx, tx, k)
		if err != nil {
			return book.Order{}, err
		}
		if err := checkEtag(etag, w.order.Version, k.Name()); err != nil {
			return book.Order{}, err
		}
		if err := w.cancellable(day); err != nil {
			return book.Order{}, err
		}
		ids, err := w.chosen(only)
		if err != nil {
			return book.Order{}, err
		}
		for _, id := range ids {
			if err := w.cancelOne(ctx, id, day, len(only) > 0); err != nil {
				return book.Order{}, err
			}
		}
		return again(ctx, tx)
	}, again)
}

func (w *orderWork) cancellable(day date.Date) error {
	if err := w.needs("a cancellation comes after the signatures and before every service has commenced",
		book.SignedOrder, book.AcceptedOrder); err != nil {
		return err
	}
	if err := notAfterToday(day, w.today, "notice_date"); err != nil {
		return err
	}
	return notBefore(day, w.order.Signed, "notice_date", "the day the order was signed")
}

// chosen is the services that are cancelled: those named, or all.
func (w *orderWork) chosen(only []string) ([]string, error) {
	var all []string
	for _, s := range w.order.Services {
		all = append(all, s.Subscription)
	}
	for _, id := range only {
		if !slices.Contains(all, id) {
			return nil, fault.NotFound(fault.ReasonNotFound, w.order.Subscription(id).Name()).
				And("subscriptions", "the order has no service "+id)
		}
	}
	if len(only) > 0 {
		return only, nil
	}
	return all, nil
}

// cancelOne cancels a service. A service that has commenced, or is over, stays
// what it is where the whole order is cancelled, and is refused where it was
// named.
func (w *orderWork) cancelOne(ctx context.Context, id string, day date.Date, named bool) error {
	s, err := w.load(ctx, w.tx, w.order.Subscription(id))
	if err != nil {
		return err
	}
	if s.sub.Over() || s.sub.Live() {
		if named {
			return s.needs("it can be cancelled only before it commences", book.Provisioning, book.Provisional)
		}
		return nil
	}
	verdict := cancellation.Judge(cancellation.Facts{
		Received: day, Commencement: s.sub.Commencement.Date,
		Provisional: s.sub.Commencement.Provisional,
	})
	switch verdict {
	case cancellation.Cancelled:
		err = s.cancel(ctx, day, false)
	case cancellation.Wait:
		s.sub.CancelNotice = day
	}
	if err != nil {
		return err
	}
	return s.keep(ctx)
}
