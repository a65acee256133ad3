package feed

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
)

// Events are what a Reader reports; nil functions are not called.
type Events struct {
	// Handled counts changes whose effect was committed.
	Handled func(consumer string, n int)
	// Parked is called with each change that failed and was parked.
	Parked func(consumer string, c Change, err error)
}

// Reader runs one Consumer. Its methods may be used at one time by many.
type Reader struct {
	consumer Consumer
	db       *db.DB
	commit   *commit.Committer
	source   Source
	events   Events
	log      *slog.Logger

	turn   chan struct{} // held while changes are pulled and handled
	loaded bool
	cur    cursors
	parked map[Key]bool

	public [Streams]atomic.Int64 // cur.seen for those who only look
}

// pullLimit is how many changes are pulled at one time: what meets in one
// commit.
const pullLimit = 256

// flushBehind is how far the stored cursor may fall behind by changes that the
// consumer does not take.
const flushBehind = 1024

// NewReader makes the consumer's reader.
func NewReader(c Consumer, d *db.DB, cm *commit.Committer, s Source, log *slog.Logger, ev Events) *Reader {
	r := &Reader{
		consumer: c, db: d, commit: cm, source: s, events: ev, log: log,
		turn: make(chan struct{}, 1), parked: map[Key]bool{},
	}
	r.cur = cursors{consumer: c.Name, source: c.Source}
	return r
}

// Consumer is what it runs.
func (r *Reader) Consumer() Consumer { return r.consumer }

func (r *Reader) lock(ctx context.Context) error {
	select {
	case r.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *Reader) unlock() { <-r.turn }

// Run reads until ctx ends: at each nudge, and once in every poll at least.
func (r *Reader) Run(ctx context.Context, nudged <-chan struct{}, poll time.Duration) {
	timer := time.NewTimer(poll)
	defer timer.Stop()
	wait := poll
	for ctx.Err() == nil {
		more, err := r.Step(ctx)
		if more && err == nil {
			continue
		}
		listen := nudged
		if err == nil {
			wait = poll
		} else if ctx.Err() == nil {
			wait, listen = min(2*wait, 25*poll), nil
			r.log.Warn("changes could not be read; trying again", "consumer", r.consumer.Name,
				"source", r.consumer.Source, "error", err)
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-listen:
			r.gather(ctx)
		case <-timer.C:
		}
	}
	r.flush(context.WithoutCancel(ctx))
}

// gatherTime lets a busy source say more before it is read: each look costs a
// call and a search of every stream that moved. Who waits for a position does
// not wait for this.
const gatherTime = 50 * time.Millisecond

func (r *Reader) gather(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, gatherTime)
	defer cancel()
	<-ctx.Done()
}

// Step pulls once and handles what came. more tells that others are waiting.
func (r *Reader) Step(ctx context.Context) (more bool, err error) {
	if err := r.lock(ctx); err != nil {
		return false, err
	}
	defer r.unlock()
	return r.step(ctx)
}

// CatchUp reads without pausing until each stream has been taken in up to the
// given position.
func (r *Reader) CatchUp(ctx context.Context, heads map[int]int64) error {
	if r.reached(heads) {
		return nil
	}
	if err := r.lock(ctx); err != nil {
		return err
	}
	defer r.unlock()
	idle := 0
	for {
		if err := r.load(ctx); err != nil {
			return err
		}
		if r.reached(heads) {
			return nil
		}
		before := r.cur.seen
		if _, err := r.step(ctx); err != nil {
			return err
		}
		if r.cur.seen != before {
			idle = 0
		} else if idle++; idle > 2 {
			return errNotReached(r.consumer.Source)
		}
	}
}

// ReasonPositionNotReached is given to those who wait for a position in vain.
const ReasonPositionNotReached = "POSITION_NOT_REACHED"

func errNotReached(source string) error {
	return fault.Unavailable(ReasonPositionNotReached, "the feed of "+source+" does not reach the position that is waited for", time.Second)
}

// reached tells whether the streams have been taken in up to the positions.
func (r *Reader) reached(heads map[int]int64) bool {
	for stream, head := range heads {
		if stream >= 0 && stream < Streams && r.public[stream].Load() < head {
			return false
		}
	}
	return true
}

// load reads cursors and parked customers before first use, and after another
// process has moved them.
func (r *Reader) load(ctx context.Context) error {
	if r.loaded {
		return nil
	}
	if err := r.cur.load(ctx, r.db); err != nil {
		return err
	}
	if err := r.loadParked(ctx); err != nil {
		return err
	}
	r.loaded = true
	r.publish()
	return nil
}

func (r *Reader) publish() {
	for stream, at := range r.cur.seen {
		r.public[stream].Store(at)
	}
}

// flush stores cursors that are ahead of their rows.
func (r *Reader) flush(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if r.lock(ctx) != nil {
		return
	}
	defer r.unlock()
	var jobs []job
	for stream, at := range r.cur.seen {
		if at > r.cur.stored[stream] {
			jobs = append(jobs, job{stream: stream, from: r.cur.stored[stream], to: at})
		}
	}
	if err := r.run(ctx, jobs); err != nil && !errors.Is(err, errMoved) {
		r.log.Warn("cursors could not be stored; their changes are read again", "consumer", r.consumer.Name, "error", err)
	}
}
