package app

import (
	"context"
	"slices"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/token/internal/lots"
	"cloudpact.dev/services/token/internal/redeem"
	"cloudpact.dev/services/token/internal/store"
)

// cutting is the work of cutting the lots of one subscription anew. What is
// there and what should be there are compared, and the difference is written;
// cutting twice writes nothing.
type cutting struct {
	*App
	ctx   context.Context
	tx    *commit.Tx
	v     *view
	now   time.Time
	today date.Date
	clean map[store.LotKey]store.Lot // as they were read
	lots  []*store.Lot
}

// cut makes the lots of a subscription what the facts say, opens and lapses what
// is due, and sets the deadlines. It changes v.sub.Deadlines; the caller writes
// the subscription.
func (a *App) cut(ctx context.Context, tx *commit.Tx, v *view) error {
	c := &cutting{App: a, ctx: ctx, tx: tx, v: v, now: tx.Now(), clean: map[store.LotKey]store.Lot{}}
	c.today = v.today(c.now)
	if !v.tokens || v.sub.Commencement.IsZero() {
		return c.deadlines() // lots of a revoked date wait for the next one
	}
	var err error
	if c.lots, err = a.store.Lots(ctx, tx, v.sub.Sub); err != nil {
		return err
	}
	for _, l := range c.lots {
		c.clean[l.Key()] = *l
	}
	c.shape()
	if err := c.place(store.Cut, "commencement"); err != nil {
		return err
	}
	if err := c.settle(); err != nil {
		return err
	}
	return c.deadlines()
}

// shape gives every lot the span and tokens that the facts say.
func (c *cutting) shape() {
	byKey := make(map[store.LotKey]*store.Lot, len(c.lots))
	for _, l := range c.lots {
		byKey[l.Key()] = l
	}
	wanted := map[store.LotKey]bool{}
	for _, w := range lots.Cut(c.v.lots, c.v.facts, lots.Horizon(c.v.lots, c.v.facts, c.today)) {
		k := store.LotKey{Sub: c.v.sub.Sub, Ledger: w.Ledger, Year: w.Year}
		wanted[k] = true
		l := byKey[k]
		if l == nil {
			l = &store.Lot{Sub: k.Sub, Lot: redeem.Lot{Ledger: k.Ledger, Year: k.Year}}
			c.lots = append(c.lots, l)
		}
		l.From, l.To, l.Granted, l.Prorated, l.AfterTerm = w.From, w.To, w.Tokens, w.Prorated, w.AfterTerm
		l.Settle()
	}
	for k, l := range byKey {
		if !wanted[k] {
			l.To, l.Granted = l.From, 0
			l.Settle()
		}
	}
	for _, l := range c.lots {
		if l.Lapsed && !l.Ended(c.today) {
			l.Lapsed = false
		}
	}
}

// place puts the uses and reservations of every ledger whose lots changed into
// the years where they belong.
func (c *cutting) place(kind store.Kind, cause string) error {
	byLedger := map[string][]*store.Lot{}
	for _, l := range c.lots {
		byLedger[l.Ledger] = append(byLedger[l.Ledger], l)
	}
	for _, ledger := range sortedKeys(byLedger) {
		group := byLedger[ledger]
		if !slices.ContainsFunc(group, c.disturbs) || !slices.ContainsFunc(group, func(l *store.Lot) bool { return l.Demand() > 0 }) {
			continue
		}
		if err := c.arrange(ledger, group, ""); err != nil {
			return err
		}
	}
	return c.enter(kind, cause)
}

// disturbs tells whether the lot may bear other demands than before. A lot that
// is yet to begin bears none.
func (c *cutting) disturbs(l *store.Lot) bool {
	was, known := c.clean[l.Key()]
	if !known {
		return !l.From.After(c.today)
	}
	return was.From != l.From || was.To != l.To || was.Allotment != l.Allotment
}

// changed tells whether the lot differs from what was read, but for its
// counters of rows.
func (c *cutting) changed(l *store.Lot) bool {
	was, known := c.clean[l.Key()]
	return !known || was.Lot != l.Lot || was.Granted != l.Granted || was.Corrected != l.Corrected
}

// recut tells whether the lot's span or tokens changed.
func (c *cutting) recut(l *store.Lot) bool {
	was := c.clean[l.Key()]
	return was.From != l.From || was.To != l.To || was.Granted != l.Granted
}

// enter writes the ledger's lines for what changed in opened lots, and tells
// the world of new cuts.
func (c *cutting) enter(kind store.Kind, cause string) error {
	var lines []store.Entry
	for _, l := range c.lots {
		was, known := c.clean[l.Key()]
		if !known || !was.Opened {
			continue
		}
		if kind == store.Cut && c.recut(l) {
			l.Cuts++
			c.tx.Publish(commit.Draft{Type: TypeLotCut, Subject: l.Sub.Name(), Body: LotCut{
				Sub: l.Sub, Ledger: l.Ledger,
				Year: l.Year, Allotment: l.Allotment, Previous: was.Allotment, From: l.From, To: l.To,
			}})
		}
		if d := l.Booked().Minus(was.Booked()); !d.IsZero() {
			l.Seq++
			lines = append(lines, c.line(l, kind, d, cause))
		}
	}
	return c.store.Enter(c.ctx, c.tx, lines)
}

func (c *cutting) line(l *store.Lot, kind store.Kind, d redeem.Figures, cause string) store.Entry {
	return store.Entry{
		Sub: l.Sub, Recorded: c.now, Ledger: l.Ledger, Year: l.Year, Seq: l.Seq, Kind: kind,
		Effective: c.now, Delta: d, Cause: cause,
	}
}

// settle opens the lots that have begun, lapses those that are over, and writes
// every lot that changed.
func (c *cutting) settle() error {
	var lines []store.Entry
	for _, l := range c.lots {
		was, known := c.clean[l.Key()]
		if known && !was.Opened && l.Demand() == 0 && l.Granted == 0 && !l.To.IsZero() && l.To == l.From {
			if err := c.store.DropLot(c.ctx, c.tx, l); err != nil {
				return err
			}
			continue
		}
		if !l.Opened && (!l.From.After(c.today) || l.Demand() > 0) {
			lines = append(lines, c.open(l))
		}
		if l.Opened && !l.Lapsed && l.Ended(c.today) {
			lines = append(lines, c.lapse(l))
		}
		if !c.changed(l) && was.Opened == l.Opened && was.Seq == l.Seq && was.Cuts == l.Cuts &&
			was.Prorated == l.Prorated {
			continue
		}
		if err := c.store.PutLot(c.ctx, c.tx, l); err != nil {
			return err
		}
	}
	return c.store.Enter(c.ctx, c.tx, lines)
}

func (c *cutting) open(l *store.Lot) store.Entry {
	l.Opened = true
	l.Seq++
	l.Cuts++
	c.tx.Publish(commit.Draft{
		Type: TypeLotGranted, Subject: l.Sub.Name(), Effective: l.From.Start(c.v.service.Zone),
		Body: LotGranted{
			Sub: l.Sub, Ledger: l.Ledger, Year: l.Year, Allotment: l.Allotment, From: l.From, To: l.To,
			Prorated: l.Prorated, Provisional: c.v.sub.Provisional,
		},
	})
	e := c.line(l, store.Grant, redeem.Figures{Allotment: l.Allotment, Available: l.Allotment}, "commencement")
	e.Effective = l.From.Start(c.v.service.Zone)
	return e
}

func (c *cutting) lapse(l *store.Lot) store.Entry {
	left := l.Free()
	l.Lapsed = true
	l.Seq++
	at := l.To.Start(c.v.service.Zone)
	c.tx.Publish(commit.Draft{
		Type: TypeLotExpired, Subject: l.Sub.Name(), Effective: at,
		Body: LotExpired{Sub: l.Sub, Ledger: l.Ledger, Year: l.Year, Tokens: left},
	})
	e := c.line(l, store.Expire, redeem.Figures{Expired: left, Available: -left}, "expiry")
	e.Effective = at
	return e
}
