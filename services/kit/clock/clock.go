// Package clock is the suite's only reader of the system's time. Contract
// instants are UTC in whole microseconds, which is what both databases keep.
package clock

import (
	"sync"
	"time"
)

// Clock tells the present instant: UTC, whole microseconds.
type Clock interface {
	Now() time.Time
}

// System is the machine's clock.
type System struct{}

// Now is the machine's time, truncated to microseconds.
func (System) Now() time.Time { return Truncate(time.Now()) }

// Truncate gives t in UTC without what the databases would lose.
func Truncate(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

// Stopwatch starts now; the function it returns tells how long ago that was.
// It measures work for logs and metrics, never contract time.
func Stopwatch() func() time.Duration {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
}

// Fixed stands still until it is set. It serves tests and previews.
type Fixed struct {
	mu  sync.Mutex
	now time.Time
}

// At makes a Fixed clock that shows t.
func At(t time.Time) *Fixed { return &Fixed{now: Truncate(t)} }

// Now is the instant last set.
func (f *Fixed) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Set moves the clock to t.
func (f *Fixed) Set(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = Truncate(t)
}

// Add moves the clock by d.
func (f *Fixed) Add(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = Truncate(f.now.Add(d))
}
