// Package peers reads what the other services say, and compliance's own time
// limits, and turns their messages into facts.
package peers

import (
	"context"
	"fmt"

	datepb "google.golang.org/genproto/googleapis/type/date"
	moneypb "google.golang.org/genproto/googleapis/type/money"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/compliance/internal/app"
	"cloudpact.dev/services/compliance/internal/facts"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/wire"
	"cloudpact.dev/services/terms"
	termswire "cloudpact.dev/services/terms/wire"
)

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

// Consumers read the feeds of all services.
func Consumers(a *app.App) []feed.Consumer {
	return []feed.Consumer{
		{Name: "billing", Source: "billing", Types: billingTypes, Handle: handle(a, "billing", decodeBilling)},
		{Name: "token", Source: "token", Types: tokenTypes, Handle: handle(a, "token", decodeToken)},
		{Name: "sla", Source: "sla", Types: slaTypes, Handle: handle(a, "sla", decodeSLA)},
		{Name: "compliance", Source: "compliance", Types: deadlineTypes, Handle: handle(a, "compliance", decodeOwn)},
	}
}

// deadlineTypes are the changes that every feed has.
var deadlineTypes = []string{commit.TypeDeadlineSet, commit.TypeDeadlineMet, commit.TypeDeadlineMissed, commit.TypeDeadlineWithdrawn}

// handle decodes changes and takes them in; nil is a fact without effect here.
func handle(a *app.App, source string, decode func(body []byte) (any, error)) func(context.Context, *commit.Tx, feed.Change) error {
	return func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
		fact, err := decode(c.Body)
		if err != nil {
			return fmt.Errorf("read %s: %w", c.ID, err)
		}
		if fact == nil {
			return nil
		}
		return a.Consume(ctx, tx, app.Change{Source: source, Type: c.Type, Subject: c.Subject}, fact)
	}
}

// bearer is a Change of any service, as far as all are alike.
type bearer interface {
	proto.Message
	GetDeadlineSet() *typev1.DeadlineSet
	GetDeadlineMet() *typev1.DeadlineMet
	GetDeadlineMissed() *typev1.DeadlineMissed
	GetDeadlineWithdrawn() *typev1.DeadlineWithdrawn
}

// deadline is the time limit that a change tells of; nil for another change.
func deadline(c bearer) any {
	switch {
	case c.GetDeadlineSet() != nil:
		return limit(c.GetDeadlineSet().GetDeadline(), commit.Set)
	case c.GetDeadlineMet() != nil:
		return limit(c.GetDeadlineMet().GetDeadline(), commit.Met)
	case c.GetDeadlineMissed() != nil:
		return limit(c.GetDeadlineMissed().GetDeadline(), commit.Missed)
	case c.GetDeadlineWithdrawn() != nil:
		return limit(c.GetDeadlineWithdrawn().GetDeadline(), commit.Withdrawn)
	}
	return nil
}

func limit(f *typev1.DeadlineFacts, state commit.State) facts.Deadline {
	d := facts.Deadline{
		Name: f.GetDeadline(), Subject: f.GetSubject(), Kind: f.GetKind(), Clause: f.GetClause(),
		Consequence: f.GetConsequence(), Version: f.GetVersion(), State: string(state),
	}
	if f.GetDueTime() != nil {
		d.Due = f.GetDueTime().AsTime()
	}
	return d
}

// day reads a date of a fact; what a peer published is a day or unset.
func day(d *datepb.Date) date.Date {
	out, _ := wire.FromDate(d, "")
	return out
}

// amount reads an amount of a fact; what a peer published is an amount or unset.
func amount(m *moneypb.Money) money.Money {
	out, _ := wire.FromTotal(m, "")
	return out
}
