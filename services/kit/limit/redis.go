package limit

import (
	"context"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/redisx"
)

// Redis is a Limiter that processes share, on Redis's own clock. While Redis
// does not answer, everything is allowed.
type Redis struct {
	client *redis.Client
	outage *redisx.Outage
}

var _ Limiter = (*Redis)(nil)

// NewRedis makes a Limiter on the client.
func NewRedis(client *redis.Client, log *slog.Logger) *Redis {
	return &Redis{client, redisx.NewOutage("limit", clock.System{}, log)}
}

// take is decide in Redis. Lua's numbers are exact for microseconds until the
// year 2255. It answers allowed, retry and reset.
var take = redis.NewScript(`
local t = redis.call('time')
local now = t[1] * 1000000 + t[2]
local step, burst, n = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full = math.max(tonumber(redis.call('get', KEYS[1]) or 0), now)
local after = full + step * n
local over = after - step * burst - now
if over > 0 then
  if n > burst then over = full - now end
  return {0, over, full - now}
end
redis.call('set', KEYS[1], string.format('%.0f', after), 'px', math.ceil((after - now) / 1000) + 1)
return {1, 0, after - now}
`)

// Take implements Limiter.
func (l *Redis) Take(ctx context.Context, key string, r Rate, n int) Decision {
	var out []int64
	ok := l.outage.Try(ctx, func(ctx context.Context) (err error) {
		out, err = take.Run(ctx, l.client, []string{redisx.Prefix + "limit:" + key}, r.step(), r.Burst, n).Int64Slice()
		return err
	})
	if !ok || len(out) != 3 {
		return Decision{Allowed: true, Remaining: r.Burst, Open: true}
	}
	step := r.step()
	return answer(out[0] == 1, out[1], out[2], step, step*int64(r.Burst))
}

// Forget empties the key's history, for an operator who lifts a limit.
func (l *Redis) Forget(ctx context.Context, key string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return l.outage.Try(ctx, func(ctx context.Context) error {
		return l.client.Del(ctx, redisx.Prefix+"limit:"+key).Err()
	})
}
