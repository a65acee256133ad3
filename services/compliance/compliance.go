// Package compliance is the service of duties, papers, custody and enforcement:
// cases and their cure, holds and restoration, decisions by two people, the
// calendar of obligations, notices, assets, the data of ended services, and the
// audit log.
package compliance

import (
	"context"

	"go.uber.org/fx"

	"cloudpact.dev/services/compliance/internal/app"
	"cloudpact.dev/services/compliance/internal/peers"
	"cloudpact.dev/services/compliance/internal/store/migrations"
	"cloudpact.dev/services/compliance/internal/transport"
	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/rpc"
)

// Config is the service's configuration.
type Config struct {
	Host host.Config `koanf:"host"`
}

// Module is the service. It needs a Config and what [host.Env] names.
var Module = fx.Module("compliance",
	fx.Provide(newHost, newApp, fx.Private),
	fx.Invoke(run),
)

func newHost(cfg Config, env host.Env) (*host.Host, error) {
	return host.New(context.Background(), cfg.Host, spec(env.Directory), env)
}

func spec(d *rpc.Directory) host.Spec {
	return host.Spec{
		Name:       "compliance",
		Migrations: migrations.Files,
		Encode:     transport.EncodeChange,
		Clock:      host.AskClock(d.Peer("billing")),
	}
}

func newApp(h *host.Host) *app.App {
	return app.New(app.Host{DB: h.DB, Commit: h.Commit, Clocks: h.Clocks, Revision: peers.Revision(h.Directory.Peer("billing"))})
}

func run(lc fx.Lifecycle, h *host.Host, a *app.App) error {
	return h.Run(lc, parts(h, a))
}

func parts(h *host.Host, a *app.App) host.Parts {
	return host.Parts{
		Consumers: peers.Consumers(a),
		Deadlines: a.Deadlines(),
		Hosted: []rpc.Hosted{
			{Desc: transport.ComplianceServiceDesc, Impl: transport.New(a)},
			{Desc: transport.ChangeServiceDesc, Impl: transport.NewChanges(h.Feed, a.Pages, h.Listen)},
		},
	}
}
