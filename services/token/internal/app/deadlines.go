package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/token/internal/store"
)

// The kinds of deadlines.
const (
	KindLotOpen           = "lot_open"
	KindLotExpiry         = "lot_expiry"
	KindReservationExpiry = "reservation_expiry"
	KindCapacityPrompt    = "snapshot_capacity_prompt"
	kindNotice            = "token_expiry_notice"
)

// noticeDays are the days before expiry on which a reminder is due: an
// operator's choice, no number of the agreement.
var noticeDays = []int{60, 30, 7}

// KindNotice is the kind of the reminder some days before expiry.
func KindNotice(days int) string { return fmt.Sprintf("%s_%d", kindNotice, days) }

// Deadlines holds the handler of each kind.
func (a *App) Deadlines() deadline.Registry {
	r := deadline.Registry{
		KindLotOpen:           a.lotDue(commit.Met),
		KindLotExpiry:         a.lotDue(commit.Missed),
		KindReservationExpiry: a.reservationDue,
		KindCapacityPrompt:    a.promptDue,
	}
	for _, n := range noticeDays {
		r[KindNotice(n)] = a.noticeDue
	}
	return r
}

// lotDue makes the lots of a subscription what they are at this instant.
func (a *App) lotDue(as commit.State) deadline.Handler {
	return func(ctx context.Context, tx *commit.Tx, d deadline.Deadline) error {
		s, err := subOf(d.Subject)
		if err != nil {
			return err
		}
		v, err := a.load(ctx, tx, s)
		if err != nil {
			return err
		}
		next := *v
		if err := a.cut(ctx, tx, &next); err != nil {
			return err
		}
		if err := a.store.PutSubscription(ctx, tx, next.sub); err != nil {
			return err
		}
		return tx.SettleDeadline(d.Name, as)
	}
}

// noticeDue lets the reminder act where tokens are still left.
func (a *App) noticeDue(ctx context.Context, tx *commit.Tx, d deadline.Deadline) error {
	s, err := subOf(d.Subject)
	if err != nil {
		return err
	}
	all, err := a.store.Lots(ctx, tx, s)
	if err != nil {
		return err
	}
	left := 0
	for _, l := range all {
		if l.Opened && !l.Lapsed && !l.To.IsZero() && strings.Contains(d.Name, "/"+l.To.String()+"/") {
			left += l.Free()
		}
	}
	if left == 0 {
		return tx.SettleDeadline(d.Name, commit.Met)
	}
	return tx.SettleDeadline(d.Name, commit.Missed)
}

// deadlines sets the deadlines of the subscription's lots, and withdraws those
// that no lot has any more. What is due now is left to its handler.
func (c *cutting) deadlines() error {
	want := map[string]commit.Deadline{}
	for _, l := range c.lots {
		c.deadlinesOf(l, want)
	}
	kept := c.v.sub.Deadlines[:0:0]
	for _, d := range c.v.sub.Deadlines {
		w, ok := want[d.Name]
		switch {
		case ok && w.Due.Equal(d.Due):
			kept = append(kept, d)
			delete(want, d.Name)
		case !ok && d.Due.After(c.now):
			if err := c.tx.SettleDeadline(d.Name, commit.Withdrawn); err != nil {
				return err
			}
		}
	}
	for _, name := range sortedKeys(want) {
		if err := c.tx.SetDeadline(want[name]); err != nil {
			return err
		}
		kept = append(kept, store.Deadline{Name: name, Due: want[name].Due})
	}
	c.v.sub.Deadlines = kept
	return nil
}

func (c *cutting) deadlinesOf(l *store.Lot, want map[string]commit.Deadline) {
	set := func(kind, suffix string, day date.Date, rank int, cites []explain.Citation, consequence string) {
		if !day.After(c.today) {
			return
		}
		name := kind + "/" + l.Sub.Name() + "/" + suffix
		d := commit.Deadline{
			Name: name, Subject: l.Sub.Name(), Kind: kind, Due: day.Start(c.v.service.Zone), Rank: rank,
			Consequence: consequence,
		}
		if len(cites) > 0 {
			d.Clause = cites[0].Clause
		}
		want[name] = d
	}
	switch {
	case !l.Opened && !(!l.To.IsZero() && l.To == l.From):
		set(KindLotOpen, l.From.String(), l.From, commit.RankEntitlement, c.v.lots.Allotment(), "the tokens of the next contract year are granted")
	case l.Opened && !l.Lapsed && !l.To.IsZero() && !l.AfterTerm:
		set(KindLotExpiry, l.To.String(), l.To, commit.RankEntitlement, c.v.lots.Expiry(), "unused tokens lapse")
		for _, n := range noticeDays {
			set(KindNotice(n), fmt.Sprintf("%s/%d", l.To, n), l.To.AddDays(-n), commit.RankNotices, c.v.lots.Expiry(),
				fmt.Sprintf("the customer is reminded that unused tokens lapse in %d days", n))
		}
	}
}

// promptDue reminds people that a warned customer has not instructed yet.
func (a *App) promptDue(_ context.Context, tx *commit.Tx, d deadline.Deadline) error {
	return tx.SettleDeadline(d.Name, commit.Missed)
}

// reservationName is the deadline of a reservation.
func reservationName(s store.Sub, id string) string {
	return KindReservationExpiry + "/" + s.Name() + "/reservations/" + id
}

func (a *App) setExpiry(tx *commit.Tx, r store.Reservation, cites []explain.Citation) error {
	d := commit.Deadline{
		Name: reservationName(r.Sub, r.ID), Subject: r.Sub.Name() + "/reservations/" + r.ID,
		Kind: KindReservationExpiry, Rank: commit.RankState, Consequence: "the token is given back",
		// The end instant itself is still in time.
		Due: r.Expires.Add(time.Microsecond),
	}
	if r.Windowed {
		d.Consequence = "the provider may refuse commit and revert"
	}
	if len(cites) > 0 {
		d.Clause = cites[0].Clause
	}
	return tx.SetDeadline(d)
}
