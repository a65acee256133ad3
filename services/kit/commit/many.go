package commit

import (
	"context"

	"cloudpact.dev/services/kit/fault"
)

// Item is one of the operations that ExecAll queues.
type Item struct {
	Key Key
	Do  func(ctx context.Context, tx *Tx) error
}

// ExecAll queues the items at once, so that few transactions carry them, and
// returns when all are answered, with an error or nil for each. Items of one
// stream run in their order. Each is its own operation, as with Exec: one that
// is refused does not keep the later ones from running. A request identity in
// ctx has no effect.
func ExecAll(ctx context.Context, c *Committer, items []Item) []error {
	errs := make([]error, len(items))
	fill := func(err error) []error {
		for i := range errs {
			errs[i] = err
		}
		return errs
	}
	if ctx.Value(insideKey{}) != nil {
		return fill(fault.Internal(errNested))
	}
	if err := ctx.Err(); err != nil {
		return fill(err)
	}
	ops := make([]*op, len(items))
	byLane := make([][]*op, len(c.lanes))
	for i, it := range items {
		ops[i] = newOp(ctx, it.Key)
		ops[i].request = Request{} // a request id is of one operation
		ops[i].do = it.Do
		n := ops[i].stream % len(c.lanes)
		byLane[n] = append(byLane[n], ops[i])
	}
	queued := make([]bool, len(c.lanes))
	for n, some := range byLane {
		queued[n] = len(some) == 0 || c.lanes[n].push(some...)
	}
	for i, o := range ops {
		if queued[o.stream%len(c.lanes)] {
			errs[i] = o.await()
		} else {
			errs[i] = errStopping()
		}
	}
	return errs
}
