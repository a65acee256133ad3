package commit

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// The states of an operation. A queued one may still be abandoned by its
// caller; a running one is finished.
const (
	queued int32 = iota
	running
	abandoned
)

// op is one queued operation. Everything below state belongs to the lane until
// done is closed, and to the caller afterwards.
type op struct {
	ctx      context.Context
	key      Key
	stream   int
	request  Request
	internal bool

	do     func(ctx context.Context, tx *Tx) error
	reply  func() ([]byte, error)
	replay func([]byte) error
	batch  batcher // instead of do, for RunBatch
	item   any     // the batch's *item

	state   atomic.Int32
	done    chan struct{}
	careful bool // give it a savepoint of its own
	alone   bool // do not hand it over together with others
	err     error
	outcome Outcome

	// of the present attempt
	answered bool // by a stored reply
	follows  *op  // the operation of this group that has the same request
	saved    []byte
	now      time.Time
	entries  []Entry
}

func newOp(ctx context.Context, key Key) *op {
	o := &op{ctx: ctx, key: key, stream: key.Stream(), internal: IsInternal(ctx), done: make(chan struct{})}
	o.request, _ = RequestFrom(ctx)
	return o
}

// lane queues the operations of some streams and commits them group by group.
type lane struct {
	c    *Committer
	wake chan struct{} // holds a token when the loop should look again

	mu     sync.Mutex
	queue  []*op
	enough int // the queue's length that is worth a look
	closed bool
}

// push queues the operations side by side; false when the lane is closed.
func (l *lane) push(ops ...*op) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.queue = append(l.queue, ops...)
	if len(l.queue) >= l.enough {
		l.signal()
	}
	return true
}

func (l *lane) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *lane) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.signal()
}

// loop commits groups until the lane is closed and empty.
func (l *lane) loop() {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	last := 0
	for {
		if last > 3 {
			l.gather(last, timer)
		}
		ops := l.take()
		if ops == nil {
			return
		}
		l.c.settle(ops)
		last = len(ops)
	}
}

// gather waits until as many operations are queued as the last group had, whose
// callers are just now sending their next ones, or for the gathering time. A
// lane that was idle, or nearly so, does not come here.
func (l *lane) gather(last int, timer *time.Timer) {
	l.mu.Lock()
	l.enough = min(last, l.c.opt.MaxGroup)
	ready := len(l.queue) >= l.enough || l.closed
	l.mu.Unlock()
	if ready {
		return
	}
	timer.Reset(l.c.opt.Gather)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return
		case <-l.wake:
		}
		l.mu.Lock()
		ready = len(l.queue) >= l.enough || l.closed
		l.mu.Unlock()
		if ready {
			return
		}
	}
}

// take waits for the queue to have something and gives the next group; nil when
// the lane is closed and empty.
func (l *lane) take() []*op {
	for {
		l.mu.Lock()
		l.enough = 1
		if n := min(len(l.queue), l.c.opt.MaxGroup); n > 0 {
			ops := l.queue[:n:n]
			l.queue = append([]*op(nil), l.queue[n:]...)
			l.mu.Unlock()
			return ops
		}
		closed := l.closed
		l.mu.Unlock()
		if closed {
			return nil
		}
		<-l.wake
	}
}

func (l *lane) length() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.queue)
}
