package bookapp

import (
	"context"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/terms"
)

// Store keeps the book's facts. Every method works on the transaction or the
// readers that it is given. Reads answer false where there is no such row;
// inserts answer db.ErrExists where the key is taken, updates db.ErrStale where
// the row has another version than old. Lists are in the order of their keys and
// go on after the last key of the page before.
type Store interface {
	Provider(ctx context.Context, q db.Querier, provider string) (book.Provider, bool, error)
	InsertProvider(ctx context.Context, q db.Querier, p book.Provider) error
	Providers(ctx context.Context, q db.Querier, after string, limit int) ([]book.Provider, error)

	// Revision reads a revision without its body.
	Revision(ctx context.Context, q db.Querier, provider, termsID, revision string) (book.Revision, bool, error)
	// InsertRevision adds a revision with its body as the provider's newest.
	InsertRevision(ctx context.Context, q db.Querier, r book.Revision) error
	// Revisions lists a provider's revisions, oldest first, with the sort key of
	// each; termsID "" is any.
	Revisions(ctx context.Context, q db.Querier, provider, termsID, after string, limit int) ([]book.Revision, []string, error)
	// Terms reads the content of a revision by its hash.
	Terms(ctx context.Context, q db.Querier, provider, hash string) (*terms.Terms, bool, error)

	Customer(ctx context.Context, q db.Querier, provider, customer string) (book.Customer, bool, error)
	InsertCustomer(ctx context.Context, q db.Querier, c book.Customer) error
	UpdateCustomer(ctx context.Context, q db.Querier, c book.Customer, old int64) error
	Customers(ctx context.Context, q db.Querier, provider, after string, limit int) ([]book.Customer, error)

	Contract(ctx context.Context, q db.Querier, k book.ContractKey) (book.Contract, bool, error)
	InsertContract(ctx context.Context, q db.Querier, c book.Contract) error
	UpdateContract(ctx context.Context, q db.Querier, c book.Contract, old int64) error
	// Contracts, Orders and Subscriptions list what lies below the scope, whose
	// empty ids are any. after is the customer, the contract and, but for
	// contracts, the id of the last row.
	Contracts(ctx context.Context, q db.Querier, scope book.ContractKey, after []string, limit int) ([]book.Contract, error)

	Order(ctx context.Context, q db.Querier, k book.OrderKey) (book.Order, bool, error)
	InsertOrder(ctx context.Context, q db.Querier, o book.Order) error
	UpdateOrder(ctx context.Context, q db.Querier, o book.Order, old int64) error
	Orders(ctx context.Context, q db.Querier, scope book.ContractKey, after []string, limit int) ([]book.Order, error)

	Subscription(ctx context.Context, q db.Querier, k book.SubscriptionKey) (book.Subscription, bool, error)
	InsertSubscription(ctx context.Context, q db.Querier, s book.Subscription) error
	UpdateSubscription(ctx context.Context, q db.Querier, s book.Subscription, old int64) error
	Subscriptions(ctx context.Context, q db.Querier, scope book.ContractKey, after []string, limit int) ([]book.Subscription, error)

	Operation(ctx context.Context, q db.Querier, id string) (book.Operation, bool, error)
	// NextOperation is the place that the provider's next operation takes.
	NextOperation(ctx context.Context, q db.Querier, provider string) (int64, error)
	InsertOperation(ctx context.Context, q db.Querier, o book.Operation, place int64) error
	UpdateOperation(ctx context.Context, q db.Querier, o book.Operation, old int64) error
	// Operations lists operations by provider and place, with the sort key of
	// each; provider "" is any.
	Operations(ctx context.Context, q db.Querier, provider string, after []string, limit int) ([]book.Operation, []string, error)
	// OpenOperations lists the operations that are not done.
	OpenOperations(ctx context.Context, q db.Querier) ([]book.Operation, error)
}
