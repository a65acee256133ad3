package peers

import (
	"context"
	"fmt"

	datepb "google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"

	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	"cloudpact.dev/services/billing/internal/app/bookapp"
	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/wire"
)

var contractName = resource.MustPattern("providers/{provider}/customers/{customer}/contracts/{contract}")

// BookConsumer lets the book follow compliance: orders to terminate end
// services, holds are shown on them.
func BookConsumer(app *bookapp.App) feed.Consumer {
	return feed.Consumer{
		Name: "book", Source: "compliance",
		Types: []string{"termination_ordered", "hold_placed", "hold_lifted"},
		Handle: func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
			in := &compliancev1.Change{}
			if err := proto.Unmarshal(c.Body, in); err != nil {
				return fmt.Errorf("read %s: %w", c.ID, err)
			}
			return follow(ctx, tx, app, in)
		},
	}
}

func follow(ctx context.Context, tx *commit.Tx, app *bookapp.App, in *compliancev1.Change) error {
	switch b := in.GetBody().(type) {
	case *compliancev1.Change_TerminationOrdered:
		o := b.TerminationOrdered
		k, err := contract(o.GetContract())
		if err != nil {
			return err
		}
		last, err := day(o.GetLastDay())
		if err != nil {
			return err
		}
		return app.Terminate(ctx, tx, bookapp.TerminationOrdered{
			Contract: k, Decision: o.GetDecision(),
			Subscriptions: o.GetSubscriptions(), LastDay: last, Clause: o.GetClause(),
		})
	case *compliancev1.Change_HoldPlaced:
		h := b.HoldPlaced
		return hold(ctx, tx, app, h.GetContract(), h.GetHold(), h.GetSubscriptions(), true)
	case *compliancev1.Change_HoldLifted:
		h := b.HoldLifted
		return hold(ctx, tx, app, h.GetContract(), h.GetHold(), h.GetSubscriptions(), false)
	}
	return nil
}

func hold(ctx context.Context, tx *commit.Tx, app *bookapp.App, of, name string, subscriptions []string, placed bool) error {
	k, err := contract(of)
	if err != nil {
		return err
	}
	return app.Hold(ctx, tx, bookapp.HoldChanged{Contract: k, Hold: name, Subscriptions: subscriptions, Placed: placed})
}

func contract(name string) (book.ContractKey, error) {
	ids, err := contractName.Parse(name, "contract")
	if err != nil {
		return book.ContractKey{}, err
	}
	return book.ContractKey{Provider: ids[0], Customer: ids[1], Contract: ids[2]}, nil
}

// day reads a date of a fact that must be there.
func day(d *datepb.Date) (date.Date, error) { return wire.NeedDate(d, "date") }
