package process

import (
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/fx"
	"go.uber.org/fx/fxevent"

	"cloudpact.dev/services/kit/lease"
	"cloudpact.dev/services/kit/limit"
	"cloudpact.dev/services/kit/ops"
	"cloudpact.dev/services/kit/redisx"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/kit/wake"
)

// Module provides what a process has besides its services. local are the
// services that it runs; the others are dialled at their addresses. Put the
// services' modules after it and rpc.Serve last.
func Module(c Config, local ...string) fx.Option {
	return fx.Options(
		fx.StartTimeout(time.Minute), fx.StopTimeout(30*time.Second),
		fx.Invoke(growHeap),
		fx.Supply(c, c.GRPC, c.Ops),
		fx.Provide(
			newLog,
			func(c Config) (*rpc.TokenFile, error) { return rpc.OpenTokens(c.TokenFile()) },
			func(c Config, t *rpc.TokenFile) (rpc.Authenticator, error) { return rpc.Sources(c.GRPC.Listen, t) },
			func(lc fx.Lifecycle, c Config, t *rpc.TokenFile) (*rpc.Directory, error) {
				return newDirectory(lc, c, t, local)
			},
			openRedis, newWaker, newLeaser, newLimiter,
		),
		fx.WithLogger(func(l *slog.Logger) fxevent.Logger {
			out := &fxevent.SlogLogger{Logger: l}
			out.UseLogLevel(slog.LevelDebug)
			out.UseErrorLevel(slog.LevelDebug) // whoever starts the graph reports its error
			return out
		}),
		rpc.Module, ops.Module,
	)
}

func newLog(c Config) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Log)); err != nil {
		return nil, fmt.Errorf("log %q is none of debug, info, warn, error", c.Log)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})), nil
}

// newDirectory knows the services elsewhere; those of this process enter when
// their hosts are made.
func newDirectory(lc fx.Lifecycle, c Config, t *rpc.TokenFile, local []string) (*rpc.Directory, error) {
	d := rpc.NewDirectory(func() string { return t.Token(rpc.RoleService) })
	lc.Append(fx.StopHook(d.Close))
	for _, name := range Services {
		if slices.Contains(local, name) {
			continue
		}
		p := c.Peers.of(name)
		if p.Addr == "" {
			return nil, fmt.Errorf("this process does not run %s: say where it is (peers.%s.addr)", name, name)
		}
		if err := d.Remote(name, p.Addr, p.CA); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func openRedis(lc fx.Lifecycle, c Config) (*redis.Client, error) {
	client, err := redisx.Open(c.Redis)
	if err == nil && client != nil {
		lc.Append(fx.StopHook(client.Close))
	}
	return client, err
}

func newWaker(lc fx.Lifecycle, client *redis.Client, log *slog.Logger) wake.Waker {
	if client == nil {
		return &wake.Memory{}
	}
	w := wake.NewRedis(client, log)
	lc.Append(fx.StopHook(w.Close))
	return w
}

func newLeaser(client *redis.Client, log *slog.Logger) lease.Leaser {
	if client == nil {
		return lease.NewMemory(nil)
	}
	return lease.NewRedis(client, log)
}

func newLimiter(client *redis.Client, log *slog.Logger) limit.Limiter {
	if client == nil {
		return limit.NewMemory(nil)
	}
	return limit.NewRedis(client, log)
}
