package store

import (
	"context"

	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/terms"
)

// termsBody is a revision's content under its hash.
type termsBody struct {
	Provider string       `json:"-"`
	Hash     string       `json:"-"`
	Terms    *terms.Terms `json:"terms"`
}

var (
	bodies = db.Table[termsBody]{
		Name: "compliance_terms", Key: []string{"provider", "hash"},
		Columns: []db.Column[termsBody]{
			{Name: "provider", Value: func(b termsBody) any { return b.Provider }},
			{Name: "hash", Value: func(b termsBody) any { return b.Hash }},
		},
	}
	contracts = db.Table[record.Contract]{
		Name: "compliance_contracts", Key: []string{"provider", "customer", "contract"},
		Columns: []db.Column[record.Contract]{
			{Name: "provider", Value: func(c record.Contract) any { return c.Provider }},
			{Name: "customer", Value: func(c record.Contract) any { return c.Customer }},
			{Name: "contract", Value: func(c record.Contract) any { return c.Contract }},
		},
	}
	services = db.Table[record.Service]{
		Name: "compliance_services", Key: []string{"provider", "customer", "contract", "subscription"},
		Columns: contractColumns(func(s record.Service) record.Key { return s.Key }, "subscription"),
	}
	accounts = db.Table[record.Account]{
		Name: "compliance_accounts", Key: []string{"provider", "customer", "contract", "account"},
		Columns: contractColumns(func(a record.Account) record.Key { return a.Key }, "account"),
	}
	targets = db.Table[record.Target]{
		Name: "compliance_targets", Key: []string{"provider", "target"},
		Columns: []db.Column[record.Target]{
			{Name: "provider", Value: func(t record.Target) any { return t.Provider }},
			{Name: "target", Value: func(t record.Target) any { return t.Target }},
		},
	}
)

// Terms reads the body of a revision by its hash.
func (Store) Terms(ctx context.Context, q db.Querier, provider, hash string) (*terms.Terms, bool, error) {
	b, ok, err := bodies.Get(ctx, q, provider, hash)
	return b.Terms, ok, err
}

// PutTerms keeps the body of a revision.
func (Store) PutTerms(ctx context.Context, q db.Querier, provider, hash string, t *terms.Terms) error {
	return bodies.Upsert(ctx, q, termsBody{provider, hash, t})
}

// Contract reads a contract.
func (Store) Contract(ctx context.Context, q db.Querier, k record.ContractKey) (record.Contract, bool, error) {
	return contracts.Get(ctx, q, k.Provider, k.Customer, k.Contract)
}

// PutContract keeps a contract.
func (Store) PutContract(ctx context.Context, q db.Querier, c record.Contract) error {
	return contracts.Upsert(ctx, q, c)
}

// Service reads a subscription.
func (Store) Service(ctx context.Context, q db.Querier, k record.Key) (record.Service, bool, error) {
	return services.Get(ctx, q, keyOf(k)...)
}

// ServicesOf lists the subscriptions of a contract, by id.
func (Store) ServicesOf(ctx context.Context, q db.Querier, k record.ContractKey) ([]record.Service, error) {
	t := within(k)
	t.text.WriteString(" order by subscription")
	return selectAll(ctx, q, services, t)
}

// PutService keeps a subscription.
func (Store) PutService(ctx context.Context, q db.Querier, s record.Service) error {
	return services.Upsert(ctx, q, s)
}

// Account reads an account.
func (Store) Account(ctx context.Context, q db.Querier, k record.Key) (record.Account, bool, error) {
	return accounts.Get(ctx, q, keyOf(k)...)
}

// PutAccount keeps an account.
func (Store) PutAccount(ctx context.Context, q db.Querier, a record.Account) error {
	return accounts.Upsert(ctx, q, a)
}

// Target reads what sla watches.
func (Store) Target(ctx context.Context, q db.Querier, provider, target string) (record.Target, bool, error) {
	return targets.Get(ctx, q, provider, target)
}

// PutTarget keeps what sla watches.
func (Store) PutTarget(ctx context.Context, q db.Querier, t record.Target) error {
	return targets.Upsert(ctx, q, t)
}
