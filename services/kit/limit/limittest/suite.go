// Package limittest is what every Limiter must do.
package limittest

import (
	"context"
	"testing"
	"time"

	"cloudpact.dev/services/kit/limit"
)

// Clocked is a Limiter with a way to let time pass for it.
type Clocked struct {
	limit.Limiter
	Advance func(time.Duration)
}

// slow is a rate that refills nothing during a test run unless told to: 1 a
// minute, 3 at once.
var slow = limit.Rate{Count: 1, Per: time.Minute, Burst: 3}

// Run checks Limiters. open gives one whose keys no other test uses.
func Run(t *testing.T, open func(t *testing.T) Clocked) {
	ctx := context.Background()
	t.Run("the burst, then nothing", func(t *testing.T) {
		l := open(t)
		for want := 2; want >= 0; want-- {
			if d := l.Take(ctx, "a", slow, 1); !d.Allowed || d.Remaining != want || d.Retry != 0 || d.Open {
				t.Fatalf("want %d remaining: %+v", want, d)
			}
		}
		d := l.Take(ctx, "a", slow, 1)
		if d.Allowed || d.Remaining != 0 || d.Retry <= 0 || d.Retry > time.Minute || d.Reset > 3*time.Minute || d.Reset <= 0 {
			t.Fatalf("%+v", d)
		}
	})
	t.Run("keys have buckets of their own", func(t *testing.T) {
		l := open(t)
		for range 3 {
			l.Take(ctx, "a", slow, 1)
		}
		if d := l.Take(ctx, "b", slow, 1); !d.Allowed {
			t.Fatalf("%+v", d)
		}
	})
	t.Run("several at once, all or nothing", func(t *testing.T) {
		l := open(t)
		if d := l.Take(ctx, "a", slow, 2); !d.Allowed || d.Remaining != 1 {
			t.Fatalf("%+v", d)
		}
		if d := l.Take(ctx, "a", slow, 2); d.Allowed || d.Remaining != 1 {
			t.Fatalf("%+v", d)
		}
		if d := l.Take(ctx, "a", slow, 1); !d.Allowed {
			t.Fatalf("a refused take took something: %+v", d)
		}
	})
	t.Run("more than the burst never", func(t *testing.T) {
		l := open(t)
		if d := l.Take(ctx, "a", slow, 4); d.Allowed || d.Remaining != 3 {
			t.Fatalf("%+v", d)
		}
	})
	t.Run("time refills", func(t *testing.T) {
		l := open(t)
		r := limit.Rate{Count: 1, Per: 200 * time.Millisecond, Burst: 2}
		l.Take(ctx, "a", r, 2)
		l.Advance(3 * 200 * time.Millisecond)
		if d := l.Take(ctx, "a", r, 2); !d.Allowed {
			t.Fatalf("the bucket was not refilled: %+v", d)
		}
	})
}
