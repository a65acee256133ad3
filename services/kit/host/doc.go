// Package host runs one service: its database with kit's and its own schema,
// the committer, the feed, the deadlines, the clocks, the consumers, and the
// PeerService through which the other services read it and move its time.
//
// New makes a Host, Register gives it the service's parts, Start runs it. A
// service's fx module does that in one place:
//
//	package token
//
//	// Config is the service's configuration.
//	type Config struct {
//		Host host.Config `koanf:"host"`
//	}
//
//	// Module is the service; provide Config, an rpc.Directory and rpc.Module.
//	var Module = fx.Module("token",
//		fx.Provide(newHost, app.New, transport.New, fx.Private),
//		fx.Invoke(run),
//	)
//
//	func newHost(cfg Config, env host.Env) (*host.Host, error) {
//		return host.New(context.Background(), cfg.Host, host.Spec{
//			Name:       "token",
//			Migrations: store.Migrations,
//			Encode:     transport.EncodeChange,
//			Clock:      host.AskClock(env.Directory.Peer("billing")),
//		}, env)
//	}
//
//	func run(lc fx.Lifecycle, h *host.Host, a *app.App, t *transport.Service) error {
//		return h.Run(lc, host.Parts{
//			Consumers: []feed.Consumer{
//				{Name: "book", Source: "billing", Types: peers.BookTypes, Handle: peers.HandleBook(a)},
//			},
//			Deadlines: deadline.Registry{"lot_end": a.EndLot},
//			Hosted:    []rpc.Hosted{{Desc: &tokenv1.TokenService_ServiceDesc, Impl: t}},
//		})
//	}
//
// An application puts modules together, and rpc.Serve last:
//
//	fx.New(
//		fx.Supply(cfg.Token, cfg.RPC, cfg.Ops),
//		fx.Provide(openTokens, newDirectory), // rpc.OpenTokens, rpc.NewDirectory
//		rpc.Module, ops.Module, token.Module, rpc.Serve,
//	)
package host
