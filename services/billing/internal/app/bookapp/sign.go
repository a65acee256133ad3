package bookapp

import (
	"context"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/cancellation"
	"cloudpact.dev/services/billing/internal/formation"
	"cloudpact.dev/services/billing/internal/term"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
)

// SignOrder records a party's signature. With the last one the order is placed
// and its services become subscriptions.
func (a *App) SignOrder(ctx context.Context, k book.OrderKey, etag string, party book.Party, day date.Date, signatory string) (book.Order, error) {
	if len(signatory) > maxText {
		return book.Order{}, invalid("signatory", "a name has at most 500 bytes")
	}
	return a.changeOrder(ctx, k, etag, func(ctx context.Context, w *orderWork) error {
		if err := w.needs("only a draft can be signed", book.DraftOrder); err != nil {
			return err
		}
		if err := notAfterToday(day, w.today, "signed_date"); err != nil {
			return err
		}
		if err := w.sign(party, day, signatory); err != nil {
			return err
		}
		signed, ok := formation.Signed(w.terms, w.facts())
		if !ok {
			return nil
		}
		w.order.State, w.order.Signed = book.SignedOrder, signed
		return w.place(ctx)
	})
}

func (w *orderWork) sign(party book.Party, day date.Date, signatory string) error {
	o := &w.order
	on, by := &o.CustomerSigned, &o.CustomerSignatory
	if party == book.PartyProvider {
		on, by = &o.ProviderSigned, &o.ProviderSignatory
	}
	if !on.IsZero() {
		return orderState(*o, "this party has signed on "+on.String())
	}
	*on, *by = day, signatory
	return nil
}

func (w *orderWork) facts() formation.Facts {
	o := w.order
	return formation.Facts{
		CustomerSigned: o.CustomerSigned, ProviderSigned: o.ProviderSigned,
		Accepted: o.Accepted, SupplyStarted: o.SupplyStarted,
	}
}

// place makes the subscriptions of a signed order and publishes it.
func (w *orderWork) place(ctx context.Context) error {
	o := w.order
	w.tx.Publish(commit.Draft{
		Type: book.TypeOrderPlaced, Subject: o.Name(), Effective: o.Signed.Start(w.terms.Zone()),
		Body: book.OrderPlaced{Order: o, TermMonths: term.Months(w.terms, term.Order{Months: o.TermMonths, LastDay: o.TermLastDay})},
	})
	for _, s := range o.Services {
		sub := subscribe(o, s)
		sub.Commencement.Method = method(w, s.Kind)
		if err := inserted(w.store.InsertSubscription(ctx, w.tx, sub), sub.Name()); err != nil {
			return err
		}
		w.tx.Publish(commit.Draft{
			Type: book.TypeSubscriptionChanged, Subject: sub.Name(), Effective: o.Signed.Start(w.terms.Zone()),
			Body: book.SubscriptionChanged{Subscription: book.SubscriptionFacts{Subscription: sub, Contract: factsOf(w.contract, w.today)}},
		})
		if err := w.remindOfDelay(sub); err != nil {
			return err
		}
	}
	return nil
}

func method(w *orderWork, kind string) string {
	rule, _ := w.terms.Commencement.Rule(kind)
	return rule.Method
}

// subscribe makes the subscription of an ordered service.
func subscribe(o book.Order, s book.Service) book.Subscription {
	sub := book.Subscription{
		SubscriptionKey: o.Subscription(s.Subscription), Order: o.Order, Kind: s.Kind, Title: s.Title,
		State: book.Provisioning, EndsAutomatically: o.EndsAutomatically, OrderSigned: o.Signed, OrderTermMonths: o.TermMonths,
		OrderTermLastDay: o.TermLastDay, Tokens: s.Tokens, OveragePrice: s.OveragePrice, Edition: s.Edition, Prices: s.Prices, Version: 1,
	}
	for _, u := range s.Units {
		sub.Units = append(sub.Units, book.Unit{ID: u.ID, Kind: u.Kind, Title: u.Title, Site: u.Site})
	}
	return sub
}

// remindOfDelay sets the day from which a service that has not commenced may be
// treated as cancelled. Nothing happens then by itself: people are told.
func (w *orderWork) remindOfDelay(sub book.Subscription) error {
	d, ok := cancellation.DeemedFrom(w.terms, w.order.Signed)
	if !ok {
		return nil
	}
	return w.tx.SetDeadline(commit.Deadline{
		Name: deemedName(sub.SubscriptionKey), Subject: sub.Name(), Kind: KindDeemedCancellation,
		Clause: d.Clause, Due: d.LastDay.AddDays(1).Start(w.terms.Zone()), Rank: commit.RankNotices,
		Consequence: "the provider may treat the service as cancelled where the customer caused the delay",
	})
}

// AcceptOrder records that the provider notified acceptance.
func (a *App) AcceptOrder(ctx context.Context, k book.OrderKey, etag string, day date.Date) (book.Order, error) {
	return a.changeOrder(ctx, k, etag, func(ctx context.Context, w *orderWork) error {
		if !w.order.Accepted.IsZero() {
			return orderState(w.order, "acceptance was notified on "+w.order.Accepted.String())
		}
		w.order.Accepted = day
		return w.bind(ctx, day, "acceptance_date")
	})
}

// StartSupply records that supply began, which accepts the order as well.
func (a *App) StartSupply(ctx context.Context, k book.OrderKey, etag string, day date.Date) (book.Order, error) {
	return a.changeOrder(ctx, k, etag, func(ctx context.Context, w *orderWork) error {
		if !w.order.SupplyStarted.IsZero() {
			return orderState(w.order, "supply began on "+w.order.SupplyStarted.String())
		}
		w.order.SupplyStarted = day
		return w.bind(ctx, day, "supply_start_date")
	})
}

// bind makes the agreement effective from the earliest event that the terms
// name; a fact that comes late may move the day back.
func (w *orderWork) bind(ctx context.Context, day date.Date, path string) error {
	if w.order.State == book.DraftOrder {
		return fault.Precondition(ReasonSignatureMissing, w.order.Name(), "an order is accepted only when both parties have signed it")
	}
	if err := w.needs("it cannot be accepted any more", book.SignedOrder, book.AcceptedOrder, book.CommencedOrder); err != nil {
		return err
	}
	if err := notAfterToday(day, w.today, path); err != nil {
		return err
	}
	if w.order.State == book.SignedOrder {
		w.order.State = book.AcceptedOrder
	}
	effective, why, ok := formation.Effective(w.terms, w.facts())
	if !ok {
		return nil
	}
	start := effective.Start(w.terms.Zone())
	w.tx.Publish(commit.Draft{
		Type: book.TypeOrderAccepted, Subject: w.order.Name(), Effective: start,
		Body: book.OrderAccepted{Order: w.order.Name(), AcceptedDate: effective},
	})
	c := &w.contract
	if !c.EffectiveDate.IsZero() && !effective.Before(c.EffectiveDate) {
		return nil
	}
	c.EffectiveDate, c.EffectiveExplanation = effective, why
	if c.State == book.ConcludedContract {
		c.State = book.EffectiveContract
	}
	c.Version++
	w.tx.Publish(commit.Draft{
		Type: book.TypeContractEffective, Subject: c.Name(), Effective: start,
		Body: book.ContractEffective{Contract: c.Name(), EffectiveDate: effective},
	})
	return updated(w.store.UpdateContract(ctx, w.tx, *c, c.Version-1), c.Name())
}
