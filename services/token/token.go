// Package token owns service tokens, the vouchers of the agreements: lots,
// redemptions, reservations and overage.
package token

import (
	"context"

	"go.uber.org/fx"

	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/token/internal/app"
	"cloudpact.dev/services/token/internal/peers"
	"cloudpact.dev/services/token/internal/store/migrations"
	"cloudpact.dev/services/token/internal/transport"
)

// Config is the service's configuration.
type Config struct {
	Host host.Config `koanf:"host" doc:"the service's database and consumers"`
	App  app.Config  `koanf:"app" doc:"how the use cases are tuned"`
}

// Module is the service; provide Config, an rpc.Directory and rpc.Module.
var Module = fx.Module("token",
	fx.Provide(newHost, newApp, fx.Private),
	fx.Invoke(run),
)

func newHost(cfg Config, env host.Env) (*host.Host, error) {
	return host.New(context.Background(), cfg.Host, host.Spec{
		Name:       "token",
		Migrations: migrations.Files,
		Encode:     transport.EncodeChange,
		Clock:      host.AskClock(env.Directory.Peer("billing")),
	}, env)
}

func newApp(cfg Config, h *host.Host) *app.App {
	return app.New(app.Host{
		DB: h.DB, Commit: h.Commit, Heads: h.Feed.Heads, Now: h.Now,
		Revision: peers.Revision(h.Directory.Peer("billing")),
	}, cfg.App)
}

func run(lc fx.Lifecycle, h *host.Host, a *app.App) error {
	return h.Run(lc, parts(h, a))
}

// parts are what the service gives its host.
func parts(h *host.Host, a *app.App) host.Parts {
	return host.Parts{
		Consumers: []feed.Consumer{
			{Name: "book", Source: "billing", Types: peers.BookTypes, Handle: peers.Book(a)},
			{Name: "holds", Source: "compliance", Types: peers.HoldTypes, Handle: peers.Holds(a)},
		},
		Deadlines: a.Deadlines(),
		Hosted: []rpc.Hosted{
			{Desc: transport.TokenServiceDesc, Impl: transport.New(a)},
			{Desc: transport.ChangeServiceDesc, Impl: transport.NewChanges(h.Feed, a.Pages, h.Listen)},
		},
	}
}
