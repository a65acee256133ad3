// Package limit bounds how often something is done: a token bucket kept as one
// instant per key (the generic cell rate algorithm), in whole microseconds.
package limit

import (
	"context"
	"fmt"
	"time"
)

// Rate allows Count takes per Per in the long run, and Burst at once.
type Rate struct {
	Count int
	Per   time.Duration
	Burst int
}

// Check refuses a rate that allows nothing, or more than one take a microsecond.
func (r Rate) Check() error {
	if r.Count <= 0 || r.Burst <= 0 || r.Per < time.Duration(r.Count)*time.Microsecond {
		return fmt.Errorf("rate %d per %s, burst %d: count and burst must be positive, and at most one take a microsecond", r.Count, r.Per, r.Burst)
	}
	return nil
}

// step is the time that one take costs, in microseconds.
func (r Rate) step() int64 { return r.Per.Microseconds() / int64(r.Count) }

// Decision answers one take.
type Decision struct {
	Allowed bool
	// Remaining is how many takes would be allowed right now.
	Remaining int
	// Retry is when the same take would be allowed; 0 when it was. A take
	// larger than the burst is never allowed; then it is when the bucket is full.
	Retry time.Duration
	// Reset is when the bucket will be full again.
	Reset time.Duration
	// Open: the keeper of the limits did not answer, so everything is allowed.
	Open bool
}

// Limiter takes from named buckets.
type Limiter interface {
	// Take takes n (1 or more) from the key's bucket if they are there, and
	// nothing if they are not. It never fails: a limiter that cannot reach its
	// keeper allows. The same key must always come with the same rate.
	Take(ctx context.Context, key string, r Rate, n int) Decision
}

// decide is the whole algorithm: full is the instant when the bucket will be
// full. It gives the decision and the new instant.
func decide(full, now int64, r Rate, n int) (Decision, int64) {
	step := r.step()
	room := step * int64(r.Burst)
	full = max(full, now)
	next := full + step*int64(n)
	if over := next - room - now; over > 0 {
		if n > r.Burst {
			over = full - now
		}
		return answer(false, over, full-now, step, room), full
	}
	return answer(true, 0, next-now, step, room), next
}

func answer(allowed bool, retry, reset, step, room int64) Decision {
	return Decision{
		Allowed: allowed, Remaining: int((room - reset) / step),
		Retry: time.Duration(retry) * time.Microsecond, Reset: time.Duration(reset) * time.Microsecond,
	}
}
