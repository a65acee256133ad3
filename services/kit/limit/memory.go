package limit

import (
	"context"
	"sync"

	"cloudpact.dev/services/kit/clock"
)

// Memory is a Limiter within one process.
type Memory struct {
	clock clock.Clock

	mu    sync.Mutex
	full  map[string]int64
	sweep int
}

var _ Limiter = (*Memory)(nil)

const firstSweep = 1024

// NewMemory makes a Limiter on the clock; nil is the machine's.
func NewMemory(c clock.Clock) *Memory {
	if c == nil {
		c = clock.System{}
	}
	return &Memory{clock: c, full: map[string]int64{}, sweep: firstSweep}
}

// Take implements Limiter.
func (m *Memory) Take(_ context.Context, key string, r Rate, n int) Decision {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.clock.Now().UnixMicro()
	d, full := decide(m.full[key], now, r, n)
	m.full[key] = full
	if len(m.full) >= m.sweep {
		m.forget(now)
	}
	return d
}

// forget drops full buckets, which are like new ones. It runs when the number
// of keys has doubled, so each take pays for a constant share of it.
func (m *Memory) forget(now int64) {
	for k, full := range m.full {
		if full <= now {
			delete(m.full, k)
		}
	}
	m.sweep = max(firstSweep, 2*len(m.full))
}
