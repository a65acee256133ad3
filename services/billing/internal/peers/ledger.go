package peers

import (
	"context"
	"fmt"

	datepb "google.golang.org/genproto/googleapis/type/date"
	moneypb "google.golang.org/genproto/googleapis/type/money"
	"google.golang.org/protobuf/proto"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	slav1 "cloudpact.dev/gen/go/cloudpact/sla/v1"
	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/billing/internal/app/bookapp"
	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/wire"
)

// Taker records a decoded fact in the ledger.
type Taker func(ctx context.Context, tx *commit.Tx, c ledger.Change) error

// LedgerConsumers let the ledger follow the book, uses beyond the tokens, what
// compliance asks money for and what sla awards.
func LedgerConsumers(take Taker) []feed.Consumer {
	return []feed.Consumer{
		{
			Name: "ledger", Source: bookapp.Service,
			Types: []string{
				book.TypeContractConcluded, book.TypeContractAmended, book.TypeContractEnded, book.TypeSubscriptionChanged, book.TypeCommencementSet,
				book.TypeCommencementRevoked, book.TypeCommencementFeeAgreed, book.TypeTermEnded, book.TypeNoticeChanged, book.TypeSubscriptionEnded,
				book.TypeSubscriptionCancelled,
			},
			Handle: decoded(take, &billingv1.Change{}, bookFact),
		},
		{
			Name: "ledger-tokens", Source: "token", Types: []string{"overage_used", "overage_withdrawn"},
			Handle: decoded(take, &tokenv1.Change{}, tokenFact),
		},
		{
			Name: "ledger-compliance", Source: "compliance", Types: []string{"restoration_offered", "replacement_demanded", "replacement_withdrawn"},
			Handle: decoded(take, &compliancev1.Change{}, complianceFact),
		},
		{
			Name: "ledger-levels", Source: "sla", Types: []string{"award_granted"},
			Handle: decoded(take, &slav1.Change{}, slaFact),
		},
	}
}

// decoded reads a change and hands its fact on.
func decoded[M proto.Message](take Taker, empty M, fact func(M) (any, error)) func(context.Context, *commit.Tx, feed.Change) error {
	return func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
		m, ok := proto.Clone(empty).(M)
		if !ok {
			return fmt.Errorf("read %s: not a change of its service", c.ID)
		}
		if err := proto.Unmarshal(c.Body, m); err != nil {
			return fmt.Errorf("read %s: %w", c.ID, err)
		}
		f, err := fact(m)
		if err != nil {
			return fmt.Errorf("read %s: %w", c.ID, err)
		}
		return take(ctx, tx, ledger.Change{Effective: c.EffectiveTime, Fact: f})
	}
}

// bookFact is what a change of the book tells the ledger.
func bookFact(c *billingv1.Change) (any, error) {
	switch b := c.GetBody().(type) {
	case *billingv1.Change_ContractConcluded:
		return contractFact(b.ContractConcluded.GetContract(), nil)
	case *billingv1.Change_ContractAmended:
		return contractFact(b.ContractAmended.GetContract(), b.ContractAmended.GetEffectiveDate())
	case *billingv1.Change_ContractEnded:
		k, err := contract(b.ContractEnded.GetContract())
		if err != nil {
			return nil, err
		}
		last, err := optional(b.ContractEnded.GetLastDay())
		return ledger.ContractEndFact{Contract: k, LastDay: last}, err
	case *billingv1.Change_CommencementFeeAgreed:
		return feeFact(b.CommencementFeeAgreed)
	case *billingv1.Change_SubscriptionEnded:
		f, err := serviceFact(b.SubscriptionEnded.GetSubscription())
		f.Sub.EndClause = b.SubscriptionEnded.GetClause()
		return f, err
	case *billingv1.Change_SubscriptionCancelled:
		f, err := serviceFact(b.SubscriptionCancelled.GetSubscription())
		if err != nil {
			return nil, err
		}
		f.Sub.Cancelled, f.Sub.Deemed = true, b.SubscriptionCancelled.GetDeemed()
		f.Sub.CancelDate, err = day(b.SubscriptionCancelled.GetNoticeDate())
		return f, err
	}
	for _, s := range []interface {
		GetSubscription() *contractv1.SubscriptionFacts
	}{c.GetSubscriptionChanged(), c.GetCommencementSet(), c.GetCommencementRevoked(), c.GetTermEnded(), c.GetTerminationNoticeChanged()} {
		if s.GetSubscription() != nil {
			return serviceFact(s.GetSubscription())
		}
	}
	return nil, nil
}

func contractFact(f *contractv1.ContractFacts, from *datepb.Date) (ledger.ContractFact, error) {
	k, err := contract(f.GetContract())
	if err != nil {
		return ledger.ContractFact{}, err
	}
	out := ledger.ContractFact{Contract: k, Revision: f.GetTermsRevision(), Hash: f.GetTermsHash(), Readings: f.GetReadings(), Currency: f.GetCurrency()}
	out.From, err = optional(from)
	return out, err
}

func feeFact(f *contractv1.CommencementFeeAgreed) (ledger.FeeFact, error) {
	k, ok := book.ParseSubscription(f.GetSubscription())
	if !ok {
		return ledger.FeeFact{}, fmt.Errorf("%q is no subscription", f.GetSubscription())
	}
	on, err := day(f.GetAgreedDate())
	return ledger.FeeFact{Subscription: k, Fee: f.GetFee(), Date: on, Version: f.GetCommencementVersion()}, err
}

// tokenFact is what a change of the token service tells the ledger.
func tokenFact(c *tokenv1.Change) (any, error) {
	switch b := c.GetBody().(type) {
	case *tokenv1.Change_OverageUsed:
		o := b.OverageUsed
		k, ok := book.ParseSubscription(o.GetSubscription())
		if !ok {
			return nil, fmt.Errorf("%q is no subscription", o.GetSubscription())
		}
		on, err := day(o.GetUseDate())
		if err != nil {
			return nil, err
		}
		f := ledger.OverageFact{Subscription: k, Unit: ledger.Last("/" + o.GetUnit()), Identity: o.GetIdentity(), Date: on, Clause: o.GetClause(), Priced: o.GetPrice() != nil}
		f.Price, err = amount(o.GetPrice())
		return f, err
	case *tokenv1.Change_OverageWithdrawn:
		k, ok := book.ParseSubscription(b.OverageWithdrawn.GetSubscription())
		if !ok {
			return nil, fmt.Errorf("%q is no subscription", b.OverageWithdrawn.GetSubscription())
		}
		return ledger.OverageFact{Subscription: k, Identity: b.OverageWithdrawn.GetIdentity(), Withdrawn: true}, nil
	}
	return nil, nil
}

// complianceFact is what a change of compliance tells the ledger.
func complianceFact(c *compliancev1.Change) (any, error) {
	switch b := c.GetBody().(type) {
	case *compliancev1.Change_RestorationOffered:
		o := b.RestorationOffered
		k, err := contract(o.GetContract())
		if err != nil {
			return nil, err
		}
		f := ledger.RestorationFact{Account: ledger.MainOf(k), Hold: ledger.Last("/" + o.GetHold())}
		if f.Date, err = day(o.GetOfferDate()); err != nil {
			return nil, err
		}
		f.Fee, err = amount(o.GetFee())
		return f, err
	case *compliancev1.Change_ReplacementDemanded:
		return replacementFact(b.ReplacementDemanded)
	case *compliancev1.Change_ReplacementWithdrawn:
		w := b.ReplacementWithdrawn
		k, err := contract(w.GetContract())
		return ledger.ReplacementFact{Contract: k, Asset: ledger.Last("/" + w.GetAsset()), Subscription: w.GetSubscription(), Withdrawn: true}, err
	}
	return nil, nil
}

// slaFact is what a change of sla tells the ledger.
func slaFact(c *slav1.Change) (any, error) {
	b, ok := c.GetBody().(*slav1.Change_AwardGranted)
	if !ok {
		return nil, nil
	}
	a := b.AwardGranted
	k, ok := book.ParseSubscription(a.GetSubscription())
	if !ok {
		return nil, nil // of a target that serves no subscription
	}
	return ledger.AwardFact{
		Subscription: k, Assessment: ledger.Last("/" + a.GetAssessment()), Target: ledger.Last("/" + a.GetTarget()), Measure: a.GetMeasure(), Quantity: a.GetQuantity(),
	}, nil
}

func replacementFact(d *compliancev1.ReplacementDemanded) (ledger.ReplacementFact, error) {
	k, err := contract(d.GetContract())
	if err != nil {
		return ledger.ReplacementFact{}, err
	}
	f := ledger.ReplacementFact{Contract: k, Asset: ledger.Last("/" + d.GetAsset()), Subscription: d.GetSubscription(), Clause: d.GetClause()}
	if f.Price, err = amount(d.GetPrice()); err != nil {
		return f, err
	}
	if f.Date, err = day(d.GetDemandDate()); err != nil {
		return f, err
	}
	f.PayBy, err = optional(d.GetPaymentLastDay())
	return f, err
}

// optional reads a date of a fact that may be unset.
func optional(d *datepb.Date) (date.Date, error) { return wire.FromDate(d, "date") }

// amount reads an amount of a fact; nil is the zero amount without a currency.
func amount(m *moneypb.Money) (money.Money, error) { return wire.FromTotal(m, "amount") }
