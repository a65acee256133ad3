package rpc

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc/metadata"

	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
)

// Headers of the suite's calls.
const (
	// HeaderPosition is set on the answer of a mutation: where its changes stand.
	HeaderPosition = "cloudpact-position"
	// HeaderWaitFor asks a read to wait until such a position has been taken in.
	HeaderWaitFor = "cloudpact-wait-for"
	// HeaderService names the service that is meant where several owners serve
	// the same gRPC service on one address.
	HeaderService = "cloudpact-service"
	// HeaderRequestID is the correlation id that the log carries.
	HeaderRequestID = "x-request-id"
)

// Position is a place in a service's feed.
type Position = feed.Position

// WaitFor makes the calls of the context wait until the called service has
// taken in the positions.
func WaitFor(ctx context.Context, ps ...Position) context.Context {
	for _, p := range ps {
		ctx = metadata.AppendToOutgoingContext(ctx, HeaderWaitFor, p.String())
	}
	return ctx
}

// UntilReached makes a call that waits for positions, and makes it again after
// the time that the service asks for, while the service has not taken them in:
// such a refusal comes before anything is done. When ctx ends it gives the last
// refusal.
func UntilReached(ctx context.Context, call func() error) error {
	for {
		err := call()
		if err == nil || ctx.Err() != nil {
			return err
		}
		f := fault.FromStatus(err)
		if f == nil || f.Reason != feed.ReasonPositionNotReached {
			return err
		}
		timer := time.NewTimer(f.Retry)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

// Positions reads the positions that a mutation answered with.
func Positions(header metadata.MD) []Position {
	var out []Position
	for _, v := range header.Get(HeaderPosition) {
		if p, err := feed.ParsePosition(v); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// await blocks until the owner has taken in what the caller asks for.
func (m *method) await(ctx context.Context) error {
	asked := metadata.ValueFromIncomingContext(ctx, HeaderWaitFor)
	if len(asked) == 0 || m.wait == nil {
		return nil
	}
	for _, v := range asked {
		for s := range strings.SplitSeq(v, ",") {
			p, err := feed.ParsePosition(strings.TrimSpace(s))
			if err != nil {
				return fault.Invalid(fault.ReasonFieldInvalid, HeaderWaitFor, err.Error())
			}
			if err := m.wait(ctx, p); err != nil {
				return err
			}
		}
	}
	return nil
}
