// Package sla owns the delivered quality: targets, outages, runs, windows,
// duties, assessments and awards. It decides measures, never money.
package sla

import (
	"context"

	"go.uber.org/fx"

	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/sla/internal/store"
)

// Config is the service's configuration.
type Config struct {
	Host host.Config `koanf:"host" doc:"where and how the service runs"`
}

// Module is the service; provide Config, an rpc.Directory and rpc.Module.
var Module = fx.Module("sla",
	fx.Provide(newHost, fx.Private),
	fx.Invoke(run),
)

func newHost(cfg Config, env host.Env) (*host.Host, error) {
	return host.New(context.Background(), cfg.Host, host.Spec{
		Name:       "sla",
		Migrations: store.Migrations,
		Clock:      host.AskClock(env.Directory.Peer("billing")),
	}, env)
}

func run(lc fx.Lifecycle, h *host.Host) error { return h.Run(lc, host.Parts{}) }
