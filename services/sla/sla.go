// Package sla owns the delivered quality: targets, outages, runs, windows,
// duties, assessments and awards. It decides measures, never money.
package sla

import (
	"context"

	"go.uber.org/fx"

	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/sla/internal/app"
	"cloudpact.dev/services/sla/internal/peers"
	"cloudpact.dev/services/sla/internal/store/migrations"
	"cloudpact.dev/services/sla/internal/transport"
)

// Config is the service's configuration.
type Config struct {
	Host host.Config `koanf:"host" doc:"the service's database and consumers"`
}

// Module is the service; provide Config, an rpc.Directory and rpc.Module.
var Module = fx.Module("sla",
	fx.Provide(newHost, newApp, fx.Private),
	fx.Invoke(run),
)

func newHost(cfg Config, env host.Env) (*host.Host, error) {
	return host.New(context.Background(), cfg.Host, spec(env.Directory), env)
}

func spec(d *rpc.Directory) host.Spec {
	return host.Spec{
		Name:       "sla",
		Migrations: migrations.Files,
		Encode:     transport.EncodeChange,
		Clock:      host.AskClock(d.Peer("billing")),
	}
}

func newApp(h *host.Host) *app.App {
	return app.New(app.Host{
		DB: h.DB, Commit: h.Commit, Deadlines: h.Deadlines, Revision: peers.Revision(h.Directory.Peer("billing")),
	})
}

func run(lc fx.Lifecycle, h *host.Host, a *app.App) error {
	return h.Run(lc, parts(h, a))
}

// parts are what the service gives its host.
func parts(h *host.Host, a *app.App) host.Parts {
	return host.Parts{
		Consumers: peers.Consumers(a),
		Deadlines: a.Handlers(),
		Hosted: []rpc.Hosted{
			{Desc: transport.SlaServiceDesc, Impl: transport.New(a)},
			{Desc: transport.ChangeServiceDesc, Impl: transport.NewChanges(h.Feed, a.Pages, h.Listen)},
		},
	}
}
