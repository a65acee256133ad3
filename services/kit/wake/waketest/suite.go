// Package waketest is what every Waker must do.
package waketest

import (
	"testing"
	"time"

	"cloudpact.dev/services/kit/wake"
)

// limit is only how long a broken Waker keeps the tests waiting.
const limit = 20 * time.Second

// Run checks Wakers. open gives two ends of one Waker: a nudge on the first must
// reach listeners on the second; both may be the same.
func Run(t *testing.T, open func(t *testing.T) (near, far wake.Waker)) {
	t.Run("a nudge arrives", func(t *testing.T) {
		near, far := open(t)
		ch, stop := far.Listen("feed/a")
		defer stop()
		await(t, func() { near.Nudge("feed/a") }, ch)
	})
	t.Run("several topics at once", func(t *testing.T) {
		near, far := open(t)
		a, stopA := far.Listen("feed/a")
		defer stopA()
		b, stopB := far.Listen("feed/b")
		defer stopB()
		both := make(chan struct{})
		go func() { <-a; <-b; close(both) }()
		await(t, func() { near.Nudge("feed/a", "feed/b") }, both)
	})
	t.Run("many nudges make one token and do not block", func(t *testing.T) {
		near, _ := open(t)
		ch, stop := near.Listen("feed/a")
		defer stop()
		for range 10_000 {
			near.Nudge("feed/a")
		}
		if len(ch) > 1 {
			t.Fatalf("%d tokens", len(ch))
		}
		<-ch
	})
	t.Run("other topics stay asleep", func(t *testing.T) {
		near, _ := open(t)
		ch, stop := near.Listen("feed/b")
		defer stop()
		silent(t, ch, func() { near.Nudge("feed/a") })
	})
	t.Run("a stopped listener hears nothing", func(t *testing.T) {
		near, _ := open(t)
		ch, stop := near.Listen("feed/a")
		stop()
		silent(t, ch, func() { near.Nudge("feed/a") })
	})
}

// silent demands one attempt out of many that does not reach ch: a Waker may
// wake everybody when it has just connected.
func silent(t *testing.T, ch <-chan struct{}, nudge func()) {
	t.Helper()
	for range 100 {
		drain(ch)
		nudge()
		if len(ch) == 0 {
			return
		}
	}
	t.Fatal("a nudge arrived that was not meant")
}

func drain(ch <-chan struct{}) {
	for len(ch) > 0 {
		<-ch
	}
}

// await repeats the nudge, because the far end may not be connected yet.
func await(t *testing.T, nudge func(), ch <-chan struct{}) {
	t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	late := time.After(limit)
	for {
		nudge()
		select {
		case <-ch:
			return
		case <-again.C:
		case <-late:
			t.Fatal("the nudge did not arrive")
		}
	}
}
