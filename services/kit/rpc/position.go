package rpc

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/grpc/metadata"

	"cloudpact.dev/services/kit/fault"
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

// Position is a place in a service's feed. Its text is "billing/12:345".
type Position struct {
	Service string
	Stream  int
	// At is the position within the stream, from 1.
	At int64
}

// String gives the text form.
func (p Position) String() string {
	return p.Service + "/" + strconv.Itoa(p.Stream) + ":" + strconv.FormatInt(p.At, 10)
}

// ParsePosition reads the text form.
func ParsePosition(s string) (Position, error) {
	service, rest, ok := strings.Cut(s, "/")
	stream, at, ok2 := strings.Cut(rest, ":")
	n, err := strconv.Atoi(stream)
	pos, err2 := strconv.ParseInt(at, 10, 64)
	if !ok || !ok2 || err != nil || err2 != nil || service == "" || n < 0 || pos < 0 {
		return Position{}, fmt.Errorf("%q is no position; one looks like billing/12:345", s)
	}
	return Position{service, n, pos}, nil
}

// WaitFor makes the calls of the context wait until the called service has
// taken in the positions.
func WaitFor(ctx context.Context, ps ...Position) context.Context {
	for _, p := range ps {
		ctx = metadata.AppendToOutgoingContext(ctx, HeaderWaitFor, p.String())
	}
	return ctx
}

// Positions reads the positions that a mutation answered with.
func Positions(header metadata.MD) []Position {
	var out []Position
	for _, v := range header.Get(HeaderPosition) {
		if p, err := ParsePosition(v); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// await blocks until the owner has taken in what the caller asks for.
func (m *method) await(ctx context.Context) error {
	md, _ := metadata.FromIncomingContext(ctx)
	asked := md.Get(HeaderWaitFor)
	if len(asked) == 0 || m.wait == nil {
		return nil
	}
	for _, v := range asked {
		for s := range strings.SplitSeq(v, ",") {
			p, err := ParsePosition(strings.TrimSpace(s))
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
