package feed

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	internalv1 "cloudpact.dev/gen/go/cloudpact/internalapi/v1"
	"cloudpact.dev/services/kit/fault"
)

// Remote is the feed of a peer, read through its PeerService.
func Remote(cc grpc.ClientConnInterface) Source {
	return remote{internalv1.NewPeerServiceClient(cc)}
}

type remote struct{ peer internalv1.PeerServiceClient }

// Pull implements Source.
func (r remote) Pull(ctx context.Context, a Ask) (Page, error) {
	in := &internalv1.PullChangesRequest{After: ToWire(a.After), Types: a.Types, Limit: int32(a.Limit)}
	out, err := r.peer.PullChanges(ctx, in)
	if err != nil {
		return Page{}, fault.FromStatus(err)
	}
	page := Page{Changes: make([]Change, len(out.GetChanges())), Reached: FromWire(out.GetReached()), More: out.GetMore()}
	for i, c := range out.GetChanges() {
		page.Changes[i] = Change{
			ID: c.GetChangeId(), Type: c.GetType(), Subject: c.GetSubject(),
			Key:    Key{Provider: c.GetProvider(), Customer: c.GetCustomer()},
			Stream: int(c.GetStream()), Position: c.GetPosition(),
			EffectiveTime: c.GetEffectiveTime().AsTime(), RecordTime: c.GetRecordTime().AsTime(),
			Body: c.GetBody(),
		}
	}
	return page, nil
}

// Stored is the change on the wire between services.
func Stored(c Change) *internalv1.StoredChange {
	return &internalv1.StoredChange{
		ChangeId: c.ID, Stream: int32(c.Stream), Position: c.Position, Type: c.Type, Subject: c.Subject,
		Provider: c.Key.Provider, Customer: c.Key.Customer,
		EffectiveTime: timestamppb.New(c.EffectiveTime), RecordTime: timestamppb.New(c.RecordTime), Body: c.Body,
	}
}

// ToWire and FromWire convert positions per stream.
func ToWire(m map[int]int64) map[int32]int64 {
	out := make(map[int32]int64, len(m))
	for k, v := range m {
		out[int32(k)] = v
	}
	return out
}

// FromWire is the inverse of ToWire.
func FromWire(m map[int32]int64) map[int]int64 {
	out := make(map[int]int64, len(m))
	for k, v := range m {
		out[int(k)] = v
	}
	return out
}
