package commit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
)

// maxAttempts bounds how often a group is run because the database refused it
// for the sake of another transaction.
const maxAttempts = 8

// errAgain: the transaction was spoilt by an operation that had no savepoint.
// The operation has been marked; run the group again.
var errAgain = errors.New("run the group again, with savepoints")

// errRival: another process answered the same request id meanwhile.
var errRival = errors.New("another transaction answered the same request")

// group is one attempt to run some operations in one transaction.
type group struct {
	c      *Committer
	ctx    context.Context
	tx     *db.Txn
	clocks map[string]Clock
	held   Held
	wrote  bool
	kept   bool              // request ids were written
	seen   map[[2]string]*op // request ids answered in this attempt
}

// settle runs the operations, as often as it takes, and answers their callers.
func (c *Committer) settle(ops []*op) {
	ops = slices.DeleteFunc(ops, func(o *op) bool { return !o.state.CompareAndSwap(queued, running) })
	if len(ops) == 0 {
		return
	}
	streams, err := c.persist(context.Background(), ops)
	if err == nil {
		if len(streams) > 0 && c.opt.Published != nil {
			c.opt.Published(streams)
		}
		for _, o := range ops {
			close(o.done)
		}
		return
	}
	class := db.Class(err)
	if len(ops) > 1 && class != db.Unavailable && !class.Retryable() {
		// One of them may be the cause, so each gets its own transaction.
		c.opt.Log.Warn("a group could not be committed; trying each operation alone", "operations", len(ops), "error", err)
		for _, o := range ops {
			o.state.Store(queued)
			c.settle([]*op{o})
		}
		return
	}
	c.opt.Log.Error("operations could not be committed", "operations", len(ops), "error", err)
	for _, o := range ops {
		o.err = refusal(class, err)
		close(o.done)
	}
}

// refusal is what callers hear when the database did not commit.
func refusal(class db.ErrorClass, err error) error {
	if class == db.Unavailable || class.Retryable() || errors.Is(err, errRival) {
		return fault.Unavailable(fault.ReasonUnavailable,
			"the database did not commit in time; retry with the same request_id", time.Second).Because(err)
	}
	return fault.Internal(err)
}

// persist runs attempts until one is committed, and gives the streams that have
// new changes.
func (c *Committer) persist(ctx context.Context, ops []*op) ([]int, error) {
	spoilt := 0
	for n := 1; ; {
		streams, err := c.attempt(ctx, ops)
		switch {
		case err == nil:
			return streams, nil
		case errors.Is(err, errAgain):
			// Each time at least one more operation is marked; from the third
			// on all of them, so the number of runs stays small.
			if spoilt++; spoilt > maxAttempts {
				return nil, err
			}
			if spoilt >= 3 {
				for _, o := range ops {
					o.careful, o.alone = true, true
				}
			}
		case n < maxAttempts && (db.Class(err).Retryable() || errors.Is(err, errRival)):
			if e := db.Backoff(ctx, n); e != nil {
				return nil, e
			}
			n++
		default:
			return nil, err
		}
	}
}

// attempt runs the operations in one transaction and commits it.
func (c *Committer) attempt(ctx context.Context, ops []*op) ([]int, error) {
	tx, err := c.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback(ctx) //nolint:errcheck // after Commit it does nothing
	g := &group{c: c, ctx: ctx, tx: tx, clocks: map[string]Clock{}, seen: map[[2]string]*op{}}
	if g.held, err = c.log.Lock(ctx, tx, streamsOf(ops)); err != nil {
		return nil, err
	}
	for _, o := range ops {
		o.begin()
	}
	if err := g.lookUp(ops); err != nil {
		return nil, err
	}
	if err := g.runAll(ops); err != nil {
		return nil, err
	}
	streams, err := g.write(ops)
	if err != nil {
		return nil, err
	}
	if !g.wrote {
		return nil, tx.Rollback(ctx) // nothing to keep, so nothing to wait for
	}
	err = tx.Commit(ctx)
	if g.kept && db.Class(err) == db.Unique {
		return nil, errRival
	}
	return streams, err
}

func streamsOf(ops []*op) []int {
	streams := make([]int, len(ops))
	for i, o := range ops {
		streams[i] = o.stream
	}
	slices.Sort(streams)
	return slices.Compact(streams)
}

// runAll runs each operation in turn. Operations of one batch that may go
// together do so in the first one's place: callers wait for their answers, so
// no two of them have an order to keep.
func (g *group) runAll(ops []*op) error {
	ran := make([]bool, len(ops))
	for i, o := range ops {
		if ran[i] {
			continue
		}
		if o.batch == nil || o.alone || o.request.ValidateOnly {
			if err := g.runOne(o); err != nil {
				return err
			}
			continue
		}
		var together []*op
		for j := i; j < len(ops); j++ {
			p := ops[j]
			if p.batch == o.batch && !p.alone && !p.request.ValidateOnly {
				together, ran[j] = append(together, p), true
			}
		}
		if err := g.runTogether(together); err != nil {
			return err
		}
	}
	return nil
}

// admit decides whether the operation may run now; if not, o is answered.
func (g *group) admit(o *op) (bool, error) {
	if err := o.ctx.Err(); err != nil {
		o.err = err
		return false, nil
	}
	ck, ok := g.clocks[o.key.Provider]
	if !ok {
		var err error
		if ck, err = g.c.clocks.Get(g.ctx, g.tx, o.key.Provider); err != nil {
			if _, refused := errors.AsType[*fault.Fault](err); refused {
				o.err = err // nobody knows the provider's clock; that is its own trouble
				return false, nil
			}
			return false, err
		}
		g.clocks[o.key.Provider] = ck
	}
	if ck.Operation != "" && !o.internal {
		o.err = fault.Unavailable(fault.ReasonClockAdvancing,
			"the clock of "+o.key.Provider+" is being advanced; retry when it stands", time.Second).
			With("provider", o.key.Provider).With("operation", ck.Operation)
		return false, nil
	}
	o.now = ck.Now
	if ck.Mode != Sandbox {
		o.now = g.c.opt.System.Now()
	}
	o.outcome.RecordTime = o.now
	return true, nil
}

// runOne runs one operation so that its failure takes back what it wrote and
// nothing else. An error means that the whole transaction is spoilt.
func (g *group) runOne(o *op) error {
	if o.answered {
		return nil
	}
	if done, err := g.repeated(o); done || err != nil {
		return err
	}
	if ok, err := g.admit(o); !ok || err != nil {
		return err
	}
	tx := &Tx{scope: scope{g: g, ctx: inside{o.ctx}, now: o.now}, key: o.key}
	if err := tx.guard(o); err != nil {
		return err
	}
	if o.batch != nil {
		o.err = runAlone(tx, o)
	} else {
		o.err = safely(func() error { return o.do(tx.ctx, tx) })
	}
	if o.err == nil {
		o.err = tx.err
	}
	if o.err == nil {
		o.entries = tx.entries
		o.err = o.remember()
	}
	return tx.finish(o)
}

// guard sets the savepoint now, or arranges for one before the first write.
// PostgreSQL pays a round trip for it, so there an operation starts without one
// and the group is run again in the rare case that it was needed.
func (s *scope) guard(o *op) error {
	if s.g.tx.Dialect() == db.SQLite {
		s.lazy = true
		return nil
	}
	if !o.careful && !o.request.ValidateOnly {
		return nil
	}
	s.saved = true
	return s.g.tx.Savepoint(s.ctx)
}

// finish keeps or undoes what the operation wrote. An error means that the whole
// transaction is spoilt.
func (s *scope) finish(o *op) error {
	// The operation's error too: reading rows to their end may meet what no
	// statement gave.
	if err := lost(s.broken, o.err); err != nil {
		return err
	}
	spoilt := s.broken != nil && s.Dialect() == db.Postgres // until it goes back to a savepoint
	if o.err == nil && spoilt && s.saved {
		o.err = fault.Internal(fmt.Errorf("the operation went on after a refused statement: %w", s.broken))
	}
	if o.err == nil && !spoilt && !o.request.ValidateOnly {
		s.g.wrote = s.g.wrote || s.wrote
		if s.wrote && o.key.Customer == "" {
			delete(s.g.clocks, o.key.Provider) // it may have moved the provider's clock
		}
		if s.saved {
			return s.g.tx.Release(s.ctx)
		}
		return nil
	}
	o.entries = nil
	if s.saved {
		return s.g.tx.RollbackTo(s.ctx)
	}
	if s.wrote || spoilt {
		o.careful = true
		return errAgain
	}
	return nil
}

// lost gives the first error by which the database gave up the transaction.
func lost(errs ...error) error {
	for _, err := range errs {
		if c := db.Class(err); c.Retryable() || c == db.Unavailable {
			return err
		}
	}
	return nil
}

// safely turns a panic into a refusal.
func safely(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Internal(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	return fn()
}

// remember takes the reply that a repetition of the request will get.
func (o *op) remember() error {
	if o.request.ID == "" || o.request.ValidateOnly || o.reply == nil {
		return nil
	}
	b, err := o.reply()
	o.saved = b
	return err
}

// begin forgets what an earlier attempt left.
func (o *op) begin() {
	o.err, o.answered, o.follows, o.saved, o.entries, o.outcome = nil, false, nil, nil, nil, Outcome{}
}

// repeated answers an operation whose request id an earlier one of this group
// has just used.
func (g *group) repeated(o *op) (bool, error) {
	if o.request.ID == "" {
		return false, nil
	}
	k := [2]string{o.request.Scope, o.request.ID}
	first := g.seen[k]
	if first == nil || first.err != nil || first.saved == nil {
		if !o.request.ValidateOnly {
			g.seen[k] = o
		}
		return false, nil
	}
	o.answer(first.request.Hash, first.saved, Outcome{})
	o.follows = first // its position is known before the commit only
	return true, nil
}

// answer gives o the reply that the same request got before.
func (o *op) answer(hash, reply []byte, was Outcome) {
	o.answered = true
	if !bytes.Equal(hash, o.request.Hash) {
		o.err = fault.Invalid(fault.ReasonRequestIDReused, "request_id",
			"this request_id was used for another request; use a new one")
		return
	}
	o.err = o.replay(reply)
	o.outcome = was
	o.outcome.Replayed = true
}
