package transport

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/feed/follow"
	"cloudpact.dev/services/kit/page"
)

// Changes serves cloudpact.billing.v1.ChangeService: the feed, as far as the
// caller may see it.
type Changes struct {
	billingv1.UnimplementedChangeServiceServer
	feed *follow.Server[*billingv1.Change]
}

// NewChanges serves the log; pager seals the tokens. listen tells of new changes
// as they come; a nudge may be lost.
func NewChanges(log *feed.Log, pager *page.Codec, listen func() (<-chan struct{}, func())) *Changes {
	return &Changes{feed: follow.New(log, pager, listen, toChange)}
}

// toChange reads a change of the feed.
func toChange(c feed.Change) (*billingv1.Change, error) {
	out := &billingv1.Change{}
	if err := proto.Unmarshal(c.Body, out); err != nil {
		return nil, err
	}
	out.Head = follow.Head(c)
	return out, nil
}

// ListChanges implements ChangeService.
func (s *Changes) ListChanges(ctx context.Context, in *billingv1.ListChangesRequest) (*billingv1.ListChangesResponse, error) {
	changes, next, err := s.feed.List(ctx, in)
	if err != nil {
		return nil, err
	}
	return &billingv1.ListChangesResponse{Changes: changes, NextPageToken: next}, nil
}

// WatchChanges implements ChangeService.
func (s *Changes) WatchChanges(in *billingv1.WatchChangesRequest, out grpc.ServerStreamingServer[billingv1.WatchChangesResponse]) error {
	return s.feed.Watch(out.Context(), in, func(changes []*billingv1.Change, token string) error {
		return out.Send(&billingv1.WatchChangesResponse{Changes: changes, PageToken: token})
	})
}
