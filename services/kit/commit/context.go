package commit

import (
	"context"
	"time"
)

// Request identifies one call, so that a repetition is answered as the call was.
type Request struct {
	// Scope is everything but the id that must be equal: the principal's
	// provider, the method and the parent.
	Scope string
	// ID is the caller's request_id; "" means that none was given.
	ID string
	// Hash is of the request without its request_id, in canonical bytes.
	Hash []byte
	// ValidateOnly decides and answers, and keeps nothing.
	ValidateOnly bool
}

// Outcome is what became of a call.
type Outcome struct {
	// Stream and Position are those of the last change that the call published;
	// Position is 0 when it published none.
	Stream   int
	Position int64
	// Replayed: the call had been answered before and was answered so again.
	Replayed bool
	// RecordTime is the provider's clock at the commit.
	RecordTime time.Time
}

type (
	requestKey  struct{}
	observerKey struct{}
	internalKey struct{}
	insideKey   struct{}
)

// WithRequest gives Run the call's identity.
func WithRequest(ctx context.Context, r Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// RequestFrom is the identity that WithRequest gave.
func RequestFrom(ctx context.Context) (Request, bool) {
	r, ok := ctx.Value(requestKey{}).(Request)
	return r, ok
}

// OwnRequest is for use cases that keep the request id on their own row for
// ever, such as payments: Run writes no row for it and replays nothing.
// ValidateOnly stays in force.
func OwnRequest(ctx context.Context) context.Context {
	r, _ := RequestFrom(ctx)
	return WithRequest(ctx, Request{ValidateOnly: r.ValidateOnly})
}

// WithObserver makes Run call fn, in the caller's own goroutine, after each
// commit that answers a call under ctx.
func WithObserver(ctx context.Context, fn func(Outcome)) context.Context {
	return context.WithValue(ctx, observerKey{}, fn)
}

// Internal marks work that time and other services' facts cause: it may write
// while the provider's clock is advancing. It carries no request identity.
func Internal(ctx context.Context) context.Context {
	ctx = context.WithValue(ctx, requestKey{}, Request{})
	return context.WithValue(ctx, internalKey{}, true)
}

// IsInternal tells whether Internal marked ctx.
func IsInternal(ctx context.Context) bool {
	b, _ := ctx.Value(internalKey{}).(bool)
	return b
}

// inside is the context that an operation runs with: the caller's values, but
// not its end. A caller that goes away must not take back half of a group.
type inside struct{ context.Context }

func (inside) Deadline() (time.Time, bool) { return time.Time{}, false }
func (inside) Done() <-chan struct{}       { return nil }
func (inside) Err() error                  { return nil }
func (c inside) Value(key any) any {
	if key == (insideKey{}) {
		return true
	}
	return c.Context.Value(key)
}
