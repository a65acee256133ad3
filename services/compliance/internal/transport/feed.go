package transport

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/feed/follow"
	"cloudpact.dev/services/kit/page"
)

// Changes serves cloudpact.compliance.v1.ChangeService: the feed, as far as the
// caller may see it.
type Changes struct {
	compliancev1.UnimplementedChangeServiceServer
	feed *follow.Server[*compliancev1.Change]
}

// NewChanges serves the log; pages seals the tokens. listen tells of new changes
// as they come; a nudge may be lost.
func NewChanges(log *feed.Log, pages *page.Codec, listen func() (<-chan struct{}, func())) *Changes {
	return &Changes{feed: follow.New(log, pages, listen, toChange)}
}

// toChange reads a change of the feed.
func toChange(c feed.Change) (*compliancev1.Change, error) {
	out := &compliancev1.Change{}
	if err := proto.Unmarshal(c.Body, out); err != nil {
		return nil, err
	}
	out.Head = follow.Head(c)
	return out, nil
}

// ListChanges implements ChangeService.
func (s *Changes) ListChanges(ctx context.Context, in *compliancev1.ListChangesRequest) (*compliancev1.ListChangesResponse, error) {
	changes, next, err := s.feed.List(ctx, in)
	if err != nil {
		return nil, err
	}
	return &compliancev1.ListChangesResponse{Changes: changes, NextPageToken: next}, nil
}

// WatchChanges implements ChangeService.
func (s *Changes) WatchChanges(in *compliancev1.WatchChangesRequest, out grpc.ServerStreamingServer[compliancev1.WatchChangesResponse]) error {
	return s.feed.Watch(out.Context(), in, func(changes []*compliancev1.Change, token string) error {
		return out.Send(&compliancev1.WatchChangesResponse{Changes: changes, PageToken: token})
	})
}
