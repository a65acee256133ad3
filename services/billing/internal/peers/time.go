// Package peers is billing's narrow view of the other services: what it reads
// of their feeds, and the calls by which it moves the time of all.
package peers

import (
	"context"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	internalv1 "cloudpact.dev/gen/go/cloudpact/internalapi/v1"
	"cloudpact.dev/services/billing/internal/app/bookapp"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/rpc"
)

// timed are the services whose time moves together, in the order in which they
// are asked.
var timed = []string{bookapp.Service, "sla", "compliance", "token"}

// Time moves the clocks of all services; it implements bookapp.Peers.
type Time struct{ directory *rpc.Directory }

// NewTime reaches the services through the directory.
func NewTime(d *rpc.Directory) *Time { return &Time{directory: d} }

// Services lists the services that the directory knows.
func (t *Time) Services() []string {
	known := t.directory.Services()
	return slices.DeleteFunc(slices.Clone(timed), func(s string) bool { return !slices.Contains(known, s) })
}

func (t *Time) client(service string) internalv1.PeerServiceClient {
	return internalv1.NewPeerServiceClient(t.directory.Peer(service))
}

// CatchUp implements bookapp.Peers.
func (t *Time) CatchUp(ctx context.Context, service, provider string, sources []bookapp.Heads, until time.Time) (bookapp.Standing, error) {
	in := &internalv1.CatchUpRequest{Provider: provider, Until: timestamppb.New(until)}
	for _, s := range sources {
		in.Sources = append(in.Sources, &internalv1.Heads{Service: s.Service, Positions: s.Positions})
	}
	out, err := t.client(service).CatchUp(ctx, in)
	if err != nil {
		return bookapp.Standing{}, fault.FromStatus(err)
	}
	return bookapp.Standing{
		Heads:  bookapp.Heads{Service: service, Positions: out.GetHeads().GetPositions()},
		HasDue: out.GetHasDue(), Names: out.GetDueNames(),
		Due: bookapp.Moment{At: out.GetDueTime().AsTime(), Rank: int(out.GetDueRank())},
	}, nil
}

// RunDue implements bookapp.Peers.
func (t *Time) RunDue(ctx context.Context, service, provider string, m bookapp.Moment) (int, error) {
	out, err := t.client(service).RunDue(ctx, &internalv1.RunDueRequest{Provider: provider, DueTime: timestamppb.New(m.At), Rank: int32(m.Rank)})
	if err != nil {
		return 0, fault.FromStatus(err)
	}
	return int(out.GetCount()), nil
}

// SetClock implements bookapp.Peers.
func (t *Time) SetClock(ctx context.Context, service, provider string, now time.Time, operation string) error {
	_, err := t.client(service).SetClock(ctx, &internalv1.SetClockRequest{Provider: provider, Now: timestamppb.New(now), Operation: operation})
	if err != nil {
		return fault.FromStatus(err)
	}
	return nil
}
