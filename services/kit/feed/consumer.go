package feed

import (
	"context"
	"slices"

	"google.golang.org/grpc/codes"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
)

// Consumer reads the feed of a service, another's or its own.
type Consumer struct {
	// Name is the consumer's own within its service, and for ever: its cursors
	// stand under it. Two consumers of one source share nothing.
	Name string
	// Source is the service whose feed is read.
	Source string
	// Types are the changes that Handle gets; the others only move the cursor.
	// Empty means all.
	Types []string
	// Handle makes the change's effect in tx, whose key is the change's. It runs
	// in the source's order within a stream, so within a customer. An error, or
	// a panic, takes back what it wrote: one that may pass (UNAVAILABLE,
	// DEADLINE_EXCEEDED, CANCELLED, RESOURCE_EXHAUSTED) is tried again, any
	// other parks the customer in this consumer. It must not call peers: other
	// changes wait while it runs.
	Handle func(ctx context.Context, tx *commit.Tx, c Change) error
}

// wants tells whether Handle takes changes of the type.
func (c Consumer) wants(typ string) bool {
	return len(c.Types) == 0 || slices.Contains(c.Types, typ)
}

// passing tells whether trying again may help.
func passing(err error) bool {
	switch fault.From(err).Code {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled, codes.ResourceExhausted:
		return true
	}
	return false
}
