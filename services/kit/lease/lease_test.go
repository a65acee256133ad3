package lease_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/uuid"
	"go.uber.org/goleak"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/lease"
	"cloudpact.dev/services/kit/lease/leasetest"
	"cloudpact.dev/services/kit/redisx"
	"cloudpact.dev/services/kit/redisx/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMemory(t *testing.T) {
	leasetest.Run(t, func(*testing.T) leasetest.Clocked {
		c := clock.At(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
		l := lease.NewMemory(c)
		return leasetest.Clocked{A: l, B: l, Advance: c.Add}
	})
}

func open(t *testing.T, addr string) *lease.Redis {
	c, err := redisx.Open(redisx.Config{Addr: addr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return lease.NewRedis(c, slog.New(slog.DiscardHandler))
}

func TestRedis(t *testing.T) {
	leasetest.Run(t, func(t *testing.T) leasetest.Clocked {
		m := miniredis.RunT(t)
		return leasetest.Clocked{A: open(t, m.Addr()), B: open(t, m.Addr()), Advance: m.FastForward}
	})
}

// own gives each test its own names on a Redis that is shared.
type own struct {
	lease.Leaser
	prefix string
}

func (o own) Acquire(ctx context.Context, name string, ttl time.Duration) (lease.Lease, bool) {
	return o.Leaser.Acquire(ctx, o.prefix+name, ttl)
}

func TestRealRedis(t *testing.T) {
	addr, ok := redistest.Addr(t)
	if !ok {
		return
	}
	leasetest.Run(t, func(t *testing.T) leasetest.Clocked {
		id := uuid.NewString()
		return leasetest.Clocked{
			A: own{open(t, addr), id}, B: own{open(t, addr), id},
			Advance: func(d time.Duration) { <-time.After(d) },
		}
	})
}

// Without Redis each process is left to itself; a Redis that is back decides
// again between them.
func TestRedisDown(t *testing.T) {
	m := miniredis.RunT(t)
	a, b := open(t, m.Addr()), open(t, m.Addr())
	ctx := t.Context()
	la, ok := a.Acquire(ctx, "job", time.Hour)
	if !ok {
		t.Fatal("not acquired")
	}
	m.Close()
	if !la.Renew(ctx) {
		t.Fatal("the outage took the lease")
	}
	lb, ok := b.Acquire(ctx, "job", time.Hour)
	if !ok {
		t.Fatal("a process of its own was refused during the outage")
	}
	if _, ok := b.Acquire(ctx, "job", time.Hour); ok {
		t.Fatal("one process gave the name twice")
	}
	m.FlushAll()
	if err := m.Restart(); err != nil {
		t.Fatal(err)
	}
	// Both remember the outage for a second; whoever asks first afterwards wins.
	for start := time.After(20 * time.Second); m.CommandCount() == 0 || !m.Exists("cloudpact:lease:job"); {
		la.Renew(ctx)
		select {
		case <-start:
			t.Fatal("the first holder never won in the Redis that came back")
		case <-time.After(50 * time.Millisecond):
		}
	}
	for start := time.After(20 * time.Second); lb.Renew(ctx); {
		select {
		case <-start:
			t.Fatal("two processes hold the name in a Redis that answers")
		case <-time.After(50 * time.Millisecond):
		}
	}
	if !la.Renew(ctx) {
		t.Fatal("the winner lost")
	}
}
