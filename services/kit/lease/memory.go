package lease

import (
	"context"
	"sync"
	"time"

	"cloudpact.dev/services/kit/clock"
)

// Memory is a Leaser within one process.
type Memory struct {
	clock clock.Clock

	mu   sync.Mutex
	held map[string]*memoryLease
}

var _ Leaser = (*Memory)(nil)

// NewMemory makes a Leaser on the clock; nil is the machine's.
func NewMemory(c clock.Clock) *Memory {
	if c == nil {
		c = clock.System{}
	}
	return &Memory{clock: c, held: map[string]*memoryLease{}}
}

type memoryLease struct {
	in    *Memory
	name  string
	ttl   time.Duration
	until time.Time
}

// Acquire implements Leaser.
func (m *Memory) Acquire(_ context.Context, name string, ttl time.Duration) (Lease, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.clock.Now()
	if l := m.held[name]; l != nil && now.Before(l.until) {
		return nil, false
	}
	l := &memoryLease{in: m, name: name, ttl: ttl, until: now.Add(ttl)}
	m.held[name] = l
	return l, true
}

// Renew implements Lease.
func (l *memoryLease) Renew(context.Context) bool {
	l.in.mu.Lock()
	defer l.in.mu.Unlock()
	if l.in.held[l.name] != l {
		return false
	}
	l.until = l.in.clock.Now().Add(l.ttl)
	return true
}

// Release implements Lease.
func (l *memoryLease) Release(context.Context) {
	l.in.mu.Lock()
	defer l.in.mu.Unlock()
	if l.in.held[l.name] == l {
		delete(l.in.held, l.name)
	}
}
