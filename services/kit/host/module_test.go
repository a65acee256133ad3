package host_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/ops"
	"cloudpact.dev/services/kit/rpc"
)

// app is a service's own code, of which each module has its own.
type app struct{ h *host.Host }

// service is a module as services write them.
func service(name, follows string, dir string, seen chan string, out **host.Host) fx.Option {
	return fx.Module(name,
		fx.Provide(
			func(env host.Env) (*host.Host, error) {
				cfg := host.Config{Database: db.Config{Driver: "sqlite", DSN: filepath.Join(dir, name+".db")}}
				return host.New(context.Background(), cfg, host.Spec{Name: name, Migrations: schema}, env)
			},
			func(h *host.Host) *app { return &app{h} },
			fx.Private,
		),
		fx.Invoke(func(lc fx.Lifecycle, h *host.Host, a *app) error {
			*out = a.h
			return h.Run(lc, host.Parts{Consumers: []feed.Consumer{{
				Name: "c", Source: follows,
				Handle: func(_ context.Context, _ *commit.Tx, c feed.Change) error {
					seen <- name + " saw " + c.Subject
					return nil
				},
			}}})
		}))
}

// Several services live in one graph, each with its own host.
func TestModulesInOneGraph(t *testing.T) {
	dir, seen := t.TempDir(), make(chan string, 2)
	var a, b *host.Host
	var health *ops.Health
	var metrics *prometheus.Registry
	cfg := rpc.DefaultConfig()
	cfg.Listen.Addr = "127.0.0.1:0"
	x := fxtest.New(t,
		fx.Supply(cfg, ops.Config{}, slog.New(slog.DiscardHandler)),
		fx.Provide(
			func() (*rpc.TokenFile, error) { return rpc.OpenTokens(filepath.Join(dir, "tokens.yaml")) },
			func(f *rpc.TokenFile) rpc.Authenticator { return f },
			func(f *rpc.TokenFile) *rpc.Directory {
				return rpc.NewDirectory(func() string { return f.Token(rpc.RoleService) })
			},
		),
		rpc.Module, ops.Module,
		service("a", "b", dir, seen, &a), service("b", "a", dir, seen, &b),
		rpc.Serve,
		fx.Populate(&health, &metrics),
	)
	if _, ok := health.Ready(t.Context()); ok {
		t.Error("ready before the start")
	}
	x.RequireStart()
	publish(t, a, "x", "one")
	want(t, <-seen, "b saw one")
	publish(t, b, "x", "two")
	want(t, <-seen, "a saw two")
	if parts, ok := health.Ready(t.Context()); !ok || len(parts) != 2 {
		t.Error(parts)
	}
	x.RequireStop()
	families, err := metrics.Gather() // the last commits have been counted now
	if err != nil {
		t.Error(err)
	}
	found := 0
	for _, f := range families {
		if f.GetName() == "cloudpact_feed_handled_total" {
			found = len(f.GetMetric())
		}
	}
	if found != 2 {
		t.Errorf("%d services counted", found)
	}
}
