package app

import (
	"fmt"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/token/internal/redeem"
	"cloudpact.dev/services/token/internal/store"
)

// decide lets the lots bear one use. An error spoils the group; a refusal is the
// use's own.
func (g *group) decide(u *use) error {
	if first := g.taken[u.key]; first != nil && u.key.ID != "" {
		return g.again(u, first.out.Redemption)
	}
	candidates := make([]*redeem.Lot, len(u.wants))
	for i, w := range u.wants {
		if g.lots[w] == nil {
			return fmt.Errorf("%s has no lot %+v", u.call.Sub.Name(), g.keys[w])
		}
		candidates[i] = &g.lots[w].Lot
	}
	o, agreed, err := g.overage(u)
	if err != nil || u.out.Err != nil {
		return err
	}
	before := make([]redeem.Figures, len(candidates))
	for i, c := range candidates {
		before[i] = c.Booked()
	}
	t, err := redeem.Take(u.view.uses, u.plan, candidates, agreed, false)
	if err != nil {
		u.out.Err = answer(err, u.call.Sub.Name())
		return nil
	}
	w := u.wants[t.Lot]
	l := g.lots[w]
	l.Seq++
	g.dirty[w] = true
	r := u.row(l, t)
	if t.Beyond || t.Quoted {
		if err := g.beyond(u, r, l, t, o); err != nil {
			return err
		}
	}
	if d := l.Booked().Minus(before[t.Lot]).Minus(r.Entry().Delta); !d.IsZero() {
		// A use of several tokens that only some of were left.
		l.Seq++
		g.entries = append(g.entries, store.Entry{
			Sub: l.Sub, Recorded: u.now, Ledger: l.Ledger, Year: l.Year, Seq: l.Seq,
			Kind: store.Use, Effective: r.Requested, Delta: d, Operation: r.Operation, Cause: "redemptions/" + r.ID,
		})
	}
	g.rows = append(g.rows, r)
	g.taken[store.RedemptionKey{Sub: u.call.Sub, ID: r.ID}] = u
	u.out.Redemption, u.out.Citations = r, u.plan.Cites()
	return nil
}

// row is the redemption of a use that a lot bears.
func (u *use) row(l *store.Lot, t redeem.Taken) *store.Redemption {
	r := &store.Redemption{
		Sub: u.call.Sub, Recorded: u.now, Ledger: l.Ledger, Year: l.Year, Seq: l.Seq, ID: u.key.ID, Hash: u.hash,
		Operation: u.call.Use.Operation, Units: u.call.Use.Units, Requested: u.plan.Requested, Completed: u.plan.Completed,
		Tokens: u.plan.Tokens, RequestID: u.call.RequestID, Bears: l.Year, Ordinal: t.Ordinal, State: store.Used,
	}
	if r.ID == "" {
		r.ID = resource.ID("redemption", u.call.Sub.Name(), l.Ledger, fmt.Sprint(l.Year), fmt.Sprint(l.Seq))
	}
	if !l.Ended(u.view.today(u.now)) {
		r.Remaining = l.Free()
	}
	switch {
	case r.Tokens == 0:
	case t.Beyond:
		r.Bucket = store.FromBeyond
	case l.Lapsed:
		r.Bucket = store.FromLapsed
	default:
		r.Bucket = store.FromLeft
	}
	return r
}

// overage reads the overage that a use names.
func (g *group) overage(u *use) (*store.Overage, *redeem.Overage, error) {
	if u.call.Overage == "" {
		return nil, nil, nil
	}
	k := store.RedemptionKey{Sub: u.call.Sub, ID: u.call.Overage}
	o := g.overages[k]
	if o == nil {
		x, ok, err := g.store.Overage(g.ctx, g.tx, u.call.Sub, u.call.Overage)
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			u.out.Err = notFound(u.call.Sub, "overages", u.call.Overage)
			return nil, nil, nil
		}
		o = &x
		g.overages[k] = o
	}
	return o, coreOverage(o), nil
}

// coreOverage is an overage as the core knows it.
func coreOverage(o *store.Overage) *redeem.Overage {
	return &redeem.Overage{ID: o.ID, Operation: o.Operation, Ledger: o.Ledger, Agreed: o.State == store.Agreed && o.Holder == ""}
}

// beyond executes the overage of a use, or makes one whose price is still to be
// agreed.
func (g *group) beyond(u *use, r *store.Redemption, l *store.Lot, t redeem.Taken, o *store.Overage) error {
	if o == nil {
		var err error
		if o, err = g.unpriced(g.ctx, g.tx, u.view, r, false); err != nil {
			return err
		}
	}
	execute(o, r, l.Ledger, l.Year, t.Ordinal, u.view.today(u.plan.Charged))
	g.pending = append(g.pending, o)
	g.tx.Publish(u.item, commit.Draft{Type: TypeOverageUsed, Subject: u.call.Sub.Name(), Effective: u.plan.Charged, Body: used(o, u.view)})
	return nil
}

// execute ties an overage to the use that it pays for.
func execute(o *store.Overage, r *store.Redemption, ledger string, year, ordinal int, day date.Date) {
	o.State, o.Redemption, o.Year, o.Ordinal, o.UseDay, o.Holder = store.Executed, r.ID, year, ordinal, day, ""
	o.Identity = redeem.Identity(ledger, year, ordinal)
	if r.Tokens == 0 {
		o.ByQuote = true
		o.Identity = redeem.QuotedIdentity(ledger, year, o.ID)
	}
	r.Overage, r.State = o.ID, store.Over
	if o.Price == nil {
		o.State, r.State = store.Unpriced, store.Pending
	}
}

// used is the change that makes an overage chargeable.
func used(o *store.Overage, v *view) OverageUsed {
	return OverageUsed{
		Sub: o.Sub, ID: o.ID, Ledger: o.Ledger, Year: o.Year, Ordinal: o.Ordinal, Identity: o.Identity,
		Price: o.Price, UseDay: o.UseDay, Retroactive: o.Retroactive, Clause: v.overageClause(o),
	}
}

// publish drafts one change for each call and subscription.
func (g *group) publish() {
	type place struct {
		item int
		sub  store.Sub
	}
	at := map[place]int{}
	var places []place
	var bodies []TokenUsed
	for _, u := range g.uses {
		r := u.out.Redemption
		if r == nil || g.taken[store.RedemptionKey{Sub: u.call.Sub, ID: r.ID}] != u {
			continue
		}
		p := place{u.item, u.call.Sub}
		i, ok := at[p]
		if !ok {
			i = len(places)
			at[p], places, bodies = i, append(places, p), append(bodies, TokenUsed{Sub: u.call.Sub})
		}
		bodies[i].Uses = append(bodies[i].Uses, r)
	}
	for i, p := range places {
		g.tx.Publish(p.item, commit.Draft{Type: TypeTokenUsed, Subject: p.sub.Name(), Body: bodies[i]})
	}
}

// write puts the rows of all uses into the transaction.
func (g *group) write() error {
	lots := make([]*store.Lot, 0, len(g.dirty))
	for i, l := range g.lots {
		if g.dirty[i] {
			lots = append(lots, l)
		}
	}
	sts := store.Write(g.tx.Dialect(), store.Written{Lots: lots, Redemptions: g.rows, Entries: g.entries})
	if g.search {
		if err := g.tx.Together(g.ctx, sts...); err != nil {
			return fmt.Errorf("write uses: %w", err)
		}
	} else if err := g.tx.Attempt(g.ctx, sts...); db.Class(err) == db.Unique {
		return errRepeated
	} else if err != nil {
		return fmt.Errorf("write uses: %w", err)
	}
	for _, o := range g.pending {
		if err := g.store.PutOverage(g.ctx, g.tx, o); err != nil {
			return err
		}
	}
	return nil
}
