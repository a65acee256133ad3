// Package redisx opens Redis for uses that can do without it: short timeouts, no
// retries, and a memory of outages, so that a Redis that is down costs one
// failed attempt a second and never a request.
package redisx

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"cloudpact.dev/services/kit/clock"
)

// Prefix begins every key and channel of the suite.
const Prefix = "cloudpact:"

// Config names the Redis to use.
type Config struct {
	Addr string `koanf:"addr" doc:"host:port or redis:// URL of a Redis; empty: everything stays in this process"`
}

// limit bounds every step of a Redis call.
const limit = 250 * time.Millisecond

// Open makes a client; it does not connect. It is nil for an empty address.
func Open(c Config) (*redis.Client, error) {
	if c.Addr == "" {
		return nil, nil
	}
	o := &redis.Options{Addr: c.Addr}
	if strings.Contains(c.Addr, "://") {
		var err error
		if o, err = redis.ParseURL(c.Addr); err != nil {
			return nil, fmt.Errorf("redis: %w", err)
		}
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = limit, limit, limit, limit
	o.MaxRetries, o.DialerRetries = -1, 1
	o.ContextTimeoutEnabled = true
	return redis.NewClient(o), nil
}

// Outage remembers that Redis did not answer.
type Outage struct {
	clock clock.Clock
	log   *slog.Logger
	what  string

	mu    sync.Mutex
	until time.Time
	down  bool
}

// pause is how long nothing is asked of a Redis that did not answer.
const pause = time.Second

// NewOutage makes one for the named use.
func NewOutage(what string, c clock.Clock, log *slog.Logger) *Outage {
	return &Outage{clock: c, log: log, what: what}
}

// Try runs a Redis call, unless Redis has just failed. It is false when Redis
// did not do it; a reply of redis.Nil is a success.
func (o *Outage) Try(ctx context.Context, call func(ctx context.Context) error) bool {
	o.mu.Lock()
	skip := o.down && o.clock.Now().Before(o.until)
	o.mu.Unlock()
	if skip {
		return false
	}
	err := call(ctx)
	if err == nil || errors.Is(err, redis.Nil) {
		o.note(nil)
		return true
	}
	if ctx.Err() == nil {
		o.note(err)
	}
	return false
}

// note records an answer or its absence; each outage is logged once.
func (o *Outage) note(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err == nil {
		if o.down {
			o.log.Info("redis answers again", "use", o.what)
		}
		o.down = false
		return
	}
	if !o.down {
		o.log.Warn("redis does not answer; going on without it", "use", o.what, "error", err)
	}
	o.down, o.until = true, o.clock.Now().Add(pause)
}
