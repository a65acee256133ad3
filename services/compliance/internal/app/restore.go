package app

import (
	"context"
	"strconv"
	"strings"

	"cloudpact.dev/services/compliance/internal/decision"
	"cloudpact.dev/services/compliance/internal/facts"
	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/compliance/internal/restoration"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
)

// RestorationOffer names what restoration asks for.
type RestorationOffer struct {
	Hold record.Key
	Etag string
	// Fee is nil for none.
	Fee                             *money.Money
	AccountCleared, DepositComplete bool
}

// OfferRestoration names the conditions under which suspended services come
// back.
func (a *App) OfferRestoration(ctx context.Context, in RestorationOffer) (record.Hold, error) {
	return write(ctx, a, in.Hold.ContractKey, func(ctx context.Context, x *act) (record.Hold, error) {
		h, err := x.holdFor(ctx, in.Hold, in.Etag)
		if err != nil {
			return h, err
		}
		if h.State != record.HoldPlaced {
			return h, holdState(h, "an offer is made once, while a hold is in force")
		}
		fee := money.Zero(x.contract.Currency)
		if in.Fee != nil {
			if fee = *in.Fee; fee.Currency != x.contract.Currency {
				return h, fault.Invalid(ReasonCurrencyInvalid, "offer.fee", "the contract is in "+x.contract.Currency)
			}
		}
		o := &record.Offer{Fee: fee, AccountCleared: in.AccountCleared, DepositComplete: in.DepositComplete, Date: x.today}
		if !restoration.Allowed(x.terms, o.Asks()) {
			return h, fault.Precondition(ReasonNoGround, h.Name(), "the terms let the provider ask for no such condition")
		}
		h.State, h.Offer = record.HoldOffered, o
		state, err := x.conditions(ctx, h)
		if err != nil {
			return h, err
		}
		o.Met = restoration.Met(o.Asks(), state)
		if err := x.saveHold(ctx, &h); err != nil {
			return h, err
		}
		account := ""
		if h.Account != "" {
			account = x.key().In(h.Account).AccountName()
		}
		return h, x.tell(ctx, facts.RestorationOffered{
			Contract: x.key().Name(), Hold: h.Name(), Account: account, Fee: fee,
			AccountCleared: o.AccountCleared, DepositComplete: o.DepositComplete, Offered: x.today, Clause: x.terms.Restoration.Clause,
		})
	}, func(ctx context.Context, q db.Querier) (record.Hold, error) { return a.readHold(ctx, q, in.Hold) })
}

// ProposeRestoration proposes to lift a hold whose conditions are met.
func (a *App) ProposeRestoration(ctx context.Context, k record.Key, etag string) (record.Decision, error) {
	return write(ctx, a, k.ContractKey, func(ctx context.Context, x *act) (record.Decision, error) {
		h, err := x.holdFor(ctx, k, etag)
		if err != nil {
			return record.Decision{}, err
		}
		if h.State != record.HoldOffered {
			return record.Decision{}, holdState(h, "restoration follows an offer")
		}
		state, err := x.conditions(ctx, h)
		if err != nil {
			return record.Decision{}, err
		}
		if open := restoration.Open(h.Offer.Asks(), state); len(open) > 0 {
			return record.Decision{}, notMet(h, open)
		}
		policy := x.terms.Restoration
		return x.propose(ctx, record.Decision{
			Action: decision.LiftHold, Subject: h.Name(), Case: h.Case, Subscriptions: h.Subscriptions,
			Clause: policy.Clause, Citations: []explain.Citation{x.terms.Cite(policy.Clause, policy.AfterCure.Reading)},
		})
	}, func(ctx context.Context, q db.Querier) (record.Decision, error) {
		return a.latest(ctx, q, k.ContractKey, decision.LiftHold, k.HoldName())
	})
}

func notMet(h record.Hold, open []restoration.Condition) error {
	words := make([]string, len(open))
	for i, c := range open {
		words[i] = string(c)
	}
	f := fault.Precondition(ReasonConditionsNotMet, h.Name(), "restoration waits for "+strings.Join(words, ", "))
	for i, w := range words {
		f = f.And("offer.met["+strconv.Itoa(i)+"]", w+" is open")
	}
	return f.With("open", strings.Join(words, ","))
}

// holdFor reads a hold that a person acts on.
func (x *act) holdFor(ctx context.Context, k record.Key, etag string) (record.Hold, error) {
	h, err := x.readHold(ctx, x.tx, k)
	if err != nil {
		return h, err
	}
	return h, checkEtag(etag, h.Version, h.Name())
}

func (a *App) readHold(ctx context.Context, q db.Querier, k record.Key) (record.Hold, error) {
	h, ok, err := a.store.Hold(ctx, q, k)
	return found(h, ok, err, k.HoldName())
}

func holdState(h record.Hold, want string) error {
	return fault.Precondition(ReasonHoldState, h.Name(), "the hold is "+string(h.State)+"; "+want).With("state", string(h.State))
}
