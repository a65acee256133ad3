package host

import (
	"context"

	internalv1 "cloudpact.dev/gen/go/cloudpact/internalapi/v1"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
)

// ListParked implements PeerService.
func (p *peer) ListParked(ctx context.Context, in *internalv1.ListParkedRequest) (*internalv1.ListParkedResponse, error) {
	list, err := p.h.ListParked(ctx, in.GetConsumer(), in.GetProvider())
	if err != nil {
		return nil, err
	}
	out := &internalv1.ListParkedResponse{}
	for _, c := range list {
		stored := feed.Stored(c.Change)
		stored.Body = nil
		out.Changes = append(out.Changes, &internalv1.ParkedChange{
			Consumer: c.Consumer, Source: c.Source,
			Change: stored, Error: c.Error, Attempts: int32(c.Attempts),
		})
	}
	return out, nil
}

// RetryParked implements PeerService.
func (p *peer) RetryParked(ctx context.Context, in *internalv1.RetryParkedRequest) (*internalv1.RetryParkedResponse, error) {
	if err := needProvider(in.GetProvider()); err != nil {
		return nil, err
	}
	n, err := p.h.RetryParked(ctx, in.GetConsumer(), feed.Key{Provider: in.GetProvider(), Customer: in.GetCustomer()})
	if err != nil {
		f := *fault.From(err)
		f.Message = err.Error()
		if f.Reason == fault.ReasonInternal {
			f.Message = "a change is still parked; ListParked tells why"
		}
		return nil, &f
	}
	return &internalv1.RetryParkedResponse{Count: int32(n)}, nil
}
