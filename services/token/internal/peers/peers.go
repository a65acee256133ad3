// Package peers reads what other services say: the book's subscriptions, the
// holds of compliance, and revisions of terms. It turns their messages into the
// service's own words.
package peers

import (
	"context"
	"fmt"
	"strings"

	datepb "google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/wire"
	"cloudpact.dev/services/terms"
	termswire "cloudpact.dev/services/terms/wire"
	"cloudpact.dev/services/token/internal/app"
	"cloudpact.dev/services/token/internal/store"
)

// BookTypes are the changes of billing that move lots.
var BookTypes = []string{
	"subscription_changed", "commencement_set", "commencement_revoked", "term_ended",
	"termination_notice_changed", "subscription_ended", "subscription_cancelled",
}

// HoldTypes are the changes of compliance that suspend.
var HoldTypes = []string{"hold_placed", "hold_lifted"}

// Revision fetches revisions of terms from billing.
func Revision(billing grpc.ClientConnInterface) func(ctx context.Context, name string) (*terms.Terms, error) {
	client := contractv1.NewRegistryServiceClient(billing)
	return func(ctx context.Context, name string) (*terms.Terms, error) {
		r, err := client.GetRevision(ctx, &contractv1.GetRevisionRequest{Name: name, View: contractv1.RevisionView_REVISION_VIEW_FULL})
		if err != nil {
			return nil, fault.FromStatus(err)
		}
		return termswire.FromProto(r.GetBody())
	}
}

// Book takes in what billing says of subscriptions.
func Book(a *app.App) func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
	return func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
		m := &billingv1.Change{}
		if err := proto.Unmarshal(c.Body, m); err != nil {
			return fmt.Errorf("read %s of billing: %w", c.ID, err)
		}
		facts, cancelled := factsOf(m)
		if facts == nil {
			return nil
		}
		s, err := Subscription(facts)
		if err != nil {
			return err
		}
		s.Cancelled = s.Cancelled || cancelled
		return a.TakeSubscription(ctx, tx, s)
	}
}

func factsOf(m *billingv1.Change) (f *contractv1.SubscriptionFacts, cancelled bool) {
	switch b := m.GetBody().(type) {
	case *billingv1.Change_SubscriptionChanged:
		f = b.SubscriptionChanged.GetSubscription()
	case *billingv1.Change_CommencementSet:
		f = b.CommencementSet.GetSubscription()
	case *billingv1.Change_CommencementRevoked:
		f = b.CommencementRevoked.GetSubscription()
	case *billingv1.Change_TermEnded:
		f = b.TermEnded.GetSubscription()
	case *billingv1.Change_TerminationNoticeChanged:
		f = b.TerminationNoticeChanged.GetSubscription()
	case *billingv1.Change_SubscriptionEnded:
		f = b.SubscriptionEnded.GetSubscription()
	case *billingv1.Change_SubscriptionCancelled:
		f, cancelled = b.SubscriptionCancelled.GetSubscription(), true
	}
	return f, cancelled
}

// Subscription is what the book's facts say in the service's own words.
func Subscription(f *contractv1.SubscriptionFacts) (store.Subscription, error) {
	key, err := app.ParseSub(f.GetSubscription(), "subscription")
	if err != nil {
		return store.Subscription{}, err
	}
	s := store.Subscription{
		Sub: key, Order: f.GetOrder(), Kind: f.GetKind(),
		TermsRevision: f.GetContract().GetTermsRevision(), TermsHash: f.GetContract().GetTermsHash(),
		Readings: f.GetContract().GetReadings(), Currency: f.GetContract().GetCurrency(),
		Commencement: day(f.GetCommencementDate()), Provisional: f.GetProvisional(), TermEnd: day(f.GetTermEnd()),
		EndsAutomatically: f.GetEndsAutomatically(), LastDay: day(f.GetLastDay()), EndVersion: f.GetEndVersion(),
		Cancelled: f.GetState() == contractv1.Subscription_STATE_CANCELLED,
		Tokens:    int(f.GetTokens()), OveragePrice: f.GetOveragePrice(),
	}
	if s.Cancelled {
		s.Commencement = date.Date{}
	}
	for _, u := range f.GetUnits() {
		s.Units = append(s.Units, store.Unit{
			ID: last(u.GetUnit()), Added: day(u.GetAddedDate()), Removed: day(u.GetRemovedDate()),
			Replaces: last(u.GetReplaces()),
		})
	}
	return s, nil
}

// last is the id at the end of a name.
func last(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// day reads a date of a fact; what a peer published is a day or unset.
func day(d *datepb.Date) date.Date {
	out, _ := wire.FromDate(d, "")
	return out
}

// Holds takes in what compliance says of holds.
func Holds(a *app.App) func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
	return func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
		m := &compliancev1.Change{}
		if err := proto.Unmarshal(c.Body, m); err != nil {
			return fmt.Errorf("read %s of compliance: %w", c.ID, err)
		}
		switch b := m.GetBody().(type) {
		case *compliancev1.Change_HoldPlaced:
			subs, err := names(b.HoldPlaced.GetSubscriptions())
			if err != nil {
				return err
			}
			return a.PlaceHold(ctx, tx, subs, store.Hold{
				ID: b.HoldPlaced.GetHold(), Placed: b.HoldPlaced.GetPlacedTime().AsTime(),
				Clause: b.HoldPlaced.GetClause(),
			})
		case *compliancev1.Change_HoldLifted:
			subs, err := names(b.HoldLifted.GetSubscriptions())
			if err != nil {
				return err
			}
			return a.LiftHold(ctx, tx, subs, b.HoldLifted.GetHold(), b.HoldLifted.GetLiftedTime().AsTime())
		}
		return nil
	}
}

func names(list []string) ([]store.Sub, error) {
	out := make([]store.Sub, len(list))
	for i, n := range list {
		var err error
		if out[i], err = app.ParseSub(n, "subscriptions"); err != nil {
			return nil, err
		}
	}
	return out, nil
}
