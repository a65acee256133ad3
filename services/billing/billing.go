// Package billing owns the book (providers, clocks, terms registry, customers,
// contracts, orders, subscriptions) and the ledger (accounts, charges, invoices,
// payments, interest, deposits, journal).
package billing

import (
	"context"
	"maps"

	"go.uber.org/fx"

	"cloudpact.dev/services/billing/internal/app/bookapp"
	"cloudpact.dev/services/billing/internal/app/ledgerapp"
	"cloudpact.dev/services/billing/internal/peers"
	"cloudpact.dev/services/billing/internal/store"
	"cloudpact.dev/services/billing/internal/store/migrations"
	"cloudpact.dev/services/billing/internal/transport"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/page"
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
	fx.Provide(newHost, newPolicies, newBook, newLedger, newPager, newChanges, transport.NewRegistry, transport.NewContracts,
		transport.NewOperations, transport.NewLedger, fx.Private),
	fx.Invoke(run),
)

func newHost(cfg Config, env host.Env) (*host.Host, error) {
	// The clocks of providers are kept here, so nobody is asked for them.
	return host.New(context.Background(), cfg.Host,
		host.Spec{Name: bookapp.Service, Migrations: migrations.Files, Encode: transport.EncodeChange}, env)
}

func newPolicies() *bookapp.Policies { return bookapp.NewPolicies(store.Book{}) }

func newBook(h *host.Host, p *bookapp.Policies) *bookapp.App {
	return bookapp.New(bookapp.Deps{
		Commit: h.Commit, DB: h.DB, Clocks: h.Clocks, Deadlines: h.Deadlines, Store: store.Book{},
		Policies: p, Peers: peers.NewTime(h.Directory), Log: h.Log,
	})
}

func newLedger(h *host.Host, p *bookapp.Policies) *ledgerapp.App {
	return ledgerapp.New(ledgerapp.Deps{Commit: h.Commit, DB: h.DB, Clocks: h.Clocks, Store: store.Ledger{}, Book: store.Book{}, Policies: p})
}

func newChanges(h *host.Host, pager *page.Codec) *transport.Changes {
	return transport.NewChanges(h.Feed, pager, h.Listen)
}

func newPager(cfg Config) *page.Codec { return transport.NewPager(cfg.PageKey) }

// parts are what billing gives its host.
type parts struct {
	fx.In
	Host       *host.Host
	Book       *bookapp.App
	Registry   *transport.Registry
	Contracts  *transport.Contracts
	Operations *transport.Operations
	Accounts   *ledgerapp.App
	Ledger     *transport.Ledger
	Changes    *transport.Changes
}

func run(lc fx.Lifecycle, p parts) error {
	err := p.Host.Run(lc, host.Parts{
		Consumers: append([]feed.Consumer{peers.BookConsumer(p.Book)}, peers.LedgerConsumers(p.Accounts.Take)...),
		Deadlines: deadlines(p.Book.Deadlines(), p.Accounts.Deadlines()),
		Hosted:    transport.Hosted(p.Registry, p.Contracts, p.Ledger, p.Changes, p.Operations),
	})
	// After the host, so that unfinished advances stop before its database does.
	lc.Append(fx.Hook{OnStart: p.Book.Start, OnStop: p.Book.Stop})
	return err
}

// deadlines puts the handlers of both halves together; their kinds differ.
func deadlines(all ...deadline.Registry) deadline.Registry {
	out := deadline.Registry{}
	for _, r := range all {
		maps.Copy(out, r)
	}
	return out
}
