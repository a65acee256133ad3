package app

import (
	"cmp"
	"maps"
	"slices"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/token/internal/redeem"
	"cloudpact.dev/services/token/internal/store"
)

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// arrange puts the demands of a ledger into their years, closes gaps, recounts
// its lots, and publishes exactly the uses that became or ceased to be overage.
// gone names a demand that does not count any more.
func (c *cutting) arrange(ledger string, group []*store.Lot, gone string) error {
	uses, err := c.store.Uses(c.ctx, c.tx, c.v.sub.Sub, ledger)
	if err != nil {
		return err
	}
	held, err := c.store.Holding(c.ctx, c.tx, c.v.sub.Sub, ledger)
	if err != nil {
		return err
	}
	lotOf := make(map[int]*store.Lot, len(group))
	for _, l := range group {
		lotOf[l.Year] = l
		l.Used, l.Reserved = 0, 0
	}
	rows := map[string]*store.Redemption{}
	holds := map[string]*store.Reservation{}
	years := map[string]int{}
	var before []redeem.Demand
	add := func(d redeem.Demand, year int) {
		if d.ID == gone || d.Tokens <= 0 {
			return
		}
		years[d.ID] = year
		before = append(before, d)
	}
	for _, r := range uses {
		d := redeem.Demand{ID: "u/" + r.ID, Tokens: r.Tokens, Year: r.Bears, Ordinal: r.Ordinal}
		rows[d.ID] = r
		add(d, c.yearIn(ledger, lotOf, c.v.today(c.v.charged(r.Requested, r.Completed))))
	}
	for i := range held {
		r := &held[i]
		d := redeem.Demand{ID: "r/" + r.ID, Held: true, Tokens: r.Tokens, Year: r.Year, Ordinal: r.Ordinal}
		holds[d.ID] = r
		add(d, c.yearIn(ledger, lotOf, c.v.today(r.Requested)))
	}
	after := redeem.Arrange(before, func(d redeem.Demand) int { return years[d.ID] })
	for _, d := range after {
		if d.Held {
			lotOf[d.Year].Reserved += d.Tokens
		} else {
			lotOf[d.Year].Used += d.Tokens
		}
	}
	moves := redeem.Moves(before, after, c.allotmentBefore(ledger), func(y int) int { return lotOf[y].Allotment })
	return c.move(moves, rows, holds, ledger)
}

// yearIn is the year that bears a use of a day: its own where there is such a
// lot, else the nearest before it, else the first.
func (c *cutting) yearIn(ledger string, lotOf map[int]*store.Lot, d date.Date) int {
	y := c.v.year(ledger, d)
	if l := lotOf[y]; l != nil && (l.To.IsZero() || l.From.Before(l.To)) {
		return y
	}
	best, first := -1, -1
	for k, l := range lotOf {
		if !l.To.IsZero() && !l.From.Before(l.To) {
			continue
		}
		if k <= y {
			best = max(best, k)
		}
		if first < 0 || k < first {
			first = k
		}
	}
	switch {
	case best >= 0:
		return best
	case first >= 0:
		return first
	case lotOf[y] != nil:
		return y
	}
	return slices.Min(sortedKeys(lotOf))
}

func (c *cutting) allotmentBefore(ledger string) func(int) int {
	return func(year int) int {
		return c.clean[store.LotKey{Sub: c.v.sub.Sub, Ledger: ledger, Year: year}].Allotment
	}
}

// move writes what changed of each demand: first what ceased to be overage, then
// what became it, so that an identity is free before it is used again.
func (c *cutting) move(moves []redeem.Move, rows map[string]*store.Redemption, holds map[string]*store.Reservation, ledger string) error {
	for _, m := range moves {
		if r := rows[m.Demand.ID]; r != nil && m.Ceased() {
			if err := c.cease(r, m); err != nil {
				return err
			}
		}
	}
	for _, m := range moves {
		if r := rows[m.Demand.ID]; r != nil {
			r.Bears, r.Ordinal = m.Now.Year, m.Now.Ordinal
			if m.Became() {
				if err := c.become(r, ledger); err != nil {
					return err
				}
			}
			if err := c.store.Bear(c.ctx, c.tx, r); err != nil {
				return err
			}
			continue
		}
		h := holds[m.Demand.ID]
		h.Year, h.Ordinal = m.Now.Year, m.Now.Ordinal
		if err := c.store.PutReservation(c.ctx, c.tx, h); err != nil {
			return err
		}
	}
	return nil
}

// cease withdraws the overage of a use.
func (c *cutting) cease(r *store.Redemption, m redeem.Move) error {
	o, ok, err := c.store.Overage(c.ctx, c.tx, r.Sub, r.Overage)
	if err != nil || !ok {
		return err
	}
	c.withdraw(&o)
	r.State = store.Used
	return c.store.PutOverage(c.ctx, c.tx, &o)
}

func (c *cutting) withdraw(o *store.Overage) {
	c.tx.Publish(commit.Draft{
		Type: TypeOverageWithdrawn, Subject: o.Sub.Name(),
		Body: OverageWithdrawn{Sub: o.Sub, ID: o.ID, Identity: o.Identity},
	})
	o.State = store.Withdrawn
}

// become makes a use overage: at the price that was agreed for it once, else the
// one last agreed under the order, else pending.
func (c *cutting) become(r *store.Redemption, ledger string) error {
	var o *store.Overage
	if r.Overage != "" {
		x, ok, err := c.store.Overage(c.ctx, c.tx, r.Sub, r.Overage)
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
	execute(o, r, ledger, r.Bears, r.Ordinal, c.v.today(c.v.charged(r.Requested, r.Completed)))
	c.tx.Publish(commit.Draft{Type: TypeOverageUsed, Subject: o.Sub.Name(), Body: used(o, c.v)})
	return c.store.PutOverage(c.ctx, c.tx, o)
}
