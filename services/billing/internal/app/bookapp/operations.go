package bookapp

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc/codes"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/rpc"
)

// advances are the operations that run in this process.
type advances struct {
	mu      sync.Mutex
	ctx     context.Context // ends when the book stops; nil before it starts
	stop    context.CancelFunc
	done    sync.WaitGroup
	running map[string]*advance
}

// advance is one running operation.
type advance struct {
	done chan struct{}

	mu sync.Mutex
	op book.Operation
}

func (r *advance) snapshot() book.Operation {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.op
}

func (r *advance) tell(now time.Time, acted, rounds int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.op.Now, r.op.Deadlines, r.op.Rounds = now, acted, rounds
}

// Start takes up the operations that a stop or a crash left unfinished, and the
// windows whose end has become known.
func (a *App) Start(ctx context.Context) error {
	if err := a.resolvePending(ctx); err != nil {
		return err
	}
	a.advances.mu.Lock()
	a.advances.ctx, a.advances.stop = context.WithCancel(context.Background())
	a.advances.mu.Unlock()
	open, err := a.store.OpenOperations(ctx, a.db.Read())
	if err != nil {
		return err
	}
	for _, op := range open {
		a.log.Info("an advance of a clock goes on", "operation", op.Name(), "provider", op.Provider)
		a.begin(op)
	}
	return nil
}

// Stop interrupts the running operations; the next start takes them up.
func (a *App) Stop(context.Context) error {
	a.advances.mu.Lock()
	if a.advances.stop != nil {
		a.advances.stop()
	}
	a.advances.mu.Unlock()
	a.advances.done.Wait()
	return nil
}

// Target is where a clock is to go: an instant, or the start of a day.
type Target struct {
	Time time.Time
	Date date.Date
}

// latestTarget bounds an advance: dates have four digits of years, and terms
// add to them.
var latestTarget = time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)

// AdvanceClock moves a sandbox's clock. The operation runs on by itself; see
// WaitOperation.
func (a *App) AdvanceClock(ctx context.Context, provider string, to Target) (book.Operation, error) {
	if to.Time.IsZero() == to.Date.IsZero() {
		return book.Operation{}, invalid("target_time", "give exactly one of target_time and target_date").And("target_date", "give exactly one")
	}
	id, err := commit.Run(ctx, a.commit, commit.Key{Provider: provider}, func(ctx context.Context, tx *commit.Tx) (string, error) {
		return a.lockClock(ctx, tx, provider, to)
	})
	if err != nil {
		return book.Operation{}, err
	}
	op, err := a.Operation(ctx, id)
	if err == nil && !op.Done {
		a.begin(op)
	}
	return op, err
}

// lockClock writes the operation and locks the clock for it.
func (a *App) lockClock(ctx context.Context, tx *commit.Tx, provider string, to Target) (string, error) {
	p, err := a.provider(ctx, tx, provider)
	if err != nil {
		return "", err
	}
	if p.Mode != book.Sandbox {
		return "", clockNotSandbox(provider)
	}
	target, path := clock.Truncate(to.Time), "target_time"
	if !to.Date.IsZero() {
		path = "target_date"
		if target, err = a.startOfDay(ctx, tx, provider, to.Date); err != nil {
			return "", err
		}
	}
	switch {
	case target.Before(tx.Now()):
		return "", fault.Invalid(ReasonClockBackwards, path, "the clock stands at "+tx.Now().Format(time.RFC3339)+" and does not go back").
			With("now", tx.Now().Format(time.RFC3339Nano))
	case target.After(latestTarget):
		return "", outOfRange(path, "a clock goes no further than the year 2300")
	}
	place, err := a.store.NextOperation(ctx, tx, provider)
	if err != nil {
		return "", err
	}
	op := book.Operation{
		ID: resource.ID("advance-clock", provider, strconv.FormatInt(place, 10)), Provider: provider,
		From: tx.Now(), Target: target, Now: tx.Now(), Version: 1,
	}
	if err := a.store.InsertOperation(ctx, tx, op, place); err != nil {
		return "", err
	}
	return op.ID, a.clocks.Set(ctx, tx, commit.Clock{Provider: provider, Mode: commit.Sandbox, Now: tx.Now(), Operation: op.Name()})
}

// startOfDay is 00:00 of a day in the zone of the provider's newest terms, or in
// Hong Kong where it has none.
func (a *App) startOfDay(ctx context.Context, q db.Querier, provider string, d date.Date) (time.Time, error) {
	zone, err := time.LoadLocation("Asia/Hong_Kong")
	if err != nil {
		return time.Time{}, err
	}
	revisions, _, err := a.store.Revisions(ctx, q, provider, "", "", everything)
	if err != nil {
		return time.Time{}, err
	}
	if n := len(revisions); n > 0 {
		t, err := a.policies.Resolve(ctx, q, provider, revisions[n-1].Hash, nil)
		if err != nil {
			return time.Time{}, err
		}
		zone = t.Zone()
	}
	return d.Start(zone), nil
}

// begin runs an operation in the background, once. Before Start and after Stop
// it stays where it is until the next start.
func (a *App) begin(op book.Operation) {
	a.advances.mu.Lock()
	defer a.advances.mu.Unlock()
	ctx := a.advances.ctx
	if ctx == nil || ctx.Err() != nil || a.advances.running[op.ID] != nil {
		return
	}
	r := &advance{done: make(chan struct{}), op: op}
	a.advances.running[op.ID] = r
	a.advances.done.Go(func() {
		defer close(r.done)
		a.finishAdvance(ctx, r)
		a.advances.mu.Lock()
		defer a.advances.mu.Unlock()
		delete(a.advances.running, op.ID)
	})
}

// finishAdvance walks to the target, as often as peers that do not answer make
// it necessary, and closes the operation.
func (a *App) finishAdvance(ctx context.Context, r *advance) {
	pause := 50 * time.Millisecond
	for failed := 0; ; {
		err := a.walkOnce(ctx, r)
		if err == nil || ctx.Err() != nil {
			return // done, or the next start goes on
		}
		if failing(err) {
			failed++
		}
		if final(err, failed) {
			a.log.Error("a clock could not be advanced", "provider", r.op.Provider, "error", err)
			if a.close(ctx, r, failureOf(err)) == nil {
				return
			}
		}
		a.log.Warn("the clock waits for a service", "provider", r.op.Provider, "error", err)
		sleep(ctx, pause)
		pause = min(2*pause, 2*time.Second)
	}
}

// maxFailures is how often a service may fail before its failure is the
// operation's. A process that is stopped closes its services one after the
// other; what looks like a failure then is over before the count is.
const maxFailures = 4

// failing tells whether a service answered and could not do it.
func failing(err error) bool {
	return !rpc.Unreachable(err) && !errors.Is(err, context.DeadlineExceeded)
}

// final tells whether to give up: at once when the reason is in the contract's
// data, after some failures otherwise.
func final(err error, failed int) bool {
	if !failing(err) {
		return false
	}
	return fault.From(err).Code != codes.Internal || failed >= maxFailures
}

// sleep waits for a while, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}

func (a *App) walkOnce(ctx context.Context, r *advance) error {
	op := r.snapshot()
	at, err := a.clocks.Get(ctx, a.db.Read(), op.Provider)
	if err != nil {
		return err
	}
	base, rounds := op.Deadlines, op.Rounds
	w := &walk{
		peers: a.peers, provider: op.Provider, operation: op.Name(), now: at.Now, target: op.Target, maxRounds: maxRounds,
		progress: func(now time.Time, acted, n int64) { r.tell(now, base+acted, rounds+n) },
	}
	if err := w.run(ctx); err != nil {
		return err
	}
	r.tell(op.Target, base+w.acted, rounds+w.rounds)
	return a.close(ctx, r, nil)
}

// close unlocks the clocks where they stand (at the target, unless it failed)
// and marks the operation done. The others are unlocked first: when this
// service's clock is free, all are.
func (a *App) close(ctx context.Context, r *advance, failure *book.Failure) error {
	op := r.snapshot()
	if failure != nil {
		at, err := a.clocks.Get(ctx, a.db.Read(), op.Provider)
		if err != nil {
			return err
		}
		op.Now = at.Now
	}
	for _, service := range a.peers.Services() {
		if service == Service {
			continue
		}
		if err := a.peers.SetClock(ctx, service, op.Provider, op.Now, ""); err != nil {
			return err
		}
	}
	op.Done, op.Failure = true, failure
	op.Version++
	err := commit.Exec(commit.Internal(ctx), a.commit, commit.Key{Provider: op.Provider}, func(ctx context.Context, tx *commit.Tx) error {
		if err := a.store.UpdateOperation(ctx, tx, op, op.Version-1); err != nil {
			return err
		}
		return a.clocks.Set(ctx, tx, commit.Clock{Provider: op.Provider, Mode: commit.Sandbox, Now: op.Now})
	})
	if err == nil {
		r.mu.Lock()
		r.op = op
		r.mu.Unlock()
	}
	return err
}

// Service is this service's name in the directory.
const Service = "billing"

func failureOf(err error) *book.Failure {
	f := fault.From(err)
	out := &book.Failure{Code: int(f.Code), Reason: f.Reason, Message: f.Message, Metadata: f.Metadata}
	if f.Code == codes.OK {
		out.Code = int(codes.Internal)
	}
	return out
}

// Operation reads an operation as it stands.
func (a *App) Operation(ctx context.Context, id string) (book.Operation, error) {
	op, ok, err := a.store.Operation(ctx, a.db.Read(), id)
	if op, err = found(op, ok, err, book.Operation{ID: id}.Name()); err != nil || op.Done {
		return op, err
	}
	if r := a.runningAdvance(id); r != nil {
		op = r.snapshot()
	}
	return op, nil
}

func (a *App) runningAdvance(id string) *advance {
	a.advances.mu.Lock()
	defer a.advances.mu.Unlock()
	return a.advances.running[id]
}

// WaitOperation waits until the operation is done or ctx ends, and reads it.
func (a *App) WaitOperation(ctx, wait context.Context, id string) (book.Operation, error) {
	if r := a.runningAdvance(id); r != nil {
		select {
		case <-r.done:
		case <-wait.Done():
		}
	}
	return a.Operation(ctx, id)
}

// Operations lists operations by provider, oldest first, with the sort key of
// each; provider "" is any.
func (a *App) Operations(ctx context.Context, provider string, after []string, limit int) ([]book.Operation, []string, error) {
	return a.store.Operations(ctx, a.db.Read(), provider, after, limit)
}
