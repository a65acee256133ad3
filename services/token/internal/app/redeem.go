package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/token/internal/redeem"
	"cloudpact.dev/services/token/internal/store"
)

// UseCall is a request for one use.
type UseCall struct {
	Sub store.Sub
	Use redeem.Use
	// Overage is the id of an agreed overage to use if no token is left.
	Overage string
	// RequestID makes retries safe; "" for none.
	RequestID string
}

// hash is of everything that was asked but the request id.
func (c UseCall) hash() []byte {
	var b strings.Builder
	for _, s := range append([]string{
		c.Use.Operation, c.Overage, strconv.FormatInt(micro(c.Use.Requested), 36),
		strconv.FormatInt(micro(c.Use.Completed), 36), strconv.FormatBool(c.Use.Scheduled), strconv.FormatBool(c.Use.Failed),
	},
		c.Use.Units...) {
		b.WriteString(s)
		b.WriteByte(0)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return sum[:16]
}

func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// id of the redemption that the call makes: a request id that is a generated id
// is its own, another one stands for it.
func (c UseCall) id() string {
	switch {
	case c.RequestID == "":
		return ""
	case len(c.RequestID) == 36 && resource.ValidID(c.RequestID):
		return c.RequestID
	}
	return resource.ID("redemption", c.Sub.Name(), c.RequestID)
}

// UseAnswer is the fate of one use.
type UseAnswer struct {
	Redemption *store.Redemption
	Citations  []explain.Citation
	// Err says why it was not taken.
	Err error
}

// Redeem records one use.
func (a *App) Redeem(ctx context.Context, c UseCall) (UseAnswer, error) {
	out, err := a.RedeemAll(ctx, c.Sub.Key(), []UseCall{c})
	if err != nil {
		return UseAnswer{}, err
	}
	return out[0], out[0].Err
}

// RedeemAll records many uses of one customer; each stands for itself.
func (a *App) RedeemAll(ctx context.Context, key commit.Key, calls []UseCall) ([]UseAnswer, error) {
	if len(calls) > MaxBatch {
		return nil, fault.Invalid(reasonBatch, "requests", fmt.Sprintf("a batch has at most %d items", MaxBatch))
	}
	return commit.RunBatch(ctx, a.Commit, a.redemptions, key, calls)
}

// use is one use on its way through a group.
type use struct {
	item int // of the group
	call UseCall
	now  time.Time
	key  store.RedemptionKey
	hash []byte

	view  *view
	plan  redeem.Plan
	wants []int // of the group's wanted lots, one for each ledger of the plan
	out   *UseAnswer
}

// group is the work on one group: the uses in their order, and what was read
// for all of them at once.
type group struct {
	*App
	ctx    context.Context
	tx     *commit.GroupTx
	search bool // for repetitions, before anything is decided
	uses   []*use

	keys  []store.LotKey
	index map[store.LotKey]int
	lots  []*store.Lot
	views map[store.Sub]*view // checked against the database

	taken    map[store.RedemptionKey]*use
	overages map[store.RedemptionKey]*store.Overage
	rows     []*store.Redemption
	dirty    map[int]bool
	entries  []store.Entry
	pending  []*store.Overage
}

// redeemGroup decides and writes the uses of a group. A use's row is the record
// of its request: repetitions are seldom, so they are not searched for before the
// uses are written, unless one was met a moment ago.
func (a *App) redeemGroup(ctx context.Context, tx *commit.GroupTx, items []commit.Keyed[[]UseCall]) []commit.Result[[]UseAnswer] {
	results, err := a.redeemOnce(ctx, tx, items, a.repeats.expected())
	if errors.Is(err, errRepeated) {
		a.repeats.met()
		results, err = a.redeemOnce(ctx, tx, items, true)
	}
	if errors.Is(err, store.ErrMoved) {
		// Some rows may be written: no answer makes kit take them back and run
		// the items again, one by one.
		return nil
	}
	if err != nil {
		for i := range results {
			results[i] = commit.Result[[]UseAnswer]{Err: err}
		}
	}
	return results
}

// redeemOnce gives errRepeated, with nothing written, where it has to search for
// repetitions first.
func (a *App) redeemOnce(ctx context.Context, tx *commit.GroupTx, items []commit.Keyed[[]UseCall], search bool) ([]commit.Result[[]UseAnswer], error) {
	g := &group{
		App: a, ctx: ctx, tx: tx, search: search, index: map[store.LotKey]int{}, views: map[store.Sub]*view{},
		taken: map[store.RedemptionKey]*use{}, overages: map[store.RedemptionKey]*store.Overage{}, dirty: map[int]bool{},
	}
	results := make([]commit.Result[[]UseAnswer], len(items))
	for i, it := range items {
		results[i].Out = make([]UseAnswer, len(it.In))
		for j, c := range it.In {
			u := &use{item: i, call: c, now: it.Now, hash: c.hash(), out: &results[i].Out[j]}
			u.key = store.RedemptionKey{Sub: c.Sub, ID: c.id()}
			g.uses = append(g.uses, u)
		}
	}
	return results, g.run()
}

func (g *group) run() error {
	if g.search {
		if err := g.replay(g.uses); err != nil {
			return err
		}
	}
	if err := g.load(); err != nil {
		return err
	}
	for _, u := range g.uses {
		if u.out.Err == nil && u.out.Redemption == nil {
			if err := g.decide(u); err != nil {
				return err
			}
		}
	}
	if !g.search {
		// What would be refused now may have been taken when it was asked first.
		refused := slices.DeleteFunc(slices.Clone(g.uses), func(u *use) bool { return u.out.Err == nil })
		if err := g.replay(refused); err != nil {
			return err
		}
	}
	if err := g.write(); err != nil {
		return err
	}
	g.publish()
	return nil
}

// replay answers those of the uses that were recorded before.
func (g *group) replay(uses []*use) error {
	var keys []store.RedemptionKey
	for _, u := range uses {
		if u.key.ID != "" {
			keys = append(keys, u.key)
		}
	}
	known, err := g.store.Known(g.ctx, g.tx, keys)
	if err != nil || len(known) == 0 {
		return err
	}
	for _, u := range uses {
		if r := known[u.key]; r != nil {
			if err := g.again(u, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// again answers a repeated request as it was answered.
func (g *group) again(u *use, r *store.Redemption) error {
	if !bytes.Equal(r.Hash, u.hash) {
		u.out.Err = fault.Invalid(fault.ReasonRequestIDReused, "request_id", "this request_id was used for another request; use a new one")
		return nil
	}
	v, err := g.near(g.ctx, g.tx, u.call.Sub)
	if err != nil {
		return err
	}
	u.out.Redemption, u.out.Citations, u.out.Err = r, v.citations(r), nil
	return nil
}

// load plans the uses on cached subscriptions, reads their lots, and plans
// again where a subscription has changed.
func (g *group) load() error {
	left := g.uses
	for range 4 {
		from := len(g.keys)
		left = g.planAll(left)
		if len(left) == 0 {
			return nil
		}
		found, err := g.store.Want(g.ctx, g.tx, g.keys[from:])
		if err != nil {
			return err
		}
		g.lots = append(g.lots, make([]*store.Lot, len(found))...)
		version := map[store.Sub]int64{}
		for i, f := range found {
			g.lots[from+i] = f.Lot
			version[g.keys[from+i].Sub] = max(version[g.keys[from+i].Sub], f.Facts)
		}
		var again []*use
		for _, u := range left {
			s := u.call.Sub
			if _, checked := g.views[s]; !checked && version[s] == u.view.sub.Version {
				g.views[s] = u.view
			}
			if g.views[s] != u.view {
				again = append(again, u)
			}
		}
		for _, u := range again {
			if g.views[u.call.Sub] == nil {
				if g.views[u.call.Sub], err = g.App.load(g.ctx, g.tx, u.call.Sub); err != nil {
					return err
				}
			}
		}
		if left = again; len(left) == 0 {
			return nil
		}
	}
	return fmt.Errorf("subscriptions kept changing while they were read")
}

// planAll plans each use and notes the lots that it wants. It gives the uses
// that go on.
func (g *group) planAll(uses []*use) []*use {
	var on []*use
	for _, u := range uses {
		if u.out.Err != nil || u.out.Redemption != nil {
			continue
		}
		if err := g.plan(u); err != nil {
			u.out.Err = answer(err, u.call.Sub.Name())
			continue
		}
		on = append(on, u)
	}
	return on
}

func (g *group) plan(u *use) error {
	s := u.call.Sub
	checked := g.views[s]
	u.view = checked
	var err error
	if u.view == nil {
		if u.view, err = g.near(g.ctx, g.tx, s); err != nil {
			return err
		}
	}
	u.plan, err = planUse(u.view, u.call.Use, u.now)
	if err != nil && checked == nil {
		// The refusal must not rest on what was true a moment ago.
		if u.view, err = g.App.load(g.ctx, g.tx, s); err != nil {
			return err
		}
		g.views[s] = u.view
		u.plan, err = planUse(u.view, u.call.Use, u.now)
	}
	if err != nil {
		return err
	}
	u.wants = u.wants[:0]
	for _, ledger := range u.plan.Ledgers {
		k := store.LotKey{Sub: s, Ledger: ledger, Year: u.view.year(ledger, u.plan.Day)}
		i, ok := g.index[k]
		if !ok {
			i = len(g.keys)
			g.keys, g.index[k] = append(g.keys, k), i
		}
		u.wants = append(u.wants, i)
	}
	return nil
}

func planUse(v *view, u redeem.Use, now time.Time) (redeem.Plan, error) {
	if !v.tokens {
		return redeem.Plan{}, &redeem.Refusal{Reason: redeem.ReasonNoPolicy, Message: "the terms give tokens to no service of the kind " + v.sub.Kind}
	}
	return redeem.PlanUse(v.uses, v.service, u, now)
}
