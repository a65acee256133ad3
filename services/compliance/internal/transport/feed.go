package transport

import (
	"context"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/kit/rpc"
)

// Changes implements ChangeService: the feed, as far as the caller may see it.
type Changes struct {
	compliancev1.UnimplementedChangeServiceServer
	log   *feed.Log
	pages *page.Codec
}

// NewChanges serves the feed; pages seals the tokens.
func NewChanges(log *feed.Log, pages *page.Codec) *Changes { return &Changes{log: log, pages: pages} }

// How a watch waits: how often it looks, and after how many looks without a
// change it says that it lives.
const (
	look      = 500 * time.Millisecond
	heartbeat = 30
	burst     = 500
)

// place is where a reader of the feed stands.
type place struct {
	pages *page.Codec
	list  page.Checksum
	feed.Filter
}

// open reads the parent and the token of a reader.
func (s *Changes) open(ctx context.Context, parent, token string) (*place, error) {
	filter := feed.Filter{}
	if ids, err := customerName.Parse(parent, "parent"); err == nil {
		filter.Provider, filter.Customer = ids[0], ids[1]
	} else {
		ids, err := providerName.Parse(parent, "parent")
		if err != nil {
			return nil, err
		}
		filter.Provider = ids[0]
	}
	if own := rpc.FromContext(ctx).Customer; own != "" {
		if filter.Customer != "" && filter.Customer != own {
			return nil, fault.NotFound(fault.ReasonNotFound, parent)
		}
		filter.Customer = own // a customer sees no other's changes
	}
	p := &place{pages: s.pages, list: page.Sum("changes", filter.Provider, filter.Customer), Filter: filter}
	p.After = feed.Start()
	if filter.Customer != "" {
		stream := feed.Key{Provider: filter.Provider, Customer: filter.Customer}.Stream()
		p.After = map[int]int64{stream: 0}
	}
	values, err := s.pages.Decode(p.list, token, 1)
	if err != nil || len(values) == 0 {
		return p, err
	}
	return p, p.seek(values[0])
}

// seek goes to the positions of a token: "stream:position" joined by commas.
func (p *place) seek(at string) error {
	for part := range strings.SplitSeq(at, ",") {
		stream, position, _ := strings.Cut(part, ":")
		n, err := strconv.Atoi(stream)
		if err != nil {
			continue // the place of a reader that has read nothing
		}
		if p.After[n], err = strconv.ParseInt(position, 10, 64); err != nil {
			return fault.Internal(err)
		}
	}
	return nil
}

// token is where the reader stands now.
func (p *place) token() string {
	var at []string
	for stream := range commit.Streams {
		if n := p.After[stream]; n > 0 {
			at = append(at, strconv.Itoa(stream)+":"+strconv.FormatInt(n, 10))
		}
	}
	return p.pages.Encode(p.list, strings.Join(at, ","))
}

// read takes the next changes.
func (s *Changes) read(ctx context.Context, p *place, limit int) ([]*compliancev1.Change, error) {
	p.Limit = limit
	rows, err := s.log.List(ctx, p.Filter)
	if err != nil {
		return nil, err
	}
	out := make([]*compliancev1.Change, len(rows))
	for i, c := range rows {
		out[i] = &compliancev1.Change{}
		if err := proto.Unmarshal(c.Body, out[i]); err != nil {
			return nil, fault.Internal(err)
		}
		out[i].Head = &typev1.ChangeHead{
			ChangeId: c.ID, Stream: int32(c.Stream), Position: c.Position, Type: c.Type, Subject: c.Subject,
			EffectiveTime: timestamppb.New(c.EffectiveTime), RecordTime: timestamppb.New(c.RecordTime),
		}
		p.After[c.Stream] = c.Position
	}
	return out, nil
}

// ListChanges implements ChangeService.
func (s *Changes) ListChanges(ctx context.Context, in *compliancev1.ListChangesRequest) (*compliancev1.ListChangesResponse, error) {
	p, err := s.open(ctx, in.GetParent(), in.GetPageToken())
	if err != nil {
		return nil, err
	}
	size, err := page.Size(in.GetPageSize())
	if err != nil {
		return nil, err
	}
	changes, err := s.read(ctx, p, size)
	if err != nil {
		return nil, err
	}
	out := &compliancev1.ListChangesResponse{Changes: changes}
	if len(changes) < size {
		return out, nil
	}
	out.NextPageToken = p.token()
	if more, err := s.read(ctx, p, 1); err != nil || len(more) == 0 {
		out.NextPageToken = ""
	}
	return out, nil
}

// WatchChanges implements ChangeService.
func (s *Changes) WatchChanges(in *compliancev1.WatchChangesRequest, out grpc.ServerStreamingServer[compliancev1.WatchChangesResponse]) error {
	ctx := out.Context()
	p, err := s.open(ctx, in.GetParent(), in.GetPageToken())
	if err != nil {
		return err
	}
	tick := time.NewTicker(look)
	defer tick.Stop()
	for idle := 0; ; idle++ {
		changes, err := s.read(ctx, p, burst)
		if err != nil {
			return err
		}
		if len(changes) > 0 || idle%heartbeat == 0 {
			if err := out.Send(&compliancev1.WatchChangesResponse{Changes: changes, PageToken: p.token()}); err != nil {
				return err
			}
		}
		if len(changes) > 0 {
			idle = 0
		}
		if len(changes) == burst {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
