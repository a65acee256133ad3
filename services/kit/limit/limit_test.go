package limit

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Over any run of takes, no more is allowed than the burst and what flowed in.
func TestNeverMoreThanTheRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Rate{Count: rapid.IntRange(1, 50).Draw(t, "count"), Per: time.Second, Burst: rapid.IntRange(1, 20).Draw(t, "burst")}
		start := int64(1_000_000_000)
		now, full, took := start, int64(0), int64(0)
		for range rapid.IntRange(1, 100).Draw(t, "takes") {
			now += rapid.Int64Range(0, 300_000).Draw(t, "later")
			n := rapid.IntRange(1, 25).Draw(t, "n")
			d, next := decide(full, now, r, n)
			full = next
			if d.Remaining < 0 || d.Remaining > r.Burst || d.Reset < 0 {
				t.Fatalf("%+v", d)
			}
			if !d.Allowed {
				if again, _ := decide(full, now+d.Retry.Microseconds(), r, n); n <= r.Burst && !again.Allowed {
					t.Fatalf("the take that was to be retried after %s was refused again", d.Retry)
				}
				continue
			}
			took += int64(n)
			if most := int64(r.Burst) + (now-start)/r.step() + 1; took > most {
				t.Fatalf("%d allowed, at most %d may be", took, most)
			}
		}
	})
}

func TestMemoryForgetsFullBuckets(t *testing.T) {
	m := NewMemory(nil)
	r := Rate{Count: 1000, Per: time.Millisecond, Burst: 1}
	for i := range 10 * firstSweep {
		m.Take(context.Background(), string(rune(i)), r, 1)
	}
	if len(m.full) > 2*firstSweep {
		t.Fatalf("%d keys kept", len(m.full))
	}
}

func TestRateCheck(t *testing.T) {
	for _, r := range []Rate{{}, {Count: 1, Per: time.Second}, {Count: 2, Per: time.Microsecond, Burst: 1}, {Count: -1, Per: 1, Burst: 1}} {
		if r.Check() == nil {
			t.Errorf("%+v was accepted", r)
		}
	}
	if err := (Rate{Count: 100, Per: time.Minute, Burst: 20}).Check(); err != nil {
		t.Error(err)
	}
}
