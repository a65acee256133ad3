// Package store keeps billing's facts in SQL, on either database.
package store

import (
	"context"
	"strconv"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/terms"
)

// Book keeps the book. It has no state of its own: every method works on the
// transaction or the readers that it is given.
type Book struct{}

// termsBody is a revision's content under its hash.
type termsBody struct {
	Provider string       `json:"-"`
	Hash     string       `json:"-"`
	Terms    *terms.Terms `json:"terms"`
}

// placed is a value with its place in the order in which such values came.
type placed[T any] struct {
	Value T     `json:"value"`
	Place int64 `json:"place"`
}

var providers = db.Table[book.Provider]{
	Name: "book_providers", Key: []string{"provider"},
	Columns: []db.Column[book.Provider]{
		{Name: "provider", Value: func(p book.Provider) any { return p.ID }},
		{Name: "version", Value: func(p book.Provider) any { return p.Version }},
	},
}

var bodies = db.Table[termsBody]{
	Name: "book_terms", Key: []string{"provider", "hash"},
	Columns: []db.Column[termsBody]{
		{Name: "provider", Value: func(b termsBody) any { return b.Provider }},
		{Name: "hash", Value: func(b termsBody) any { return b.Hash }},
	},
}

var revisions = db.Table[placed[book.Revision]]{
	Name: "book_revisions", Key: []string{"provider", "terms", "revision"},
	Columns: []db.Column[placed[book.Revision]]{
		{Name: "provider", Value: func(r placed[book.Revision]) any { return r.Value.Provider }},
		{Name: "terms", Value: func(r placed[book.Revision]) any { return r.Value.Terms }},
		{Name: "revision", Value: func(r placed[book.Revision]) any { return r.Value.Revision }},
		{Name: "hash", Value: func(r placed[book.Revision]) any { return r.Value.Hash }},
		{Name: "place", Value: func(r placed[book.Revision]) any { return r.Place }},
	},
}

var customers = db.Table[book.Customer]{
	Name: "book_customers", Key: []string{"provider", "customer"},
	Columns: []db.Column[book.Customer]{
		{Name: "provider", Value: func(c book.Customer) any { return c.Provider }},
		{Name: "customer", Value: func(c book.Customer) any { return c.ID }},
		{Name: "version", Value: func(c book.Customer) any { return c.Version }},
	},
}

// Provider reads a provider; false where there is none.
func (Book) Provider(ctx context.Context, q db.Querier, provider string) (book.Provider, bool, error) {
	return providers.Get(ctx, q, provider)
}

// InsertProvider adds a provider; db.ErrExists where its id is taken.
func (Book) InsertProvider(ctx context.Context, q db.Querier, p book.Provider) error {
	return providers.Insert(ctx, q, p)
}

// Providers lists providers by id, after one of them.
func (Book) Providers(ctx context.Context, q db.Querier, after string, limit int) ([]book.Provider, error) {
	return providers.Select(ctx, q, "where provider > $1 order by provider limit $2", after, limit)
}

// Revision reads a revision without its body; false where there is none.
func (Book) Revision(ctx context.Context, q db.Querier, provider, termsID, revision string) (book.Revision, bool, error) {
	r, ok, err := revisions.Get(ctx, q, provider, termsID, revision)
	return r.Value, ok, err
}

// InsertRevision adds a revision with its body, as the provider's newest;
// db.ErrExists where its id is taken.
func (Book) InsertRevision(ctx context.Context, q db.Querier, r book.Revision) error {
	place, err := next(ctx, q, "book_revisions", r.Provider)
	if err != nil {
		return err
	}
	if err := revisions.Insert(ctx, q, placed[book.Revision]{r, place}); err != nil {
		return err
	}
	return bodies.Upsert(ctx, q, termsBody{r.Provider, r.Hash, r.Body})
}

// next is the place after the provider's last one in a table.
func next(ctx context.Context, q db.Querier, table, provider string) (int64, error) {
	var n int64
	err := q.QueryRowContext(ctx, "select coalesce(max(place), 0) + 1 from "+table+" where provider = $1", provider).Scan(&n)
	return n, err
}

// Revisions lists a provider's revisions, oldest first, after a place ("" for
// the first page); termsID "" is any.
func (Book) Revisions(ctx context.Context, q db.Querier, provider, termsID, after string, limit int) ([]book.Revision, []string, error) {
	rows, err := revisions.Select(ctx, q,
		"where provider = $1 and ($2 = '' or terms = $2) and place > $3 order by place limit $4",
		provider, termsID, placeOf(after), limit)
	if err != nil {
		return nil, nil, err
	}
	return split(rows)
}

func placeOf(after string) int64 {
	n, _ := strconv.ParseInt(after, 10, 64)
	return n
}

// split parts values from their places.
func split[T any](rows []placed[T]) ([]T, []string, error) {
	values, places := make([]T, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		values[i], places[i] = r.Value, strconv.FormatInt(r.Place, 10)
	}
	return values, places, nil
}

// Terms reads the content of a revision by its hash; false where there is none.
func (Book) Terms(ctx context.Context, q db.Querier, provider, hash string) (*terms.Terms, bool, error) {
	b, ok, err := bodies.Get(ctx, q, provider, hash)
	return b.Terms, ok, err
}

// Customer reads a customer; false where there is none.
func (Book) Customer(ctx context.Context, q db.Querier, provider, customer string) (book.Customer, bool, error) {
	return customers.Get(ctx, q, provider, customer)
}

// InsertCustomer adds a customer; db.ErrExists where its id is taken.
func (Book) InsertCustomer(ctx context.Context, q db.Querier, c book.Customer) error {
	return customers.Insert(ctx, q, c)
}

// UpdateCustomer replaces a customer whose version was old; db.ErrStale where
// it is another.
func (Book) UpdateCustomer(ctx context.Context, q db.Querier, c book.Customer, old int64) error {
	return customers.Update(ctx, q, c, old)
}

// Customers lists a provider's customers by id, after one of them.
func (Book) Customers(ctx context.Context, q db.Querier, provider, after string, limit int) ([]book.Customer, error) {
	return customers.Select(ctx, q, "where provider = $1 and customer > $2 order by customer limit $3", provider, after, limit)
}
