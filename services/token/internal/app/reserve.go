package app

import (
	"context"
	"time"

	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/token/internal/redeem"
	"cloudpact.dev/services/token/internal/store"
)

// ReserveCall holds a token for an operation.
type ReserveCall struct {
	Sub       store.Sub
	ID        string
	Operation string
	Units     []string
	Requested time.Time
	Overage   string
}

// Held is a reservation with its clauses.
type Held struct {
	store.Reservation
	Citations []explain.Citation
}

// work is one decision on a subscription: its view and, where needed, the lots
// of one ledger.
func (a *App) work(ctx context.Context, tx *commit.Tx, s store.Sub) (*cutting, error) {
	v, err := a.load(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	c := &cutting{App: a, ctx: ctx, tx: tx, v: v, now: tx.Now(), clean: map[store.LotKey]store.Lot{}}
	c.today = v.today(c.now)
	return c, nil
}

// fetch reads the lots of the work's subscription.
func (c *cutting) fetch() error {
	all, err := c.store.Lots(c.ctx, c.tx, c.v.sub.Sub)
	c.lots = all
	for _, l := range all {
		c.clean[l.Key()] = *l
	}
	return err
}

func (c *cutting) lot(ledger string, year int) *store.Lot {
	for _, l := range c.lots {
		if l.Ledger == ledger && l.Year == year {
			return l
		}
	}
	return nil
}

func (c *cutting) ledgerLots(ledger string) []*store.Lot {
	var out []*store.Lot
	for _, l := range c.lots {
		if l.Ledger == ledger {
			out = append(out, l)
		}
	}
	return out
}

// finish writes the ledger's lines and the changed lots.
func (c *cutting) finish(kind store.Kind, cause string) error {
	if err := c.enter(kind, cause); err != nil {
		return err
	}
	return c.settle()
}

// Reserve holds a token while an operation runs.
func (a *App) Reserve(ctx context.Context, call ReserveCall) (Held, error) {
	if err := resource.CheckID(call.ID, "reservation_id"); err != nil {
		return Held{}, err
	}
	return commit.Run(ctx, a.Commit, call.Sub.Key(), func(ctx context.Context, tx *commit.Tx) (Held, error) {
		c, err := a.work(ctx, tx, call.Sub)
		if err != nil {
			return Held{}, err
		}
		if _, exists, err := a.store.Reservation(ctx, tx, call.Sub, call.ID); err != nil || exists {
			if exists {
				err = fault.Exists(fault.ReasonAlreadyExists, call.Sub.Name()+"/reservations/"+call.ID)
			}
			return Held{}, err
		}
		return c.reserve(call)
	})
}

func (c *cutting) reserve(call ReserveCall) (Held, error) {
	name := call.Sub.Name()
	plan, err := planUse(c.v, redeem.Use{Operation: call.Operation, Units: call.Units, Requested: call.Requested}, c.now)
	if err != nil {
		return Held{}, answer(err, name)
	}
	if err := c.fetch(); err != nil {
		return Held{}, err
	}
	candidates := make([]*redeem.Lot, len(plan.Ledgers))
	for i, ledger := range plan.Ledgers {
		l := c.lot(ledger, c.v.year(ledger, plan.Day))
		if l == nil {
			return Held{}, answer(&redeem.Refusal{Reason: redeem.ReasonNoToken, Message: "there is no lot of that year"}, name)
		}
		candidates[i] = &l.Lot
	}
	o, agreed, err := c.agreed(call.Overage)
	if err != nil {
		return Held{}, err
	}
	t, err := redeem.Take(c.v.uses, plan, candidates, agreed, true)
	if err != nil {
		return Held{}, answer(err, name)
	}
	r := store.Reservation{
		Sub: call.Sub, ID: call.ID, Operation: call.Operation, Ledger: candidates[t.Lot].Ledger, Units: call.Units,
		Year: candidates[t.Lot].Year, Ordinal: t.Ordinal, Tokens: plan.Tokens, State: store.Held, Requested: plan.Charged, Reserved: c.now,
		Expires: c.now.Add(time.Duration(c.cfg.ReservationHours) * time.Hour), Quoted: t.Quoted,
	}
	cites := plan.Op.Cites
	if plan.Op.Window > 0 {
		r.Expires, r.Windowed = c.now.Add(plan.Op.Window), true
		cites = append(append([]explain.Citation{}, cites...), plan.Op.WindowCites...)
	}
	if o != nil && (t.Beyond || t.Quoted) {
		r.Overage, o.Holder = o.ID, r.ID
		if err := c.store.PutOverage(c.ctx, c.tx, o); err != nil {
			return Held{}, err
		}
	}
	if err := c.store.PutReservation(c.ctx, c.tx, &r); err != nil {
		return Held{}, err
	}
	if err := c.finish(store.Reserve, "reservations/"+r.ID); err != nil {
		return Held{}, err
	}
	c.tx.Publish(commit.Draft{Type: TypeTokenReserved, Subject: name, Body: TokenReserved{r}})
	return Held{r, cites}, c.setExpiry(c.tx, r, plan.Op.WindowCites)
}

// agreed reads an overage that a call names; nil for none.
func (c *cutting) agreed(id string) (*store.Overage, *redeem.Overage, error) {
	if id == "" {
		return nil, nil, nil
	}
	o, ok, err := c.store.Overage(c.ctx, c.tx, c.v.sub.Sub, id)
	if err != nil {
		return nil, nil, err
	}
	if !ok {
		return nil, nil, notFound(c.v.sub.Sub, "overages", id)
	}
	return &o, coreOverage(&o), nil
}

// reservation reads a reservation for a change.
func (c *cutting) reservation(id, etag string) (*store.Reservation, error) {
	r, ok, err := c.store.Reservation(c.ctx, c.tx, c.v.sub.Sub, id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, notFound(c.v.sub.Sub, "reservations", id)
	}
	return &r, checkEtag(etag, r.Version, c.v.sub.Sub.Name()+"/reservations/"+id)
}

func stateRefusal(s store.Sub, id, msg string) error {
	return fault.Precondition(redeem.ReasonReservation, s.Name()+"/reservations/"+id, msg)
}

// Release gives a reservation back.
func (a *App) Release(ctx context.Context, s store.Sub, id, etag string) (Held, error) {
	return commit.Run(ctx, a.Commit, s.Key(), func(ctx context.Context, tx *commit.Tx) (Held, error) {
		c, err := a.work(ctx, tx, s)
		if err != nil {
			return Held{}, err
		}
		r, err := c.reservation(id, etag)
		if err != nil {
			return Held{}, err
		}
		if !r.Live() {
			return Held{}, stateRefusal(s, id, "the reservation is "+r.State)
		}
		if err := c.release(r, store.Released); err != nil {
			return Held{}, err
		}
		return Held{*r, c.v.operationCites(r.Operation)}, tx.SettleDeadline(reservationName(s, id), commit.Withdrawn)
	})
}

// release gives the token of a reservation back and closes the gap that it
// leaves among the demands of its lot.
func (c *cutting) release(r *store.Reservation, as string) error {
	r.State = as
	if err := c.store.PutReservation(c.ctx, c.tx, r); err != nil {
		return err
	}
	if r.Overage != "" {
		if err := c.unhold(r); err != nil {
			return err
		}
	}
	c.tx.Publish(commit.Draft{Type: TypeTokenReleased, Subject: r.Sub.Name(), Body: TokenReleased{*r}})
	if r.Tokens == 0 {
		return nil
	}
	if err := c.fetch(); err != nil {
		return err
	}
	l := c.lot(r.Ledger, r.Year)
	if r.Ordinal == l.Demand() { // the last one leaves no gap
		l.Release(r.Tokens)
	} else if err := c.arrange(r.Ledger, c.ledgerLots(r.Ledger), "r/"+r.ID); err != nil {
		return err
	}
	return c.finish(store.Release, "reservations/"+r.ID)
}

// unhold frees the overage of a reservation that is given back.
func (c *cutting) unhold(r *store.Reservation) error {
	o, ok, err := c.store.Overage(c.ctx, c.tx, r.Sub, r.Overage)
	if err != nil || !ok || o.Holder != r.ID {
		return err
	}
	o.Holder = ""
	return c.store.PutOverage(c.ctx, c.tx, &o)
}

// reservationDue lets the time limit of a reservation pass. Where the terms give
// the customer a window the provider decides what follows; otherwise the token
// is given back.
func (a *App) reservationDue(ctx context.Context, tx *commit.Tx, d deadline.Deadline) error {
	s, err := subOf(d.Subject)
	if err != nil {
		return err
	}
	c, err := a.work(ctx, tx, s)
	if err != nil {
		return err
	}
	r, err := c.reservation(d.Subject[len(s.Name()+"/reservations/"):], "")
	if err != nil {
		return err
	}
	if r.State != store.Held {
		return tx.SettleDeadline(d.Name, commit.Withdrawn)
	}
	tx.Publish(commit.Draft{Type: TypeReservationLapsed, Subject: s.Name(), Effective: r.Expires, Body: ReservationLapsed{*r}})
	if r.Windowed {
		r.State = store.Lapsed
		err = a.store.PutReservation(ctx, tx, r)
	} else {
		err = c.release(r, store.Lapsed)
	}
	if err != nil {
		return err
	}
	return tx.SettleDeadline(d.Name, commit.Missed)
}
