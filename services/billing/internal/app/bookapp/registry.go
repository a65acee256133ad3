package bookapp

import (
	"context"
	"time"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
)

// CreateProvider creates a provider and sets its clock.
func (a *App) CreateProvider(ctx context.Context, p book.Provider) (book.Provider, error) {
	p.StartTime = clock.Truncate(p.StartTime)
	if err := checkProvider(p); err != nil {
		return book.Provider{}, err
	}
	return write(ctx, a, commit.Key{Provider: p.ID}, func(ctx context.Context, tx *commit.Tx) (book.Provider, error) {
		p.CreateTime, p.Version = clock.System{}.Now(), 1
		set := commit.Clock{Provider: p.ID, Mode: commit.Live}
		starts := p.CreateTime
		if p.Mode == book.Sandbox {
			set.Mode, set.Now, starts = commit.Sandbox, p.StartTime, p.StartTime
		}
		if err := inserted(a.store.InsertProvider(ctx, tx, p), book.ProviderName(p.ID)); err != nil {
			return p, err
		}
		if err := a.clocks.Set(ctx, tx, set); err != nil {
			return p, err
		}
		tx.Publish(commit.Draft{
			Type: book.TypeProviderCreated, Subject: book.ProviderName(p.ID), Effective: starts,
			Body: book.ProviderCreated{Provider: p.ID, Mode: p.Mode, Now: starts},
		})
		return p, nil
	}, func(ctx context.Context, q db.Querier) (book.Provider, error) { return a.provider(ctx, q, p.ID) })
}

// The years in which a sandbox's clock may stand: those in which every date of
// a contract can be written.
var (
	firstStart = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	lastStart  = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

func checkProvider(p book.Provider) error {
	switch {
	case p.Mode != book.Live && p.Mode != book.Sandbox:
		return invalid("provider.mode", "say whether the provider is MODE_LIVE or MODE_SANDBOX")
	case p.Mode == book.Sandbox && p.StartTime.IsZero():
		return invalid("provider.start_time", "a sandbox's clock needs an instant to start at")
	case p.Mode == book.Live && !p.StartTime.IsZero():
		return invalid("provider.start_time", "a live provider follows the system's clock; leave it out")
	case p.Mode == book.Sandbox && (p.StartTime.Before(firstStart) || p.StartTime.After(lastStart)):
		return invalid("provider.start_time", "a sandbox's clock starts between 1990 and 2200")
	case !series(p.InvoiceSeries):
		return invalid("provider.invoice_series", "the prefix of invoice numbers is 1 to 8 capital letters, for example HK")
	}
	return nil
}

func series(s string) bool {
	if len(s) == 0 || len(s) > 8 {
		return false
	}
	for _, c := range s {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}

// Provider reads a provider.
func (a *App) Provider(ctx context.Context, id string) (book.Provider, error) {
	return a.provider(ctx, a.db.Read(), id)
}

func (a *App) provider(ctx context.Context, q db.Querier, id string) (book.Provider, error) {
	p, ok, err := a.store.Provider(ctx, q, id)
	return found(p, ok, err, book.ProviderName(id))
}

// Providers lists providers by id.
func (a *App) Providers(ctx context.Context, after string, limit int) ([]book.Provider, error) {
	return a.store.Providers(ctx, a.db.Read(), after, limit)
}

// Clock tells where a provider's clock stands.
func (a *App) Clock(ctx context.Context, provider string) (book.Clock, error) {
	if _, err := a.Provider(ctx, provider); err != nil {
		return book.Clock{}, err
	}
	c, err := a.clocks.Now(ctx, provider)
	return book.Clock{Provider: provider, Now: c.Now, Operation: c.Operation}, err
}

// CreateCustomer creates a customer.
func (a *App) CreateCustomer(ctx context.Context, c book.Customer) (book.Customer, error) {
	if err := checkCustomer(c); err != nil {
		return book.Customer{}, err
	}
	return write(ctx, a, commit.Key{Provider: c.Provider, Customer: c.ID}, func(ctx context.Context, tx *commit.Tx) (book.Customer, error) {
		if _, err := a.provider(ctx, tx, c.Provider); err != nil {
			return c, err
		}
		c.CreateTime, c.Version = tx.Now(), 1
		if err := inserted(a.store.InsertCustomer(ctx, tx, c), c.Name()); err != nil {
			return c, err
		}
		tx.Publish(commit.Draft{Type: book.TypeCustomerCreated, Subject: c.Name(), Body: book.CustomerCreated{Customer: c.Name()}})
		return c, nil
	}, func(ctx context.Context, q db.Querier) (book.Customer, error) {
		return a.customer(ctx, q, c.Provider, c.ID)
	})
}

const maxText = 500

func checkCustomer(c book.Customer) error {
	switch {
	case c.Title == "" || len(c.Title) > maxText:
		return invalid("customer.title", "a customer has a legal name of at most 500 bytes")
	case len(c.Email) > maxText || (c.Email != "" && !plausibleEmail(c.Email)):
		return invalid("customer.email", "an address looks like name@example.com")
	}
	return nil
}

// plausibleEmail keeps slips out; whether an address works shows when it is
// written to.
func plausibleEmail(s string) bool {
	at := -1
	for i, c := range s {
		switch {
		case c <= ' ' || c == 0x7f:
			return false
		case c == '@' && at >= 0:
			return false
		case c == '@':
			at = i
		}
	}
	return at > 0 && at < len(s)-1
}

// Customer reads a customer.
func (a *App) Customer(ctx context.Context, provider, customer string) (book.Customer, error) {
	return a.customer(ctx, a.db.Read(), provider, customer)
}

func (a *App) customer(ctx context.Context, q db.Querier, provider, customer string) (book.Customer, error) {
	c, ok, err := a.store.Customer(ctx, q, provider, customer)
	return found(c, ok, err, book.CustomerName(provider, customer))
}

// Customers lists a provider's customers by id.
func (a *App) Customers(ctx context.Context, provider, after string, limit int) ([]book.Customer, error) {
	if _, err := a.Provider(ctx, provider); err != nil {
		return nil, err
	}
	return a.store.Customers(ctx, a.db.Read(), provider, after, limit)
}

// CustomerUpdate is a change of a customer; a nil field stays.
type CustomerUpdate struct {
	Provider, ID, Etag string
	Title, Email       *string
}

// UpdateCustomer changes a customer's title or address.
func (a *App) UpdateCustomer(ctx context.Context, u CustomerUpdate) (book.Customer, error) {
	name := book.CustomerName(u.Provider, u.ID)
	if u.Etag == "" {
		return book.Customer{}, invalid("customer.etag", "the present etag is needed; read the customer first")
	}
	again := func(ctx context.Context, q db.Querier) (book.Customer, error) {
		return a.customer(ctx, q, u.Provider, u.ID)
	}
	return write(ctx, a, commit.Key{Provider: u.Provider, Customer: u.ID}, func(ctx context.Context, tx *commit.Tx) (book.Customer, error) {
		c, err := again(ctx, tx)
		if err != nil {
			return c, err
		}
		if err := checkEtag(u.Etag, c.Version, name); err != nil {
			return c, err
		}
		if u.Title != nil {
			c.Title = *u.Title
		}
		if u.Email != nil {
			c.Email = *u.Email
		}
		if err := checkCustomer(c); err != nil {
			return c, err
		}
		c.Version++
		return c, updated(a.store.UpdateCustomer(ctx, tx, c, c.Version-1), name)
	}, again)
}

// clockNotSandbox refuses to move the system's clock.
func clockNotSandbox(provider string) error {
	return fault.Precondition(ReasonClockNotSandbox, book.ClockName(provider),
		"the provider lives by the system's clock, which nobody moves; use a sandbox provider")
}
