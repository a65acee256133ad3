package commit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cloudpact.dev/services/kit/fault"
)

// Keyed is one item of a batch.
type Keyed[In any] struct {
	Key Key
	In  In
	// Now is the contract instant of the item's provider.
	Now time.Time
	// Request is the caller's identity for the call; a batch keeps request ids
	// on its own rows.
	Request Request
}

// Result answers one item of a batch.
type Result[Out any] struct {
	Out Out
	Err error
}

// Grouper decides and writes many small operations of one kind at once, such as
// redemptions. Make one per kind and keep it.
type Grouper[In, Out any] struct {
	do func(ctx context.Context, tx *GroupTx, items []Keyed[In]) []Result[Out]
}

// NewGrouper makes a Grouper of do, which answers every item in its place. do
// gets the items of one group, from 1 to the group's bound, of any keys of the
// lane. There is no savepoint between items: an item that do refuses has not
// been written by do, and an error of a statement (or a panic) makes the items
// run again, one at a time. Like Run's function, do changes nothing but tx.
func NewGrouper[In, Out any](do func(ctx context.Context, tx *GroupTx, items []Keyed[In]) []Result[Out]) *Grouper[In, Out] {
	return &Grouper[In, Out]{do: do}
}

// GroupTx is a batch's share of a group's transaction.
type GroupTx struct {
	scope
	keys    []Key
	nows    []time.Time
	entries [][]Entry
	errs    []error
}

// Now is the contract instant of the item's provider.
func (tx *GroupTx) Now(item int) time.Time { return tx.nows[item] }

// Publish puts a change of the item (its index in the batch) into the feed when
// the item succeeds. A body that cannot be encoded refuses the item; publish
// before writing the item's rows, or be sure of the body.
func (tx *GroupTx) Publish(item int, d Draft) {
	s := tx.scope
	s.now = tx.nows[item]
	e, err := s.entry(d, tx.keys[item])
	if err != nil {
		tx.errs[item] = errors.Join(tx.errs[item], err)
		return
	}
	tx.entries[item] = append(tx.entries[item], e)
}

// RunBatch is Run for an item of a Grouper: neighbouring items are handed over
// together. It writes no row for the context's request id.
func RunBatch[In, Out any](ctx context.Context, c *Committer, g *Grouper[In, Out], key Key, in In) (Out, error) {
	o := newOp(ctx, key)
	it := &item[In, Out]{grouper: g, in: in, request: o.request}
	o.request = Request{ValidateOnly: o.request.ValidateOnly}
	o.batch, o.item = g, it
	if err := c.submit(o); err != nil {
		var zero Out
		return zero, err
	}
	return it.out, nil
}

// item is what a batch knows of one operation.
type item[In, Out any] struct {
	grouper *Grouper[In, Out]
	in      In
	out     Out
	request Request
}

// batcher is a Grouper whose types are forgotten.
type batcher interface {
	run(ctx context.Context, tx *GroupTx, ops []*op) error
}

var errAnswers = errors.New("a batch did not answer each of its items")

// run hands the operations over; an error means that nothing is known of them.
func (g *Grouper[In, Out]) run(ctx context.Context, tx *GroupTx, ops []*op) error {
	items := make([]Keyed[In], len(ops))
	for i, o := range ops {
		it := o.item.(*item[In, Out])
		items[i] = Keyed[In]{Key: o.key, In: it.in, Now: o.now, Request: it.request}
		tx.keys[i], tx.nows[i] = o.key, o.now
	}
	var results []Result[Out]
	err := safely(func() error {
		results = g.do(ctx, tx, items)
		if len(results) != len(ops) {
			return fault.Internal(fmt.Errorf("%w: %d answers to %d items", errAnswers, len(results), len(ops)))
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, o := range ops {
		if o.err = results[i].Err; o.err == nil {
			o.err = tx.errs[i]
		}
		if o.err != nil {
			continue
		}
		o.item.(*item[In, Out]).out = results[i].Out
		o.entries = tx.entries[i]
	}
	return nil
}

func newGroupTx(s scope, n int) *GroupTx {
	return &GroupTx{
		scope: s, keys: make([]Key, n), nows: make([]time.Time, n),
		entries: make([][]Entry, n), errs: make([]error, n),
	}
}

// runTogether runs a batch without a savepoint. When a statement failed, an
// item's change could not be encoded, or do panicked, the group runs again with
// each of these items by itself.
func (g *group) runTogether(ops []*op) error {
	var admitted []*op
	for _, o := range ops {
		ok, err := g.admit(o)
		if err != nil {
			return err
		}
		if ok {
			admitted = append(admitted, o)
		}
	}
	if len(admitted) == 0 {
		return nil
	}
	// No caller's values: the batch works for all of them.
	tx := newGroupTx(scope{g: g, ctx: inside{g.ctx}, now: admitted[0].now}, len(admitted))
	err := admitted[0].batch.run(tx.ctx, tx, admitted)
	met := []error{tx.broken, err}
	for _, o := range admitted {
		met = append(met, o.err)
	}
	if gone := lost(met...); gone != nil {
		return gone
	}
	if err == nil {
		err = errors.Join(tx.errs...)
	}
	if err != nil || tx.broken != nil {
		for _, o := range ops {
			o.alone, o.careful = true, true
		}
		return errAgain
	}
	g.wrote = g.wrote || tx.wrote
	return nil
}

// runAlone runs a batch of one within the operation's savepoint.
func runAlone(tx *Tx, o *op) error {
	gtx := newGroupTx(tx.scope, 1)
	err := o.batch.run(tx.ctx, gtx, []*op{o})
	tx.scope = gtx.scope
	tx.entries = o.entries
	if err != nil {
		return err
	}
	return o.err
}
