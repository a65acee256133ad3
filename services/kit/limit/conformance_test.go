package limit_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/limit"
	"cloudpact.dev/services/kit/limit/limittest"
	"cloudpact.dev/services/kit/redisx"
	"cloudpact.dev/services/kit/redisx/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var epoch = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func client(t *testing.T, addr string) *redis.Client {
	c, err := redisx.Open(redisx.Config{Addr: addr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestMemory(t *testing.T) {
	limittest.Run(t, func(*testing.T) limittest.Clocked {
		c := clock.At(epoch)
		return limittest.Clocked{Limiter: limit.NewMemory(c), Advance: c.Add}
	})
}

func TestRedis(t *testing.T) {
	limittest.Run(t, func(t *testing.T) limittest.Clocked {
		m, now := miniredis.RunT(t), epoch
		m.SetTime(now)
		l := limit.NewRedis(client(t, m.Addr()), slog.New(slog.DiscardHandler))
		return limittest.Clocked{Limiter: l, Advance: func(d time.Duration) {
			now = now.Add(d)
			m.SetTime(now)
			m.FastForward(d)
		}}
	})
}

// own gives each test its own keys on a Redis that is shared.
type own struct {
	limit.Limiter
	prefix string
}

func (o own) Take(ctx context.Context, key string, r limit.Rate, n int) limit.Decision {
	return o.Limiter.Take(ctx, o.prefix+key, r, n)
}

func TestRealRedis(t *testing.T) {
	addr, ok := redistest.Addr(t)
	if !ok {
		return
	}
	limittest.Run(t, func(t *testing.T) limittest.Clocked {
		l := limit.NewRedis(client(t, addr), slog.New(slog.DiscardHandler))
		return limittest.Clocked{Limiter: own{l, uuid.NewString()}, Advance: func(d time.Duration) { <-time.After(d) }}
	})
}

// A Redis that is down opens the limit; one that is back closes it again.
func TestRedisDown(t *testing.T) {
	m := miniredis.RunT(t)
	l := limit.NewRedis(client(t, m.Addr()), slog.New(slog.DiscardHandler))
	r := limit.Rate{Count: 1, Per: time.Hour, Burst: 1}
	if d := l.Take(t.Context(), "a", r, 1); !d.Allowed || d.Open {
		t.Fatalf("%+v", d)
	}
	m.Close()
	for range 5 {
		if d := l.Take(t.Context(), "a", r, 1); !d.Allowed || !d.Open {
			t.Fatalf("%+v", d)
		}
	}
	if err := m.Restart(); err != nil {
		t.Fatal(err)
	}
	again := limit.NewRedis(client(t, m.Addr()), slog.New(slog.DiscardHandler))
	if d := again.Take(t.Context(), "a", r, 1); d.Allowed || d.Open {
		t.Fatalf("%+v", d)
	}
}
