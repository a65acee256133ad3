package commit

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
)

// Options tune a Committer; the zero value is right for tests.
type Options struct {
	// Encode turns a draft's body into the feed's bytes; nil means JSON.
	Encode Encode
	// Deadlines keeps the deadlines; without it SetDeadline is refused.
	Deadlines Deadlines
	// System is the clock of live providers; nil means the machine's.
	System clock.Clock
	// Published is called after each commit with the streams that have new
	// changes, ascending. It must not block.
	Published func(streams []int)
	// Log gets panics and database trouble; nil means slog's default.
	Log *slog.Logger

	// Lanes is the number of transactions that may run side by side; 0 means 1
	// on SQLite and two for each processor, at most 8, on PostgreSQL.
	Lanes int
	// MaxGroup bounds the operations of one transaction; 0 means 256.
	MaxGroup int
	// Gather bounds the time that a busy lane waits for company; 0 means 2 ms.
	Gather time.Duration
}

// Committer runs the mutations of one service.
type Committer struct {
	db     *db.DB
	log    Log
	clocks Clocks
	opt    Options
	lanes  []*lane
	done   sync.WaitGroup
}

// New starts a Committer. Close it before the database.
func New(d *db.DB, log Log, clocks Clocks, opt Options) *Committer {
	if opt.Encode == nil {
		opt.Encode = encodeJSON
	}
	if opt.System == nil {
		opt.System = clock.System{}
	}
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	if opt.Lanes <= 0 {
		// More than the processors can use only makes the groups smaller.
		opt.Lanes = min(8, 2*runtime.GOMAXPROCS(0))
	}
	if d.Dialect() == db.SQLite {
		opt.Lanes = 1
	}
	if opt.MaxGroup <= 0 {
		opt.MaxGroup = 256
	}
	if opt.Gather <= 0 {
		opt.Gather = 2 * time.Millisecond
	}
	c := &Committer{db: d, log: log, clocks: clocks, opt: opt}
	for range opt.Lanes {
		l := &lane{c: c, wake: make(chan struct{}, 1)}
		c.lanes = append(c.lanes, l)
		c.done.Go(l.loop)
	}
	return c
}

// Close refuses new work, finishes what is queued, and returns.
func (c *Committer) Close() {
	for _, l := range c.lanes {
		l.close()
	}
	c.done.Wait()
}

// Deadlines gives the store that SetDeadline writes to; nil without one.
func (c *Committer) Deadlines() Deadlines { return c.opt.Deadlines }

func encodeJSON(d Draft) (string, []byte, error) {
	b, err := json.Marshal(d.Body)
	return d.Type, b, err
}

// Run executes do in a group's transaction, in its turn among the operations on
// key's stream, and returns when it is durable. An error of do undoes what do
// wrote and nothing else. do may be run several times and then only the last
// run counts, so it changes nothing but tx; it must not call Run.
//
// T is kept as JSON under the context's request id, so it holds names, versions
// and figures, not personal data that must be deletable.
//
// When ctx ends before do was begun, Run returns at once and do never runs;
// once begun, the operation is finished and Run reports what became of it.
func Run[T any](ctx context.Context, c *Committer, key Key, do func(ctx context.Context, tx *Tx) (T, error)) (T, error) {
	var out, zero T
	o := newOp(ctx, key)
	o.do = func(ctx context.Context, tx *Tx) error {
		v, err := do(ctx, tx)
		out = v
		return err
	}
	o.reply = func() ([]byte, error) { return json.Marshal(out) }
	o.replay = func(b []byte) error {
		out = zero
		return json.Unmarshal(b, &out)
	}
	if err := c.submit(o); err != nil {
		return zero, err
	}
	return out, nil
}

// Exec is Run for what answers nothing.
func Exec(ctx context.Context, c *Committer, key Key, do func(ctx context.Context, tx *Tx) error) error {
	_, err := Run(ctx, c, key, func(ctx context.Context, tx *Tx) (struct{}, error) {
		return struct{}{}, do(ctx, tx)
	})
	return err
}

var errNested = errors.New("commit.Run was called inside commit.Run: the lane would wait for itself")

func (c *Committer) submit(o *op) error {
	if o.ctx.Value(insideKey{}) != nil {
		return fault.Internal(errNested)
	}
	if err := o.ctx.Err(); err != nil {
		return err
	}
	if !c.lanes[o.stream%len(c.lanes)].push(o) {
		return errStopping()
	}
	return o.await()
}

func errStopping() error {
	return fault.Unavailable(fault.ReasonUnavailable, "the service is stopping", time.Second)
}

// await returns when the queued operation is answered, or was abandoned.
func (o *op) await() error {
	select {
	case <-o.done:
	case <-o.ctx.Done():
		if o.state.CompareAndSwap(queued, abandoned) {
			return o.ctx.Err()
		}
		<-o.done
	}
	if o.err != nil {
		return o.err
	}
	if fn, ok := o.ctx.Value(observerKey{}).(func(Outcome)); ok {
		fn(o.outcome)
	}
	return nil
}

// Queued tells how many operations wait at present, for metrics.
func (c *Committer) Queued() int {
	n := 0
	for _, l := range c.lanes {
		n += l.length()
	}
	return n
}
