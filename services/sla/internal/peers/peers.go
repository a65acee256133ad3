// Package peers reads what other services say: the book's subscriptions and
// amendments, the holds of compliance, the snapshot stores of token, and
// revisions of terms. It turns their messages into the service's own words.
package peers

import (
	"context"
	"fmt"
	"strings"

	gdate "google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/wire"
	"cloudpact.dev/services/sla/internal/app"
	"cloudpact.dev/services/sla/internal/store"
	"cloudpact.dev/services/terms"
	termswire "cloudpact.dev/services/terms/wire"
)

// Consumers are what the service reads.
func Consumers(a *app.App) []feed.Consumer {
	return []feed.Consumer{
		{Name: "book", Source: "billing", Handle: book(a), Types: []string{
			"subscription_changed", "commencement_set", "commencement_revoked", "term_ended",
			"termination_notice_changed", "subscription_ended", "subscription_cancelled", "contract_amended",
		}},
		{Name: "holds", Source: "compliance", Handle: holds(a), Types: []string{"hold_placed", "hold_lifted"}},
		{Name: "capacity", Source: "token", Handle: capacity(a), Types: []string{"snapshot_capacity_crossed"}},
	}
}

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

// read decodes a change of a source.
func read(c feed.Change, m proto.Message) error {
	if err := proto.Unmarshal(c.Body, m); err != nil {
		return fmt.Errorf("read the change %s: %w", c.ID, err)
	}
	return nil
}

// book takes in what billing says of subscriptions and contracts.
func book(a *app.App) func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
	return func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
		m := &billingv1.Change{}
		if err := read(c, m); err != nil {
			return err
		}
		if x := m.GetContractAmended(); x != nil {
			contract, err := app.ParseContract(x.GetContract().GetContract(), "contract")
			if err != nil {
				return err
			}
			t := termsOf(x.GetContract())
			t.From = day(x.GetEffectiveDate())
			return a.Amend(ctx, tx, contract, t)
		}
		f := factsOf(m)
		if f == nil {
			return nil
		}
		facts, err := subscription(f)
		if err != nil {
			return err
		}
		return a.TakeSubscription(ctx, tx, facts)
	}
}

// factsOf is the subscription that a change carries; nil for another change.
func factsOf(m *billingv1.Change) *contractv1.SubscriptionFacts {
	switch b := m.GetBody().(type) {
	case *billingv1.Change_SubscriptionChanged:
		return b.SubscriptionChanged.GetSubscription()
	case *billingv1.Change_CommencementSet:
		return b.CommencementSet.GetSubscription()
	case *billingv1.Change_CommencementRevoked:
		return b.CommencementRevoked.GetSubscription()
	case *billingv1.Change_TermEnded:
		return b.TermEnded.GetSubscription()
	case *billingv1.Change_TerminationNoticeChanged:
		return b.TerminationNoticeChanged.GetSubscription()
	case *billingv1.Change_SubscriptionEnded:
		return b.SubscriptionEnded.GetSubscription()
	case *billingv1.Change_SubscriptionCancelled:
		return b.SubscriptionCancelled.GetSubscription()
	}
	return nil
}

func subscription(f *contractv1.SubscriptionFacts) (app.BookFacts, error) {
	key, err := app.ParseSub(f.GetSubscription(), "subscription")
	if err != nil {
		return app.BookFacts{}, err
	}
	out := app.BookFacts{
		Sub: key, Kind: f.GetKind(), Edition: f.GetEdition(), Terms: termsOf(f.GetContract()),
		Commencement: day(f.GetCommencementDate()), LastDay: day(f.GetLastDay()),
		Cancelled: f.GetState() == contractv1.Subscription_STATE_CANCELLED,
	}
	for _, u := range f.GetUnits() {
		out.Units = append(out.Units, last(u.GetUnit()))
	}
	return out, nil
}

func termsOf(c *contractv1.ContractFacts) store.TermsFrom {
	return store.TermsFrom{Revision: c.GetTermsRevision(), Hash: c.GetTermsHash(), Readings: c.GetReadings()}
}

// last is the id at the end of a name.
func last(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// day reads a date of a fact; what a peer published is a day or unset.
func day(d *gdate.Date) date.Date {
	out, _ := wire.FromDate(d, "")
	return out
}

// holds takes in what compliance says of holds.
func holds(a *app.App) func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
	return func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
		m := &compliancev1.Change{}
		if err := read(c, m); err != nil {
			return err
		}
		switch b := m.GetBody().(type) {
		case *compliancev1.Change_HoldPlaced:
			subs, err := names(b.HoldPlaced.GetSubscriptions())
			if err != nil {
				return err
			}
			return a.PlaceHold(ctx, tx, subs, store.Hold{
				Name: b.HoldPlaced.GetHold(), Clause: b.HoldPlaced.GetClause(), Placed: clock.Truncate(b.HoldPlaced.GetPlacedTime().AsTime()),
			})
		case *compliancev1.Change_HoldLifted:
			subs, err := names(b.HoldLifted.GetSubscriptions())
			if err != nil {
				return err
			}
			return a.LiftHold(ctx, tx, subs, b.HoldLifted.GetHold(), clock.Truncate(b.HoldLifted.GetLiftedTime().AsTime()))
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

// capacity takes in what token says of snapshot stores.
func capacity(a *app.App) func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
	return func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
		m := &tokenv1.Change{}
		if err := read(c, m); err != nil {
			return err
		}
		x := m.GetSnapshotCapacityCrossed()
		if x == nil {
			return nil
		}
		key, err := app.ParseSub(x.GetSubscription(), "subscription")
		if err != nil {
			return err
		}
		return a.CrossCapacity(ctx, tx, key, store.Crossing{
			At: clock.Truncate(x.GetReportTime().AsTime()), Percent: int(x.GetPercent()), Notified: x.GetNotified(),
		})
	}
}
