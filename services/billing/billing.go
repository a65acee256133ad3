// Package billing owns the book (providers, clocks, terms registry, customers,
// contracts, orders, subscriptions) and the ledger (accounts, charges, invoices,
// payments, interest, deposits, journal).
package billing

import (
	"context"

	"go.uber.org/fx"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/billing/internal/app/bookapp"
	"cloudpact.dev/services/billing/internal/peers"
	"cloudpact.dev/services/billing/internal/store"
	"cloudpact.dev/services/billing/internal/store/migrations"
	"cloudpact.dev/services/billing/internal/transport"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/rpc"
)

// Config is the service's configuration.
type Config struct {
	Host host.Config `koanf:"host" doc:"the service's database and consumers"`
	// PageKey seals the tokens of lists; processes that serve the same lists
	// share it.
	PageKey string `koanf:"page_key" doc:"seals page tokens; the same for all processes of the service"`
}

// Module is the service; provide Config, an rpc.Directory and rpc.Module.
var Module = fx.Module("billing",
	fx.Provide(newHost, newPolicies, newBook, newPager, transport.NewRegistry, transport.NewContracts, transport.NewOperations, fx.Private),
	fx.Invoke(run),
)

func newHost(cfg Config, env host.Env) (*host.Host, error) {
	// The clocks of providers are kept here, so nobody is asked for them.
	return host.New(context.Background(), cfg.Host,
		host.Spec{Name: bookapp.Service, Migrations: migrations.Files, Encode: transport.EncodeChange}, env)
}

func newPolicies() *bookapp.Policies { return bookapp.NewPolicies(store.Book{}) }

func newBook(h *host.Host, p *bookapp.Policies) *bookapp.App {
	return bookapp.New(bookapp.Deps{Commit: h.Commit, DB: h.DB, Clocks: h.Clocks, Deadlines: h.Deadlines, Store: store.Book{},
		Policies: p, Peers: peers.NewTime(h.Directory), Log: h.Log})
}

func newPager(cfg Config) *transport.Pager { return transport.NewPager(cfg.PageKey) }

// parts are what billing gives its host.
type parts struct {
	fx.In
	Host       *host.Host
	Book       *bookapp.App
	Registry   *transport.Registry
	Contracts  *transport.Contracts
	Operations *transport.Operations
}

func run(lc fx.Lifecycle, p parts) error {
	err := p.Host.Run(lc, host.Parts{
		Consumers: []feed.Consumer{peers.BookConsumer(p.Book)},
		Deadlines: p.Book.Deadlines(),
		Hosted: []rpc.Hosted{
			{Desc: &contractv1.RegistryService_ServiceDesc, Impl: p.Registry},
			{Desc: &contractv1.ContractService_ServiceDesc, Impl: p.Contracts},
			{Desc: transport.OperationsDesc(), Impl: p.Operations, Access: transport.OperationsAccess()},
		},
	})
	// After the host, so that unfinished advances stop before its database does.
	lc.Append(fx.Hook{OnStart: p.Book.Start, OnStop: p.Book.Stop})
	return err
}
