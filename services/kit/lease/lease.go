// Package lease lets one of several processes do what all could do, for as long
// as it lives. It spares double work and nothing else: whatever is done under a
// lease must be right when two do it at once (cursors and versions are compared
// and set), because a Redis that is down leaves every process to itself.
package lease

import (
	"context"
	"time"
)

// Lease is a name that is held until a time limit.
type Lease interface {
	// Renew holds the name for another time limit; false when it was lost.
	Renew(ctx context.Context) bool
	// Release gives the name up.
	Release(ctx context.Context)
}

// Leaser gives leases.
type Leaser interface {
	// Acquire takes the name for ttl; false when somebody else holds it. It
	// never fails.
	Acquire(ctx context.Context, name string, ttl time.Duration) (Lease, bool)
}

// Keep runs do whenever the name is held, and again when it was lost and is held
// again. do's context ends when the lease is lost. Keep returns when ctx ends
// and do has returned, or when do returns by itself.
func Keep(ctx context.Context, l Leaser, name string, ttl time.Duration, do func(ctx context.Context)) {
	tick := time.NewTicker(ttl / 3)
	defer tick.Stop()
	for ctx.Err() == nil {
		if got, ok := l.Acquire(ctx, name, ttl); ok {
			if hold(ctx, got, tick.C, do) {
				return
			}
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// hold runs do and renews meanwhile; true when do returned by itself.
func hold(ctx context.Context, l Lease, tick <-chan time.Time, do func(ctx context.Context)) bool {
	held, lost := context.WithCancel(ctx)
	defer lost()
	done := make(chan struct{})
	go func() { defer close(done); do(held) }()
	for {
		select {
		case <-done:
			l.Release(context.WithoutCancel(ctx))
			return held.Err() == nil
		case <-ctx.Done():
			<-done
			l.Release(context.WithoutCancel(ctx))
			return false
		case <-tick:
			if !l.Renew(ctx) && ctx.Err() == nil {
				lost()
				<-done
				return false
			}
		}
	}
}
