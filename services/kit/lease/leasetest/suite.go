// Package leasetest is what every Leaser must do.
package leasetest

import (
	"context"
	"testing"
	"time"

	"cloudpact.dev/services/kit/lease"
)

// Clocked is two processes' view of one Leaser, with a way to let time pass.
type Clocked struct {
	A, B    lease.Leaser
	Advance func(time.Duration)
}

// Run checks Leasers. open gives one whose names no other test uses.
func Run(t *testing.T, open func(t *testing.T) Clocked) {
	ctx := context.Background()
	const long, short = time.Hour, 300 * time.Millisecond
	take := func(t *testing.T, l lease.Leaser, ttl time.Duration, want bool) lease.Lease {
		t.Helper()
		got, ok := l.Acquire(ctx, "job", ttl)
		if ok != want {
			t.Fatalf("acquired %v, want %v", ok, want)
		}
		return got
	}
	t.Run("one holds", func(t *testing.T) {
		c := open(t)
		a := take(t, c.A, long, true)
		take(t, c.B, long, false)
		take(t, c.A, long, false)
		if _, ok := c.B.Acquire(ctx, "other job", long); !ok {
			t.Fatal("another name was refused")
		}
		if !a.Renew(ctx) {
			t.Fatal("not renewed")
		}
		a.Release(ctx)
		take(t, c.B, long, true)
	})
	t.Run("what is not renewed ends", func(t *testing.T) {
		c := open(t)
		a := take(t, c.A, short, true)
		c.Advance(2 * short)
		b := take(t, c.B, long, true)
		if a.Renew(ctx) {
			t.Fatal("a lost lease was renewed")
		}
		a.Release(ctx)
		if !b.Renew(ctx) {
			t.Fatal("the former holder released the new holder's lease")
		}
	})
	t.Run("renewing lasts", func(t *testing.T) {
		c := open(t)
		a := take(t, c.A, long, true)
		for range 3 {
			if !a.Renew(ctx) {
				t.Fatal("not renewed")
			}
		}
		take(t, c.B, long, false)
	})
	t.Run("keep hands over", func(t *testing.T) {
		c := open(t)
		ctxA, stopA := context.WithCancel(ctx)
		runs, ended := make(chan string), make(chan struct{}, 2)
		job := func(name string) func(context.Context) {
			return func(ctx context.Context) { runs <- name; <-ctx.Done() }
		}
		go func() { lease.Keep(ctxA, c.A, "job", short, job("a")); ended <- struct{}{} }()
		if got := <-runs; got != "a" {
			t.Fatal(got)
		}
		ctxB, stopB := context.WithCancel(ctx)
		go func() { lease.Keep(ctxB, c.B, "job", short, job("b")); ended <- struct{}{} }()
		stopA()
		<-ended
		if got := <-runs; got != "b" {
			t.Fatal(got)
		}
		stopB()
		<-ended
	})
	t.Run("keep ends with its work", func(t *testing.T) {
		c := open(t)
		lease.Keep(ctx, c.A, "job", long, func(context.Context) {})
		take(t, c.B, long, true)
	})
}
