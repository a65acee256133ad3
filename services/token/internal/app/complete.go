package app

import (
	"context"
	"fmt"
	"time"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/token/internal/redeem"
	"cloudpact.dev/services/token/internal/store"
)

// CompleteCall turns a reservation into a use.
type CompleteCall struct {
	Sub       store.Sub
	ID, Etag  string
	Completed time.Time
	// Outcome is the instruction that completes it.
	Outcome string
	// AfterLapse where the provider does it although the time limit passed.
	AfterLapse bool
}

// Complete turns a reservation into a use.
func (a *App) Complete(ctx context.Context, call CompleteCall) (UseAnswer, error) {
	type saved struct{ Redemption *store.Redemption }
	out, err := commit.Run(ctx, a.Commit, call.Sub.Key(), func(ctx context.Context, tx *commit.Tx) (saved, error) {
		c, err := a.work(ctx, tx, call.Sub)
		if err != nil {
			return saved{}, err
		}
		r, err := c.complete(call)
		return saved{r}, err
	})
	if err != nil {
		return UseAnswer{}, err
	}
	v, err := a.near(ctx, a.DB.Read(), call.Sub)
	if err != nil {
		return UseAnswer{}, err
	}
	return UseAnswer{Redemption: out.Redemption, Citations: v.citations(out.Redemption)}, nil
}

func (c *cutting) complete(call CompleteCall) (*store.Redemption, error) {
	h, err := c.reservation(call.ID, call.Etag)
	if err != nil {
		return nil, err
	}
	if call.Completed.IsZero() {
		call.Completed = c.now
	}
	if err := c.mayComplete(h, call); err != nil {
		return nil, err
	}
	if err := c.fetch(); err != nil {
		return nil, err
	}
	l := c.lot(h.Ledger, h.Year)
	if l == nil {
		return nil, fmt.Errorf("the lot of reservation %s is gone", h.ID)
	}
	r := &store.Redemption{
		Sub: h.Sub, Recorded: c.now, ID: resource.ID("redemption", h.Sub.Name(), "reservation", h.ID), Hash: []byte{},
		Operation: h.Operation, Units: h.Units, Requested: h.Requested, Completed: call.Completed, Tokens: h.Tokens,
		Reservation: h.ID, State: store.Used, Bucket: store.FromReserved,
	}
	if c.v.uses.ByExecution && h.Tokens > 0 {
		if l, err = c.toExecution(h, l, call.Completed); err != nil {
			return nil, err
		}
	}
	l.Seq++
	l.Complete(h.Tokens)
	r.Ledger, r.Year, r.Seq, r.Bears, r.Ordinal = l.Ledger, l.Year, l.Seq, l.Year, h.Ordinal
	if h.Tokens == 0 {
		r.Bucket = store.FromNothing
	}
	if !l.Ended(c.today) {
		r.Remaining = l.Free()
	}
	if h.Ordinal > l.Allotment || h.Quoted {
		if err := c.completeBeyond(h, r, l); err != nil {
			return nil, err
		}
	}
	return r, c.completed(h, r, call.Outcome)
}

// completed writes what Complete decided.
func (c *cutting) completed(h *store.Reservation, r *store.Redemption, outcome string) error {
	h.State, h.Outcome = store.Completed, outcome
	if err := c.store.PutReservation(c.ctx, c.tx, h); err != nil {
		return err
	}
	if err := c.store.Redeemed(c.ctx, c.tx, []*store.Redemption{r}); err != nil {
		return err
	}
	// The redemption itself is the ledger's line of the completion.
	if err := c.settle(); err != nil {
		return err
	}
	c.tx.Publish(commit.Draft{Type: TypeTokenUsed, Subject: r.Sub.Name(), Body: TokenUsed{Sub: r.Sub, Uses: []*store.Redemption{r}}})
	return c.tx.SettleDeadline(reservationName(h.Sub, h.ID), commit.Met)
}

// mayComplete refuses what is too late, not instructed, or not of the service.
func (c *cutting) mayComplete(h *store.Reservation, call CompleteCall) error {
	name := h.Sub.Name() + "/reservations/" + h.ID
	op, err := c.v.uses.Operation(h.Operation)
	if err != nil {
		return answer(err, name)
	}
	late := h.State == store.Lapsed || call.Completed.After(h.Expires)
	switch {
	case !h.Live():
		return stateRefusal(h.Sub, h.ID, "the reservation is "+h.State)
	case !op.Instructed(call.Outcome):
		return fault.Invalid(fault.ReasonFieldInvalid, "outcome", fmt.Sprintf("%s is completed by %v", op.Name, op.Instructions))
	case call.Completed.After(c.now) || call.Completed.Before(h.Requested):
		return fault.Invalid(redeem.ReasonTime, "completed_time", "completed_time must lie between the reservation and the provider's now")
	case late && !(h.Windowed && call.AfterLapse):
		return stateRefusal(h.Sub, h.ID, "the time limit passed on "+h.Expires.Format(time.RFC3339)+"; the provider decides (after_lapse)")
	case !c.v.uses.UsableWhileSuspended && c.v.service.Suspended(call.Completed):
		return answer(&redeem.Refusal{Reason: redeem.ReasonSuspended, Message: "a hold forbids use"}, h.Sub.Name())
	}
	return nil
}

// toExecution moves a reservation into the year of its execution, where the
// reading says that this year bears the use.
func (c *cutting) toExecution(h *store.Reservation, from *store.Lot, at time.Time) (*store.Lot, error) {
	to := c.lot(h.Ledger, c.v.year(h.Ledger, c.v.today(at)))
	if to == nil || to == from {
		return from, nil
	}
	if to.Free() < h.Tokens && h.Overage == "" && c.v.uses.Block {
		return nil, answer(&redeem.Refusal{Reason: redeem.ReasonNoToken, Message: "the year of execution has no token left; quote and agree a price first"}, h.Sub.Name())
	}
	if h.Ordinal == from.Demand() {
		from.Release(h.Tokens)
	} else if err := c.arrange(h.Ledger, c.ledgerLots(h.Ledger), "r/"+h.ID); err != nil {
		return nil, err
	}
	to.Reserved += h.Tokens
	h.Year, h.Ordinal = to.Year, to.Demand()
	return to, c.enter(store.Reserve, "reservations/"+h.ID)
}

// completeBeyond executes the overage of a completed reservation.
func (c *cutting) completeBeyond(h *store.Reservation, r *store.Redemption, l *store.Lot) error {
	var o *store.Overage
	if h.Overage != "" {
		x, ok, err := c.store.Overage(c.ctx, c.tx, h.Sub, h.Overage)
		if err != nil {
			return err
		}
		if ok {
			o = &x
		}
	}
	if o == nil {
		var err error
		if o, err = c.unpriced(c.ctx, c.tx, c.v, r, true); err != nil {
			return err
		}
	}
	at := c.v.charged(h.Requested, r.Completed)
	execute(o, r, l.Ledger, l.Year, h.Ordinal, c.v.today(at))
	c.tx.Publish(commit.Draft{Type: TypeOverageUsed, Subject: h.Sub.Name(), Effective: at, Body: used(o, c.v)})
	return c.store.PutOverage(c.ctx, c.tx, o)
}
