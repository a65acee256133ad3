package bench

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"cloudpact.dev/services/kit/clock"
)

// Figure is one thing measured.
type Figure struct {
	// Name says what, Engine on which database.
	Name, Engine string
	// PerSecond is how many items a second; Want is what is aimed at, 0 for
	// nothing.
	PerSecond, Want float64
	// Unit of what is counted: "uses/s".
	Unit string
	// P50 and P99 are the times of a call.
	P50, P99 time.Duration
	// CPU is what this process computed for an item, callers included; a
	// PostgreSQL server computes beside it.
	CPU time.Duration
	// Note is a remark.
	Note string
}

// Reached tells whether the figure is what was aimed at.
func (f Figure) Reached() bool { return f.PerSecond >= f.Want }

// String is a line for people.
func (f Figure) String() string {
	s := fmt.Sprintf("%-9s %-46s %9.0f %s", f.Engine, f.Name, f.PerSecond, f.Unit)
	if f.P50 > 0 {
		s += fmt.Sprintf("  p50 %.1f ms  p99 %.1f ms  cpu %.0f us", millis(f.P50), millis(f.P99), float64(f.CPU.Nanoseconds())/1000)
	}
	if f.Want > 0 {
		s += fmt.Sprintf("  (aim %.0f)", f.Want)
	}
	if f.Note != "" {
		s += "  " + f.Note
	}
	return s
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// load is what callers do for a while: each call counts for weight items.
type load struct {
	callers, weight int
	call            func(ctx context.Context, caller, n int) error
}

// drive runs the load for a while. The first error of a caller ends it.
func (l load) drive(ctx context.Context, f Figure, during time.Duration) (Figure, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	var stop atomic.Bool
	times := make([][]time.Duration, l.callers)
	watch, before := clock.Stopwatch(), cpuTime()
	for c := range l.callers {
		wg.Go(func() {
			for n := 0; !stop.Load(); n++ {
				one := clock.Stopwatch()
				if err := l.call(ctx, c, n); err != nil {
					cancel(err)
					return
				}
				times[c] = append(times[c], one())
			}
		})
	}
	rest(ctx, during)
	stop.Store(true)
	wg.Wait()
	took, spent := watch(), cpuTime()-before
	if err := context.Cause(ctx); err != nil {
		return f, fmt.Errorf("%s on %s: %w", f.Name, f.Engine, err)
	}
	all := slices.Sorted(slices.Values(slices.Concat(times...)))
	if len(all) == 0 {
		return f, fmt.Errorf("%s on %s: no call was answered", f.Name, f.Engine)
	}
	items := float64(len(all) * l.weight)
	f.PerSecond, f.P50, f.P99 = items/took.Seconds(), all[len(all)/2], all[len(all)*99/100]
	f.CPU = time.Duration(float64(spent) / items)
	return f, nil
}

// rest waits for a while, or until the context ends.
func rest(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}

// cpuTime is what this process has computed so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// settle waits until this process rests: until the other services have taken in
// what making the accounts told them. It waits for a minute at most.
func settle(ctx context.Context) {
	const look, busy = 250 * time.Millisecond, 25 * time.Millisecond
	for range 240 {
		before := cpuTime()
		rest(ctx, look)
		if cpuTime()-before < busy || ctx.Err() != nil {
			return
		}
	}
}
