package bookapp

import (
	"context"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/terms"
)

// ChangeCommencement records that the provider agreed in writing to another
// commencement date, and the fee for it, a decimal ("" for none). A refusal is
// nothing to record: the date stands.
func (a *App) ChangeCommencement(ctx context.Context, k book.SubscriptionKey, etag string, day date.Date, fee string, accepted bool) (book.Subscription, error) {
	return a.change(ctx, k, etag, func(ctx context.Context, w *work) error {
		if err := w.needs("only a commencement date that exists, of a service in its period, can be moved", book.Provisional, book.Active); err != nil {
			return err
		}
		if err := w.mayMove(day); err != nil {
			return err
		}
		t, err := w.terms(ctx, w.today)
		if err != nil {
			return err
		}
		if t.Commencement.ChangeClause == "" {
			return fault.Precondition(ReasonSubscriptionState, w.sub.Name(), "the terms know no change of the commencement date")
		}
		charged, err := w.changeFee(t, fee, accepted)
		if err != nil {
			return err
		}
		w.sub.Commencement.Agreed = day
		if err := w.commence(ctx); err != nil {
			return err
		}
		if charged {
			w.publish(book.TypeCommencementFeeAgreed, w.today, book.CommencementFeeAgreed{
				Subscription: w.sub.Name(), Fee: fee,
				AgreedDate: w.today, CommencementVersion: w.sub.Commencement.Version,
			})
		}
		return nil
	})
}

// mayMove refuses a date outside the order, or after a day on which something
// of the service has happened already.
func (w *work) mayMove(day date.Date) error {
	if err := notBefore(day, w.sub.OrderSigned, "date", "the day the order was signed"); err != nil {
		return err
	}
	if end := w.sub.OrderTermLastDay; !end.IsZero() && day.After(end) {
		return outOfRange("date", "the order's period ends on "+end.String())
	}
	if w.sub.Notice.Counts() || !w.sub.End.LastDay.IsZero() {
		return fault.Precondition(ReasonSubscriptionState, w.sub.Name(), "the end of the service is fixed already")
	}
	for _, u := range w.sub.Units {
		if !u.Removed.IsZero() && day.After(u.Removed) {
			return outOfRange("date", "the unit "+u.ID+" was in service until "+u.Removed.String())
		}
	}
	return nil
}

// changeFee tells whether a fee is payable, and refuses one that is no amount or
// that the customer has not accepted where it must.
func (w *work) changeFee(t terms.Resolved, fee string, accepted bool) (bool, error) {
	if fee == "" {
		return false, nil
	}
	m, err := money.Parse(w.contract.Currency, fee)
	if err != nil || m.Sign() < 0 {
		return false, fault.Invalid(ReasonAmountInvalid, "fee", "the fee is an amount of "+w.contract.Currency+" that is 0 or more, in its own decimal places")
	}
	if m.IsZero() {
		return false, nil
	}
	if !accepted && t.Flag(t.Commencement.ChangeFeeNeedsAcceptance) {
		return false, invalid("fee_accepted", "the fee arises only once the customer has accepted it")
	}
	return true, nil
}
