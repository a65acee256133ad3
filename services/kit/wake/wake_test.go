package wake_test

import (
	"log/slog"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"go.uber.org/goleak"

	"cloudpact.dev/services/kit/redisx"
	"cloudpact.dev/services/kit/redisx/redistest"
	"cloudpact.dev/services/kit/wake"
	"cloudpact.dev/services/kit/wake/waketest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMemory(t *testing.T) {
	waketest.Run(t, func(*testing.T) (wake.Waker, wake.Waker) {
		m := &wake.Memory{}
		return m, m
	})
}

func open(t *testing.T, addr string) *wake.Redis {
	c, err := redisx.Open(redisx.Config{Addr: addr})
	if err != nil {
		t.Fatal(err)
	}
	r := wake.NewRedis(c, slog.New(slog.DiscardHandler))
	t.Cleanup(func() { r.Close(); c.Close() })
	return r
}

func TestRedis(t *testing.T) {
	waketest.Run(t, func(t *testing.T) (wake.Waker, wake.Waker) {
		addr := miniredis.RunT(t).Addr()
		return open(t, addr), open(t, addr)
	})
}

func TestRealRedis(t *testing.T) {
	addr, ok := redistest.Addr(t)
	if !ok {
		return
	}
	waketest.Run(t, func(t *testing.T) (wake.Waker, wake.Waker) { return open(t, addr), open(t, addr) })
}

// Without Redis the process itself still wakes at once, and a Redis that comes
// back is used again.
func TestRedisDown(t *testing.T) {
	m := miniredis.RunT(t)
	near, far := open(t, m.Addr()), open(t, m.Addr())
	m.Close()
	waketest.Run(t, func(t *testing.T) (wake.Waker, wake.Waker) { return near, near })
	if err := m.Restart(); err != nil {
		t.Fatal(err)
	}
	waketest.Run(t, func(t *testing.T) (wake.Waker, wake.Waker) { return near, far })
}
