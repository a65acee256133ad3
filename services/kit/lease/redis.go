package lease

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/redisx"
)

// Redis is a Leaser across processes. While Redis does not answer, each process
// gives leases to itself, for the same time limits; such a lease must be won in
// Redis to be renewed once Redis answers again.
type Redis struct {
	client *redis.Client
	local  *Memory
	outage *redisx.Outage
}

var _ Leaser = (*Redis)(nil)

// NewRedis makes a Leaser on the client.
func NewRedis(client *redis.Client, log *slog.Logger) *Redis {
	return &Redis{client, NewMemory(nil), redisx.NewOutage("lease", clock.System{}, log)}
}

// The holder's own value protects a name from its former holder.
var (
	renewScript = redis.NewScript(`if redis.call('get', KEYS[1]) == ARGV[1] then
return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0`)
	releaseScript = redis.NewScript(`if redis.call('get', KEYS[1]) == ARGV[1] then
return redis.call('del', KEYS[1]) end return 0`)
)

type redisLease struct {
	in    *Redis
	name  string
	value string
	ttl   time.Duration

	mu       sync.Mutex
	fallback Lease // set while the process holds the name by itself
}

// Acquire implements Leaser.
func (r *Redis) Acquire(ctx context.Context, name string, ttl time.Duration) (Lease, bool) {
	l := &redisLease{in: r, name: name, value: uuid.NewString(), ttl: ttl}
	won, answered := l.win(ctx)
	if answered {
		return l, won
	}
	var ok bool
	l.fallback, ok = r.local.Acquire(ctx, name, ttl)
	return l, ok
}

func (l *redisLease) key() string { return redisx.Prefix + "lease:" + l.name }

// win tries to take the name in Redis.
func (l *redisLease) win(ctx context.Context) (won, answered bool) {
	answered = l.in.outage.Try(ctx, func(ctx context.Context) (err error) {
		got, err := l.in.client.SetArgs(ctx, l.key(), l.value, redis.SetArgs{Mode: "NX", TTL: l.ttl}).Result()
		won = got == "OK"
		return err
	})
	return won, answered
}

// Renew implements Lease.
func (l *redisLease) Renew(ctx context.Context) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	held := false
	answered := l.in.outage.Try(ctx, func(ctx context.Context) error {
		n, err := renewScript.Run(ctx, l.in.client, []string{l.key()}, l.value, l.ttl.Milliseconds()).Int()
		held = n == 1
		return err
	})
	switch {
	case answered && (held || l.fallback == nil):
		l.drop(ctx)
		return held
	case answered: // Redis is back, and knows nothing of the lease
		won, ok := l.win(ctx)
		if ok {
			l.drop(ctx)
			return won
		}
	case l.fallback == nil:
		var ok bool
		l.fallback, ok = l.in.local.Acquire(ctx, l.name, l.ttl)
		return ok
	}
	return l.fallback.Renew(ctx)
}

func (l *redisLease) drop(ctx context.Context) {
	if l.fallback != nil {
		l.fallback.Release(ctx)
		l.fallback = nil
	}
}

// Release implements Lease.
func (l *redisLease) Release(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drop(ctx)
	l.in.outage.Try(ctx, func(ctx context.Context) error {
		return releaseScript.Run(ctx, l.in.client, []string{l.key()}, l.value).Err()
	})
}
