package store

import (
	"context"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/kit/db"
)

var operations = db.Table[placed[book.Operation]]{
	Name: "book_operations", Key: []string{"id"},
	Columns: []db.Column[placed[book.Operation]]{
		{Name: "id", Value: func(o placed[book.Operation]) any { return o.Value.ID }},
		{Name: "provider", Value: func(o placed[book.Operation]) any { return o.Value.Provider }},
		{Name: "place", Value: func(o placed[book.Operation]) any { return o.Place }},
		{Name: "done", Value: func(o placed[book.Operation]) any { return flag(o.Value.Done) }},
		{Name: "version", Value: func(o placed[book.Operation]) any { return o.Value.Version }},
	},
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Operation reads an operation; false where there is none.
func (Book) Operation(ctx context.Context, q db.Querier, id string) (book.Operation, bool, error) {
	o, ok, err := operations.Get(ctx, q, id)
	return o.Value, ok, err
}

// NextOperation is the place that the provider's next operation takes; its id is
// made of it.
func (Book) NextOperation(ctx context.Context, q db.Querier, provider string) (int64, error) {
	return next(ctx, q, "book_operations", provider)
}

// InsertOperation adds an operation at its place; db.ErrExists where it is
// taken.
func (Book) InsertOperation(ctx context.Context, q db.Querier, o book.Operation, place int64) error {
	return operations.Insert(ctx, q, placed[book.Operation]{o, place})
}

// UpdateOperation replaces an operation whose version was old; db.ErrStale where
// it is another.
func (Book) UpdateOperation(ctx context.Context, q db.Querier, o book.Operation, old int64) error {
	was, ok, err := operations.Get(ctx, q, o.ID)
	if err != nil {
		return err
	}
	if !ok {
		return db.ErrStale
	}
	return operations.Update(ctx, q, placed[book.Operation]{o, was.Place}, old)
}

// Operations lists operations by provider, oldest first; provider "" is any.
// after is the sort key of the last row of the page before, provider and place;
// empty for the first page.
func (Book) Operations(ctx context.Context, q db.Querier, provider string, after []string, limit int) ([]book.Operation, []string, error) {
	from, place := "", int64(0)
	if len(after) == 2 {
		from, place = after[0], placeOf(after[1])
	}
	rows, err := operations.Select(ctx, q,
		"where ($1 = '' or provider = $1) and (provider, place) > ($2, $3) order by provider, place limit $4",
		provider, from, place, limit)
	if err != nil {
		return nil, nil, err
	}
	return split(rows)
}

// OpenOperations lists the operations that are not done.
func (Book) OpenOperations(ctx context.Context, q db.Querier) ([]book.Operation, error) {
	rows, err := operations.Select(ctx, q, "where done = 0 order by provider")
	if err != nil {
		return nil, err
	}
	out, _, err := split(rows)
	return out, err
}
