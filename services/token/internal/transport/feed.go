package transport

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/feed/follow"
	"cloudpact.dev/services/kit/page"
)

// Changes serves cloudpact.token.v1.ChangeService: the feed, as far as the
// caller may see it.
type Changes struct {
	tokenv1.UnimplementedChangeServiceServer
	feed *follow.Server[*tokenv1.Change]
}

// NewChanges serves the log; pages seals the tokens. listen tells of new changes
// as they come; a nudge may be lost.
func NewChanges(log *feed.Log, pages *page.Codec, listen func() (<-chan struct{}, func())) *Changes {
	return &Changes{feed: follow.New(log, pages, listen, toChange)}
}

// toChange reads a change of the feed.
func toChange(c feed.Change) (*tokenv1.Change, error) {
	out := &tokenv1.Change{}
	if err := proto.Unmarshal(c.Body, out); err != nil {
		return nil, err
	}
	out.Head = follow.Head(c)
	return out, nil
}

// ListChanges implements ChangeService.
func (s *Changes) ListChanges(ctx context.Context, in *tokenv1.ListChangesRequest) (*tokenv1.ListChangesResponse, error) {
	changes, next, err := s.feed.List(ctx, in)
	if err != nil {
		return nil, err
	}
	return &tokenv1.ListChangesResponse{Changes: changes, NextPageToken: next}, nil
}

// WatchChanges implements ChangeService.
func (s *Changes) WatchChanges(in *tokenv1.WatchChangesRequest, out grpc.ServerStreamingServer[tokenv1.WatchChangesResponse]) error {
	return s.feed.Watch(out.Context(), in, func(changes []*tokenv1.Change, token string) error {
		return out.Send(&tokenv1.WatchChangesResponse{Changes: changes, PageToken: token})
	})
}
