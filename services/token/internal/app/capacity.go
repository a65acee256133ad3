package app

import (
	"context"
	"fmt"
	"math/bits"
	"time"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/token/internal/redeem"
	"cloudpact.dev/services/token/internal/store"
)

// Capacity reports the use of a snapshot service's storage. A crossing of the
// warning share warns once, and again after it fell back; full storage relieves
// the provider where the customer had been warned.
func (a *App) Capacity(ctx context.Context, s store.Sub, used, capacity int64, at time.Time) (store.Storage, error) {
	switch {
	case used < 0:
		return store.Storage{}, fault.Invalid(fault.ReasonFieldInvalid, "used_bytes", "used_bytes is not negative")
	case capacity <= 0:
		return store.Storage{}, fault.Invalid(fault.ReasonFieldInvalid, "capacity_bytes", "capacity_bytes is positive")
	}
	return commit.Run(ctx, a.Commit, s.Key(), func(ctx context.Context, tx *commit.Tx) (store.Storage, error) {
		c, err := a.work(ctx, tx, s)
		if err != nil {
			return store.Storage{}, err
		}
		if c.v.snapshot == nil {
			return store.Storage{}, answer(&redeem.Refusal{Reason: redeem.ReasonNoPolicy, Message: "the kind " + c.v.sub.Kind + " has no snapshot storage"}, s.Name())
		}
		st, _, err := a.store.Storage(ctx, tx, s)
		if err != nil {
			return st, err
		}
		if at.IsZero() {
			at = c.now
		}
		if at.After(c.now) || at.Before(st.Reported) {
			return st, fault.Invalid(redeem.ReasonTime, "report_time", "report_time must lie between the last report and the provider's now")
		}
		st.Sub = s
		if err := c.capacity(&st, used, capacity, at); err != nil {
			return st, err
		}
		return st, a.store.PutStorage(ctx, tx, &st)
	})
}

// percent tells whether used is above n percent of capacity, and whether it
// reaches that, without overflow.
func percent(used, capacity int64, n int32) (above, reached bool) {
	h1, l1 := bits.Mul64(uint64(used), 100)
	h2, l2 := bits.Mul64(uint64(capacity), uint64(n))
	return h1 > h2 || h1 == h2 && l1 > l2, h1 > h2 || h1 == h2 && l1 >= l2
}

func (c *cutting) capacity(st *store.Storage, used, capacity int64, at time.Time) error {
	p := c.v.snapshot
	above, _ := percent(used, capacity, p.WarnAbovePercent)
	_, full := percent(used, capacity, p.FullPercent)
	before, wasFull := !st.Warned.IsZero(), st.Full
	st.Used, st.Capacity, st.Reported, st.Full = used, capacity, at, full
	cross := func(percent int32, notified bool) {
		c.tx.Publish(commit.Draft{Type: TypeCapacityCrossed, Subject: st.Sub.Name(), Effective: at, Body: CapacityCrossed{
			Sub: st.Sub, Percent: int(percent), Reported: at, Notified: notified,
		}})
	}
	name := fmt.Sprintf("%s/%s/snapshotStore", KindCapacityPrompt, st.Sub.Name())
	switch {
	case above && !before:
		st.Warned = at
		cross(p.WarnAbovePercent, false)
		if err := c.prompt(name, at); err != nil {
			return err
		}
	case !above && before:
		st.Warned, st.Told = time.Time{}, false
		cross(0, false)
		return c.tx.SettleDeadline(name, commit.Met)
	case above && wasFull && !full:
		cross(p.WarnAbovePercent, true)
	}
	if full && !wasFull {
		st.Told = before
		cross(p.FullPercent, before)
	}
	return nil
}

// prompt reminds people some hours after a warning; nothing else rests on it.
func (c *cutting) prompt(name string, at time.Time) error {
	hours := c.v.terms.Number(c.v.snapshot.PromptHours)
	if hours <= 0 {
		return nil
	}
	due := at.Add(time.Duration(hours) * time.Hour)
	if !due.After(c.now) {
		return nil
	}
	return c.tx.SetDeadline(commit.Deadline{
		Name: name, Subject: c.v.sub.Name(), Kind: KindCapacityPrompt, Rank: commit.RankNotices,
		Due: due, Clause: c.v.snapshot.CapacityClause, Consequence: "people are reminded that the customer was asked to instruct commit or revert",
	})
}

// Consequence says in plain words what follows from how full the storage is.
func Consequence(st store.Storage) string {
	switch {
	case st.Full && st.Told:
		return "full after a warning: the provider answers neither for data integrity nor for interruption of the server"
	case st.Full:
		return "full without an earlier warning: the provider is not relieved of interruptions"
	case !st.Warned.IsZero():
		return "above the warning share: the customer is asked to instruct commit or revert"
	}
	return ""
}
